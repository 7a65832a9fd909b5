/** How a source emits what it knows beforehand: item after item, each at its time, or as fast as others allow. */
import { asapScheduler, Observable, type SchedulerLike, type Unsubscribable } from 'rxjs';
import { timeOf } from '../src/clock.ts';
import { demandOfSubscriber } from '../src/demand.ts';
import { afterOthers } from '../src/turns.ts';

/** Items that follow each other without a break; after those, timers and the outside have a turn between any two. */
export const atOnce = 32;

/** Bins times channels, or events, in items that follow each other without a break: few large items give way sooner. */
export const workAtOnce: number = 2 ** 18;

/** Bins times channels, or events, of an item; 0 of what has neither, or cannot be read. */
export function workOf(item: unknown): number {
  try {
    const { counts, timestamps } = Object(item) as Record<'counts' | 'timestamps', unknown>;
    const held = counts ?? timestamps;
    return ArrayBuffer.isView(held) ? (held as Uint32Array).length : 0;
  } catch {
    return 0;
  }
}

/** What a source emits, and when. */
export interface Paced<T> {
  /** Number of items; may be infinite. */
  readonly count: number;
  /** Makes an item; what it throws ends the stream. */
  itemAt(index: number): T;
  /** When an item is due, milliseconds after the subscription. */
  dueAt(index: number): number;
  /** Keeps time; items come as fast as they can if left out. */
  readonly clock?: SchedulerLike | undefined;
}

/**
 * Emits items on any scheduler; without one, only while whoever they are for has room. Each has an action of its own: schedulers of RxJS fail if one action is scheduled
 * again and again, now with a delay and now without.
 */
export function paced<T>({ count, itemAt, dueAt, clock }: Paced<T>): Observable<T> {
  return new Observable((subscriber) => {
    if (count === 0) {
      subscriber.complete();
      return undefined;
    }
    const now = clock === undefined ? () => 0 : timeOf(clock);
    const begin = now();
    let [index, work] = [0, 0];
    // What keeps time cannot wait.
    const demand = clock === undefined ? demandOfSubscriber() : undefined;
    let waiting: Unsubscribable | undefined;
    const emit = (): void => {
      if (subscriber.closed) return;
      try {
        const item = itemAt(index++);
        work += workOf(item);
        subscriber.next(item);
        if (subscriber.closed) return;
        if (index === count) subscriber.complete();
        else wait();
      } catch (cause) {
        subscriber.error(cause);
      }
    };
    const next = (): Unsubscribable => {
      if (clock !== undefined) {
        return clock.schedule(emit, Math.max(0, begin + dueAt(index) - now()));
      }
      const goesOn = index < atOnce && work < workAtOnce;
      return goesOn ? asapScheduler.schedule(emit) : afterOthers(emit);
    };
    const wait = (): void => {
      if (demand?.open === false) {
        waiting = { unsubscribe: demand.whenOpen(wait) };
        return;
      }
      const at = index;
      const action = next();
      // A scheduler may have done it, and what follows, at once.
      if (index === at) waiting = action;
    };
    wait();
    return () => waiting?.unsubscribe();
  });
}
