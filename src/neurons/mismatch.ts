/** Mismatch: how the transistors of a chip differ. */
import { type Check, number, type OptionTable, options, readItem, refuse } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { labelCheck, type Random, randomStream } from '../random.ts';
import { combineParameters, type ParameterSet } from './parameter-set.ts';

/** How far transistors differ from each other. */
export interface Mismatch {
  /** Deviation that `sigmaRule` standard deviations reach, as a fraction: 0.3 is 30 %. */
  readonly fraction: number;
  /** Standard deviations within `fraction`; 3 if left out. */
  readonly sigmaRule?: number;
}

const seeds = number();

/** What a mismatch may hold. */
export const mismatchTable: OptionTable<Mismatch> = {
  // Beyond, half of all transistors would have currents below zero.
  fraction: number({ min: 0, max: 100 }),
  sigmaRule: number({ above: 0 }),
};

/** Checks a mismatch; paths are relative to it. */
export const mismatchCheck: Check = options(mismatchTable, 'fraction');

/**
 * Draws a chip: every current and layout constant of every neuron deviates on its own,
 * `p·(1 + fraction/sigmaRule·z)` with z standard normal, not truncated. `Iscale` stays. The draw
 * belongs to `seed` and `labels` alone, and each parameter has a stream of its own.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * drawMismatch(dynapSimParameters({}, 2), { fraction: 0.3 }, 7).Idc; // two values near 5e-13
 * ```
 */
export function drawMismatch<P extends ParameterSet<'Io'>>(
  parameters: P,
  mismatch: Mismatch,
  seed: number,
  ...labels: readonly (string | number)[]
): P {
  parameters = readItem(parameters);
  mismatch = readItem(mismatch);
  refuse('no chip can be drawn', () => {
    // A mismatch in training says more than this; that is checked there.
    const { fraction, sigmaRule }: Partial<Mismatch> = mismatch ?? {};
    return [
      ...within('parameters', setProblems(parameters)),
      ...within('mismatch', mismatchCheck({ fraction, sigmaRule })),
      ...within('seed', seeds(seed)),
      ...labels.flatMap((label, i) => within(`labels[${i}]`, labelCheck(label))),
    ];
  });
  const sigma = mismatch.fraction / (mismatch.sigmaRule ?? 3);
  if (sigma === 0) return parameters;
  return mismatched(parameters, sigma, (name) => randomStream(seed, 'mismatch', ...labels, name));
}

/** Lists what keeps something from being a set of parameters. */
function setProblems(parameters: unknown): Problem[] {
  const needed = 'parameters of neurons are needed, such as dynapSimParameters gives';
  // All of it is read here, so that what cannot be read is refused as a whole.
  const set = { ...(parameters as Partial<ParameterSet<'Io'>>) };
  const arrays = Object.values<unknown>(set).filter((values) => values instanceof Float64Array);
  const are = set.Io !== undefined && arrays.every((values) => values.length > 0);
  return are ? [] : [problem('', 'wrong-type', parameters, needed)];
}

/** Lets every value deviate by `sigma` of itself, from the random stream of its parameter. */
export function mismatched<P extends ParameterSet<'Io'>>(
  parameters: P,
  sigma: number,
  streamOf: (name: string) => Random,
): P {
  return combineParameters([parameters], ([values], name) => {
    const random = streamOf(name);
    return values!.map((value) => value * (1 + sigma * random.normal()));
  });
}
