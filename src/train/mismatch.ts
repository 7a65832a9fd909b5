/** Mismatch while learning: how it is checked, and one chip for every trial. */
import { type Mismatch, mismatchTable } from '../neurons/mismatch.ts';
import { combineParameters, type ParameterSet } from '../neurons/parameter-set.ts';
import { type Check, number, options } from '../options.ts';

/** Mismatch while learning. */
export interface TrainingMismatch extends Mismatch {
  /** Epochs after which it is redrawn; 100 if left out. */
  readonly every?: number;
  /** Chips that every sample is shown to at once; one if left out. */
  readonly instances?: number;
}

/** Checks a mismatch that is drawn anew; paths are relative to it. */
export const redrawnMismatchCheck: Check = options<Mismatch & { readonly every?: number }>(
  { ...mismatchTable, every: number({ min: 1, whole: true }) },
  'fraction',
);

/** Checks a mismatch in training; paths are relative to it. */
export const trainingMismatchCheck: Check = options<TrainingMismatch>(
  {
    ...mismatchTable,
    every: number({ min: 1, whole: true }),
    instances: number({ min: 1, max: 4096, whole: true }),
  },
  'fraction',
);

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
