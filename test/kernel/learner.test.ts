import fc from 'fast-check';
import {
  type Checkpoint,
  dynapSim,
  kernel,
  linear,
  meanSquaredError,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  type TrainingOptions,
} from 'spikeline';
import { type Learner, randomStream, type WeightArray } from 'spikeline/neurons';
import { packCheckpoint, pipelineWeights, startTraining, unpackCheckpoint } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { pipelineParameters } from '#src/train/gradient';
import { runs } from '#test/support/runs';
import { smallNet, smallSamples } from '#test/train/small-task';
import { learnerOf, patterns, randomTask, type Task } from './tasks.ts';

const arrays: readonly WeightArray[] = ['weights', 'gradient', 'mean', 'square'];
const short = { trials: 3, steps: 30 };
const [dendritic, mixed] = [{ model: 'dendritic' }, { model: 'mixed' }] as const;
const tasks: readonly Task[] = [
  randomTask({ seed: 1, shape: 'recurrent', neurons: 5, ...short, loss: 'error' }),
  randomTask({ seed: 2, shape: 'deep', neurons: 6, ...short, loss: 'entropy' }),
  randomTask({ seed: 3, shape: 'bare', neurons: 4, ...short, loss: 'error' }),
  randomTask({ seed: 4, shape: 'twice', neurons: 2, ...short, loss: 'entropy' }),
  randomTask({ seed: 5, shape: 'recurrent', neurons: 1, ...short, trials: 6, loss: 'error' }),
  randomTask({ seed: 1, shape: 'recurrent', neurons: 5, ...short, loss: 'error', ...dendritic }),
  randomTask({ seed: 2, shape: 'deep', neurons: 2, ...short, loss: 'error', ...dendritic }),
  randomTask({ seed: 3, shape: 'bare', neurons: 4, ...short, loss: 'error', ...mixed }),
  randomTask({ seed: 6, shape: 'twice', neurons: 3, ...short, loss: 'entropy', ...mixed }),
];

/** Falling rates, so that none can take the place of another. */
function rates(epochs: number, first = 0, max = 0.1): Float64Array {
  return Float64Array.from({ length: epochs }, (_, k) => max / (1 + 0.01 * (first + k)));
}

/** Learns on this thread. */
function learn(learner: Learner, first: number, given: Float64Array): void {
  expect(learner.learn(first, given)).toBeUndefined();
}

/** All that a learner keeps. */
function kept(learner: Learner) {
  return {
    loss: learner.loss,
    spikes: learner.spikes(),
    ...Object.fromEntries(arrays.map((what) => [what, learner.read(what)])),
  };
}

function largest(values: Float64Array): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}

function distance(a: Float64Array, b: Float64Array): number {
  return largest(a.map((value, i) => value - b[i]!));
}

