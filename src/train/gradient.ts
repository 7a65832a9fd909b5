import { match, P } from 'ts-pattern';
import { computing, type Engine } from '../neurons/engine.ts';
import type { DifferentiableLayer } from '../neurons/layer.ts';
import type { SparseSpikes } from '../neurons/learner.ts';
import type { AnalogParameters, NeuronParameters } from '../neurons/model-table.ts';
import { fromStages, type Pipeline } from '../pipeline/pipeline.ts';
import {
  delayGradient,
  identityGradient,
  scaleGradient,
  thresholdGradient,
} from '../stages/channelwise-gradient.ts';
import { type GradientStage, newWire, type Wire } from '../stages/gradient-stage.ts';
import { linearGradient, sparseLinearGradient } from '../stages/linear/gradient.ts';
import { type NeuronStage, neuronParameters } from '../stages/neuron-stage.ts';
import { type Stage, stageWeights, withStageWeights } from '../stages/stage.ts';
import type { LossFunction } from './loss.ts';
import type { TrainingSample } from './sample.ts';

/** The loss of a pipeline on its samples as a function of all its weights. */
export interface PipelineGradient {
  /** All trainable weights in one run: each stage's matrix in order, row-major. Live. */
  readonly weights: Float64Array;
  /** Gradient of the last evaluation, same layout. */
  readonly gradient: Float64Array;
  /** Output spikes of the last evaluation, `[steps][trials][channels]`. */
  readonly spikes: Float64Array;
  /** Uses other parameters (a mismatch draw), one set per stage that has any. */
  setParameters(parameters: readonly NeuronParameters[]): void;
  /** Runs forward and back; returns the loss and leaves the gradient. */
  evaluate(): number;
}

/** Number of trainable weights of a stage. */
function weightCount(stage: Stage): number {
  return stageWeights(stage)?.values.length ?? 0;
}

