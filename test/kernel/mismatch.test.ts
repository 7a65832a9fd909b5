import fc from 'fast-check';
import { kernel, referenceEngine } from 'spikeline';
import type { Learner } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { drawSilicon, learningMismatch, type TrainingMismatch } from '#src/train/mismatch';
import { runs } from '#test/support/runs';
import { learnerOf, models, randomTask, relativeError, shapes, type Task } from './tasks.ts';

/** What a random network and its mismatch look like. */
const cases = fc.record({
  seed: fc.nat(500),
  shape: fc.constantFrom(...shapes),
  model: fc.constantFrom(...models),
  neurons: fc.integer({ min: 1, max: 9 }),
  trials: fc.integer({ min: 1, max: 5 }),
  steps: fc.integer({ min: 5, max: 25 }),
  loss: fc.constantFrom('error' as const, 'entropy' as const),
  mismatch: fc.record({
    fraction: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
    every: fc.integer({ min: 1, max: 4 }),
    instances: fc.integer({ min: 1, max: 2 }),
    perTrial: fc.boolean(),
  }),
  drawSeed: fc.integer({ min: -1e9, max: 1e9 }),
  first: fc.integer({ min: 0, max: 1e8 }),
});

/** A task whose every sample each instance sees, and its silicon. */
function taskOf(
  given: Omit<Parameters<typeof randomTask>[0], 'perTrial'>,
  mismatch: TrainingMismatch,
  seed: number,
) {
  const one = randomTask(given);
  const { instances = 1 } = mismatch;
  const task: Task = {
    ...one,
    samples: Array.from({ length: instances }, () => one.samples).flat(),
  };
  return { task, drawn: learningMismatch(mismatch, seed, one.samples.length)! };
}

const epochs = 6;
const rates = new Float64Array(epochs).fill(0.01);

function kept(learner: Learner) {
  const weights = learner.read('weights');
  return { loss: learner.loss, spikes: learner.spikes(), weights, mean: learner.read('mean') };
}

describe('chips that the kernel draws', () => {
  it('are those of drawMismatch, to the last bit of what is learnt with them', () => {
    fc.assert(
      fc.property(cases, ({ mismatch, drawSeed, first, ...given }) => {
        const { task, drawn } = taskOf(given, mismatch, drawSeed);
        const own = learnerOf(kernel(), { ...task, mismatch: drawn });
        own.learn(first, rates);
        // The same, drawn outside, epoch by epoch.
        const chip = (epoch: number) =>
          drawSilicon(task.parameters, drawn, Math.floor(epoch / drawn.every));
        const other = learnerOf(kernel(), { ...task, parameters: chip(first) });
        for (let epoch = first; epoch < first + epochs; epoch++) {
          other.setParameters(chip(epoch));
          other.learn(epoch, rates.subarray(0, 1));
        }
        expect(kept(own)).toEqual(kept(other));
      }),
      { numRuns: runs(75) },
    );
  });

  it('are the same on any number of threads, and however epochs are cut', async () => {
    const given = {
      seed: 3,
      shape: 'deep',
      neurons: 6,
      steps: 20,
      trials: 5,
      loss: 'error',
    } as const;
    for (const perTrial of [false, true]) {
      const { task, drawn } = taskOf(given, { fraction: 0.3, every: 2, perTrial }, 5);
      const alone = learnerOf(kernel(), { ...task, mismatch: drawn });
      alone.learn(0, rates);
      const crew = learnerOf(kernel({ threads: 2 }), { ...task, mismatch: drawn });
      await crew.learn(0, rates.subarray(0, 3));
      await crew.learn(3, rates.subarray(3));
      expect(kept(crew)).toEqual(kept(alone));
      await crew.close();
    }
  });

  it('teach what the reference learns from them', () => {
    let compared = 0;
    fc.assert(
      fc.property(cases, ({ mismatch, drawSeed, first, ...given }) => {
        const { task, drawn } = taskOf(given, mismatch, drawSeed);
        const [own, reference] = [kernel(), referenceEngine].map((engine) => {
          const learner = learnerOf(engine, { ...task, mismatch: drawn });
          learner.learn(first, rates.subarray(0, 1));
          return learner;
        }) as [Learner, Learner];
        const spikes = reference.spikes();
        // Where rounding has turned a decision, nothing else says much.
        if (own.spikes().some((count, i) => count !== spikes[i])) return;
        compared++;
        expect(Math.abs(own.loss - reference.loss)).toBeLessThan(1e-4 * reference.loss + 1e-9);
        expect(relativeError(own.read('gradient'), reference.read('gradient'))).toBeLessThan(2e-2);
      }),
      { numRuns: runs(60) },
    );
    expect(compared).toBeGreaterThan(15);
  });
});
