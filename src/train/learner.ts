/** What learns: the learner of an engine, or one that goes stage by stage. */
import { match } from 'ts-pattern';
import type { Engine } from '../neurons/engine.ts';
import type {
  Learner,
  LearningLayer,
  LearningLoss,
  LearningMismatch,
  LearningProblem,
} from '../neurons/learner.ts';
import { type AnalogParameters, isAnalog } from '../neurons/model-table.ts';
import { fusedObstacle } from '../pipeline/fused.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { stageChained } from '../stages/stage.ts';
import { type AdamConfig, adamState, adamStep } from './adam.ts';
import { pipelineGradient, pipelineWeights, sparseRows } from './gradient.ts';
import { batchTargets, type Loss, lossFunction } from './loss.ts';
import { drawSilicon } from './mismatch.ts';
import type { TrainingSample } from './sample.ts';

/** What is to be learnt, checked. */
export interface LearningTask {
  readonly pipeline: Pipeline;
  /** One per trial. */
  readonly samples: readonly TrainingSample[];
  readonly loss: Loss;
  readonly optimiser: AdamConfig;
  /** Least and greatest value of every weight; no bounds if left out. */
  readonly min?: Float64Array;
  readonly max?: Float64Array;
  /** One set per population, with one value per neuron, or per trial and neuron. */
  readonly parameters: readonly AnalogParameters[];
  /** Draws them anew as it learns, from one value per neuron; never if left out. */
  readonly mismatch?: LearningMismatch;
  readonly engine: Engine;
}

/**
 * The populations of a chain of stages, each with the matrix before it; none if there is anything else: branches,
 * loops, neurons that the engine does not compute, or two matrices in a row with nothing between them that could
 * fire.
 */
function layersOf(
  pipeline: Pipeline,
  parameters: readonly AnalogParameters[],
  engine: Engine,
): LearningLayer[] | undefined {
  if (fusedObstacle(pipeline, engine) !== undefined) return undefined;
  const layers: LearningLayer[] = [];
  let drawn = 0;
  let weighted: Pick<LearningLayer, 'rows' | 'bias'> = {};
  for (const stage of pipeline.stages) {
    const part = stageChained(stage)!;
    if ('weight' in part) {
      const { weight, bias } = part;
      weighted = { rows: weight.rows, ...(bias === undefined ? {} : { bias }) };
      continue;
    }
    const { parameters: own, recurrent } = part;
    layers.push({
      neurons: stage.channelsOut,
      ...weighted,
      recurrent: recurrent !== undefined,
      ...(isAnalog(own)
        ? { parameters: parameters[drawn]!, drawnAs: drawn++ }
        : { parameters: own }),
    });
    weighted = {};
  }
  return layers;
}

/** The task in numbers, for an engine that does whole epochs. */
function problemOf(task: LearningTask, layers: readonly LearningLayer[]): LearningProblem {
  const { pipeline, samples, optimiser, min, max, mismatch } = task;
  const { channelsIn: channels, channelsOut, dt } = pipeline;
  const { steps } = samples[0]!.input;
  const loss = match(task.loss)
    .with(
      { kind: 'meanSquaredError' },
      ({ silenceWeight }): LearningLoss => ({
        kind: 'squaredError',
        targets: batchTargets(samples, steps, channelsOut),
        silenceWeight,
      }),
    )
    .with(
      { kind: 'rateCrossEntropy' },
      ({ kind, temperature }): LearningLoss => ({
        kind,
        labels: samples.map(({ label }) => label!),
        temperature,
      }),
    )
    .exhaustive();
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-16 } = optimiser;
  return {
    steps,
    trials: samples.length,
    dt,
    channels,
    input: sparseRows(samples, steps, channels),
    layers,
    loss,
    ...(mismatch === undefined ? {} : { mismatch }),
    ...{ beta1, beta2, epsilon },
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    weights: pipelineWeights(pipeline),
  };
}

/** Learns stage by stage: what is between populations in float64, whatever computes these. */
function stagewiseLearner(task: LearningTask): Learner {
  const { pipeline, samples, optimiser, min, max, engine, mismatch } = task;
  const { steps } = samples[0]!.input;
  const lossOf = lossFunction(task.loss, samples, steps, pipeline.channelsOut);
  const problem = pipelineGradient(pipeline, samples, lossOf, engine);
  const { weights, gradient } = problem;
  const memory = adamState(weights.length);
  const arrays = { weights, gradient, mean: memory.mean, square: memory.square };
  let loss = Number.NaN;
  problem.setParameters(task.parameters);
  let drawn = -1;
  /** Uses the silicon of an epoch. */
  const draw = (epoch: number): void => {
    if (mismatch === undefined) return;
    const number = Math.floor(epoch / mismatch.every);
    if (number !== drawn) problem.setParameters(drawSilicon(task.parameters, mismatch, number));
    drawn = number;
  };
  return {
    get loss() {
      return loss;
    },
    read: (what) => arrays[what].slice(),
    write: (what, values) => arrays[what].set(values),
    spikes: () => problem.spikes.slice(),
    setParameters: (parameters) => problem.setParameters(parameters),
    evaluate() {
      loss = problem.evaluate();
    },
    learn(first, rates) {
      for (let k = 0; k < rates.length; k++) {
        draw(first + k);
        loss = problem.evaluate();
        adamStep(optimiser, memory, weights, gradient, first + k, rates[k]!);
        if (max !== undefined) {
          for (const [i, bound] of max.entries()) if (weights[i]! > bound) weights[i] = bound;
        }
        if (min !== undefined) {
          for (const [i, bound] of min.entries()) if (weights[i]! < bound) weights[i] = bound;
        }
      }
    },
    close: async () => {},
  };
}

/** Makes what learns: the engine's own learner, or one that goes stage by stage where that takes too little. */
export function startLearner(task: LearningTask): Learner {
  const { learner } = task.engine;
  const layers = layersOf(task.pipeline, task.parameters, task.engine);
  return learner === undefined || layers === undefined
    ? stagewiseLearner(task)
    : learner(problemOf(task, layers));
}
