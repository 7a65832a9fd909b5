/** Minibatches: which samples each step of an epoch takes. */
import type { LearningBatches } from '../neurons/learner.ts';
import { randomStream } from '../random.ts';

/** The batches of an epoch over `samples` samples; undefined where all are taken at once. */
export function learningBatches(
  batch: number | undefined,
  samples: number,
  seed: number,
): LearningBatches | undefined {
  if (batch === undefined) return undefined;
  const steps = Math.ceil(samples / batch);
  const order = (epoch: number): Uint32Array => {
    const random = randomStream(seed, 'batches', epoch);
    const all = Uint32Array.from({ length: samples }, (_, k) => k);
    // Fisher and Yates, as Durstenfeld has it (1964).
    for (let k = samples - 1; k > 0; k--) {
      const other = random.integer(k + 1);
      const taken = all[k]!;
      all[k] = all[other]!;
      all[other] = taken;
    }
    return Uint32Array.from({ length: steps * batch }, (_, k) => all[k % samples]!);
  };
  return { size: batch, steps, order };
}
