import {
  delay,
  integrateAndFire,
  integrator,
  type LossFunction,
  li,
  lif,
  linear,
  type Pipeline,
  pipeline,
  referenceEngine,
  scale,
  startPipeline,
  threshold,
} from 'spikeline';
import { pipelineGradient, pipelineWeights, withWeights } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { smallSamples, weights } from './small-task.ts';

const steps = 40;
const samples = smallSamples(3, 4, 2);
const trials = samples.length;
const dt = 1e-3;

/** A loss that asks of every output spike something of its own. */
const wanted = (i: number): number => Math.sin(7 * i);
const loss: LossFunction = (spikes, gradient) => {
  let sum = 0;
  for (const [i, spike] of spikes.entries()) {
    sum += (spike - wanted(i)) ** 2;
    gradient[i] = 2 * (spike - wanted(i));
  }
  return sum;
};

type Row = number[];
/** One layer of the plain model: takes a row, gives a row, and keeps its own state. */
type Layer = (row: Row) => Row;

/** What decided the spikes of a run: whether each neuron fired, and how far it was from its threshold. */
type Decisions = { readonly fired: boolean; readonly distance: number }[];

/**
 * A spike that can be differentiated: the same number at the weights it was decided at, and beside them
 * as the fast sigmoid x/(1 + 10·|x|), whose derivative is the surrogate.
 */
function softSpikes(decided: Decisions | undefined, record: Decisions) {
  const sigmoid = (x: number): number => x / (1 + 10 * Math.abs(x));
  return (distance: number): { readonly spike: number; readonly fired: boolean } => {
    const known = decided?.[record.length];
    const fired = known?.fired ?? distance > 0;
    record.push({ fired, distance });
    const spike = Number(fired) + sigmoid(distance) - sigmoid(known?.distance ?? distance);
    return { spike, fired };
  };
}

interface Plain {
  readonly tauMem?: number;
  readonly tauSyn?: number;
  readonly bias?: number;
  readonly resistance?: number;
  readonly leak?: number;
  readonly inputWeight?: number;
  readonly threshold?: number;
  readonly reset?: number;
}

/** Integrating neurons in plain numbers; they fire where they have a threshold. */
function neurons(
  count: number,
  p: Plain,
  decide: ReturnType<typeof softSpikes>,
  recurrent?: Row,
): Layer {
  const { resistance = 1, leak = 0, bias = 0, inputWeight = 1, reset = 0 } = p;
  const v: Row = new Array<number>(count).fill(0);
  const I: Row = new Array<number>(count).fill(0);
  let out: Row = new Array<number>(count).fill(0);
  return (row) => {
    const before = out;
    out = row.map((given, n) => {
      let S = given;
      if (recurrent !== undefined)
        for (let m = 0; m < count; m++) S += before[m]! * recurrent[m * count + n]!;
      S *= inputWeight;
      const flows = p.tauSyn === undefined ? S : I[n]!;
      if (p.tauSyn !== undefined) I[n] = flows + (dt / p.tauSyn) * (S - flows);
      const rate = p.tauMem === undefined ? dt : dt / p.tauMem;
      const pull = p.tauMem === undefined ? 0 : leak - v[n]!;
      v[n] = v[n]! + rate * (pull + resistance * (flows + bias));
      if (p.threshold === undefined) return v[n]!;
      const { spike, fired } = decide(v[n]! - p.threshold);
      if (fired) v[n] = reset;
      return spike;
    });
    return out;
  };
}

function times(row: Row, weight: Row, columns: number, bias: Row): Row {
  return bias.map((added, c) =>
    row.reduce((sum, x, r) => sum + x * weight[r * columns + c]!, added),
  );
}

/** Runs the plain layers over all trials; returns the loss and what decided the spikes. */
function plainLoss(
  layers: (decide: ReturnType<typeof softSpikes>) => readonly Layer[],
  decided?: Decisions,
): { value: number; record: Decisions } {
  const record: Decisions = [];
  const decide = softSpikes(decided, record);
  let value = 0;
  for (const [b, { input }] of samples.entries()) {
    const all = layers(decide);
    for (let t = 0; t < steps; t++) {
      let row: Row = Array.from(input.counts.subarray(4 * t, 4 * t + 4));
      for (const layer of all) row = layer(row);
      for (const [n, spike] of row.entries()) {
        value += (spike - wanted((t * trials + b) * row.length + n)) ** 2;
      }
    }
  }
  return { value, record };
}

/** Compares the gradient of `net` with finite differences of the plain model of it. */
function expectGradient(
  net: Pipeline,
  layersAt: (weights: Row) => (decide: ReturnType<typeof softSpikes>) => readonly Layer[],
): void {
  const problem = pipelineGradient(net, samples, loss, referenceEngine);
  const found = problem.evaluate();
  const start = Array.from(pipelineWeights(net));
  const { value, record } = plainLoss(layersAt(start));
  expect(found).toBeCloseTo(value, 9);
  expect(record.filter(({ fired }) => fired).length).toBeGreaterThan(record.length > 0 ? 10 : -1);
  const size = 1e-5;
  const slope = (i: number): number => {
    const at = (by: number): number =>
      plainLoss(layersAt(start.map((w, k) => (k === i ? w + by : w))), record).value;
    return (at(size) - at(-size)) / (2 * size);
  };
  const expected = start.map((_, i) => slope(i));
  const scaleOf = Math.max(...expected.map(Math.abs));
  expect(scaleOf).toBeGreaterThan(1e-3);
  for (const [i, own] of expected.entries()) {
    expect(Math.abs(problem.gradient[i]! - own), `weight ${i}`).toBeLessThan(1e-5 * scaleOf);
  }
}

