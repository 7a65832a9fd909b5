import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** Something the clock has to do. */
interface Task {
  readonly due: number;
  readonly run: () => void;
}

/** Work that may schedule itself again, as the actions of RxJS do. */
class ClockAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #clock: TestClock;
  readonly #work: Work<T>;
  #task: Task | undefined;

  constructor(clock: TestClock, work: Work<T>) {
    super();
    this.#clock = clock;
    this.#work = work;
    this.add(() => this.#clock.remove(this.#task));
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#task = {
      due: this.#clock.now() + Math.max(0, delay),
      run: () => this.#work.call(this, state),
    };
    this.#clock.insert(this.#task);
    return this;
  }
}

/**
 * A clock that stands still until a test moves it. Host and board may share one, so that real time
 * passes for both without anybody waiting. Unlike RxJS' virtual schedulers it can jump ahead without
 * running what was due (`stall`), as a computer does that was busy with something else.
 */
export class TestClock implements SchedulerLike {
  #now: number;
  #tasks: Task[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  /** Pieces of work that wait for their time. */
  get waiting(): number {
    return this.#tasks.length;
  }

  now(): number {
    return this.#now;
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return new ClockAction(this, work).schedule(state, delay);
  }

  insert(task: Task): void {
    const after = this.#tasks.findIndex(({ due }) => due > task.due);
    this.#tasks.splice(after < 0 ? this.#tasks.length : after, 0, task);
  }

  remove(task: Task | undefined): void {
    this.#tasks = this.#tasks.filter((other) => other !== task);
  }

  /** Lets `ms` pass; everything happens at its time, in order. */
  advance(ms: number): void {
    const until = this.#now + ms;
    while (this.#runNext(until));
    this.#now = until;
  }

  /** The same, letting promises settle after each piece of work. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    while (this.#runNext(until)) await settled();
    this.#now = until;
  }

  /** Does the next piece of work that is due by `until`; whether there was one. */
  #runNext(until: number): boolean {
    if (this.#tasks[0] === undefined || this.#tasks[0].due > until) return false;
    const task = this.#tasks.shift()!;
    // Work that is overdue after a stall happens now: time never goes back.
    this.#now = Math.max(this.#now, task.due);
    task.run();
    return true;
  }

  /** Lets `ms` pass in which nothing happens; what was due meanwhile is late. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** A view of this clock for a computer that may be busy with something else while time goes on. */
  host(): StallingClock {
    return new StallingClock(this);
  }

  /** Advances until `done`, letting promises settle in between; gives up after `limit` ms. */
  async runUntil(done: () => boolean, limit = 10_000): Promise<void> {
    const end = this.#now + limit;
    await settled();
    while (!done()) {
      if (this.#now >= end) throw new Error(`nothing came of it within ${limit} ms`);
      await this.pass(1);
    }
  }
}

/** Time of another clock, for work that can be held up. */
export class StallingClock implements SchedulerLike {
  readonly #clock: TestClock;
  #stalledUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: TestClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    const self = this;
    return this.#clock.schedule<T>(
      function (given) {
        const wait = self.#stalledUntil - self.now();
        if (wait > 0) this.schedule(given, wait);
        else work.call(this, given);
      },
      delay,
      state,
    );
  }

  /** Holds all work up for `ms`; the time of others goes on. */
  stall(ms: number): void {
    this.#stalledUntil = this.now() + ms;
  }
}

/** Lets everything happen that promises have in store, without a timer. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined;
}
