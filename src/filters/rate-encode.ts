/** Numbers become the spike rates of populations. */
import { InvalidArgumentError } from '../errors.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import {
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readOnce,
  seedCheck,
} from '../options.ts';
import { fault, type Problem, problem } from '../problems.ts';
import { randomStream } from '../random.ts';
import type { Filter, FilterConfig } from './filter.ts';
import { encodeRows, type RowEncoder } from './rows.ts';

/** Configuration of `rateEncode`. */
export interface RateEncodeConfig extends FilterConfig {
  /** Smallest and largest value; values beyond count as these, and are counted as `clipped`. */
  readonly range: readonly [min: number, max: number];
  /** Neurons for each value. */
  readonly neurons: number;
  /** Highest rate of a neuron, Hz. */
  readonly rate: number;
  /**
   * `ramp` (the default): the rate of every neuron rises with the value, from 0 at the smallest. `bumps`: neurons prefer values that
   * are spread evenly over the range, and fire less the further away the value is.
   */
  readonly tuning?: 'ramp' | 'bumps';
  /** Standard deviation of a bump, in units of the value; the distance between two preferred values if left out. */
  readonly width?: number;
  /** `regular` (the default): spikes as evenly as bins allow; `poisson`: at random, for which a `seed` is needed. */
  readonly spikes?: 'regular' | 'poisson';
  /** Seed of the random numbers. */
  readonly seed?: number;
}

const optionTable: OptionTable<RateEncodeConfig> = {
  range: rangeProblems,
  neurons: number({ min: 1, max: 2 ** 20, whole: true }),
  rate: number({ min: 0, max: 1e6, unit: 'Hz' }),
  tuning: oneOf(['ramp', 'bumps']),
  width: number({ above: 0 }),
  spikes: oneOf(['regular', 'poisson']),
  seed: seedCheck,
  losses: lossesCheck,
};

function rangeProblems(value: unknown): Problem[] {
  const is =
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((bound) => Number.isFinite(bound)) &&
    value[0] < value[1];
  return is ? [] : [problem('', 'out-of-range', value, '[min, max] with min < max is needed')];
}

/**
 * Makes the filter of `rateEncode`: value k of the signal drives channels `k·neurons` to `(k + 1)·neurons - 1`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const encode = rateEncoder({ range: [0, 1], neurons: 1, rate: 1000 });
 * const signal = { steps: 4, channels: 1, dt: 1e-3, startTime: 0, values: Float64Array.of(1, 1, 0.5, 0.5) };
 * encode(signal).counts; // Uint32Array [1, 1, 0, 1]
 * ```
 */
export function rateEncoder(
  config: RateEncodeConfig,
): Filter<SignalRaster, SpikeRaster> & RowEncoder {
  config = readOnce(config, optionTable);
  const problems = optionProblems(config, optionTable, 'range', 'neurons', 'rate');
  if (problems.length === 0) problems.push(...seedProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('no rates can be encoded', problems);
  const { neurons, losses = lossCounter() } = config;
  const [min, max] = config.range;
  const tuning = tuningOf(config);
  return encodeRows((channels, dt) => {
    const spikes = spikesOf(config, channels * neurons, dt);
    return {
      channels: channels * neurons,
      follow(values, at, counts, to) {
        let clipped = 0;
        for (let i = 0; i < channels; i++) {
          const given = values[at + i]!;
          const value = Math.min(max, Math.max(min, given));
          if (value !== given) clipped++;
          const first = i * neurons;
          for (let k = 0; k < neurons; k++) {
            counts[to + first + k] = spikes(first + k, tuning(value, k));
          }
        }
        losses.add('clipped', clipped);
      },
    };
  });
}

function seedProblems({ spikes, seed }: RateEncodeConfig): Problem[] {
  if (spikes !== 'poisson' || seed !== undefined) return [];
  return [fault('seed', 'missing', 'spikes at random need a seed')];
}

/** Rate of neuron k for a value, Hz. */
function tuningOf({ range, neurons, rate, tuning, width }: RateEncodeConfig) {
  const [min, max] = range;
  if (tuning !== 'bumps') return (value: number) => (rate * (value - min)) / (max - min);
  const distance = neurons > 1 ? (max - min) / (neurons - 1) : max - min;
  const first = neurons > 1 ? min : (min + max) / 2;
  const sigma = width ?? distance;
  return (value: number, k: number) => {
    const z = (value - first - k * distance) / sigma;
    return rate * Math.exp(-0.5 * z * z);
  };
}

/** Spikes of a channel in its next bin, for a rate in Hz. */
function spikesOf(
  { spikes, seed = 0, neurons }: RateEncodeConfig,
  channels: number,
  dt: number,
): (channel: number, rate: number) => number {
  if (spikes === 'poisson') {
    const random = randomStream(seed, 'rate-encode');
    return (_, rate) => random.poisson(rate * dt);
  }
  // What is still missing to the next spike; a little apart from neuron to neuron, so that they take turns.
  const phases = Float64Array.from({ length: channels }, (_, i) => (i % neurons) / neurons);
  return (channel, rate) => {
    const phase = phases[channel]! + rate * dt;
    const count = Math.floor(phase + 1e-9);
    phases[channel] = phase - count;
    return count;
  };
}
