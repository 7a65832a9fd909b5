/** The operator `mergeByTime`: several streams become one, in the order of time. */
import { concat, isObservable, map, merge, type Observable, of } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { lossCounter } from '../src/events/losses.ts';
import type { Space } from '../src/events/space.ts';
import {
  type MergeByTimeConfig,
  mergeByTimeTable,
  timeMerger,
} from '../src/filters/merge-by-time.ts';
import { faultsOf, listOf, readList, readOnce } from '../src/options.ts';
import { problem, within } from '../src/problems.ts';
import { type EventOperator, emitTo } from './filtering.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** A packet of one of the streams, or its end. */
interface Tagged<S extends Space> {
  readonly index: number;
  readonly packet?: AerPacket<S>;
}

/**
 * Merges a stream with others of the same space, in the order of time. An event is emitted once every stream has said
 * all before it (`until`); events of the same time come in the order of the streams. A stream that is behind the
 * furthest by more than `lateness` is no longer waited for; what it then brings late is counted as `late`. Without
 * `lateness` a silent stream holds all others back, and what they bring is kept meanwhile.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const left = of(aerPacket([1, 5], [0, 0], channels(2)));
 * const right = of(aerPacket([3, 9], [1, 1], channels(2)));
 * left.pipe(
 *   mergeByTime([right]),
 *   map(({ timestamps }) => [...timestamps]),
 * ); // emits [1, 3, 5], [9]
 * ```
 */
export function mergeByTime<S extends Space>(
  others: readonly Observable<AerPacket<S>>[],
  config: MergeByTimeConfig = {},
): EventOperator<AerPacket<S>, AerPacket<S>> {
  others = readList(others);
  config = readOnce(config, mergeByTimeTable);
  const problems = within('others', faultsOf(others, streams));
  if (problems.length > 0) throw new InvalidArgumentError('streams cannot be merged', problems);
  const all = others.length + 1;
  timeMerger(all, config);
  const { losses = lossCounter() } = config;
  const merging = oneAtATime<Tagged<S>, AerPacket<S>>((subscriber) => {
    const merger = timeMerger<S>(all, { ...config, losses });
    const emit = emitTo(subscriber);
    return {
      next({ index, packet }) {
        if (packet === undefined) merger.end(index, emit);
        else merger.push(index, packet, emit);
      },
    };
  });
  const operator = (source: Observable<AerPacket<S>>): Observable<AerPacket<S>> =>
    merge(...[source, ...others].map(tagged)).pipe(merging);
  return Object.assign(operator, { losses });
}

const streams = listOf((one) =>
  isObservable(one) ? [] : [problem('', 'wrong-type', one, 'a stream (Observable) is needed')],
);

function tagged<S extends Space>(
  stream: Observable<AerPacket<S>>,
  index: number,
): Observable<Tagged<S>> {
  return concat(stream.pipe(map((packet) => ({ index, packet }))), of({ index }));
}