/** All trainable weights of a pipeline in one run. */
export function pipelineWeights({ stages }: Pipeline): Float64Array {
  const parts = stages.map((stage) => stageWeights(stage)?.values ?? new Float64Array(0));
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The same pipeline with other weights, given in one run. */
export function withWeights(pipeline: Pipeline, weights: Float64Array): Pipeline {
  let at = 0;
  const stages = pipeline.stages.map((stage) => {
    const values = weights.slice(at, at + weightCount(stage));
    at += values.length;
    return withStageWeights(stage, values);
  });
  return fromStages(stages);
}

/** The parameters of DynapSim and DYNAP-SE2 neurons of a pipeline, one set per stage that has any. */
export function pipelineParameters({ stages }: Pipeline): AnalogParameters[] {
  return stages.flatMap(({ parameters }) => parameters ?? []);
}

/** Spikes of all samples as sparse rows: row `t·trials + b` lists its channels and counts. */
export function sparseRows(
  samples: readonly TrainingSample[],
  steps: number,
  channels: number,
): SparseSpikes {
  const starts = new Uint32Array(steps * samples.length + 1);
  const columns: number[] = [];
  const counts: number[] = [];
  for (let t = 0, row = 0; t < steps; t++) {
    for (const { input } of samples) {
      for (let c = 0; c < channels; c++) {
        const count = input.counts[t * channels + c]!;
        if (count === 0) continue;
        columns.push(c);
        counts.push(count);
      }
      starts[++row] = columns.length;
    }
  }
  return { starts, columns: Uint32Array.from(columns), counts: Float64Array.from(counts) };
}

/** The input spikes as a dense wire, for a pipeline that opens with anything but a matrix. */
function denseWire(samples: readonly TrainingSample[], steps: number, channels: number): Wire {
  const wire = newWire(steps * samples.length * channels);
  for (const [b, { input }] of samples.entries()) {
    for (let i = 0; i < steps * channels; i++) {
      const row = Math.floor(i / channels) * samples.length + b;
      wire.values[row * channels + (i % channels)] = input.counts[i]!;
    }
  }
  return wire;
}

/** Neurons over all steps; they have wires of their own. */
interface Population extends GradientStage {
  readonly input: Wire;
  readonly output: Wire;
  /** Uses other parameters of the same model. */
  setParameters(parameters: NeuronParameters): void;
}

function populationGradient(
  layer: DifferentiableLayer<NeuronParameters, unknown>,
  weights: Float64Array,
  gradient: Float64Array,
): Population {
  const matrix = weights.length === 0 ? undefined : weights;
  return {
    input: { values: layer.input, gradient: layer.inputGradient },
    output: { values: layer.output, gradient: layer.outputGradient },
    forward: () => layer.forward(matrix),
    backward: () => layer.backward(matrix, gradient),
    setParameters: (next) => layer.setParameters(next),
  };
}

/**
 * Prepares the gradient through time of `pipeline` on `samples`: forward over all steps stage by
 * stage, then back with the adjoint of each. Trusts its input; `train` checks it.
 */
export function pipelineGradient(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  loss: LossFunction,
  engine: Engine,
): PipelineGradient {
  const steps = samples[0]!.input.steps;
  const trials = samples.length;
  const weights = pipelineWeights(pipeline);
  const gradient = new Float64Array(weights.length);
  const run: GradientStage[] = [];
  const populations: Population[] = [];
  let wire: Wire | undefined;
  let at = 0;
  for (const stage of pipeline.stages) {
    const { channelsIn, channelsOut } = stage;
    const own = weights.subarray(at, at + weightCount(stage));
    const ownGradient = gradient.subarray(at, at + weightCount(stage));
    at += own.length;
    const entered = wire;
    const from = (): Wire => entered ?? denseWire(samples, steps, channelsIn);
    const out = (): Wire => newWire(steps * trials * channelsOut);
    /** Appends a stage with wires that are made for it. */
    const append = (make: (from: Wire, out: Wire) => GradientStage): Wire => {
      const left = out();
      run.push(make(from(), left));
      return left;
    };
    /** Appends neurons, which have wires of their own. */
    const appendPopulation = (neurons: NeuronStage): Wire => {
      const parameters = neuronParameters(neurons);
      const layer = computing(engine, parameters.model).differentiable(parameters, {
        dt: neurons.dt,
        ...{ steps, batch: trials, neurons: channelsOut },
      });
      const population = populationGradient(layer, own, ownGradient);
      if (neurons.parameters !== undefined) populations.push(population);
      run.push(identityGradient(from(), population.input), population);
      return population.output;
    };
    wire = match(stage)
      .with({ kind: 'linear' }, (linear) => {
        if (entered !== undefined) {
          return append((from, out) => linearGradient(linear, from, out, own, ownGradient));
        }
        const left = out();
        const rows = sparseRows(samples, steps, channelsIn);
        run.push(sparseLinearGradient(linear, rows, left, own, ownGradient));
        return left;
      })
      .with({ kind: 'scale' }, (scale) => append((from, out) => scaleGradient(scale, from, out)))
      .with({ kind: 'delay' }, (delay) =>
        append((from, out) => delayGradient(delay, trials, from, out)),
      )
      .with({ kind: 'threshold' }, (threshold) =>
        append((from, out) => thresholdGradient(threshold, from, out)),
      )
      .with(
        { kind: P.union('dynapSim', 'dynapSe2', 'lif', 'li', 'integrator', 'integrateAndFire') },
        appendPopulation,
      )
      .exhaustive();
  }
  const output = wire!;
  return {
    weights,
    gradient,
    spikes: output.values,
    setParameters(parameters) {
      for (const [i, population] of populations.entries()) {
        population.setParameters(parameters[i]!);
      }
    },
    evaluate() {
      for (const stage of run) stage.forward();
      gradient.fill(0);
      const value = loss(output.values, output.gradient);
      for (let i = run.length - 1; i >= 0; i--) run[i]!.backward();
      return value;
    },
  };
}
