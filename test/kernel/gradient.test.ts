import {
  type DifferentiableLayer,
  type DynapSimParameters,
  type DynapSimState,
  dynapSim,
  dynapSimParameters,
  type Engine,
  kernel,
  linear,
  meanSquaredError,
  pipeline,
  randomStream,
  rateCrossEntropy,
  referenceEngine,
  restState,
  startTraining,
  type TrainingOptions,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { type EquationRun, neuronParameters, runEquations } from '../neuron/equations.ts';
import { randomNet } from '../neuron/nets.ts';
import { layerOf, type Population, population } from './populations.ts';
import {
  compare,
  type NetShape,
  patterns,
  randomTask,
  relativeError,
  shapes,
  type Task,
  trialParameters,
} from './tasks.ts';

const tolerance = 1e-5;
const losses = ['error', 'entropy'] as const;
const widths = [1, 2, 3, 4, 5, 8, 17, 40];

// With all currents 3000 times as large, some percent of the gradient come through recurrence and adaptation;
// with those of the chip, a thousandth of that.
const units = [1, 3e3];

/** Nets of one shape in all sizes. */
function tasks(shape: NetShape, perTrial: boolean): Task[] {
  return widths.slice(0, perTrial ? -1 : undefined).flatMap((neurons) =>
    losses.flatMap((loss, l) =>
      (perTrial ? [3e3] : units).map((unit) => {
        const trials = 1 + ((neurons + l) % 3);
        const size = { neurons, trials, steps: neurons < 8 ? 60 : 40 };
        return randomTask({ seed: 3 * neurons + l, shape, ...size, loss, unit, perTrial });
      }),
    ),
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

describe('loss, spikes and gradient in the kernel', () => {
  it.each(shapes)('are those of the reference on nets of the shape: %s', (shape) => {
    expectSame(tasks(shape, false));
  });

  it.each(shapes)('so too where every trial has parameters of its own: %s', (shape) => {
    expectSame(tasks(shape, true));
  });

  it('so too over 200 steps', () => {
    const size = { trials: 2, steps: 200 };
    expectSame(
      shapes.flatMap((shape) =>
        losses.map((loss, l) => randomTask({ seed: 20 + l, shape, neurons: 6, ...size, loss })),
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
          return randomTask({ seed: trials, shape, ...size, loss, unit: 3e3, perTrial });
        }),
      ),
    );
  });

  it.each([129, 131])('so too with rows too wide to stay in registers: %s neurons', (neurons) => {
    const size = { neurons, trials: 2, steps: 20 };
    expectSame([
      randomTask({ seed: 1, shape: 'recurrent', ...size, loss: 'error', unit: 3e3 }),
      randomTask({ seed: 2, shape: 'deep', ...size, loss: 'entropy', unit: 3e3 }),
    ]);
  });

  it('so too at steps of 0.1 ms, of which a spike closes ten', () => {
    expectSame(
      shapes.flatMap((shape) =>
        losses.map((loss, l) => {
          const size = { neurons: 5, trials: 2, steps: 120, dt: 1e-4 };
          return randomTask({ seed: 30 + l, shape, ...size, loss, unit: 3e3 });
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
        const task = randomTask({ seed: 4, shape: 'recurrent', ...size, loss, unit: 3e3 });
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

  it('so too without a single spike that comes in', () => {
    for (const shape of ['forward', 'bare', 'deep'] as const) {
      const task = randomTask({ seed: 4, shape, neurons: 3, trials: 2, steps: 20, loss: 'error' });
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
      const task = randomTask({ seed: 5, shape: 'deep', ...shot, loss });
      const found = compare(kernel(), task);
      expect([found.same, found.loss < tolerance]).toEqual([true, true]);
      for (const error of found.gradient) expect(error).toBeLessThan(tolerance);
    }
  });
});

describe('training on several chips at once', () => {
  /** The loss of the first epochs, and what Adam remembers of their gradient. */
  function learnt(task: Task, engine: Engine) {
    const { pipeline: net, samples, loss } = task;
    const options: TrainingOptions = {
      epochs: 6,
      loss,
      // Weights stay, so that silicon alone makes the difference.
      optimiser: { learningRate: 1e-12 },
      mismatch: { percent: 0.3, every: 2, instances: 3 },
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
      const task = randomTask({ seed: 7, shape, neurons: 5, trials: 2, steps: 40, loss });
      const [found, expected] = [learnt(task, kernel()), learnt(task, referenceEngine)];
      expect(new Set(expected.seen.map((value) => value.toPrecision(6))).size).toBe(3);
      for (const [epoch, value] of expected.seen.entries()) {
        expect(Math.abs(found.seen[epoch]! - value)).toBeLessThan(tolerance * value);
      }
      expect(relativeError(found.mean, expected.mean)).toBeLessThan(tolerance);
    }
  });
});

/** A differentiable layer of both engines, given the same. */
function pair(
  parameters: DynapSimParameters,
  of: Population,
  use: (layer: DifferentiableLayer) => void,
): [DifferentiableLayer, DifferentiableLayer] {
  const { dt, steps, batch, neurons } = of;
  return [kernel(), referenceEngine].map((engine) => {
    const layer = engine.differentiableLayer(parameters, dt, steps, batch, neurons);
    layer.input.set(of.input);
    use(layer);
    return layer;
  }) as [DifferentiableLayer, DifferentiableLayer];
}

/** Random gradient with respect to the spikes; of one sign, so that sums of few entries keep their digits. */
function slopes(of: Population): Float64Array {
  const random = randomStream(of.seed, 'slopes');
  return of.input.map(() => 0.2 + random.uniform());
}

/** A state in the midst of a run, with spikes and closed neurons. */
function busyState(of: Population): DynapSimState {
  const layer = layerOf(referenceEngine, of);
  const lanes = of.batch * of.neurons;
  for (let t = 0; t < 100; t++) {
    layer.step(of.input.subarray((t % of.steps) * lanes, ((t % of.steps) + 1) * lanes));
    const state = layer.readState();
    if (t > 20 && state.spikes.some((count) => count > 0)) return state;
  }
  throw new Error('no spikes');
}

function expectPair([found, expected]: [DifferentiableLayer, DifferentiableLayer]): void {
  expect(found.spikes.findIndex((count, i) => count !== expected.spikes[i])).toBe(-1);
  expect(found.spikes.some((count) => count > 0)).toBe(true);
  expect(relativeError(found.inputGradient, expected.inputGradient)).toBeLessThan(tolerance);
  expect(expected.inputGradient.some((value) => value !== 0)).toBe(true);
}

/** `unit` as in tasks. */
function scaledPopulation(
  neurons: number,
  batch: number,
  seed: number,
  recurrent = true,
): Population {
  const of = population({
    seed,
    neurons,
    batch,
    steps: 40,
    dt: 1e-3,
    kind: (['adapting', 'plain', 'strong'] as const)[seed % 3]!,
    recurrent,
  });
  const unit = 3e3;
  const scaled = Object.entries(of.parameters).map(([name, value]) => [
    name,
    /^[IC]/.test(name) && typeof value !== 'number' ? value.map((each) => each * unit) : value,
  ]);
  return {
    ...of,
    parameters: { ...Object.fromEntries(scaled), Iscale: of.parameters.Iscale * unit },
  };
}

describe('the differentiable layer of the kernel', () => {
  const sizes = [
    [1, 1],
    [1, 4],
    [1, 5],
    [1, 9],
    [2, 2],
    [2, 5],
    [3, 2],
    [4, 3],
    [5, 2],
    [8, 1],
    [17, 2],
  ] as const;

  it.each(sizes)(
    'does as the reference from rest, with %s neurons in %s trials',
    (neurons, batch) => {
      for (const seed of [1, 2]) {
        const of = scaledPopulation(neurons, batch, seed);
        const gradients: Float64Array[] = [];
        const both = pair(of.parameters, of, (layer) => {
          const gradient = new Float64Array(neurons ** 2);
          layer.forward(of.weight);
          layer.spikesGradient.set(slopes(of));
          layer.backward(of.weight, gradient);
          gradients.push(gradient);
        });
        expectPair(both);
        expect(relativeError(gradients[0]!, gradients[1]!)).toBeLessThan(tolerance);
        expect(gradients[1]!.some((value) => value !== 0)).toBe(true);
      }
    },
  );

  it.each(sizes)('does so from a state with spikes, %s neurons in %s trials', (neurons, batch) => {
    for (const seed of [1, 2, 3]) {
      const of = scaledPopulation(neurons, batch, seed);
      const start = busyState(of);
      expect(start.timerRef.some((seconds) => seconds > 0)).toBe(true);
      const gradients: Float64Array[] = [];
      const both = pair(of.parameters, of, (layer) => {
        const gradient = new Float64Array(neurons ** 2);
        layer.setStart(start);
        layer.forward(of.weight);
        layer.spikesGradient.set(slopes(of));
        layer.backward(of.weight, gradient);
        gradients.push(gradient);
      });
      expectPair(both);
      expect(relativeError(gradients[0]!, gradients[1]!)).toBeLessThan(tolerance);
      const rest = pair(of.parameters, of, (layer) => layer.forward(of.weight));
      expect(Array.from(rest[0].spikes)).not.toEqual(Array.from(both[0].spikes));
    }
  });

  it.each(sizes)('does so without recurrence, %s neurons in %s trials', (neurons, batch) => {
    const of = scaledPopulation(neurons, batch, 2, false);
    expectPair(
      pair(of.parameters, of, (layer) => {
        layer.forward(undefined);
        layer.spikesGradient.set(slopes(of));
        layer.backward(undefined, undefined);
      }),
    );
  });

  it.each(sizes)(
    'does so where trials differ in parameters, %s neurons in %s',
    (neurons, batch) => {
      const of = scaledPopulation(neurons, batch, 2);
      const [own, other] = [1, 2].map((seed) => trialParameters(of.parameters, batch, seed, 0));
      const both = pair(own!, of, (layer) => {
        layer.forward(of.weight);
        layer.spikesGradient.set(slopes(of));
        layer.backward(of.weight, new Float64Array(neurons ** 2));
      });
      expectPair(both);
      const before = Array.from(both[0].spikes);
      for (const layer of both) {
        layer.setParameters(other!);
        layer.forward(of.weight);
        layer.backward(of.weight, new Float64Array(neurons ** 2));
      }
      expectPair(both);
      expect(Array.from(both[0].spikes)).not.toEqual(before);
    },
  );

  it('takes parameters for every trial after it had one set for all, and the other way', () => {
    const of = scaledPopulation(3, 3, 2);
    const own = trialParameters(of.parameters, 3, 1, 0);
    const both = pair(of.parameters, of, (layer) => layer.setParameters(own));
    for (const next of [own, of.parameters, own]) {
      for (const layer of both) {
        layer.setParameters(next);
        layer.forward(of.weight);
        layer.spikesGradient.set(slopes(of));
        layer.backward(of.weight, new Float64Array(9));
      }
      expectPair(both);
    }
  });

  it.each([3, 6, 9, 12])(
    'goes back through adaptation where nothing else can, on net %s',
    (seed) => {
      // Synapses forget at once and spikes reset the membrane, so that early steps matter to the last five only
      // through adaptation. Each step is held to its own largest entry.
      const of = scaledPopulation(4, 1, seed, false);
      const { Itau_syn, Igain_syn } = of.parameters;
      const fast = {
        ...of.parameters,
        Itau_syn: Itau_syn.map((current) => 100 * current),
        Igain_syn: Igain_syn.map((current) => 100 * current),
      };
      const weak = { ...of, input: of.input.map((value) => Math.abs(value) / 20) };
      const [found, expected] = pair(fast, weak, (layer) => {
        layer.forward(undefined);
        layer.spikesGradient.fill(1, of.input.length - 20);
        layer.backward(undefined, undefined);
      });
      expect(found.spikes).toEqual(expected.spikes);
      let seen = 0;
      for (let t = 0; t < 30; t++) {
        const at = (values: Float64Array): Float64Array => values.subarray(4 * t, 4 * t + 4);
        if (at(expected.inputGradient).every((value) => value === 0)) continue;
        const error = relativeError(at(found.inputGradient), at(expected.inputGradient));
        expect(error).toBeLessThan(1e-4);
        seen++;
      }
      expect(seen).toBeGreaterThan(10);
    },
  );

  it('adds to the gradient of the recurrence, and takes none', () => {
    const of = scaledPopulation(5, 2, 1);
    const gradients = [new Float64Array(25), new Float64Array(25).fill(0.5)];
    const [layer] = pair(of.parameters, of, (one) => {
      one.forward(of.weight);
      one.spikesGradient.set(slopes(of));
    });
    layer.backward(of.weight, gradients[0]);
    const input = layer.inputGradient.slice();
    layer.forward(of.weight);
    layer.backward(of.weight, gradients[1]);
    expect(
      relativeError(
        gradients[1]!.map((value) => value - 0.5),
        gradients[0]!,
      ),
    ).toBeLessThan(1e-9);
    layer.forward(of.weight);
    layer.backward(of.weight, undefined);
    expect(layer.inputGradient).toEqual(input);
  });

  it('goes back as often as it is asked to after one run', () => {
    const of = scaledPopulation(3, 2, 1);
    const [layer] = pair(of.parameters, of, (one) => one.forward(of.weight));
    const first = slopes(of);
    const back = (values: Float64Array): Float64Array => {
      layer.spikesGradient.set(values);
      layer.backward(of.weight, new Float64Array(9));
      return layer.inputGradient.slice();
    };
    const once = back(first);
    expect(once.some((value) => value !== 0)).toBe(true);
    const twice = back(first.map((value) => 2 * value));
    expect(
      relativeError(
        twice.map((value) => value / 2),
        once,
      ),
    ).toBeLessThan(1e-9);
    expect(back(first)).toEqual(once);
  });

  it('runs anew from its start, on the input, weights and parameters of now', () => {
    const of = scaledPopulation(4, 2, 2);
    const input = of.input.map((value, i) => value + (i % 7));
    const weight = of.weight!.map((value) => 0.5 - value);
    const both = pair(of.parameters, of, (layer) => {
      layer.setStart(busyState(of));
      layer.forward(of.weight);
      layer.spikesGradient.set(slopes(of));
      layer.backward(of.weight, new Float64Array(16));
      layer.input.set(input);
      layer.forward(weight);
      layer.backward(weight, new Float64Array(16));
    });
    expectPair(both);
    for (const layer of both) {
      layer.forward(undefined);
      layer.backward(undefined, undefined);
    }
    expectPair(both);
  });

  it('keeps its start, in amperes, when parameters change', () => {
    const of = scaledPopulation(3, 2, 1);
    const start = busyState(of);
    const other = dynapSimParameters(
      { ...of.parameters, Io: of.parameters.Io.map((value) => value / 3) },
      3,
    );
    const both = pair(of.parameters, of, (layer) => {
      layer.setStart(start);
      layer.setParameters(other);
      layer.forward(of.weight);
      layer.spikesGradient.set(slopes(of));
      layer.backward(of.weight, new Float64Array(9));
    });
    expectPair(both);
  });

  it('starts beyond the threshold too, as after other parameters', () => {
    const of = scaledPopulation(4, 2, 1);
    const start = restState(of.parameters, of.batch);
    for (let lane = 0; lane < 8; lane++) {
      start.imem[lane] = (of.parameters.Ispkthr[lane % 4]! * (lane + 1)) / 2;
    }
    const both = pair(of.parameters, of, (layer) => {
      layer.setStart(start);
      layer.forward(of.weight);
      layer.spikesGradient.set(slopes(of));
      layer.backward(of.weight, new Float64Array(16));
    });
    expectPair(both);
  });
});

// As for the reference (test/neuron/adjoint.test.ts): around a recorded run, with all discrete choices
// frozen, the equations are smooth, and their derivative, by central differences in float64, is what the
// adjoint promises.
describe('the adjoint of the kernel', () => {
  const shape = { neurons: 3, steps: 30, trials: 2 };

  it.each([1, 2, 3, 4, 5, 6])('equals finite differences on net %s', (seed) => {
    const { neurons, steps, trials } = shape;
    const net = randomNet(seed, { ...shape, unit: 1e3 });
    const random = randomStream(seed, 'slopes');
    const slope = net.input.map((trial) => trial.map((row) => row.map(() => random.normal())));
    const single = net.recurrent.map((_, n) => neuronParameters(net.parameters, n));
    const run = (trial: number, frozen?: EquationRun): EquationRun =>
      runEquations(single, 1e-3, net.input[trial]!, net.recurrent, frozen);
    const recorded = net.input.map((_, trial) => run(trial));
    const loss = (): number => {
      let sum = 0;
      for (const [trial, frozen] of recorded.entries()) {
        for (const [t, row] of run(trial, frozen).deviations.entries()) {
          for (const [n, value] of row.entries()) sum += slope[trial]![t]![n]! * value;
        }
      }
      return sum;
    };
    const difference = (row: number[], at: number): number => {
      const value = row[at]!;
      const central = (h: number): number => {
        row[at] = value + h;
        const up = loss();
        row[at] = value - h;
        const down = loss();
        row[at] = value;
        return (up - down) / (2 * h);
      };
      return (4 * central(5e-4) - central(1e-3)) / 3;
    };
    const flat = (values: readonly (readonly (readonly number[])[])[]): Float64Array =>
      Float64Array.from(
        Array.from({ length: steps }, (_, t) => values.flatMap((trial) => trial[t]!)).flat(),
      );

    const layer = kernel().differentiableLayer(net.parameters, 1e-3, steps, trials);
    const weight = Float64Array.from(net.recurrent.flat());
    layer.input.set(flat(net.input));
    layer.forward(weight);
    layer.spikesGradient.set(flat(slope));
    const recurrent = new Float64Array(neurons ** 2);
    layer.backward(weight, recurrent);

    expect(layer.spikes).toEqual(
      flat(recorded.map(({ choices }) => choices.map((row) => row.map(({ spikes }) => spikes)))),
    );
    const inputs = net.input.map((trial) =>
      trial.map((row) => row.map((_, n) => difference(row, n))),
    );
    expect(relativeError(layer.inputGradient, flat(inputs))).toBeLessThan(tolerance);
    const weights = Float64Array.from(
      net.recurrent.flatMap((row) => row.map((_, n) => difference(row, n))),
    );
    expect(weights.some((value) => value !== 0)).toBe(true);
    expect(relativeError(recurrent, weights)).toBeLessThan(tolerance);
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
