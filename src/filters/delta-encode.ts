/** Changes of numbers become spikes, as in the pixel of an event camera. */
import { DataError } from '../errors.ts';
import { lossesCheck } from '../events/losses.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import { number, type OptionTable, soundOptions } from '../options.ts';
import type { Filter, FilterConfig } from './filter.ts';
import { encodeRows, type RowEncoder } from './rows.ts';

/** Configuration of `deltaEncode`. */
export interface DeltaEncodeConfig extends FilterConfig {
  /** Change of a value that makes a spike, in its unit. */
  readonly threshold: number;
  /** Value from which changes are counted; the first one of each channel if left out. */
  readonly initial?: number;
}

const optionTable: OptionTable<DeltaEncodeConfig> = {
  threshold: number({ above: 0 }),
  initial: number(),
  losses: lossesCheck,
};

/**
 * Makes the filter of `deltaEncode`: of n values, channel k spikes when value k has risen by the threshold since the last
 * spike for it, channel n + k when it has fallen by as much; several times in a bin if the change is that large.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const encode = deltaEncoder({ threshold: 1 });
 * const signal = { steps: 3, channels: 1, dt: 1e-3, startTime: 0, values: Float64Array.of(0, 2.5, 1) };
 * encode(signal).counts; // Uint32Array [0, 0, 2, 0, 0, 1]
 * ```
 */
export function deltaEncoder(
  config: DeltaEncodeConfig,
): Filter<SignalRaster, SpikeRaster> & RowEncoder {
  config = soundOptions('no changes can be encoded', config, optionTable, 'threshold');
  const { threshold, initial = Number.NaN } = config;
  return encodeRows((channels) => {
    const start = new Float64Array(channels).fill(initial);
    /** How many thresholds each channel lies above its start. */
    const levels = new Float64Array(channels);
    return {
      channels: 2 * channels,
      follow(values, at, counts, to) {
        counts.fill(0, to, to + 2 * channels);
        for (let channel = 0; channel < channels; channel++) {
          const value = values[at + channel]!;
          if (Number.isNaN(start[channel]!)) start[channel] = value;
          // From the start, not from the last spike, so that no error of rounding adds up.
          const height = (value - start[channel]!) / threshold;
          const level = levels[channel]!;
          const change = Math.trunc(height - level);
          if (change === 0) continue;
          if (Math.abs(change) > mostSpikes) {
            throw new DataError(
              `a value has gone to ${value}, ${Math.abs(change)} thresholds at once`,
            );
          }
          levels[channel] = level + change;
          if (change > 0) counts[to + channel] = change;
          else counts[to + channels + channel] = -change;
        }
      },
    };
  });
}

/** Spikes of a channel in one bin at most. */
const mostSpikes = 2 ** 24;
