/** A decoder of closed loops that learns while it is used. */
import { DataError, InvalidArgumentError } from '../src/errors.ts';
import { reals } from '../src/events/blocks.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { follower, rateDecodeProblems, rateDecodeTable } from '../src/filters/rate-decode.ts';
import { type LoopMoment, refusePromise } from '../src/loop/coding.ts';
import {
  learningReadout,
  type Readout,
  type ReadoutConfig,
  readoutProblems,
  readoutTable,
} from '../src/loop/readout.ts';
import { callback, number, type OptionTable, optionProblems, readOnce } from '../src/options.ts';

/** Configuration of {@link learnReadout}; either `tau` or `window`. */
export interface LearnReadoutConfig<O> extends ReadoutConfig {
  /** Time constant with which spikes are forgotten, seconds. */
  readonly tau?: number;
  /** Time over which spikes are counted, seconds. */
  readonly window?: number;
  /** Factor of the rates before the weights, seconds; 1 if left out, for rates in Hz. */
  readonly scale?: number;
  /**
   * Gives the error of the values that were read: what they should have been less what they were, `[outputs]`; or nothing, if a step teaches nothing.
   *
   * @param values what was read `delay` steps before; not to be kept
   */
  readonly error: (
    observation: O,
    values: Float64Array,
    moment: LoopMoment<O>,
  ) => ArrayLike<number> | undefined;
  /** Steps after which the error of a value is known; 0 if left out, in the same step. */
  readonly delay?: number;
}

/** A decoder that learns, for `closeLoop`. */
export type LearningDecoder<O> = ((spikes: SpikeRaster, moment: LoopMoment<O>) => Float64Array) &
  Pick<Readout, 'weights' | 'losses' | 'state'> & {
    /** Begins with rates at rest, as each loop does; weights stay as learnt. */
    begin(): void;
  };

const table: OptionTable<LearnReadoutConfig<unknown>> = {
  ...readoutTable,
  tau: rateDecodeTable.tau,
  window: rateDecodeTable.window,
  scale: number({ above: 0 }),
  error: callback,
  delay: number({ min: 0, max: 10_000, whole: true, unit: 'steps' }),
};

/**
 * Makes a decoder of the rates of the output whose weights change while the loop runs, by the delta rule or by recursive
 * least squares. What is on the chip stays as deployed. Rates begin at rest with each loop; weights stay as learnt.
 * `state()` gives all that was learnt as plain data, to be noted in a session and gone on from.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * // Learns to give back what is seen, from the rate of one neuron.
 * const decode = learnReadout<number>({
 *   inputs: 1, outputs: 1, rule: 'rls', variance: 100, window: 1e-3, scale: 1e-3,
 *   error: (seen, [read]) => [seen - read!],
 * });
 * const spikes = spikeRaster({ channels: 1, dt: 1e-3, counts: [2] });
 * for (let step = 0; step < 50; step++) decode(spikes, { step, time: 1000 * step, observation: 6 });
 * Math.round(1000 * decode.weights[0]!); // 3000
 * ```
 */
export function learnReadout<O = Float64Array>(config: LearnReadoutConfig<O>): LearningDecoder<O> {
  config = readOnce(config, table);
  const needed = ['inputs', 'outputs', 'rule', 'error'] as const;
  const problems = optionProblems(config, table as OptionTable<LearnReadoutConfig<O>>, ...needed);
  if (problems.length === 0)
    problems.push(...rateDecodeProblems(config), ...readoutProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be learnt', problems);
  const { tau, window, scale = 1, error, delay = 0, ...own } = config;
  const { inputs, outputs } = own;
  const readout = learningReadout(own);
  const follow = {
    ...(tau === undefined ? {} : { tau }),
    ...(window === undefined ? {} : { window }),
  };
  const held = delay + 1;
  /** Rates and values of the last steps, in a ring. */
  const rates = Array.from({ length: held }, () => new Float64Array(inputs));
  const read = Array.from({ length: held }, () => new Float64Array(outputs));
  const now = new Float64Array(inputs);
  let following: ReturnType<typeof follower> | undefined;
  let seen = 0;
  const decode = (spikes: SpikeRaster, moment: LoopMoment<O>): Float64Array => {
    const { steps, channels, dt, counts } = spikes;
    if (channels !== inputs) throw wrongWidth(channels, inputs);
    following ??= follower(channels, dt, follow);
    for (let bin = 0; bin < steps; bin++) following(counts, bin * channels, now, 0);
    const at = seen % held;
    for (let i = 0; i < inputs; i++) rates[at]![i] = scale * now[i]!;
    readout.read(rates[at]!, read[at]!);
    seen++;
    const values = reals(outputs);
    values.set(read[at]!);
    if (seen > delay) {
      const old = (seen - 1 - delay) % held;
      const wrong = error(moment.observation, read[old]!, moment);
      refusePromise('error', wrong);
      if (wrong !== undefined) readout.learn(rates[old]!, wrong);
    }
    return values;
  };
  const begin = (): void => {
    following = undefined;
    seen = 0;
  };
  const { weights, losses, state } = readout;
  return Object.assign(decode, { begin, weights, losses, state });
}

function wrongWidth(channels: number, inputs: number): DataError {
  return new DataError(
    `the spikes have ${channels} channels, but the readout was made for ${inputs} inputs`,
  );
}
