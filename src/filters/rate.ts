/** How many events a stream has, over time. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import type { Space } from '../events/space.ts';
import type { SignalRaster } from '../events/spike-raster.ts';
import { number, type OptionTable, optionProblems, readOnce } from '../options.ts';
import type { Filter, FilterConfig } from './filter.ts';
import { rowStore } from './row-store.ts';
import { windowProblems, windowsOf } from './windows.ts';

/** Configuration of `rate`. */
export interface RateConfig extends FilterConfig {
  /** Width of a bin, seconds. */
  readonly dt: number;
  /** Start of the first bin, whole microseconds; where the first event falls on the grid of whole bins from 0 if left out. */
  readonly startTime?: number;
}

const optionTable: OptionTable<RateConfig> = {
  dt: number({ min: 1e-6, max: 1e9, unit: 'seconds' }),
  startTime: number({ whole: true, unit: 'µs' }),
  losses: lossesCheck,
};

/**
 * Makes the filter of `rate`: for each packet the bins that its `until` completes, none if it completes none.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const measured = rateFilter({ dt: 1e-3 });
 * measured(aerPacket([5, 6], [0, 0], channels(1), 1000)).values; // Float64Array [2000]
 * ```
 */
export function rateFilter(config: RateConfig): Filter<AerPacket, SignalRaster> {
  config = readOnce(config, optionTable);
  const problems = optionProblems(config, optionTable, 'dt');
  if (problems.length === 0) problems.push(...windowProblems({ window: config.dt, ...config }));
  if (problems.length > 0) throw new InvalidArgumentError('no rate can be measured', problems);
  const { dt, startTime, losses = lossCounter() } = config;
  const start = startTime === undefined ? {} : { startTime };
  const windows = windowsOf<Space>(
    { window: dt, maxGap: Number.POSITIVE_INFINITY, ...start },
    losses,
  );
  const rows = rowStore(1, dt);
  let count = 0;
  let reached = startTime ?? 0;
  const use = {
    events: (_: AerPacket, from: number, to: number) => {
      count += to - from;
    },
    close: (from: number, to: number) => {
      // Adding may move the values.
      const at = rows.add(from);
      rows.values[at] = count / dt;
      count = 0;
      reached = to;
    },
  };
  return Object.assign(
    (packet: AerPacket) => {
      packet = soundPacket(packet);
      windows.push(packet, use);
      return rows.take(reached);
    },
    {
      end: () => {
        windows.end(use);
        const last = rows.take(reached);
        return last.steps > 0 ? last : undefined;
      },
    },
  );
}