describe('learn', () => {
  it('of many epochs equals as many of one, to the last bit, however they are cut', () => {
    const epochs = 24;
    const whole = tasks.map((task) => {
      const learner = learnerOf(kernel(), task);
      learn(learner, 0, rates(epochs));
      expect(distance(learner.read('weights'), pipelineWeights(task.pipeline))).toBeGreaterThan(
        0.5,
      );
      return kept(learner);
    });
    const cuts = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(tasks.length - 1), cuts, (which, lengths) => {
        const learner = learnerOf(kernel(), tasks[which]!);
        let epoch = 0;
        for (const length of [...lengths, ...new Array<number>(epochs).fill(1)]) {
          const count = Math.min(length, epochs - epoch);
          learn(learner, epoch, rates(count, epoch));
          epoch += count;
        }
        expect(kept(learner)).toEqual(whole[which]);
      }),
      { numRuns: runs(30) },
    );
  });

  it('leaves loss and spikes of the last epoch, as an evaluation before it finds them', () => {
    for (const task of tasks) {
      const [learning, looking] = [learnerOf(kernel(), task), learnerOf(kernel(), task)];
      for (let epoch = 0; epoch < 5; epoch++) {
        looking.write('weights', learning.read('weights'));
        looking.evaluate();
        learn(learning, epoch, rates(1, epoch));
        expect(learning.loss).toBe(looking.loss);
        expect(learning.spikes()).toEqual(looking.spikes());
        expect(learning.read('gradient')).toEqual(looking.read('gradient'));
        expect(learning.read('weights')).not.toEqual(looking.read('weights'));
      }
    }
  });

  it('of no epochs changes nothing', () => {
    for (const task of tasks) {
      const learner = learnerOf(kernel(), task);
      expect(learner.loss).toBeNaN();
      learn(learner, 0, new Float64Array());
      expect(learner.loss).toBeNaN();
      const weights = pipelineWeights(task.pipeline);
      expect(distance(learner.read('weights'), weights)).toBeLessThan(1e-6 * largest(weights));
      learn(learner, 0, rates(2));
      const before = kept(learner);
      learn(learner, 2, new Float64Array());
      expect(kept(learner)).toEqual(before);
    }
  });

  it('takes more epochs at once than the kernel is told about at a time', () => {
    const tiny = { neurons: 2, trials: 1, steps: 10 };
    const task = randomTask({ seed: 6, shape: 'recurrent', ...tiny, loss: 'entropy' });
    const epochs = 9000;
    const [whole, cut] = [learnerOf(kernel(), task), learnerOf(kernel(), task)];
    learn(whole, 0, rates(epochs));
    for (let first = 0; first < epochs; first += 1500) learn(cut, first, rates(1500, first));
    expect(kept(whole)).toEqual(kept(cut));
    const few = learnerOf(kernel(), task);
    learn(few, 0, rates(4096));
    expect(few.read('weights')).not.toEqual(whole.read('weights'));
  });
});

