import {
  dynapSe2,
  kernel,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  type TrainingOptions,
} from 'spikeline';
import { ampaGaba, type DynapSe2Parameters } from 'spikeline/neurons';
import { matrixRows } from 'spikeline/stages';
import { lossFunction, pipelineGradient, pipelineWeights, startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { pipelineParameters } from '#src/train/gradient';
import { smallSamples, weights } from './small-task.ts';

const steps = 40;
const trials = 2;
const samples = smallSamples(3, 4, 2);
const loss = lossFunction(rateCrossEntropy(0.2), samples, steps, 2);
/** GABA leaks beside Itau_mem, so that a small gain does. */
const quick = { Ispkthr: 1e-8, Igain_gaba: 8.7e-12 };

const [W1, R1] = [weights(1, 4, 12, 3), weights(2, 3, 12, 2)];
const [W2, R2] = [weights(3, 3, 8, 9), weights(4, 2, 8, 2)];
const deep = pipeline(
  linear({ weight: W1 }),
  dynapSe2({ neurons: 3, recurrent: R1, ...quick }),
  linear({ weight: W2 }),
  dynapSe2({ neurons: 2, recurrent: R2, ...quick }),
);

/** Input spikes, one row for each step and trial. */
const X = Array.from({ length: steps * trials }, (_, row) => {
  const at = 4 * Math.floor(row / trials);
  return Array.from(samples[row % trials]!.input.counts.subarray(at, at + 4));
});

type Rows = readonly (readonly number[])[];
const transpose = (a: Rows): number[][] => a[0]!.map((_, c) => a.map((row) => row[c]!));
const times = (a: Rows, b: Rows): number[][] =>
  a.map((row) => b[0]!.map((_, c) => row.reduce((sum, value, k) => sum + value * b[k]![c]!, 0)));
const asRows = (values: Float64Array, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, r) =>
    Array.from(values.subarray(r * width, (r + 1) * width)),
  );

function layerOf(net: Pipeline, stage: number) {
  const parameters = net.stages[stage]!.parameters as DynapSe2Parameters;
  return referenceEngine.differentiable(parameters, { dt: 1e-3, steps, batch: trials });
}

function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  expect(scale).toBeGreaterThan(0);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(found[i]! - value)).toBeLessThan(1e-12 * scale);
  }
}

describe('pipelineGradient', () => {
  it('chains two populations with four dendrites as their single adjoints say', () => {
    const [one, two] = [layerOf(deep, 1), layerOf(deep, 3)];
    const [r1, r2] = [Float64Array.from(R1.flat()), Float64Array.from(R2.flat())];
    one.input.set(times(X, W1).flat());
    one.forward(r1);
    two.input.set(times(asRows(one.output, 3), W2).flat());
    two.forward(r2);
    const value = loss(two.output, two.outputGradient);
    const [dR1, dR2] = [new Float64Array(36), new Float64Array(16)];
    two.backward(r2, dR2);
    const dInput2 = asRows(two.inputGradient, 8);
    const dW2 = times(transpose(asRows(one.output, 3)), dInput2);
    one.outputGradient.set(times(dInput2, transpose(W2)).flat());
    one.backward(r1, dR1);
    const dW1 = times(transpose(X), asRows(one.inputGradient, 12));

    const problem = pipelineGradient(deep, samples, loss, referenceEngine);
    expect(problem.evaluate()).toBe(value);
    expect(problem.spikes).toEqual(two.output);
    expectClose(problem.gradient.subarray(0, 48), dW1.flat());
    expectClose(problem.gradient.subarray(48, 84), Array.from(dR1));
    expectClose(problem.gradient.subarray(84, 108), dW2.flat());
    expectClose(problem.gradient.subarray(108), Array.from(dR2));
  });

  it('uses one set of parameters for each population', () => {
    const problem = pipelineGradient(deep, samples, loss, referenceEngine);
    const before = problem.evaluate();
    const [first, second] = pipelineParameters(deep);
    problem.setParameters([first!, { ...second!, Igain_mem: second!.Igain_mem.map((I) => 3 * I) }]);
    expect(problem.evaluate()).not.toBe(before);
    problem.setParameters([first!, second!]);
    expect(problem.evaluate()).toBe(before);
  });
});

describe('startTraining', () => {
  const signed = weights(5, 4, 2, 6);
  const net = pipeline(
    linear({ weight: ampaGaba(signed), name: 'in' }),
    dynapSe2({ neurons: 2, recurrent: ampaGaba(weights(6, 2, 2)), ...quick, name: 'out' }),
  );
  const options: TrainingOptions = {
    epochs: 120,
    loss: rateCrossEntropy(0.05),
    optimiser: { learningRate: 0.05 },
    weightLimits: { in: { min: 0 }, out: { min: 0 } },
    seed: 2,
  };

  it('learns a small task on the dendrites, whatever the engine', () => {
    const ends = [kernel(), referenceEngine].map((engine) => {
      const training = startTraining(net, smallSamples(), { ...options, engine });
      training.advance(1);
      const first = training.loss;
      training.advance(120);
      expect(training.loss).toBeLessThan(0.5 * first);
      return training.pipeline();
    });
    const [trained, expected] = ends.map(pipelineWeights) as [Float64Array, Float64Array];
    // The kernel learns in float32.
    expect(Math.max(...trained.map((weight, i) => Math.abs(weight - expected[i]!)))).toBeLessThan(
      1e-3,
    );
    expect(trained.every((weight) => weight >= 0)).toBe(true);
    // A dendrite that gets nothing stands below the bound of its clip, and learns nothing.
    const start = matrixRows(ampaGaba(signed)).flat();
    const moved = [0, 1, 2, 3].map((dendrite) =>
      start.some((weight, at) => Math.floor((at % 8) / 2) === dendrite && trained[at] !== weight),
    );
    expect(moved).toEqual([true, true, false, false]);
  });

  it('goes on from a checkpoint to the last bit, with mismatch on every current', () => {
    const changes = { ...options, epochs: 12, mismatch: { fraction: 0.2, every: 5, instances: 2 } };
    const whole = startTraining(net, smallSamples(), changes);
    whole.advance(12);
    const first = startTraining(net, smallSamples(), changes);
    first.advance(7);
    const second = startTraining(net, smallSamples(), {
      ...changes,
      checkpoint: first.checkpoint(),
    });
    second.advance(12);
    expect(second.checkpoint()).toEqual(whole.checkpoint());
  });
});
