import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import {
  type Engine,
  kernel,
  meanSquaredError,
  type Pipeline,
  pipelineFromJson,
  pipelineToJson,
  referenceEngine,
  type Training,
  type TrainingOptions,
} from 'spikeline';
import { train } from 'spikeline/sources';
import {
  packCheckpoint,
  pipelineWeights,
  startTraining,
  TrainingError,
  unpackCheckpoint,
  withWeights,
} from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';
import { smallNet, smallSamples } from './small-task.ts';

const net = smallNet();
const samples = smallSamples();
const options: TrainingOptions = { epochs: 40, optimiser: { learningRate: 0.1 } };

/** An engine whose gradients are NaN from an epoch on. */
function failing(after: number): Engine {
  let epoch = 0;
  return {
    ...referenceEngine,
    differentiable(parameters, given) {
      const layer = referenceEngine.differentiable(parameters, given);
      return {
        ...layer,
        backward(recurrent, gradient, from, to) {
          layer.backward(recurrent, gradient, from, to);
          if (++epoch > after) gradient?.fill(Number.NaN);
        },
      };
    },
  };
}

/** Training whose numbers leave what float32 has in epoch 11: an epsilon of zero there, and a neuron that is silent. */
function thrown(training: Training, epochs = 40): TrainingError {
  try {
    training.advance(epochs);
  } catch (cause) {
    expect(cause).toBeInstanceOf(TrainingError);
    return cause as TrainingError;
  }
  throw new Error('nothing was thrown');
}

function weightsOf(pipeline: Pipeline): number[] {
  return Array.from(pipelineWeights(pipeline));
}

describe('training that comes to numbers that are not finite', () => {
  const engine = (sound = 10): Engine => {
    // The learner looks twice, the second time epoch by epoch, so that the engine fails by its weights, not by its count.
    const own = kernel();
    return {
      ...own,
      learner(problem) {
        const learner = own.learner!(problem);
        return {
          ...learner,
          get loss() {
            return learner.loss;
          },
          learn(first, rates) {
            learner.learn(first, rates);
            if (first + rates.length <= sound) return;
            const weights = learner.read('weights');
            weights[9] = Number.NaN;
            learner.write('weights', weights);
          },
        };
      },
    };
  };

  it('names epoch and stage, and keeps the last weights that were finite', () => {
    const training = startTraining(net, samples, { ...options, engine: engine() });
    const error = thrown(training);
    expect(error.message).toMatch(/^in epoch 11 the weights of out came out infinite/);
    expect([error.epoch, error.stages]).toEqual([11, ['out']]);
    const sound = startTraining(net, samples, options);
    sound.advance(10);
    expect(weightsOf(error.pipeline)).toEqual(weightsOf(sound.pipeline()));
    expect(error.checkpoint).toEqual({
      ...sound.checkpoint(),
      belongsTo: error.checkpoint.belongsTo,
    });
    expect(training.epoch).toBe(10);
    expect(training.pipeline()).toEqual(error.pipeline);
    expect(training.checkpoint()).toEqual(error.checkpoint);
    expect(() => training.advance(1)).toThrow(error);
    expect(unpackCheckpoint(packCheckpoint(error.checkpoint))).toEqual(error.checkpoint);
    expect(weightsOf(pipelineFromJson(pipelineToJson(error.pipeline)))).toEqual(
      weightsOf(error.pipeline),
    );
  });

  it('names the epoch however many lie between two looks', () => {
    const long = { ...options, epochs: 1500, optimiser: { learningRate: 1e-3 } };
    const training = startTraining(net, samples, { ...long, engine: engine(1321) });
    const error = thrown(training, 1500);
    expect([error.epoch, error.stages, error.checkpoint.epoch]).toEqual([1322, ['out'], 1321]);
    const sound = startTraining(net, samples, long);
    sound.advance(1321);
    expect(weightsOf(error.pipeline)).toEqual(weightsOf(sound.pipeline()));
  });

  it('is an error of the stream', async () => {
    const run = train(net, samples, { ...options, reportEvery: 4, engine: engine() });
    const error: unknown = await lastValueFrom(run).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TrainingError);
    expect(error).toMatchObject({ epoch: 11 });
    await expect(firstValueFrom(run.pipe(toArray()))).rejects.toBeInstanceOf(TrainingError);
  });

  it('stops the reference in its first epoch with what it was given', () => {
    const error = thrown(startTraining(net, samples, { ...options, engine: failing(0) }));
    expect([error.epoch, weightsOf(error.pipeline)]).toEqual([1, weightsOf(net)]);
  });

  it('finds a loss that overflows', () => {
    const error = thrown(
      startTraining(net, samples, {
        ...options,
        loss: { kind: 'rateCrossEntropy', temperature: 1e-320 },
        engine: referenceEngine,
      }),
    );
    expect(error.epoch).toBe(1);
  });
});

