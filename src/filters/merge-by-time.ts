/** Several streams of events made one, in the order of time. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { type EventStore, eventStore, type Taken } from '../events/event-store.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import type { Space } from '../events/space.ts';
import { microseconds } from '../events/ticks.ts';
import { number, type OptionTable, optionProblems, readOnce } from '../options.ts';
import { within } from '../problems.ts';
import { type Emit, type FilterConfig, once } from './filter.ts';

/** Configuration of `mergeByTime`. */
export interface MergeByTimeConfig extends FilterConfig {
  /**
   * How far a stream may lie behind the one that is furthest ahead before it is no longer waited for, seconds; forever if
   * left out. What comes after its time is then counted as `late` and left out.
   */
  readonly lateness?: number;
}

/** Streams that are being merged. */
export interface TimeMerger<S extends Space> {
  /**
   * Takes the next packet of stream `index` and gives what is now known to be in order.
   *
   * @throws DataError if it is no packet, or its addresses mean something else than those of the others
   */
  push(index: number, packet: AerPacket<S>, emit: Emit<AerPacket<S>>): void;
  /** Ends stream `index`; after the last one, gives all that was held. */
  end(index: number, emit: Emit<AerPacket<S>>): void;
}

const anyCount = number({ min: 1, max: 65_536, whole: true, unit: 'streams' });

/** Checks of {@link MergeByTimeConfig}. */
export const mergeByTimeTable: OptionTable<MergeByTimeConfig> = {
  lateness: number({ min: 0, unit: 'seconds', infinite: true }),
  losses: lossesCheck,
};

/** One of the streams. */
interface Branch {
  readonly store: EventStore;
  /** All before this time has been said; infinite once the stream has ended. */
  until: number;
}

/**
 * Makes what `mergeByTime` merges with. Events are given out once every stream has said all before them; those of the same
 * time in the order of the streams.
 *
 * @param streams how many streams there are
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const merger = timeMerger(2);
 * const merged: number[] = [];
 * const emit = ({ timestamps }: { timestamps: Float64Array }) => merged.push(...timestamps);
 * merger.push(0, aerPacket([1, 5], [0, 0], channels(2)), emit);
 * merger.push(1, aerPacket([3, 9], [1, 1], channels(2)), emit);
 * merged; // [1, 3]
 * ```
 */
export function timeMerger<S extends Space>(
  streams: number,
  config: MergeByTimeConfig = {},
): TimeMerger<S> {
  config = readOnce(config, mergeByTimeTable);
  const problems = [
    ...within('streams', anyCount(streams)),
    ...optionProblems(config, mergeByTimeTable),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('streams cannot be merged', problems);
  const { lateness = Number.POSITIVE_INFINITY, losses = lossCounter() } = config;
  const behind = Number.isFinite(lateness) ? microseconds(lateness) : lateness;
  const branches: Branch[] = Array.from({ length: streams }, () => ({
    store: eventStore(),
    until: Number.NEGATIVE_INFINITY,
  }));
  const keepSpace = once((space: S) => space);
  const stores = branches.map(({ store }) => store);
  let space: S | undefined;
  let given = Number.NEGATIVE_INFINITY;
  let furthest = Number.NEGATIVE_INFINITY;

  /** Adds the events of a packet that come in time; gives how many do not. */
  const add = ({ store, until }: Branch, packet: AerPacket<S>): number => {
    const { timestamps } = packet;
    let last = Math.max(until, given);
    let from = 0;
    let late = 0;
    for (let i = 0; i < timestamps.length; i++) {
      if (timestamps[i]! >= last) {
        last = timestamps[i]!;
        continue;
      }
      late++;
      if (i > from) store.addRange(packet, from, i);
      from = i + 1;
    }
    if (timestamps.length > from) store.addRange(packet, from, timestamps.length);
    return late;
  };
  const emitBefore = (bound: number, until: number, emit: Emit<AerPacket<S>>): void => {
    given = until;
    emit({ ...mergeBefore(stores, bound), space: space!, until });
  };
  const advance = (emit: Emit<AerPacket<S>>): void => {
    const least = branches.reduce(
      (min, { until }) => Math.min(min, until),
      Number.POSITIVE_INFINITY,
    );
    if (least === Number.POSITIVE_INFINITY) {
      const held = branches.some(({ store }) => store.length > 0);
      if (space !== undefined && (held || furthest > given)) emitBefore(least, furthest, emit);
      return;
    }
    const bound = Math.max(least, furthest - behind);
    if (bound > given) emitBefore(bound, bound, emit);
  };
  return {
    push(index, packet, emit) {
      const branch = branches[index];
      if (branch === undefined) throw new DataError(`there is no stream ${index} of ${streams}`);
      packet = soundPacket(packet);
      space = keepSpace(packet.space);
      const late = add(branch, packet);
      const said = Math.max(packet.until, packet.timestamps.at(-1) ?? packet.until);
      branch.until = Math.max(branch.until, said);
      furthest = Math.max(furthest, said);
      losses.add('late', late);
      advance(emit);
    },
    end(index, emit) {
      const branch = branches[index];
      if (branch === undefined) throw new DataError(`there is no stream ${index} of ${streams}`);
      branch.until = Number.POSITIVE_INFINITY;
      advance(emit);
    },
  };
}

/** Takes all events before `bound` out, in order; of the same time, those of the first store first. */
function mergeBefore(stores: readonly EventStore[], bound: number): Taken {
  const at = stores.map(({ begin }) => begin);
  const ends = stores.map((store) => store.begin + store.countBefore(bound));
  const total = ends.reduce((sum, end, i) => sum + end - at[i]!, 0);
  const timestamps = new Float64Array(total);
  const addresses = new Uint32Array(total);
  for (let count = 0; count < total; ) {
    // The store whose first event is due, and the time at which another one is.
    let next = -1;
    let [due, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let before = false;
    for (let i = 0; i < stores.length; i++) {
      if (at[i]! >= ends[i]!) continue;
      const time = stores[i]!.times[at[i]!]!;
      if (next < 0 || time < due) {
        // A store that stands before the chosen one goes first at the same time.
        [other, before, next, due] = [due, true, i, time];
      } else if (time < other) [other, before] = [time, false];
    }
    const store = stores[next]!;
    const { times, addresses: from } = store;
    let i = at[next]!;
    for (const end = ends[next]!; i < end; i++) {
      const time = times[i]!;
      if (time > other || (before && time === other)) break;
      timestamps[count] = time;
      addresses[count++] = from[i]!;
    }
    at[next] = i;
  }
  for (const [i, store] of stores.entries()) store.drop(ends[i]! - store.begin);
  return { timestamps, addresses };
}
