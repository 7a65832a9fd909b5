/** The operator `boundedBuffer`: holds back what a slow consumer cannot take, up to a bound. */
import {
  defer,
  from,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  Subject,
  tap,
} from 'rxjs';
import { streamOf } from '../src/consumed.ts';
import { DeviceError, InvalidArgumentError } from '../src/errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import {
  callback,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readOnce,
} from '../src/options.ts';
import { queue } from '../src/queue.ts';

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
  /** Counts what was dropped, in items; the operator's own if left out. */
  readonly losses?: Losses;
}

/** The operator, with what it dropped. */
export type BoundedBuffer<In, Out> = OperatorFunction<In, Out> & {
  /** Items dropped, by policy. */
  readonly losses: Losses;
};

const table: OptionTable<BoundedBufferConfig<unknown, unknown>> = {
  capacity: number({ min: 1, whole: true, unit: 'items' }),
  policy: oneOf(['dropOldest', 'dropNewest', 'error']),
  consume: callback,
  losses: lossesCheck,
};

/**
 * Holds back what a slow consumer cannot take yet, but never more than `capacity` items: a live source cannot wait, and
 * a queue without a bound fills the memory. What is dropped is counted. For sources that can wait, such as files, use
 * `fromPull`, which drops nothing.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const buffer = boundedBuffer({
 *   capacity: 1,
 *   policy: 'dropOldest',
 *   consume: (item: number) => timer(1).pipe(map(() => item)),
 * });
 * of(1, 2, 3).pipe(buffer); // emits 1, 3
 * buffer.losses.total; // 1
 * ```
 */
export function boundedBuffer<In, Out>(
  config: BoundedBufferConfig<In, Out>,
): BoundedBuffer<In, Out> {
  config = readOnce(config, table);
  const problems = optionProblems(config, table as never, 'capacity', 'policy', 'consume');
  if (problems.length > 0) throw new InvalidArgumentError('this buffer cannot be made', problems);
  const { capacity, policy, consume, losses = lossCounter() } = config;
  const operator: OperatorFunction<In, Out> = (source) =>
    defer(() => {
      const waiting = queue<In>();
      const items = new Subject<In>();
      let busy = false;
      let draining = false;
      let sourceDone = false;
      const offer = (item: In): void => {
        if (waiting.size === capacity) {
          if (policy === 'error') {
            throw new DeviceError(
              'overflow',
              `${capacity} items wait and another came; make the consumer faster, the buffer larger, or choose what to drop`,
            );
          }
          if (policy === 'dropOldest') {
            waiting.shift();
            waiting.push(item);
          }
          // Whoever watches the counter may hand over another item.
          losses.add(policy, 1);
          return;
        }
        waiting.push(item);
      };
      /** A loop, not a recursion: consumers that are done at once must not pile up on the stack. */
      const drain = (): void => {
        if (draining) return;
        draining = true;
        while (!busy && waiting.size > 0) {
          busy = true;
          items.next(waiting.shift() as In);
        }
        draining = false;
        if (sourceDone && waiting.size === 0) items.complete();
      };
      const work = (item: In): Observable<Out> =>
        from(streamOf(consume(item))).pipe(
          tap({
            complete: () => {
              busy = false;
              drain();
            },
          }),
        );
      const fed = source.pipe(
        tap({
          next: (item) => {
            offer(item);
            drain();
          },
          complete: () => {
            sourceDone = true;
            drain();
          },
        }),
        ignoreElements(),
      );
      return merge(items.pipe(mergeMap(work)), fed);
    });
  return Object.assign(operator, { losses });
}
