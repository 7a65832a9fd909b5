/** Poisson noise, the same for the same seed. */
import { InvalidArgumentError } from '../errors.ts';
import { listOf, number, type OptionTable, seedCheck, soundOptions } from '../options.ts';
import { type Problem, problem } from '../problems.ts';
import { labelCheck, mostMean, randomStream } from '../random.ts';
import { gridProblems, type SpikeRaster } from './spike-raster.ts';
import { stepsIn } from './ticks.ts';

/** What {@link poissonRaster} takes. */
export interface PoissonConfig {
  /** Number of channels. */
  readonly channels: number;
  /** Mean rate of each channel, hertz. */
  readonly rate: number;
  /** Length, seconds. */
  readonly duration: number;
  /** Width of a bin, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Start of the first bin, whole microseconds; 0 if left out. */
  readonly startTime?: number;
  /** Seed of the noise. */
  readonly seed: number;
  /** Names the pattern among those of one seed. */
  readonly labels?: readonly (string | number)[];
}

/** What the options of Poisson noise must be. */
export const poissonTable: OptionTable<PoissonConfig> = {
  channels: number({ min: 1, whole: true }),
  rate: number({ min: 0, unit: 'hertz' }),
  duration: number({ min: 0, unit: 'seconds' }),
  dt: number({ min: 1e-6, unit: 'seconds' }),
  startTime: number({ whole: true, unit: 'µs' }),
  seed: seedCheck,
  labels: listOf(labelCheck),
};

/** Options that Poisson noise cannot do without. */
export const poissonNeeds = ['channels', 'rate', 'duration', 'seed'] as const;

/**
 * Draws Poisson noise: every channel fires independently of all others and of its past. The same
 * seed and labels give the same noise, which makes it frozen.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * poissonRaster({ channels: 60, rate: 50, duration: 0.5, seed: 1 }).steps; // 500
 * ```
 */
export function poissonRaster(config: PoissonConfig): SpikeRaster {
  config = soundOptions('this noise cannot be drawn', config, poissonTable, ...poissonNeeds);
  const { channels, rate, duration, dt = 1e-3, startTime = 0, seed, labels = [] } = config;
  const steps = stepsIn(duration, dt);
  const problems: Problem[] = gridProblems({ steps, channels, dt, startTime });
  if (rate * dt > mostMean) {
    const needed = `at most ${mostMean} spikes per bin can be drawn, ${mostMean / dt} Hz`;
    problems.push(problem('rate', 'too-large', rate, needed));
  }
  if (problems.length > 0) throw new InvalidArgumentError('this noise cannot be drawn', problems);
  const random = randomStream(seed, 'poisson', ...labels);
  const counts = new Uint32Array(steps * channels);
  for (let i = 0; i < counts.length; i++) counts[i] = random.poisson(rate * dt);
  return { steps, channels, dt, startTime, counts };
}
