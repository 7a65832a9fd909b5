/** Workers that run whatever any chain asks of them, and end once nobody has asked for a while. */
import {
  type KernelThread,
  type StartThread,
  startThread,
  threadDied,
  type WorkerOrder,
  type WorkerTask,
} from './worker.ts';

/** Some workers. */
export interface Pool {
  /** How many there are just now. */
  readonly running: number;
  /** Calls a function of a kernel on a worker, and resolves when it has returned. */
  run(task: WorkerTask, order: WorkerOrder): Promise<void>;
}

/** What waits for a worker, or for what it does. */
interface Job {
  readonly task: WorkerTask;
  readonly order: WorkerOrder;
  resolve(): void;
  reject(cause: Error): void;
}

/** A worker, what it has in hand, and what it works on now. */
interface Hand {
  thread: KernelThread | undefined;
  job: Job | undefined;
  task: WorkerTask | undefined;
}

/**
 * Makes a pool of at most so many workers, which start when they are needed.
 *
 * @param idleTime milliseconds after which workers that nobody needs end: starting one takes some fifty
 */
export function threadPool(
  threads: number,
  start: StartThread = startThread,
  idleTime = 1000,
): Pool {
  const hands = new Set<Hand>();
  const jobs: Job[] = [];
  let idle: ReturnType<typeof setTimeout> | undefined;
  const endAll = (): void => {
    for (const hand of hands) void hand.thread?.end();
    hands.clear();
  };
  const rest = (): void => {
    clearTimeout(idle);
    if (jobs.length > 0 || [...hands].some(({ job }) => job !== undefined)) return;
    idle = setTimeout(endAll, idleTime);
    // In a browser, a number.
    if (typeof idle === 'object') idle.unref();
  };
  /** Gives a free worker what waits. */
  const serve = (hand: Hand): void => {
    const { thread } = hand;
    if (thread === undefined || hand.job !== undefined) return;
    const job = jobs.shift();
    if (job === undefined) {
      rest();
      return;
    }
    hand.job = job;
    if (hand.task !== job.task) thread.send(job.task);
    hand.task = job.task;
    thread.send(job.order);
  };
  const hire = async (): Promise<void> => {
    const hand: Hand = { thread: undefined, job: undefined, task: undefined };
    hands.add(hand);
    const lose = (cause: unknown): void => {
      hands.delete(hand);
      hand.job?.reject(threadDied(cause));
      // Where none is left, nobody does what waits.
      if (hands.size === 0) for (const job of jobs.splice(0)) job.reject(threadDied(cause));
    };
    try {
      hand.thread = await start({
        finished() {
          const { job } = hand;
          hand.job = undefined;
          job?.resolve();
          serve(hand);
        },
        died: lose,
      });
      serve(hand);
    } catch (cause) {
      lose(cause);
    }
  };
  return {
    get running() {
      return hands.size;
    },
    run(task, order) {
      clearTimeout(idle);
      return new Promise((resolve, reject) => {
        jobs.push({ task, order, resolve, reject });
        const free = [...hands].find(
          ({ thread, job }) => thread !== undefined && job === undefined,
        );
        if (free !== undefined) serve(free);
        else if (hands.size < threads) void hire();
      });
    },
  };
}
