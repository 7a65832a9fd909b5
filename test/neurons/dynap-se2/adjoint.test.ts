import { referenceEngine } from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { dendriteNames } from '#src/neurons/dynap-se2/parameters';
import { type Choices, type EquationRun, neuronParameters, runEquations } from './equations.ts';
import { type DendriticNet, dendriticNet } from './nets.ts';

// As for the lumped neuron: around a recorded run, the equations with all discrete choices frozen are
// smooth, and their central differences are what the adjoint promises.

const dt = 1e-3;
const shape = { neurons: 3, steps: 16, trials: 2 };
const channels = 4 * shape.neurons;
const seeds = [1, 2, 3];
const units = [1, 1e4];

interface Case {
  readonly net: DendriticNet;
  /** dL/d(spikes), `[trial][step][neuron]`. */
  readonly slopes: number[][][];
  /** The recorded run of each trial. */
  readonly recorded: EquationRun[];
}

function makeCase(seed: number, unit: number, listens: (neuron: number) => boolean): Case {
  const net = dendriticNet(seed, { ...shape, unit });
  const random = randomStream(seed, 'slopes');
  const slopes = net.input.map((trial) =>
    trial.map(() => net.recurrent.map((_, n) => (listens(n) ? random.normal() : 0))),
  );
  const recorded = net.input.map((_, trial) => equations(net, trial));
  return { net, slopes, recorded };
}

function equations(net: DendriticNet, trial: number, frozen?: EquationRun): EquationRun {
  const neurons = net.recurrent.map((_, n) => neuronParameters(net.parameters, n));
  return runEquations(neurons, dt, net.input[trial]!, net.recurrent, frozen);
}

/** L = Σ slope·(n - n*) of one trial: the deviations only, which keeps all digits. */
function trialLoss({ net, slopes, recorded }: Case, trial: number): number {
  let sum = 0;
  for (const [t, row] of equations(net, trial, recorded[trial]!).deviations.entries()) {
    for (const [n, deviation] of row.entries()) sum += slopes[trial]![t]![n]! * deviation;
  }
  return sum;
}

const smoothLoss = (one: Case): number => trialLoss(one, 0) + trialLoss(one, 1);

/** Central difference with respect to `row[at]`, extrapolated from two widths. */
function difference(row: number[], at: number, loss: () => number): number {
  const value = row[at]!;
  const central = (h: number): number => {
    row[at] = value + h;
    const up = loss();
    row[at] = value - h;
    const down = loss();
    row[at] = value;
    return (up - down) / (2 * h);
  };
  const h = 1e-3;
  return (4 * central(h / 2) - central(h)) / 3;
}

/** `[trial][step][…]` as the library holds it, `[step][trial][…]`. */
function flat(values: readonly number[][][]): number[] {
  return Array.from({ length: shape.steps }, (_, t) => values.flatMap((trial) => trial[t]!)).flat();
}

function adjoint({ net, slopes }: Case) {
  const { neurons, steps, trials } = shape;
  const layer = referenceEngine.differentiable(net.parameters, { dt, steps, batch: trials });
  const weight = Float64Array.from(net.recurrent.flat());
  layer.input.set(flat(net.input));
  layer.forward(weight);
  layer.outputGradient.set(flat(slopes));
  const recurrent = new Float64Array(neurons * channels);
  layer.backward(weight, recurrent);
  return { spikes: Array.from(layer.output), input: layer.inputGradient, recurrent };
}

function largest(values: Iterable<number>): number {
  return Math.max(...Array.from(values, Math.abs));
}

/** The values that belong to a dendrite, out of rows of channels. */
function ofDendrite(values: ArrayLike<number>, dendrite: number): number[] {
  return Array.from(values).filter(
    (_, at) => Math.floor((at % channels) / shape.neurons) === dendrite,
  );
}

/** The largest error on any dendrite, each as a fraction of its largest entry. */
function relativeError(found: ArrayLike<number>, expected: readonly number[]): number {
  const errors = dendriteNames.map((_, dendrite) => {
    const [one, other] = [ofDendrite(found, dendrite), ofDendrite(expected, dendrite)];
    expect(largest(other)).toBeGreaterThan(0);
    return largest(one.map((value, i) => value - other[i]!)) / largest(other);
  });
  return Math.max(...errors);
}

/** Differences with respect to every input, one trial at a time: the others do not feel it. */
function inputDifferences(one: Case): number[] {
  return flat(
    one.net.input.map((rows, trial) =>
      rows.map((row) => row.map((_, at) => difference(row, at, () => trialLoss(one, trial)))),
    ),
  );
}

describe.each(units)('with 1/%s of an ampere as the unit, the adjoint', (unit) => {
  it.each(seeds)('equals finite differences on net %s', (seed) => {
    const one = makeCase(seed, unit, () => true);
    const { spikes, input, recurrent } = adjoint(one);
    const counted = one.recorded.map(({ choices }) =>
      choices.map((row) => row.map(({ spikes: count }) => count)),
    );
    expect(spikes).toEqual(flat(counted));
    expect(relativeError(input, inputDifferences(one))).toBeLessThan(1e-6);
    const weights = one.net.recurrent.flatMap((row) =>
      row.map((_, at) => difference(row, at, () => smoothLoss(one))),
    );
    expect(relativeError(recurrent, weights)).toBeLessThan(1e-6);
  });
});

describe('what comes back through recurrence', () => {
  it.each(seeds)('equals finite differences on net %s, where nothing else can', (seed) => {
    // Only neuron 0 matters to the loss, so the others' inputs matter through their weights to it.
    const one = makeCase(seed, 1e4, (neuron) => neuron === 0);
    const others = (values: ArrayLike<number>): number[] =>
      Array.from(values, (value, at) => (at % shape.neurons === 0 ? 0 : value));
    const { input } = adjoint(one);
    expect(relativeError(others(input), others(inputDifferences(one)))).toBeLessThan(1e-5);
  });
});

describe('the nets of this test', () => {
  it('meet every choice in both directions, and no, one and several spikes', () => {
    const all: Choices[] = seeds.flatMap((seed) =>
      makeCase(seed, 1, () => true).recorded.flatMap(({ choices }) => choices.flat()),
    );
    const both = (of: (choices: Choices) => boolean): void => {
      expect(all.filter(of).length).toBeGreaterThan(10);
      expect(all.filter((choices) => !of(choices)).length).toBeGreaterThan(10);
    };
    for (const name of dendriteNames) both(({ synapses }) => synapses[name]);
    for (const name of ['adaptation', 'input', 'membrane', 'refractory'] as const) {
      both((choices) => choices[name]);
    }
    for (const count of [0, 1, 2, 3]) {
      expect(all.filter(({ spikes }) => spikes === count).length).toBeGreaterThan(5);
    }
  });
});
