/** Events that come later, or sooner, in stream time. */
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossesCheck } from '../events/losses.ts';
import type { Space } from '../events/space.ts';
import { microseconds } from '../events/ticks.ts';
import { number, type OptionTable, soundOptions } from '../options.ts';
import type { Filter, FilterConfig } from './filter.ts';

/** Configuration of `delayEvents`. */
export interface DelayEventsConfig extends FilterConfig {
  /** By how much time stamps are moved, seconds; negative moves them back. */
  readonly delay: number;
}

const optionTable: OptionTable<DelayEventsConfig> = {
  delay: number({ min: -1e9, max: 1e9, unit: 'seconds' }),
  losses: lossesCheck,
};

/**
 * Makes the filter of `delayEvents`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * delayEventsFilter({ delay: 2e-3 })(aerPacket([5], [0], channels(1))).timestamps; // Float64Array [2005]
 * ```
 */
export function delayEventsFilter<S extends Space>(
  config: DelayEventsConfig,
): Filter<AerPacket<S>, AerPacket<S>> {
  config = soundOptions('events cannot be delayed', config, optionTable, 'delay');
  const by = microseconds(config.delay);
  return (packet) => {
    packet = soundPacket(packet);
    const { addresses, space, until } = packet;
    const timestamps = new Float64Array(addresses.length);
    for (let i = 0; i < timestamps.length; i++) timestamps[i] = packet.timestamps[i]! + by;
    return { timestamps, addresses, space, until: until + by };
  };
}