describe('Adam in the kernel', () => {
  /** Weights before, and after 50 epochs in the kernel and in the reference. */
  function trained(task: Task, rate: number) {
    const [own, reference] = [kernel(), referenceEngine].map((engine) => {
      const learner = learnerOf(engine, task);
      learn(learner, 0, rates(50, 0, rate));
      return learner;
    }) as [Learner, Learner];
    expect(own.spikes()).toEqual(reference.spikes());
    return { own, reference, before: pipelineWeights(task.pipeline) };
  }

  it.each([
    { beta1: 0.9, beta2: 0.999 },
    { beta1: 0, beta2: 0.9 },
    { beta1: 0, beta2: 0 },
    { beta1: 0.9, beta2: 0.999, epsilon: 1e-9 },
  ])('goes the way of the reference on a smooth problem, with %o', (settings) => {
    // Nothing spikes, so that the gradient changes without a jump.
    const net = pipeline(
      linear({ weight: Array.from({ length: 6 }, (_, k) => [1 + k / 5, 2 - k / 5, 1, 3, 2]) }),
      dynapSim({ neurons: 5, Ispkthr: 1e-3 }),
    );
    const base = tasks[0]!;
    const task: Task = {
      ...base,
      pipeline: net,
      samples: patterns(9, net, 3, 10),
      parameters: pipelineParameters(net),
      optimiser: { learningRate: 0.02, ...settings },
      min: new Float64Array(30).fill(Number.NEGATIVE_INFINITY),
      max: new Float64Array(30).fill(Number.POSITIVE_INFINITY),
    };
    const { own, reference, before } = trained(task, 0.02);
    expect(largest(reference.spikes())).toBe(0);
    expect(distance(reference.read('weights'), before)).toBeGreaterThan(0.1);
    expect(distance(own.read('weights'), reference.read('weights'))).toBeLessThan(1e-4);
    for (const what of ['mean', 'square'] as const) {
      const expected = reference.read(what);
      expect(largest(expected)).toBeGreaterThan(0);
      expect(distance(own.read(what), expected)).toBeLessThan(1e-4 * largest(expected));
    }
  });

  it('does so where spikes come and go through recurrence, as long as all are the same', () => {
    for (const task of tasks) {
      const { own, reference, before } = trained(task, 5e-4);
      const moved = distance(reference.read('weights'), before);
      expect(moved).toBeGreaterThan(0.01);
      expect(distance(own.read('weights'), reference.read('weights'))).toBeLessThan(0.01 * moved);
    }
  });

  it('keeps weights within limits of their own, whatever their digits', () => {
    for (const task of tasks) {
      const weights = pipelineWeights(task.pipeline);
      const random = randomStream(1, 'limits');
      const min = weights.map((weight) => weight - 0.3 * random.uniform());
      const max = weights.map((weight) => weight + 0.3 * random.uniform());
      const learner = learnerOf(kernel(), { ...task, min, max });
      let [atLeast, atMost] = [0, 0];
      for (let epoch = 0; epoch < 12; epoch++) {
        learn(learner, epoch, rates(1, epoch));
        const now = learner.read('weights');
        expect(now.findIndex((weight, i) => weight < min[i]!)).toBe(-1);
        expect(now.findIndex((weight, i) => weight > max[i]!)).toBe(-1);
        atLeast += now.filter((weight, i) => weight - min[i]! < 1e-5).length;
        atMost += now.filter((weight, i) => max[i]! - weight < 1e-5).length;
      }
      expect(atLeast + atMost).toBeGreaterThan(0);
    }
  });

  it('keeps the limits of a stage', () => {
    const options: TrainingOptions = {
      epochs: 60,
      loss: meanSquaredError(2),
      optimiser: { learningRate: 0.3 },
      weightLimits: { in: { min: -0.1, max: 4.7 }, out: { min: -5.3 } },
      engine: kernel(),
    };
    const training = startTraining(smallNet(), smallSamples(), options);
    const seen: number[] = [];
    while (training.epoch < training.epochs) {
      expect(training.advance(5)).toBeUndefined();
      const { weights } = training.checkpoint();
      for (const [i, weight] of weights.entries()) {
        expect(weight).toBeGreaterThanOrEqual(i < 8 ? -0.1 : -5.3);
        if (i < 8) expect(weight).toBeLessThanOrEqual(4.7);
      }
      seen.push(...weights);
    }
    for (const limit of [-0.1, 4.7, -5.3]) {
      expect(seen.some((weight) => Math.abs(weight - limit) < 1e-6)).toBe(true);
    }
  });
});

describe('what a learner in the kernel keeps', () => {
  it('is read as it was written', () => {
    for (const task of tasks) {
      const learner = learnerOf(kernel(), task);
      const size = pipelineWeights(task.pipeline).length;
      const random = randomStream(1, 'kept');
      const given = arrays.map((what) => {
        const values = Float64Array.from({ length: size }, () => Math.fround(random.normal()));
        learner.write(what, values);
        return values;
      });
      expect(arrays.map((what) => learner.read(what))).toEqual(given);
      learner.read('weights').fill(7);
      given[0]!.fill(8);
      expect(learner.read('weights')).not.toContain(7);
      expect(learner.read('weights')).not.toContain(8);
    }
  });

  it('decides what it does next, in full', () => {
    for (const task of tasks) {
      const [first, second] = [learnerOf(kernel(), task), learnerOf(kernel(), task)];
      learn(first, 0, rates(7));
      for (const what of arrays) second.write(what, first.read(what));
      for (const learner of [first, second]) learn(learner, 7, rates(5, 7));
      expect(kept(second)).toEqual(kept(first));
    }
  });

  it('stays as it is in an evaluation, which finds the same each time', () => {
    for (const task of tasks) {
      const learner = learnerOf(kernel(), task);
      const weights = learner.read('weights');
      learner.evaluate();
      const found = kept(learner);
      expect(largest(learner.read('gradient'))).toBeGreaterThan(0);
      learner.evaluate();
      expect(kept(learner)).toEqual(found);
      expect(learner.read('weights')).toEqual(weights);
      expect(largest(learner.read('mean'))).toBe(0);
    }
  });

  it('knows the parameters of now', () => {
    for (const task of tasks) {
      const parameters = task.parameters.map((set) => ({
        ...set,
        Igain_mem: set.Igain_mem.map((value) => 1.7 * value),
        Io: set.Io.map((value) => 0.6 * value),
      }));
      const [changed, built] = [
        learnerOf(kernel(), task),
        learnerOf(kernel(), { ...task, parameters }),
      ];
      changed.evaluate();
      const before = kept(changed);
      changed.setParameters(parameters);
      for (const learner of [changed, built]) learner.evaluate();
      expect(kept(changed)).toEqual(kept(built));
      expect(kept(changed)).not.toEqual(before);
    }
  });
});

