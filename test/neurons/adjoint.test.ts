import { referenceEngine } from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { type Choices, type EquationRun, neuronParameters, runEquations } from './equations.ts';
import { type RandomNet, randomNet } from './nets.ts';

// The spike, the reset and every clip have corners, so no difference quotient of the neuron itself
// tells its surrogate gradient. Around a recorded run, the equations with all discrete choices frozen
// are smooth, and their true derivative is what the adjoint promises; that one is taken by central
// differences. In units 1e4 times smaller (all currents and capacitances) the dynamics are the same,
// but a spike per ampere weighs 1e4 times as much, so that what comes back through recurrence and
// adaptation shows beside what comes straight from the membrane.

const dt = 1e-3;
const shape = { neurons: 3, steps: 30, trials: 2 };
const seeds = [1, 2, 3, 4, 5, 6];
const units = [1, 1e4];

interface Case {
  readonly net: RandomNet;
  /** dL/d(spikes), `[trial][step][neuron]`. */
  readonly slopes: number[][][];
  /** The recorded run of each trial. */
  readonly recorded: EquationRun[];
}

function makeCase(seed: number, unit: number, listens: (neuron: number) => boolean): Case {
  const net = randomNet(seed, { ...shape, unit });
  const random = randomStream(seed, 'slopes');
  const slopes = net.input.map((trial) =>
    trial.map((row) => row.map((_, n) => (listens(n) ? random.normal() : 0))),
  );
  const recorded = net.input.map((_, trial) => equations(net, trial));
  return { net, slopes, recorded };
}

function equations(net: RandomNet, trial: number, frozen?: EquationRun): EquationRun {
  const neurons = net.recurrent.map((_, n) => neuronParameters(net.parameters, n));
  return runEquations(neurons, dt, net.input[trial]!, net.recurrent, frozen);
}

/** L = Σ slope·(n - n*): the deviations only, which keeps all digits. */
function smoothLoss({ net, slopes, recorded }: Case): number {
  let sum = 0;
  for (const [trial, frozen] of recorded.entries()) {
    for (const [t, row] of equations(net, trial, frozen).deviations.entries()) {
      for (const [n, deviation] of row.entries()) sum += slopes[trial]![t]![n]! * deviation;
    }
  }
  return sum;
}

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

function adjoint({ net, slopes }: Case) {
  const { neurons, steps, trials } = shape;
  const layer = referenceEngine.differentiable(net.parameters, { dt, steps, batch: trials });
  const weight = Float64Array.from(net.recurrent.flat());
  const flat = (values: readonly number[][][]): number[] =>
    Array.from({ length: steps }, (_, t) => values.flatMap((trial) => trial[t]!)).flat();
  layer.input.set(flat(net.input));
  layer.forward(weight);
  layer.outputGradient.set(flat(slopes));
  const recurrent = new Float64Array(neurons * neurons);
  layer.backward(weight, recurrent);
  return { spikes: Array.from(layer.output), input: layer.inputGradient, recurrent, flat };
}

function largest(values: Iterable<number>): number {
  return Math.max(...Array.from(values, Math.abs));
}

/** The largest error as a fraction of the largest entry. */
function relativeError(found: readonly number[], expected: readonly number[]): number {
  return largest(found.map((value, i) => value - expected[i]!)) / largest(expected);
}

describe.each(units)('with 1/%s of an ampere as the unit, the adjoint', (unit) => {
  it.each(seeds)('equals finite differences on net %s', (seed) => {
    const one = makeCase(seed, unit, () => true);
    const { spikes, input, recurrent, flat } = adjoint(one);
    const counted = one.recorded.map(({ choices }) =>
      choices.map((row) => row.map(({ spikes: count }) => count)),
    );
    expect(spikes).toEqual(flat(counted));
    const loss = (): number => smoothLoss(one);
    const inputs = one.net.input.map((trial) =>
      trial.map((row) => row.map((_, n) => difference(row, n, loss))),
    );
    expect(relativeError(Array.from(input), flat(inputs))).toBeLessThan(1e-7);
    const weights = one.net.recurrent.flatMap((row) => row.map((_, n) => difference(row, n, loss)));
    expect(largest(weights)).toBeGreaterThan(0);
    expect(relativeError(Array.from(recurrent), weights)).toBeLessThan(1e-7);
  });
});

describe('what comes back through recurrence', () => {
  it.each(seeds)('equals finite differences on net %s, where nothing else can', (seed) => {
    // Only neuron 0 matters to the loss, so the others' inputs matter through their weights to it.
    const one = makeCase(seed, 1e4, (neuron) => neuron === 0);
    const { input } = adjoint(one);
    const found: number[] = [];
    const expected: number[] = [];
    for (const [trial, rows] of one.net.input.entries()) {
      for (const [t, row] of rows.entries()) {
        for (const n of [1, 2]) {
          found.push(input[(t * shape.trials + trial) * shape.neurons + n]!);
          expected.push(difference(row, n, () => smoothLoss(one)));
        }
      }
    }
    expect(largest(expected)).toBeGreaterThan(0);
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });
});

describe('the nets of this test', () => {
  it('meet every choice in both directions, and no, one and several spikes', () => {
    const all: Choices[] = seeds.flatMap((seed) =>
      makeCase(seed, 1, () => true).recorded.flatMap(({ choices }) => choices.flat()),
    );
    for (const name of ['synapse', 'adaptation', 'input', 'membrane', 'refractory'] as const) {
      expect(all.filter((choices) => choices[name]).length).toBeGreaterThan(10);
      expect(all.filter((choices) => !choices[name]).length).toBeGreaterThan(10);
    }
    for (const count of [0, 1, 2, 3]) {
      expect(all.filter(({ spikes }) => spikes === count).length).toBeGreaterThan(5);
    }
  });
});
