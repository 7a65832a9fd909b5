import type { Mismatch } from '../neurons/mismatch.ts';
import { combineParameters, type ParameterSet } from '../neurons/parameter-set.ts';

/** Mismatch while learning. */
export interface TrainingMismatch extends Mismatch {
  /** Epochs after which it is redrawn; 100 where left out. */
  readonly every?: number;
  /** Chips that every sample is shown to at once; one where left out. */
  readonly instances?: number;
}

/** Lists what is wrong with mismatch; empty where all is well. */
export function mismatchProblems(mismatch: TrainingMismatch | undefined): string[] {
  if (mismatch === undefined) return [];
  const problems: string[] = [];
  const { fraction, sigmaRule = 3, every = 100, instances = 1 } = mismatch;
  if (!(fraction >= 0)) problems.push(`mismatch.fraction is ${fraction}; it must not be negative`);
  if (!(sigmaRule > 0)) problems.push(`mismatch.sigmaRule is ${sigmaRule}; it must be above 0`);
  if (!(Number.isSafeInteger(every) && every > 0)) {
    problems.push(`mismatch.every is ${every}; a whole number above 0 is needed`);
  }
  if (!(Number.isSafeInteger(instances) && instances > 0)) {
    problems.push(`mismatch.instances is ${instances}; a whole number above 0 is needed`);
  }
  return problems;
}

/** One value per trial and neuron from one set for every chip, each of which sees all samples. */
export function perTrial<P extends ParameterSet<'Io'>>(chips: readonly P[], samples: number): P {
  return combineParameters(chips, (values) => {
    const neurons = values[0]!.length;
    const all = new Float64Array(chips.length * samples * neurons);
    for (let trial = 0; trial < chips.length * samples; trial++) {
      all.set(values[Math.floor(trial / samples)]!, trial * neurons);
    }
    return all;
  });
}