describe('training in the kernel', () => {
  const net = smallNet();
  const samples = smallSamples();
  const options: TrainingOptions = {
    epochs: 30,
    loss: meanSquaredError(2),
    optimiser: { learningRate: 0.1, schedule: { kind: 'exponential', final: 0.1 } },
    mismatch: { fraction: 0.1, every: 7, instances: 2 },
    weightLimits: { in: { min: -3, max: 6 } },
    seed: 5,
    engine: kernel(),
  };

  /** Trains to the end. */
  function finished(more: Partial<TrainingOptions> = {}): Checkpoint {
    const training = startTraining(net, samples, { ...options, ...more });
    expect(training.advance(training.epochs)).toBeUndefined();
    expect(training.epoch).toBe(training.epochs);
    return training.checkpoint();
  }

  it('makes the loss smaller', () => {
    const training = startTraining(net, samples, {
      epochs: 150,
      loss: rateCrossEntropy(0.05),
      optimiser: { learningRate: 0.05 },
      engine: kernel(),
    });
    expect(training.loss).toBeNaN();
    expect(training.advance(1)).toBeUndefined();
    const first = training.loss;
    expect(training.advance(200)).toBeUndefined();
    expect(training.epoch).toBe(150);
    expect(training.loss).toBeLessThan(0.5 * first);
  });

  it.each([0, 1, 6, 7, 13, 29, 30])('goes on from epoch %s to the last bit', (epoch) => {
    const first = startTraining(net, samples, options);
    expect(first.advance(epoch)).toBeUndefined();
    const checkpoint = unpackCheckpoint(packCheckpoint(first.checkpoint()));
    const resumed = startTraining(net, samples, { ...options, checkpoint });
    expect([resumed.epoch, resumed.loss]).toEqual([epoch, first.loss]);
    expect(resumed.checkpoint()).toEqual(first.checkpoint());
    expect(finished({ checkpoint })).toEqual(finished());
  });

  it('does nothing in no epochs', () => {
    const training = startTraining(net, samples, { ...options, epochs: 0 });
    expect(training.advance(10)).toBeUndefined();
    expect([training.epoch, training.pipeline()]).toEqual([0, net]);
    expect(training.loss).toBeNaN();
  });

  it('refuses the checkpoint of the reference, whose numbers are others', () => {
    const checkpoint = finished({ engine: referenceEngine });
    expect(() => startTraining(net, samples, { ...options, checkpoint })).toThrow(
      'belongs to another pipeline, other samples or other options',
    );
  });

  it('can be looked at when it is closed', async () => {
    const training = startTraining(net, samples, options);
    expect(training.advance(3)).toBeUndefined();
    const before = training.checkpoint();
    await training.close();
    expect(training.checkpoint()).toEqual(before);
    expect(training.pipeline()).not.toEqual(net);
  });

  it('ends where the reference ends, by and large', () => {
    // Sooner or later a spike comes a step earlier or later; what is learnt is as good.
    const ends = [kernel(), referenceEngine].map((engine) => {
      const training = startTraining(net, samples, {
        epochs: 150,
        loss: rateCrossEntropy(0.05),
        optimiser: { learningRate: 0.05 },
        engine,
      });
      expect(training.advance(150)).toBeUndefined();
      return training.loss;
    });
    expect(Math.abs(ends[0]! - ends[1]!)).toBeLessThan(0.2 * ends[1]!);
  });
});
