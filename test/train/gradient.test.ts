import {
  dynapSim,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  startPipeline,
  type TrainingSample,
} from 'spikeline';
import type { DynapSimParameters } from 'spikeline/neurons';
import { fromStages, stageWeights } from 'spikeline/stages';
import { lossFunction, pipelineGradient, pipelineWeights, withWeights } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { pipelineParameters } from '#src/train/gradient';
import { smallSamples, weights } from './small-task.ts';

const steps = 40;
const trials = 2;
const rows = steps * trials;
const samples = smallSamples(3, 4, 2);
const loss = lossFunction(rateCrossEntropy(0.2), samples, steps, 2);
const quick = { Ispkthr: 1e-8 };

const [W1, R1, W2, R2] = [
  weights(1, 4, 3, 6),
  weights(2, 3, 3),
  weights(3, 3, 2, 20),
  weights(4, 2, 2),
];
const deep = pipeline(
  linear({ weight: W1 }),
  dynapSim({ neurons: 3, recurrent: R1, ...quick }),
  linear({ weight: W2 }),
  dynapSim({ neurons: 2, recurrent: R2, ...quick }),
);

/** Input spikes, one row for each step and trial. */
const X = Array.from({ length: rows }, (_, row) => {
  const { counts } = samples[row % trials]!.input;
  return Array.from(
    counts.subarray(Math.floor(row / trials) * 4, Math.floor(row / trials) * 4 + 4),
  );
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
  return referenceEngine.differentiable(net.stages[stage]!.parameters as DynapSimParameters, {
    dt: 1e-3,
    steps,
    batch: trials,
  });
}

function evaluated(net: Pipeline, given: readonly TrainingSample[] = samples) {
  const problem = pipelineGradient(net, given, loss, referenceEngine);
  return { problem, value: problem.evaluate() };
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
  it('chains two recurrent populations as their single adjoints say', () => {
    const one = layerOf(deep, 1);
    const two = layerOf(deep, 3);
    const [r1, r2] = [Float64Array.from(R1.flat()), Float64Array.from(R2.flat())];
    one.input.set(times(X, W1).flat());
    one.forward(r1);
    two.input.set(times(asRows(one.output, 3), W2).flat());
    two.forward(r2);
    const value = loss(two.output, two.outputGradient);
    const [dR1, dR2] = [new Float64Array(9), new Float64Array(4)];
    two.backward(r2, dR2);
    const dInput2 = asRows(two.inputGradient, 2);
    const dW2 = times(transpose(asRows(one.output, 3)), dInput2);
    one.outputGradient.set(times(dInput2, transpose(W2)).flat());
    one.backward(r1, dR1);
    const dW1 = times(transpose(X), asRows(one.inputGradient, 3));

    const { problem, value: found } = evaluated(deep);
    expect(found).toBe(value);
    expect(problem.spikes).toEqual(two.output);
    expectClose(problem.gradient.subarray(0, 12), dW1.flat());
    expectClose(problem.gradient.subarray(12, 21), Array.from(dR1));
    expectClose(problem.gradient.subarray(21, 27), dW2.flat());
    expectClose(problem.gradient.subarray(27), Array.from(dR2));
  });

  it('multiplies two linear stages out', () => {
    const [A, B] = [weights(5, 4, 5), weights(6, 5, 2, 1)];
    const population = dynapSim({ neurons: 2, ...quick });
    const two = evaluated(pipeline(linear({ weight: A }), linear({ weight: B }), population));
    const one = evaluated(pipeline(linear({ weight: times(A, B) }), population));
    expect(two.value).toBeCloseTo(one.value, 12);
    const dC = asRows(one.problem.gradient, 2);
    expectClose(two.problem.gradient.subarray(0, 20), times(dC, transpose(B)).flat());
    expectClose(two.problem.gradient.subarray(20), times(transpose(A), dC).flat());
  });

  it('takes populations that follow each other or come first, as if by unit weights', () => {
    const unit = Array.from({ length: 2 }, (_, r) => [Number(r === 0), Number(r === 1)]);
    const first = dynapSim({ neurons: 2, recurrent: R2, Ispkthr: 1e-8, Iscale: 2e-7 });
    const second = dynapSim({ neurons: 2, recurrent: R2, Ispkthr: 1e-8, Iscale: 2e-7 });
    const pairs = smallSamples(8, 2, 2);
    const bare = evaluated(pipeline(first, second), pairs);
    const dressed = evaluated(
      pipeline(linear({ weight: unit }), first, linear({ weight: unit }), second),
      pairs,
    );
    expect(bare.value).toBe(dressed.value);
    expectClose(
      bare.problem.gradient.subarray(0, 4),
      Array.from(dressed.problem.gradient.subarray(4, 8)),
    );
    expectClose(
      bare.problem.gradient.subarray(4),
      Array.from(dressed.problem.gradient.subarray(12)),
    );
  });

  it('spikes as the running pipeline does', () => {
    const { problem } = evaluated(deep);
    for (const [trial, { input }] of samples.entries()) {
      const { counts } = startPipeline(deep).process(input);
      const own = Array.from({ length: steps }, (_, t) =>
        Array.from(problem.spikes.subarray((t * trials + trial) * 2, (t * trials + trial) * 2 + 2)),
      );
      expect(own.flat()).toEqual(Array.from(counts));
    }
    expect(problem.spikes.some((count) => count > 0)).toBe(true);
  });

  it('starts anew with each evaluation, on the weights of now', () => {
    const { problem, value } = evaluated(deep);
    const gradient = problem.gradient.slice();
    expect(problem.evaluate()).toBe(value);
    expect(problem.gradient).toEqual(gradient);
    problem.weights.fill(0);
    problem.evaluate();
    expect(problem.spikes.every((count) => count === 0)).toBe(true);
  });

  it('uses one set of parameters for each population', () => {
    const { problem } = evaluated(deep);
    const others = pipelineParameters(deep).map((parameters, i) => ({
      ...parameters,
      Igain_mem: parameters.Igain_mem.map((value) => value * (2 + i)),
    }));
    problem.setParameters(others);
    const changed = fromStages(
      deep.stages.map((stage) => {
        if (stage.kind !== 'dynapSim') return stage;
        const parameters = others[stage.channelsOut === 3 ? 0 : 1] as DynapSimParameters;
        return { ...stage, parameters };
      }),
    );
    expect(problem.evaluate()).toBe(evaluated(changed).value);
    expect(Array.from(problem.gradient)).toEqual(Array.from(evaluated(changed).problem.gradient));
  });
});

describe('pipelineWeights and withWeights', () => {
  it('list all weights in the order of the stages, and put them back', () => {
    expect(Array.from(pipelineWeights(deep))).toEqual([W1, R1, W2, R2].flat(2));
    const changed = withWeights(
      deep,
      pipelineWeights(deep).map((value, i) => value + i),
    );
    expect(Array.from(pipelineWeights(changed))).toEqual(
      [W1, R1, W2, R2].flat(2).map((value, i) => value + i),
    );
    expect(changed).toMatchObject({ channelsIn: 4, channelsOut: 2, dt: 1e-3 });
    expect(Array.from(stageWeights(deep.stages[0]!)!.values)).toEqual(W1.flat());
  });

  it('pass over a population without recurrence', () => {
    const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2 }));
    expect(Array.from(pipelineWeights(net))).toEqual([1, 2]);
    expect(stageWeights(withWeights(net, Float64Array.of(3, 4)).stages[1]!)).toBeUndefined();
  });
});
