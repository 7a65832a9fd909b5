/** A stream cut into packets of equally many events. */
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { eventStore } from '../events/event-store.ts';
import { lossesCheck } from '../events/losses.ts';
import type { Space } from '../events/space.ts';
import { number, type OptionTable, soundOptions } from '../options.ts';
import { type Emit, type FilterConfig, once, type Slicer } from './filter.ts';
import { inParts } from './in-parts.ts';

/** Configuration of `countSlice`. */
export interface CountSliceConfig extends FilterConfig {
  /** Events of each packet; the last one has the rest. */
  readonly events: number;
}

const optionTable: OptionTable<CountSliceConfig> = {
  events: number({ min: 1, max: 2 ** 26, whole: true, unit: 'events' }),
  losses: lossesCheck,
};

/**
 * Makes the slicer of `countSlice`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const slicer = countSlicer({ events: 2 });
 * const ends: number[] = [];
 * slicer.push(aerPacket([1, 2, 3], [0, 0, 0], channels(1)), ({ until }) => ends.push(until));
 * ends; // [2]
 * ```
 */
export function countSlicer<S extends Space>(
  config: CountSliceConfig,
): Slicer<AerPacket<S>, AerPacket<S>> {
  config = soundOptions('this stream cannot be cut', config, optionTable, 'events');
  const { events } = config;
  const store = eventStore();
  const keepSpace = once((given: S) => given);
  let space: S | undefined;
  let said = Number.NEGATIVE_INFINITY;
  let given = Number.NEGATIVE_INFINITY;
  const emitUntil = (count: number, until: number, emit: Emit<AerPacket<S>>) => {
    given = until;
    return emit({ ...store.take(count), space: space!, until });
  };
  const parts = inParts((packet: AerPacket<S>, first, emit: Emit<AerPacket<S>>) => {
    const { timestamps, until } = packet;
    for (let from = first; from < timestamps.length; ) {
      const to = Math.min(timestamps.length, from + events - store.length);
      store.addRange(packet, from, to);
      from = to;
      said = Math.max(said, timestamps[to - 1]!);
      if (store.length === events && emitUntil(events, said, emit) === true) return to;
    }
    said = Math.max(said, until);
    // Time that passes is told at once if no event is held back.
    if (store.length === 0 && said > given) emitUntil(0, said, emit);
    return undefined;
  });
  return {
    push(packet, emit) {
      packet = soundPacket(packet);
      space = keepSpace(packet.space);
      parts.push(packet, emit);
    },
    goOn: parts.goOn,
    end(emit) {
      if (store.length > 0) emitUntil(store.length, said, emit);
    },
  };
}
