import fc from 'fast-check';
import { kernel, referenceEngine } from 'spikeline';
import type { Learner } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { learningBatches } from '#src/train/batches';
import { drawSilicon, learningMismatch } from '#src/train/mismatch';
import { runs } from '#test/support/runs';
import { learnerOf, models, randomTask, relativeError, shapes } from './tasks.ts';

/** A random network, samples and how many of them a step takes. */
const cases = fc
  .record({
    seed: fc.nat(500),
    shape: fc.constantFrom(...shapes),
    model: fc.constantFrom(...models),
    neurons: fc.integer({ min: 1, max: 6 }),
    trials: fc.integer({ min: 1, max: 7 }),
    steps: fc.integer({ min: 5, max: 20 }),
    loss: fc.constantFrom('error' as const, 'entropy' as const),
    first: fc.integer({ min: 0, max: 1000 }),
  })
  .chain((given) =>
    fc.record({ given: fc.constant(given), size: fc.integer({ min: 1, max: given.trials }) }),
  );

const epochs = 3;
const rates = Float64Array.from({ length: epochs }, (_, k) => 0.02 / (1 + k));
const arrays = ['weights', 'mean', 'square'] as const;

function kept(learner: Learner) {
  return {
    spikes: learner.spikes(),
    ...Object.fromEntries(arrays.map((a) => [a, learner.read(a)])),
  };
}

describe('batches that change with every step', () => {
  it('teach what learners of these samples teach each other', () => {
    fc.assert(
      fc.property(cases, ({ given: { first, ...given }, size }) => {
        const task = randomTask(given);
        const batches = learningBatches(size, task.samples.length, given.seed)!;
        const own = learnerOf(kernel(), { ...task, batches });
        own.learn(first, rates);
        let [loss, last]: [number, Learner | undefined] = [Number.NaN, undefined];
        for (let epoch = 0; epoch < epochs; epoch++) {
          const order = batches.order(first + epoch);
          loss = 0;
          for (let step = 0; step < batches.steps; step++) {
            const places = order.subarray(step * size, (step + 1) * size);
            const samples = Array.from(places, (k) => task.samples[k]!);
            const next = learnerOf(kernel(), { ...task, samples });
            if (last !== undefined) for (const what of arrays) next.write(what, last.read(what));
            next.learn((first + epoch) * batches.steps + step, rates.subarray(epoch, epoch + 1));
            loss += next.loss / batches.steps;
            last = next;
          }
        }
        if (given.neurons > 2) {
          expect(kept(own)).toEqual(kept(last!));
        } else {
          // Where trials share a vector, gradients are summed in another order.
          expect(relativeError(own.read('mean'), last!.read('mean'))).toBeLessThan(1e-4);
        }
        expect(Math.abs(own.loss - loss)).toBeLessThanOrEqual(1e-5 * loss);
      }),
      { numRuns: runs(60) },
    );
  });

  it('are the same on threads, cut into any portions, and on chips of their own', async () => {
    const given = {
      seed: 4,
      shape: 'deep',
      neurons: 5,
      steps: 20,
      trials: 7,
      loss: 'error',
    } as const;
    const task = randomTask(given);
    const batches = learningBatches(3, 7, 1)!;
    const mismatch = learningMismatch(
      { fraction: 0.3, every: 1, instances: 2, perTrial: true },
      2,
      3,
    )!;
    const whole = { ...task, batches, mismatch, instances: 2 };
    const alone = learnerOf(kernel(), whole);
    alone.learn(0, rates);
    const crew = learnerOf(kernel({ threads: 2 }), whole);
    await crew.learn(0, rates.subarray(0, 1));
    await crew.learn(1, rates.subarray(1));
    expect(kept(crew)).toEqual(kept(alone));
    await crew.close();
    // The same chips, drawn outside.
    const other = learnerOf(kernel(), {
      ...task,
      batches,
      instances: 2,
      parameters: drawSilicon(task.parameters, mismatch, 0),
    });
    for (let epoch = 0; epoch < epochs; epoch++) {
      other.setParameters(drawSilicon(task.parameters, mismatch, epoch));
      other.learn(epoch, rates.subarray(epoch, epoch + 1));
    }
    expect(kept(other)).toEqual(kept(alone));
  });

  it.each(['deep', 'bare'] as const)(
    'teach populations that share vectors the same, however epochs are cut: %s',
    (shape) => {
      for (const loss of ['error', 'entropy'] as const) {
        const task = randomTask({ seed: 55, shape, neurons: 2, trials: 5, steps: 40, loss });
        const batches = learningBatches(3, 5, 1)!;
        const [whole, cut] = [0, 1].map(() => learnerOf(kernel(), { ...task, batches }));
        whole!.learn(0, rates);
        for (let epoch = 0; epoch < epochs; epoch++) {
          cut!.learn(epoch, rates.subarray(epoch, epoch + 1));
        }
        expect(kept(whole!)).toEqual(kept(cut!));
      }
    },
  );

  it('teach the reference the same', () => {
    let compared = 0;
    fc.assert(
      fc.property(cases, ({ given: { first, ...given }, size }) => {
        const task = randomTask(given);
        const batches = learningBatches(size, task.samples.length, given.seed)!;
        const [own, reference] = [kernel(), referenceEngine].map((engine) => {
          const learner = learnerOf(engine, { ...task, batches });
          // So little that the spikes of later steps are those of the first.
          learner.learn(first, Float64Array.of(1e-7));
          return learner;
        }) as [Learner, Learner];
        const spikes = reference.spikes();
        if (own.spikes().some((count, i) => count !== spikes[i])) return;
        if (Math.abs(own.loss - reference.loss) > 1e-4 * reference.loss + 1e-9) return;
        compared++;
        expect(relativeError(own.read('mean'), reference.read('mean'))).toBeLessThan(2e-2);
      }),
      { numRuns: runs(60) },
    );
    expect(compared).toBeGreaterThan(15);
  });
});

describe('the order of samples', () => {
  it('takes each as often as any other, fills the last batch up, and is another in every epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(1e6), (samples, pick, seed) => {
        const size = 1 + (pick % samples);
        const { steps, order } = learningBatches(size, samples, seed)!;
        expect(steps).toBe(Math.ceil(samples / size));
        const first = order(3);
        expect(first).toHaveLength(steps * size);
        expect([...first.subarray(0, samples)].sort((a, b) => a - b)).toEqual([
          ...Array(samples).keys(),
        ]);
        expect(first.subarray(samples)).toEqual(first.subarray(0, steps * size - samples));
        expect(order(3)).toEqual(first);
        if (samples > 20) expect(order(4)).not.toEqual(first);
      }),
      { numRuns: runs(60) },
    );
  });
});
