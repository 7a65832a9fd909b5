/** The loss of a pipeline on its samples and its gradient through time, stage by stage. */
import { InvalidArgumentError } from '../errors.ts';
import { firstNotFinite } from '../matrix.ts';
import type { Engine } from '../neurons/engine.ts';
import { engineCheck } from '../neurons/engine.ts';
import type { SparseSpikes } from '../neurons/learner.ts';
import { type AnalogParameters, isAnalog, type NeuronParameters } from '../neurons/model-table.ts';
import { callback, readAs, readable, readPlain, refuse } from '../options.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import { type Pipeline, withStages } from '../pipeline/pipeline.ts';
import { type Problem, problem, within } from '../problems.ts';
import { type Stage, stageNeurons, stageWeights, withStageWeights } from '../stages/stage.ts';
import { graphGradient } from './graph-gradient.ts';
import type { LossFunction } from './loss.ts';
import { sampleProblems, type TrainingSample } from './sample.ts';

/** The loss of a pipeline on its samples as a function of all its weights. */
export interface PipelineGradient {
  /** All trainable weights in one run: each stage's matrix in order, row-major. Live. */
  readonly weights: Float64Array;
  /** Gradient of the last evaluation, same layout. */
  readonly gradient: Float64Array;
  /** Output of the last evaluation, `[steps][trials][channels]`. */
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
export function pipelineWeights(pipeline: Pipeline): Float64Array {
  const junk = within('pipeline', pipelineProblems(pipeline));
  if (junk.length > 0) throw new InvalidArgumentError('there are no weights', junk);
  const { stages } = pipeline;
  const parts = stages.map((stage) => stageWeights(stage)?.values ?? new Float64Array(0));
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const weightNeeded = 'a finite number is needed';

/** Lists what is wrong with weights for a pipeline. */
function weightProblems(pipeline: Pipeline, weights: Float64Array): Problem[] {
  const guard = within('pipeline', pipelineProblems(pipeline));
  if (guard.length > 0) return guard;
  return readable(() => valueProblems(pipeline, weights));
}

function valueProblems(pipeline: Pipeline, weights: Float64Array): Problem[] {
  if (!(weights instanceof Float64Array)) {
    return [problem('weights', 'wrong-type', weights, 'a Float64Array is needed')];
  }
  const length = pipeline.stages.reduce((sum, stage) => sum + weightCount(stage), 0);
  if (weights.length !== length) {
    const needed = `the pipeline has ${length}`;
    return [problem('weights.length', 'wrong-shape', weights.length, needed)];
  }
  const at = firstNotFinite(weights);
  return at < 0 ? [] : [problem(`weights[${at}]`, 'not-finite', weights[at], weightNeeded)];
}

/**
 * The same pipeline with other weights, given in one run.
 *
 * @throws InvalidArgumentError if there are more or fewer, or one is not finite
 */
export function withWeights(pipeline: Pipeline, weights: Float64Array): Pipeline {
  const problems = weightProblems(pipeline, weights);
  if (problems.length > 0) {
    throw new InvalidArgumentError('the pipeline cannot have these weights', problems);
  }
  let at = 0;
  const stages = pipeline.stages.map((stage) => {
    const values = weights.slice(at, at + weightCount(stage));
    at += values.length;
    return withStageWeights(stage, values);
  });
  return withStages(pipeline, stages);
}

/** The parameters of DynapSim and DYNAP-SE2 neurons of a pipeline, one set per stage that has any. */
export function pipelineParameters({ stages }: Pipeline): AnalogParameters[] {
  return stages.flatMap((stage) => {
    const parameters = stageNeurons(stage);
    return parameters !== undefined && isAnalog(parameters) ? parameters : [];
  });
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

/** The input spikes as dense rows, for a stage that takes them so. */
function denseRows(
  samples: readonly TrainingSample[],
  steps: number,
  channels: number,
): Float64Array {
  const values = new Float64Array(steps * samples.length * channels);
  for (const [b, { input }] of samples.entries()) {
    for (let i = 0; i < steps * channels; i++) {
      const row = Math.floor(i / channels) * samples.length + b;
      values[row * channels + (i % channels)] = input.counts[i]!;
    }
  }
  return values;
}

/**
 * Prepares the gradient through time of `pipeline` on `samples`: forward over all steps stage by
 * stage, then back with the adjoint of each.
 *
 * @throws InvalidArgumentError with all problems
 */
export function pipelineGradient(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  loss: LossFunction,
  engine: Engine,
): PipelineGradient {
  samples = readPlain(samples);
  engine = readAs(engine, engineCheck);
  refuse('there is no gradient', () => {
    const guard = within('pipeline', pipelineProblems(pipeline));
    return [
      ...(guard.length > 0 ? guard : sampleProblems(pipeline, samples)),
      ...within('loss', callback(loss)),
      ...within('engine', engineCheck(engine)),
    ];
  });
  const { channelsIn } = pipeline;
  const { steps } = samples[0]!.input;
  const weights = pipelineWeights(pipeline);
  const gradient = new Float64Array(weights.length);
  const graph = graphGradient(
    pipeline,
    {
      sparse: () => sparseRows(samples, steps, channelsIn),
      dense: () => denseRows(samples, steps, channelsIn),
    },
    { engine, steps, trials: samples.length, weights, gradient },
  );
  const { output } = graph;
  return {
    weights,
    gradient,
    spikes: output.values,
    setParameters(parameters) {
      for (const [i, set] of graph.setParameters.entries()) set(parameters[i]!);
    },
    evaluate() {
      graph.forward();
      gradient.fill(0);
      const value = loss(output.values, output.gradient);
      graph.backward();
      return value;
    },
  };
}
