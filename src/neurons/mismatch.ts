/** Mismatch: how the transistors of a chip differ. */
import { type Random, randomStream } from '../random.ts';
import { combineParameters, type ParameterSet } from './parameter-set.ts';

/** How far transistors differ from each other. */
export interface Mismatch {
  /** Deviation that `sigmaRule` standard deviations reach, as a fraction: 0.3 is 30 %. */
  readonly fraction: number;
  /** Standard deviations within `fraction`; 3 where left out. */
  readonly sigmaRule?: number;
}

/**
 * Draws a chip: every current and layout constant of every neuron deviates on its own,
 * `p·(1 + fraction/sigmaRule·z)` with z standard normal, not truncated. `Iscale` stays. The draw
 * belongs to `seed` and `labels` alone, and each parameter has a stream of its own.
 *
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
  const sigma = mismatch.fraction / (mismatch.sigmaRule ?? 3);
  if (sigma === 0) return parameters;
  return mismatched(parameters, sigma, (name) => randomStream(seed, 'mismatch', ...labels, name));
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
