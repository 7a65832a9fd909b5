import {
  dynapSim,
  type Engine,
  kernel,
  linear,
  meanSquaredError,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  type TrainingOptions,
} from 'spikeline';
import { startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { withStages } from '#src/pipeline/pipeline';
import {
  compare,
  type Model,
  models,
  type NetShape,
  patterns,
  randomTask,
  relativeError,
  shapes,
  type Task,
} from './tasks.ts';

const tolerance = 1e-5;
const losses = ['error', 'entropy'] as const;
const widths = [1, 2, 3, 4, 5, 8, 17, 40];

// With all currents 3000 times as large, some percent of the gradient come through recurrence and adaptation;
// with those of the chip, a thousandth of that.
const units = [1, 3e3];

/** Nets of one shape in all sizes, with both losses in turn; of wide ones, with both units in turn. */
function tasks(model: Model, shape: NetShape, perTrial: boolean): Task[] {
  return widths.slice(0, perTrial ? -1 : undefined).flatMap((neurons, w) =>
    (perTrial ? [3e3] : neurons < 8 ? units : [units[w % 2]!]).map((unit, u) => {
      const l = (w + u + Number(neurons > 8)) % 2;
      const trials = 1 + ((neurons + l) % 3);
      const size = { neurons, trials, steps: neurons < 8 ? 45 : 30 };
      const seed = 3 * neurons + l;
      return randomTask({ seed, model, shape, ...size, loss: losses[l]!, unit, perTrial });
    }),
  );
}

/** Most within the tolerance; where a weighted input nearly cancels out, float32 loses more digits. */
function expectSame(given: readonly Task[]): void {
  let same = 0;
  let near = 0;
  let several = 0;
  for (const task of given) {
    const found = compare(kernel(), task);
    if (!found.same) continue;
    same++;
    several += found.several;
    // A single output neuron always has the greatest rate: nothing is to be learnt then.
    const flat = task.loss.kind === 'rateCrossEntropy' && task.pipeline.channelsOut === 1;
    if (!flat) expect(found.slope).toBeGreaterThan(0);
    expect(found.spikes).toBeGreaterThan(0);
    expect(found.loss).toBeLessThan(tolerance);
    for (const error of found.gradient) expect(error).toBeLessThan(10 * tolerance);
    if (found.gradient.every((error) => error < tolerance)) near++;
  }
  expect(same).toBeGreaterThan(0.9 * given.length);
  expect(near).toBeGreaterThan(0.9 * same);
  expect(several).toBeGreaterThan(0);
}

describe.each(models)('loss, spikes and gradient in the kernel, %s', (model) => {
  it.each(shapes)('are those of the reference on nets of the shape: %s', (shape) => {
    expectSame(tasks(model, shape, false));
  });

  it.each(shapes)('so too where every trial has parameters of its own: %s', (shape) => {
    expectSame(tasks(model, shape, true));
  });

  it('so too over 200 steps', () => {
    const size = { trials: 2, steps: 200 };
    expectSame(
      shapes.flatMap((shape) =>
        losses.map((loss, l) =>
          randomTask({ seed: 20 + l, model, shape, neurons: 6, ...size, loss }),
        ),
      ),
    );
  });

  it('so too with many trials, of which the last block is not full', () => {
    expectSame(
      [1, 2, 3, 4].flatMap((neurons) =>
        [4, 5, 7, 9].map((trials) => {
          const loss = losses[trials % 2]!;
          const shape = neurons === 1 ? 'recurrent' : 'deep';
          const perTrial = trials % 2 === 0;
          const size = { neurons, trials, steps: 30 };
          return randomTask({ seed: trials, model, shape, ...size, loss, unit: 3e3, perTrial });
        }),
      ),
    );
  });

  it.each([90, 129, 131])(
    'so too with rows too wide to stay in registers: %s neurons',
    (neurons) => {
      const size = { neurons, trials: 2, steps: 20 };
      expectSame([
        randomTask({ seed: 1, model, shape: 'recurrent', ...size, loss: 'error', unit: 3e3 }),
        randomTask({ seed: 2, model, shape: 'deep', ...size, loss: 'entropy', unit: 3e3 }),
      ]);
    },
  );

  it('so too at steps of 0.1 ms, of which a spike closes ten', () => {
    expectSame(
      shapes.flatMap((shape) =>
        losses.map((loss, l) => {
          const size = { neurons: 5, trials: 2, steps: 120, dt: 1e-4 };
          return randomTask({ seed: 30 + l, model, shape, ...size, loss, unit: 3e3 });
        }),
      ),
    );
  });

  it('so too where neurons fire by themselves, and places for trials stay empty', () => {
    for (const [neurons, trials] of [
      [1, 5],
      [1, 6],
      [2, 3],
      [3, 2],
    ] as const) {
      for (const loss of losses) {
        const size = { neurons, trials, steps: 60 };
        const task = randomTask({ seed: 4, model, shape: 'recurrent', ...size, loss, unit: 3e3 });
        const driven = task.parameters.map((set) => ({
          ...set,
          Idc: set.Idc.map(() => 3e-10 * 3e3),
        }));
        const samples = task.samples.map((sample) => ({
          ...sample,
          input: { ...sample.input, counts: new Uint32Array(sample.input.counts.length) },
        }));
        const found = compare(kernel(), { ...task, samples, parameters: driven });
        expect([found.same, found.loss < tolerance]).toEqual([true, true]);
        expect(found.spikes).toBeGreaterThan(2 * trials);
        for (const error of found.gradient) expect(error).toBeLessThan(tolerance);
      }
    }
  });

  it('so too where a bin holds many spikes, which stand as one entry with its count', () => {
    expectSame(
      [2, 3, 5, 70].flatMap((neurons) =>
        losses.map((loss) => {
          const size = { neurons, trials: 3, steps: 40 };
          const task = randomTask({ seed: 7, model, shape: 'recurrent', ...size, loss, unit: 3e3 });
          const samples = task.samples.map((sample) => {
            const counts = sample.input.counts.map((count) => (count > 1 ? 7 : 0));
            return { ...sample, input: { ...sample.input, counts } };
          });
          return { ...task, samples };
        }),
      ),
    );
  });

  it.each(shapes)('so too where matrices add something in every step: %s', (shape) => {
    expectSame(
      [1, 2, 3, 6, 20].flatMap((neurons) => {
        const size = { neurons, trials: 3, steps: 30 };
        const task = randomTask({ seed: 8, model, shape, ...size, loss: 'error', unit: 3e3 });
        const biased = task.pipeline.stages.map((stage) => {
          if (stage.kind !== 'linear') return stage;
          const bias = Float64Array.from({ length: stage.channelsOut }, (_, c) => 1 + (c % 3));
          return { ...stage, bias };
        });
        return [{ ...task, pipeline: withStages(task.pipeline, biased) }];
      }),
    );
  });

  it('so too without a single spike that comes in', () => {
    for (const shape of ['forward', 'bare', 'deep'] as const) {
      const size = { neurons: 3, trials: 2, steps: 20 };
      const task = randomTask({ seed: 4, model, shape, ...size, loss: 'error' });
      const samples = task.samples.map((sample) => ({
        ...sample,
        input: { ...sample.input, counts: new Uint32Array(sample.input.counts.length) },
      }));
      const found = compare(kernel(), { ...task, samples });
      expect([found.same, found.spikes, found.loss < tolerance]).toEqual([true, 0, true]);
      expect(found.gradient.every((error) => error === 0)).toBe(true);
    }
  });

  it('so too in a single step', () => {
    const shot = { neurons: 3, trials: 2, steps: 1 };
    for (const loss of losses) {
      const task = randomTask({ seed: 5, model, shape: 'deep', ...shot, loss });
      const found = compare(kernel(), task);
      expect([found.same, found.loss < tolerance]).toEqual([true, true]);
      for (const error of found.gradient) expect(error).toBeLessThan(tolerance);
    }
  });
});

describe.each(models)('training on several chips at once, %s', (model) => {
  /** The loss of the first epochs, and what Adam remembers of their gradient. */
  function learnt(task: Task, engine: Engine) {
    const { pipeline: net, samples, loss } = task;
    const options: TrainingOptions = {
      epochs: 6,
      loss,
      // Weights stay, so that silicon alone makes the difference.
      optimiser: { learningRate: 1e-12 },
      mismatch: { fraction: 0.3, every: 2, instances: 3 },
      seed: 3,
      engine,
    };
    const training = startTraining(net, samples, options);
    const seen = Array.from({ length: options.epochs }, () => {
      expect(training.advance(1)).toBeUndefined();
      return training.loss;
    });
    return { seen, mean: training.checkpoint().mean };
  }

  it.each(shapes)('has the loss and gradient of the reference, draw after draw: %s', (shape) => {
    for (const loss of losses) {
      const task = randomTask({ seed: 7, model, shape, neurons: 5, trials: 2, steps: 40, loss });
      const [found, expected] = [learnt(task, kernel()), learnt(task, referenceEngine)];
      expect(new Set(expected.seen.map((value) => value.toPrecision(6))).size).toBe(3);
      for (const [epoch, value] of expected.seen.entries()) {
        expect(Math.abs(found.seen[epoch]! - value)).toBeLessThan(tolerance * value);
      }
      expect(relativeError(found.mean, expected.mean)).toBeLessThan(tolerance);
    }
  });
});

describe('losses in the kernel', () => {
  it('weigh errors where no spike was wanted, and count a mean over all', () => {
    const net = pipeline(linear({ weight: [[0, 0]] }), dynapSim({ neurons: 2 }));
    const input = { channels: 1, steps: 4, dt: 1e-3, startTime: 0, counts: new Uint32Array(4) };
    const target = [1, 0, 0, 2, 0, 0, 3, 0];
    for (const weight of [0.5, 1, 4]) {
      const training = startTraining(net, [{ input, target }], {
        epochs: 1,
        loss: meanSquaredError(weight),
        engine: kernel(),
      });
      training.advance(1);
      // Silent: 1 + 4 + 9 in eight bins, whatever silence weighs.
      expect(training.loss).toBeCloseTo(14 / 8, 6);
    }
    const chatty = pipeline(linear({ weight: [[1e6]] }), dynapSim({ neurons: 1, Ispkthr: 1e-9 }));
    const shot = { ...input, counts: Uint32Array.of(1, 1, 1, 1) };
    const losses = [1, 4].map((weight) => {
      const training = startTraining(chatty, [{ input: shot, target: [0, 0, 0, 0] }], {
        epochs: 1,
        loss: meanSquaredError(weight),
        engine: kernel(),
      });
      training.advance(1);
      return training.loss;
    });
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses[1]).toBe(4 * losses[0]!);
  });

  it('stay finite where one rate is far ahead of the others', () => {
    const net = pipeline(
      linear({ weight: [[1e6, -1e6]] }),
      dynapSim({ neurons: 2, Ispkthr: 1e-8 }),
    );
    const [sample] = patterns(1, net, 1, 40);
    for (const label of [0, 1]) {
      const [found, expected] = [kernel(), referenceEngine].map((engine) => {
        const training = startTraining(net, [{ ...sample!, label }], {
          epochs: 1,
          loss: rateCrossEntropy(1e-4),
          engine,
        });
        training.advance(1);
        return training.loss;
      });
      expect(Number.isFinite(expected)).toBe(true);
      expect(found).toBeCloseTo(expected!, 3);
    }
  });
});
