import fc from 'fast-check';
import {
  dynapSim,
  type Engine,
  kernel,
  linear,
  meanSquaredError,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  type Training,
  type TrainingMismatch,
  type TrainingOptions,
  type TrainingSample,
} from 'spikeline';
import { packCheckpoint, pipelineWeights, startTraining, unpackCheckpoint } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';
import { smallNet, smallSamples, weights } from './small-task.ts';

const net = smallNet();
const samples = smallSamples();
const options: TrainingOptions = {
  epochs: 40,
  loss: meanSquaredError(2),
  optimiser: { learningRate: 0.1, schedule: { kind: 'exponential', final: 0.1 } },
  mismatch: { fraction: 0.1, every: 7 },
  weightLimits: { in: { min: -3, max: 6 }, out: { max: 1 } },
  seed: 5,
};

/** Trains to the end and returns the checkpoint. */
function finished(training: Training) {
  training.advance(training.epochs);
  expect(training.epoch).toBe(training.epochs);
  return training.checkpoint();
}

function reasons(changes: Partial<TrainingOptions>, given = samples): readonly string[] {
  return reasonsOf(() => startTraining(net, given, { ...options, ...changes }));
}

describe('startTraining', () => {
  it('makes the loss smaller', () => {
    const training = startTraining(net, samples, {
      epochs: 150,
      loss: rateCrossEntropy(0.05),
      optimiser: { learningRate: 0.05 },
    });
    expect(training.loss).toBeNaN();
    training.advance(1);
    const first = training.loss;
    training.advance(200);
    expect(training.epoch).toBe(150);
    expect(training.loss).toBeLessThan(0.5 * first);
    expect(Array.from(pipelineWeights(training.pipeline()))).not.toEqual(
      Array.from(pipelineWeights(net)),
    );
  });

  it('leaves the pipeline it was given as it was', () => {
    const before = structuredClone(net);
    finished(startTraining(net, samples, options));
    expect(net).toEqual(before);
  });

  it('comes to the same end in any portions', () => {
    const whole = finished(startTraining(net, samples, options));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (portions) => {
        const training = startTraining(net, samples, options);
        for (const portion of portions) training.advance(portion);
        expect(finished(training)).toEqual(whole);
      }),
      { numRuns: 5 },
    );
  });

  it.each([0, 1, 6, 7, 13, 39, 40])('goes on from epoch %s to the last bit', (epoch) => {
    const whole = finished(startTraining(net, samples, options));
    const first = startTraining(net, samples, options);
    first.advance(epoch);
    const checkpoint = unpackCheckpoint(packCheckpoint(first.checkpoint()));
    const resumed = startTraining(net, samples, { ...options, checkpoint });
    expect(resumed.epoch).toBe(epoch);
    expect(resumed.loss).toBe(first.loss);
    expect(finished(resumed)).toEqual(whole);
    expect(resumed.pipeline()).toEqual(
      startTraining(net, samples, { ...options, checkpoint: whole }).pipeline(),
    );
  });

  it('takes a checkpoint that does not change when training goes on', () => {
    const training = startTraining(net, samples, options);
    training.advance(5);
    const checkpoint = training.checkpoint();
    const copy = structuredClone(checkpoint);
    training.advance(5);
    expect(checkpoint).toEqual(copy);
    const resumed = startTraining(net, samples, { ...options, checkpoint });
    resumed.advance(5);
    expect(checkpoint).toEqual(copy);
  });

  it('takes a checkpoint whatever the order in which the options are written', () => {
    const training = startTraining(net, samples, options);
    training.advance(5);
    const reversed = Object.fromEntries(
      Object.entries(options).reverse(),
    ) as unknown as TrainingOptions;
    const resumed = { ...reversed, checkpoint: training.checkpoint() };
    expect(reasonsOf(() => startTraining(net, samples, resumed))).toEqual([]);
  });

  it.each<[string, Partial<TrainingOptions>]>([
    ['seed', { seed: 6 }],
    ['number of epochs', { epochs: 41 }],
    ['loss', { loss: meanSquaredError(1) }],
    ['optimiser', { optimiser: { learningRate: 0.1 } }],
    ['mismatch', { mismatch: { fraction: 0.1, every: 8 } }],
    ['limit', { weightLimits: { in: { min: -3, max: 6 }, out: { max: 3 } } }],
  ])('refuses the checkpoint of another %s', (_, change) => {
    const checkpoint = startTraining(net, samples, options).checkpoint();
    expect(reasons({ ...change, checkpoint })).toEqual([
      expect.stringMatching(/belongs to another pipeline, other samples or other options/),
    ]);
  });

  it.each([
    ['weights', smallNet(9), samples],
    ['currents', smallNet(1, { Idc: 6e-13 }), samples],
    ['Iscale', smallNet(1, { Iscale: 2e-8 }), samples],
    ['spikes', net, smallSamples(2)],
    ['targets', net, samples.map((sample) => ({ ...sample, target: new Array(80).fill(1) }))],
    ['labels', net, samples.map((sample) => ({ ...sample, label: 1 }))],
  ])('refuses the checkpoint of other %s', (_, otherNet, otherSamples) => {
    const checkpoint = startTraining(net, samples, options).checkpoint();
    const start = (): Training => startTraining(otherNet, otherSamples, { ...options, checkpoint });
    expect(reasonsOf(start)).toEqual([expect.stringMatching(/belongs to another pipeline/)]);
  });

  it('keeps every weight within the limits of its stage', () => {
    const free = finished(startTraining(net, samples, { ...options, weightLimits: {} })).weights;
    expect(free.some((weight, i) => weight > (i < 8 ? 6 : 1))).toBe(true);
    const training = startTraining(net, samples, options);
    const seen: number[] = [];
    while (training.epoch < training.epochs) {
      training.advance(1);
      const { weights } = training.checkpoint();
      for (const [i, weight] of weights.entries()) {
        expect(weight).toBeLessThanOrEqual(i < 8 ? 6 : 1);
        if (i < 8) expect(weight).toBeGreaterThanOrEqual(-3);
      }
      seen.push(...weights);
    }
    expect(seen).toContain(6);
    expect(seen).toContain(1);
  });

  it.each([
    ['a least weight above 1', { in: { min: 1.5 } }],
    ['a greatest weight below -1', { in: { max: -1.5 } }],
  ])('takes %s without the other limit', (_, weightLimits) => {
    expect(reasons({ weightLimits })).toEqual([]);
  });

  it('draws the mismatch anew every so many epochs, from its seed', () => {
    const losses = (changes: Partial<TrainingOptions>): number[] => {
      const still = { learningRate: 1e-300 };
      const training = startTraining(net, samples, {
        ...options,
        optimiser: still,
        weightLimits: {},
        ...changes,
      });
      return Array.from({ length: 21 }, () => {
        training.advance(1);
        return training.loss;
      });
    };
    const mismatch = { fraction: 0.6, every: 7 };
    const drawn = losses({ mismatch });
    expect(new Set(drawn.slice(0, 7)).size).toBe(1);
    expect(new Set(drawn.slice(7, 14)).size).toBe(1);
    expect(new Set(drawn).size).toBe(3);
    expect(losses({ mismatch })).toEqual(drawn);
    expect(losses({ mismatch, seed: 6 })).not.toEqual(drawn);
    expect(new Set(losses({ mismatch: { fraction: 0 } })).size).toBe(1);
  });

  it('takes steps on a few samples each, as many as make an epoch, and goes on in the middle to the same result', () => {
    const many = [...samples, smallSamples(9)[0]!];
    const batched = { ...options, epochs: 9, batch: 2 };
    const whole = startTraining(net, many, batched);
    whole.advance(4);
    const checkpoint = unpackCheckpoint(packCheckpoint(whole.checkpoint()));
    whole.advance(9);
    const rest = startTraining(net, many, { ...batched, checkpoint });
    rest.advance(9);
    expect(rest.checkpoint()).toEqual(whole.checkpoint());
    const other = startTraining(net, many, { ...batched, seed: 77 });
    other.advance(9);
    expect(other.checkpoint().weights).not.toEqual(whole.checkpoint().weights);
    const all = startTraining(net, many, { ...options, epochs: 9 });
    all.advance(9);
    expect(all.checkpoint().weights).not.toEqual(whole.checkpoint().weights);
    expect(() => startTraining(net, many, { ...options, checkpoint })).toThrow(/another pipeline/);
    expect(reasons({ batch: 0 })).toEqual([expect.stringMatching(/batch is 0/)]);
    expect(reasons({ batch: samples.length + 1 })).toEqual([
      expect.stringMatching(/batch is .*there are 2 samples/),
    ]);
  });

  it('runs every trial on a chip of its own, where that is asked for', () => {
    const loss = (trained: readonly TrainingSample[], mismatch: TrainingMismatch): number => {
      const training = startTraining(net, trained, { ...options, mismatch });
      training.advance(1);
      return training.loss;
    };
    const one = [samples[0]!, samples[0]!];
    const mismatch = { fraction: 0.6 };
    // On one chip, the same sample twice is as good as once; on two, the second counts as the second instance does.
    expect(loss(one, mismatch)).toBe(loss([samples[0]!], mismatch));
    const perTrial = loss(one, { ...mismatch, perTrial: true });
    expect(perTrial).not.toBe(loss(one, mismatch));
    expect(perTrial).toBe(loss([samples[0]!], { ...mismatch, instances: 2 }));
    expect(reasons({ mismatch: { fraction: 0.1, perTrial: 1 as never } })).toEqual([
      expect.stringMatching(/mismatch\.perTrial is 1/),
    ]);
  });

  it('computes with the engine it is given', () => {
    let asked = 0;
    const engine: Engine = {
      ...referenceEngine,
      differentiable(parameters, options) {
        asked++;
        return referenceEngine.differentiable(parameters, options);
      },
    };
    const { weights } = finished(startTraining(net, samples, { ...options, engine }));
    expect(asked).toBe(1);
    const reference = { ...options, engine: referenceEngine };
    expect(weights).toEqual(finished(startTraining(net, samples, reference)).weights);
  });

  it('refuses to advance while it is advancing on threads, and does so when it is done', async () => {
    const training = startTraining(net, samples, { ...options, engine: kernel({ threads: 1 }) });
    const first = training.advance(5);
    expect(reasonsOf(() => training.advance(5))).toEqual([
      expect.stringMatching(/advancing already/),
    ]);
    await first;
    await training.advance(5);
    expect(training.epoch).toBe(10);
    await training.close();
  });

  it('says the learning rate of the next epoch', () => {
    const training = startTraining(net, samples, options);
    expect(training.learningRate).toBe(0.1);
    training.advance(20);
    expect(training.learningRate).toBeCloseTo(0.1 * Math.sqrt(0.1), 12);
  });

  it('does nothing in no epochs', () => {
    const training = startTraining(net, samples, { ...options, epochs: 0 });
    training.advance(10);
    expect([training.epoch, training.pipeline()]).toEqual([0, net]);
  });

  it('lists every mistake at once', () => {
    const found = reasonsOf(() =>
      startTraining(net, [{ input: samples[0]!.input }, samples[1]!], {
        epochs: -1,
        loss: meanSquaredError(0),
        optimiser: {
          learningRate: 0,
          beta1: 1,
          beta2: -0.1,
          epsilon: 0,
          schedule: { kind: 'exponential', final: 0 },
        },
        mismatch: { fraction: -0.1, sigmaRule: 0, every: 0.5 },
        weightLimits: { nobody: {}, in: { min: 1, max: 0 } },
      }),
    );
    expect(found).toEqual([
      expect.stringMatching(/silenceWeight is 0/),
      expect.stringMatching(/samples\[0\]\.target: there is no target; 40 steps × 2/),
      expect.stringMatching(/epochs is -1/),
      expect.stringMatching(/optimiser\.learningRate is 0/),
      expect.stringMatching(/beta1 is 1/),
      expect.stringMatching(/beta2 is -0\.1/),
      expect.stringMatching(/epsilon is 0/),
      expect.stringMatching(/optimiser\.schedule\.final is 0/),
      expect.stringMatching(/mismatch\.fraction is -0\.1/),
      expect.stringMatching(/mismatch\.sigmaRule is 0/),
      expect.stringMatching(/mismatch\.every is 0\.5/),
      expect.stringMatching(/weightLimits\.nobody: there is no such name; .*in, out/),
      expect.stringMatching(/weightLimits\.in\.min is 1; it must not be above max, 0/),
    ]);
  });

  it.each([
    ['no samples', [], /samples\.length is 0/],
    [
      'other channels',
      smallSamples(1, 5),
      /samples\[0\]\.input\.channels is 5; the pipeline takes 4/,
    ],
    [
      'another step',
      [{ ...samples[0]!, input: { ...samples[0]!.input, dt: 2e-3 } }],
      /samples\[0\]\.input\.dt is 0\.002; the pipeline steps by 0\.001 s/,
    ],
    [
      'a target of another size',
      [{ ...samples[0]!, target: [1] }],
      /samples\[0\]\.target\.length is 1; 40 steps × 2/,
    ],
  ])('refuses %s', (_, given, reason) => {
    expect(reasons({}, given)[0]).toMatch(reason);
  });

  it.each([undefined, -1, 2, 0.5])('refuses the label %s', (label) => {
    const { input } = samples[0]!;
    const given = [label === undefined ? { input } : { input, label }];
    expect(reasons({ loss: rateCrossEntropy() }, given)).toEqual([
      expect.stringMatching(`label is ${label}; a channel from 0 to 1`),
    ]);
    expect(reasons({ loss: rateCrossEntropy(0) })).toHaveLength(1);
  });

  it('refuses samples of different length', () => {
    const { input } = samples[1]!;
    const short = { ...input, steps: 39, counts: input.counts.slice(0, 39 * 4) };
    const given = [samples[0]!, { input: short, target: new Array(78).fill(0), label: 1 }];
    expect(reasons({}, given)).toEqual([
      expect.stringMatching(/samples\[1\]\.input\.steps is 39; the first sample has 40/),
    ]);
  });

  it('leaves to its engine only what that computes', () => {
    const [own, supports] = [kernel(), (model: string) => model === 'dynapSe2'];
    const narrow: Engine = { ...own, supports };
    const narrowly = finished(startTraining(net, samples, { ...options, engine: narrow }));
    const reference = { ...options, engine: referenceEngine };
    expect(narrowly.weights).toEqual(finished(startTraining(net, samples, reference)).weights);
  });

  it('does not go on with a pipeline whose stages follow each other otherwise', () => {
    const two = pipeline(
      linear({ weight: weights(1, 4, 2, 6) }),
      dynapSim({ neurons: 2, Ispkthr: 1e-8, name: 'one' }),
      dynapSim({ neurons: 2, Ispkthr: 1e-8, name: 'two' }),
    );
    const [first, second] = two.inputs;
    const apart = { ...two, inputs: [first!, second!, second!] };
    const given = { epochs: 2, loss: meanSquaredError() };
    const start = (net: Pipeline, more = {}) =>
      startTraining(net, samples, { ...given, engine: referenceEngine, ...more });
    const checkpoint = finished(start(two));
    expect(reasonsOf(() => start(two, { checkpoint }))).toEqual([]);
    expect(reasonsOf(() => start(apart, { checkpoint }))).toEqual([
      expect.stringMatching(/belongs to another pipeline/),
    ]);
    expect(finished(start(apart)).weights).not.toEqual(checkpoint.weights);
  });

  it('refuses junk of any type, never with another error', () => {
    const start = startTraining as (...given: unknown[]) => unknown;
    const junk = [undefined, null, 0, Number.NaN, 'text', true, [], {}, () => {}, 1n];
    for (const given of junk) {
      expect(reasonsOf(() => start(given, samples, options))).not.toEqual([]);
      expect(reasonsOf(() => start(net, given, options))).not.toEqual([]);
      expect(reasonsOf(() => start(net, [given], options))).not.toEqual([]);
      expect(reasonsOf(() => start(net, [{ input: given }], options))).not.toEqual([]);
      expect(reasonsOf(() => start(net, samples, given))).not.toEqual([]);
      for (const name of ['epochs', 'loss', 'optimiser', 'mismatch', 'checkpoint', 'engine']) {
        if (given === undefined || (name === 'epochs' && given === 0)) continue;
        expect(reasonsOf(() => start(net, samples, { ...options, [name]: given }))).not.toEqual([]);
      }
    }
  });

  it('names the nearest option to one that does not exist', () => {
    const wrong = { ...options, mismatches: { fraction: 0.1 } } as TrainingOptions;
    expect(reasonsOf(() => startTraining(net, samples, wrong))).toEqual([
      expect.stringMatching(/^mismatches: there is no such name; did you mean mismatch\?/),
    ]);
  });
});
