/** The operator `splitByAddress`: one stream taken apart. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { ChannelSpace, ChipWordSpace } from '../src/events/space.ts';
import {
  type Parts,
  type SplitByAddressConfig,
  splitByAddressFilter,
} from '../src/filters/split-by-address.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Splits a stream by address: for each packet one object with a packet for each part, in which the addresses of that
 * part are channels 0, 1, …. Events of no part are counted as `otherAddress`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([5, 6, 7], [0, 3, 2], channels(4))).pipe(
 *   splitByAddress({ parts: { even: [0, 2], odd: [1, 3] } }),
 *   map(({ even, odd }) => [even.timestamps.length, odd.timestamps.length]),
 * ); // emits [2, 1]
 * ```
 */
export function splitByAddress<Name extends string>(
  config: SplitByAddressConfig<Name>,
): EventOperator<AerPacket<ChannelSpace | ChipWordSpace>, Parts<Name>> {
  return filtering(config, splitByAddressFilter<Name>);
}