describe('numbers that training refuses', () => {
  const withTarget = (at: number, value: number) => [
    {
      ...samples[0]!,
      target: Float64Array.from({ length: 80 }, (_, i) => (i === at ? value : 0)),
    },
  ];
  const cases: [string, Partial<TrainingOptions>, RegExp][] = [
    ['a learning rate of Infinity', { optimiser: { learningRate: Infinity } }, /learningRate is/],
    ['a learning rate of 1e38', { optimiser: { learningRate: 1e38 } }, /learningRate is 1e\+38/],
    [
      'a schedule of no kind',
      { optimiser: { learningRate: 1, schedule: { kind: 'cosine' } as never } },
      /schedule\.kind is "cosine"; one of "constant", "exponential" is needed/,
    ],
    ['a mismatch of 1e9', { mismatch: { fraction: 1e9 } }, /fraction is 1000000000/],
    ['an infinite weight of silence', { loss: meanSquaredError(Infinity) }, /silenceWeight is/],
    ['a billion chips', { mismatch: { fraction: 0.1, instances: 1e9 } }, /instances is 1000000000/],
    ['a seed of NaN', { seed: Number.NaN }, /seed is NaN/],
  ];
  it.each(cases)('%s', (_, changes, reason) => {
    expect(reasonsOf(() => startTraining(net, samples, { ...options, ...changes }))).toEqual([
      expect.stringMatching(reason),
    ]);
  });

  it.each([Number.NaN, 1e200, Infinity])('a target of %s', (value) => {
    expect(reasonsOf(() => startTraining(net, withTarget(7, value), options))).toEqual([
      expect.stringMatching(/samples\[0\]\.target\[7\] is/),
    ]);
  });

  it('counts that are fewer than steps', () => {
    const input = { ...samples[0]!.input, steps: 80 };
    const given = [{ input, target: new Float64Array(160) }];
    expect(reasonsOf(() => startTraining(net, given, options))).toEqual([
      expect.stringMatching(/counts\.length is 160; 80×4 counts are needed/),
    ]);
  });

  it('weights that are not finite, when they are put into a pipeline', () => {
    const bad = new Float64Array(12).fill(Number.NaN);
    expect(reasonsOf(() => withWeights(net, bad))).toEqual([expect.stringMatching(/weights\[0\]/)]);
    expect(reasonsOf(() => withWeights(net, new Float64Array(3)))).toEqual([
      expect.stringMatching(/weights\.length is 3/),
    ]);
  });
});

describe('a checkpoint', () => {
  it('is of one moment, while an advance is under way', async () => {
    const given = { ...options, engine: kernel({ threads: 1 }) };
    const training = startTraining(net, samples, given);
    await training.advance(3);
    const before = training.checkpoint();
    const running = training.advance(20);
    expect(training.checkpoint()).toEqual(before);
    expect(weightsOf(training.pipeline())).toEqual(Array.from(before.weights));
    await running;
    const after = training.checkpoint();
    await training.close();
    const resumed = startTraining(net, samples, { ...given, checkpoint: before });
    await resumed.advance(20);
    expect(resumed.checkpoint()).toEqual(after);
    await resumed.close();
  });

  it('must be of as many weights and no more epochs', () => {
    const training = startTraining(net, samples, options);
    training.advance(2);
    const whole = training.checkpoint();
    const refusal = (changes: object): readonly string[] =>
      reasonsOf(() =>
        startTraining(net, samples, { ...options, checkpoint: { ...whole, ...changes } }),
      );
    expect(refusal({})).toEqual([]);
    const short = new Float64Array(3);
    expect(refusal({ weights: short, mean: short, square: short })).toEqual([
      expect.stringMatching(/checkpoint\.weights\.length is 3; the pipeline has 12/),
    ]);
    expect(refusal({ mean: short })).toEqual([expect.stringMatching(/mean\.length is 3/)]);
    expect(refusal({ epoch: 41 })).toEqual([expect.stringMatching(/epoch is 41; training ends/)]);
    expect(refusal({ epoch: -1 })).toEqual([expect.stringMatching(/epoch is -1/)]);
    expect(refusal({ epoch: 0.5 })).toEqual([expect.stringMatching(/epoch is 0\.5/)]);
    const negative = whole.square.map(() => -1);
    expect(refusal({ square: negative })).toEqual([expect.stringMatching(/square\[0\] is -1/)]);
    expect(refusal({ other: 1 })).toEqual([expect.stringMatching(/other: there is no such name/)]);
  });
});
