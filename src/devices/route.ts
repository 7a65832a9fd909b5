/** Which event words the events of a channel become. */
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { reals, wholes } from '../events/blocks.ts';
import type { ChannelSpace, ChipWordSpace } from '../events/space.ts';
import { type Problem, problem } from '../problems.ts';

/**
 * Turns events of channels into events for the chips: each is repeated for all event words of its
 * channel, in order. A channel that reaches nothing gives no event. `until` stays as it is, and so do the times if each channel has one word.
 *
 * @throws DataError if an event has a channel that does not exist
 */
export function routeEvents(
  { timestamps, addresses, until }: AerPacket<ChannelSpace>,
  words: readonly Uint32Array[],
  space: ChipWordSpace,
): AerPacket<ChipWordSpace> {
  let total = 0;
  let single = true;
  for (let i = 0; i < addresses.length; i++) {
    const own = words[addresses[i]!];
    if (own === undefined) {
      throw new DataError(`an event has channel ${addresses[i]}; there are ${words.length}`);
    }
    total += own.length;
    single &&= own.length === 1;
  }
  const routed = {
    timestamps: single ? timestamps : reals(total),
    addresses: wholes(total),
    space,
    until,
  };
  if (single) {
    for (let i = 0; i < total; i++) routed.addresses[i] = words[addresses[i]!]![0]!;
    return routed;
  }
  let at = 0;
  for (let i = 0; i < addresses.length; i++) {
    const own = words[addresses[i]!]!;
    for (let k = 0; k < own.length; k++) {
      routed.timestamps[at] = timestamps[i]!;
      routed.addresses[at++] = own[k]!;
    }
  }
  return routed;
}

/** Lists what is wrong with the event words of one channel. */
export function wordListProblems(words: unknown): Problem[] {
  if (words instanceof Uint32Array) return [];
  return [problem('', 'wrong-type', words, 'a Uint32Array of event words is needed')];
}
