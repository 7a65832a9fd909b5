import {
  from,
  Observable,
  type ObservableInput,
  type OperatorFunction,
  type Subscription,
} from 'rxjs';
import { DeviceError, InvalidArgumentError } from '../src/errors.ts';
import { type Losses, lossCounter } from '../src/events/losses.ts';

/** What happens to an item that finds the buffer full. */
export type BufferPolicy =
  /** The oldest waiting item gives way. */
  | 'dropOldest'
  /** The new item is dropped. */
  | 'dropNewest'
  /** The stream errors with a `DeviceError` of code `overflow`. */
  | 'error';

/** Configuration of {@link boundedBuffer}. */
export interface BoundedBufferConfig<In, Out> {
  /** Items that may wait. */
  readonly capacity: number;
  /** What happens to an item that finds the buffer full. */
  readonly policy: BufferPolicy;
  /** Works on one item at a time; the next waits until what this returns completes. */
  readonly consume: (item: In) => ObservableInput<Out>;
  /** Counts what was dropped, in items; the operator's own where left out. */
  readonly losses?: Losses;
}

/** The operator, with what it dropped. */
export type BoundedBuffer<In, Out> = OperatorFunction<In, Out> & {
  /** Items dropped, by policy. */
  readonly losses: Losses;
};

/**
 * Holds back what a slow consumer cannot take yet, but never more than `capacity` items: a live source
 * cannot wait, and an unbounded queue ends in the loss of everything. What is dropped is counted. For
 * sources that can wait, such as files, use `fromPull`, which drops nothing.
 *
 * @throws InvalidArgumentError where the capacity is not a whole number above zero
 * @example
 * ```ts
 * const buffer = boundedBuffer({ capacity: 8, policy: 'dropOldest', consume: (item) => of(item) });
 * of(1, 2, 3).pipe(buffer);
 * buffer.losses.total; // 0
 * ```
 */
export function boundedBuffer<In, Out>(
  config: BoundedBufferConfig<In, Out>,
): BoundedBuffer<In, Out> {
  const { capacity, policy, consume, losses = lossCounter() } = config;
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new InvalidArgumentError('this buffer cannot be made', [
      `capacity is ${capacity}; a whole number above 0 is needed`,
    ]);
  }
  const operator: OperatorFunction<In, Out> = (source) =>
    new Observable((subscriber) => {
      const waiting: In[] = [];
      let busy: Subscription | undefined;
      let sourceDone = false;
      let draining = false;
      const work = (item: In): void => {
        let output: Observable<Out>;
        try {
          output = from(consume(item));
        } catch (cause) {
          subscriber.error(cause);
          return;
        }
        busy = output.subscribe({
          next: (value) => subscriber.next(value),
          error: (cause) => subscriber.error(cause),
          complete: () => {
            busy = undefined;
            drain();
          },
        });
        if (busy.closed) busy = undefined;
        subscriber.add(busy);
      };
      /** A loop, not a recursion: consumers that are done at once must not pile up on the stack. */
      const drain = (): void => {
        if (draining) return;
        draining = true;
        while (busy === undefined && waiting.length > 0 && !subscriber.closed)
          work(waiting.shift()!);
        draining = false;
        if (sourceDone && busy === undefined && waiting.length === 0) subscriber.complete();
      };
      const offer = (item: In): void => {
        if (waiting.length >= capacity) {
          if (policy === 'error') {
            subscriber.error(
              new DeviceError(
                'overflow',
                `${capacity} items wait and another came; make the consumer faster, the buffer larger, or choose what to drop`,
              ),
            );
            return;
          }
          losses.add(policy, 1);
          if (policy === 'dropNewest') return;
          waiting.shift();
        }
        waiting.push(item);
      };
      subscriber.add(
        source.subscribe({
          next(item) {
            if (busy === undefined && waiting.length === 0) waiting.push(item);
            else offer(item);
            drain();
          },
          error: (cause) => subscriber.error(cause),
          complete() {
            sourceDone = true;
            drain();
          },
        }),
      );
      return () => {
        waiting.length = 0;
      };
    });
  return Object.assign(operator, { losses });
}
