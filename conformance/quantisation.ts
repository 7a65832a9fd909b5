import { quantise, subsetSums } from '../src/chips/masks.ts';
import { readJson } from './files.ts';
import type { CaseOutcome, Kind } from './kind.ts';

interface QuantisationCase {
  readonly w_in: readonly (readonly number[])[];
  readonly w_rec: readonly (readonly number[])[];
  readonly best: { readonly mse_nonzero: number };
}

/** Below this a set of weights counts as exactly representable. */
const exact = 1e-9;

/** Longest that one case may take, milliseconds. */
const patience = 5000;

function compare(name: string, { w_in, w_rec, best }: QuantisationCase): CaseOutcome {
  const weights = [...w_in.flat(), ...w_rec.flat()];
  const begin = performance.now();
  const { base, codes } = quantise(weights);
  const took = performance.now() - begin;
  // Measured from bases and masks alone, which is all that the chip is told.
  const levels = subsetSums(base);
  const nonZero = weights
    .map((weight, i) => ({ weight, mask: codes[i]! }))
    .filter(({ weight }) => weight !== 0);
  const squares = nonZero.reduce(
    (sum, { weight, mask }) => sum + (Math.abs(weight) - levels[mask]!) ** 2,
    0,
  );
  const mse = squares / Math.max(1, nonZero.length);
  const error = mse / Math.max(best.mse_nonzero, exact);
  if (base.some((value) => !(value >= 0)))
    return { name, error, note: `a base is negative: ${base.join(', ')}` };
  if (took > patience) return { name, error, note: `took ${(took / 1000).toFixed(1)} s` };
  return { name, error };
}

/** Mean squared error over the best known, on the weights that are not zero. */
export const quantisation: Kind = {
  kind: 'quantisation',
  tolerance: 1.05,
  needs: ['quantisation/cases.json'],
  run: (folder) =>
    Object.entries(
      readJson<Record<string, QuantisationCase>>(folder, 'quantisation', 'cases.json'),
    ).map(([name, given]) => compare(name, given)),
};