const [W1, W2, W3] = [weights(1, 4, 3, 8), weights(2, 3, 2, 4), weights(3, 2, 2, 4)];
const [R1, R2] = [weights(4, 3, 3, 2), weights(5, 2, 2, 2)];

describe('the gradient of', () => {
  it('lif, linear with bias, delay, scale, li and integrate-and-fire is that of the soft spikes', () => {
    const first = {
      tauMem: 0.01,
      tauSyn: 4e-3,
      bias: 0.3,
      resistance: 1.5,
      leak: 0.1,
      inputWeight: 0.8,
      threshold: 0.7,
      reset: -0.2,
    };
    const middle = {
      tauMem: 5e-3,
      tauSyn: 3e-3,
      bias: 0.1,
      resistance: 2,
      leak: -0.1,
      inputWeight: 1.2,
    };
    const last = { resistance: 200, threshold: 0.6, reset: 0.1 };
    const bias = [0.2, -0.1, 0.4];
    const net = pipeline(
      linear({ weight: W1, bias }),
      delay({ channels: 3, delay: [0, 1e-3, 3e-3] }),
      scale({ scale: [1, 0.5, -2] }),
      lif({ neurons: 3, ...first, recurrent: R1 }),
      linear({ weight: W2, name: 'two' }),
      li({ neurons: 2, ...middle }),
      linear({ weight: W3, name: 'three' }),
      integrateAndFire({ neurons: 2, ...last, recurrent: R2 }),
    );
    expectGradient(net, (w) => (decide) => {
      const held: Row[] = [];
      return [
        (row) => times(row, w.slice(0, 12), 3, bias),
        (row) => {
          held.push(row);
          return [0, 1, 3].map((by, c) => held[held.length - 1 - by]?.[c] ?? 0);
        },
        (row) => row.map((x, c) => x * [1, 0.5, -2][c]!),
        neurons(3, first, decide, w.slice(12, 21)),
        (row) => times(row, w.slice(21, 27), 2, [0, 0]),
        neurons(2, middle, decide),
        (row) => times(row, w.slice(27, 31), 2, [0, 0]),
        neurons(2, last, decide, w.slice(31)),
      ];
    });
  });

  it('LIF without a synapse, and of an integrator before a threshold', () => {
    const first = { tauMem: 8e-3, threshold: 0.8, bias: 0.2 };
    const net = pipeline(
      linear({ weight: W1 }),
      lif({ neurons: 3, ...first }),
      linear({ weight: W2, name: 'two' }),
      integrator({ neurons: 2, resistance: 30 }),
      threshold({ threshold: [0.4, 0.9] }),
    );
    expectGradient(net, (w) => (decide) => [
      (row) => times(row, w.slice(0, 12), 3, [0, 0, 0]),
      neurons(3, first, decide),
      (row) => times(row, w.slice(12), 2, [0, 0]),
      neurons(2, { resistance: 30 }, decide),
      (row) => row.map((x, n) => decide(x - [0.4, 0.9][n]!).spike),
    ]);
  });

  it('neurons that open a pipeline goes to their recurrent weights', () => {
    const own = { tauMem: 5e-3, threshold: 0.1 };
    const square = weights(6, 4, 4, 1);
    const net = pipeline(lif({ neurons: 4, ...own, recurrent: square }));
    expectGradient(net, (w) => (decide) => [neurons(4, own, decide, w)]);
  });
});

describe('pipelineGradient', () => {
  const net = pipeline(
    delay({ channels: 4, delay: [0, 1e-3, 2e-3, 5e-3] }),
    linear({ weight: W1, bias: 0.1 }),
    lif({ neurons: 3, tauMem: 0.01, tauSyn: 3e-3, recurrent: R1 }),
    scale({ scale: [1, 2, 3] }),
    linear({ weight: W2, name: 'two' }),
    integrateAndFire({ neurons: 2, resistance: 200, recurrent: R2 }),
  );

  it('spikes as the running pipeline does', () => {
    const problem = pipelineGradient(net, samples, loss, referenceEngine);
    problem.evaluate();
    for (const [trial, { input }] of samples.entries()) {
      const own = Array.from({ length: steps }, (_, t) => [
        ...problem.spikes.subarray((t * trials + trial) * 2, (t * trials + trial) * 2 + 2),
      ]);
      expect(own.flat()).toEqual([...startPipeline(net).process(input).counts]);
    }
    expect(problem.spikes.filter((count) => count > 0).length).toBeGreaterThan(5);
  });

  it('starts anew with each evaluation, on the weights of now', () => {
    const problem = pipelineGradient(net, samples, loss, referenceEngine);
    const value = problem.evaluate();
    const gradient = problem.gradient.slice();
    expect(problem.evaluate()).toBe(value);
    expect(problem.gradient).toEqual(gradient);
    problem.weights.forEach((weight, i) => {
      problem.weights[i] = 2 * weight;
    });
    const doubled = pipelineGradient(
      withWeights(net, problem.weights.slice()),
      samples,
      loss,
      referenceEngine,
    );
    expect(problem.evaluate()).toBe(doubled.evaluate());
    expect(problem.gradient).toEqual(doubled.gradient);
    expect(problem.gradient).not.toEqual(gradient);
  });
});
