/** What learns: the learner of an engine, or one that goes stage by stage. */
import { match } from 'ts-pattern';
import type { Engine } from '../neurons/engine.ts';
import type {
  Learner,
  LearningBatches,
  LearningLayer,
  LearningLoss,
  LearningMismatch,
  LearningProblem,
} from '../neurons/learner.ts';
import { type AnalogParameters, isAnalog, type NeuronParameters } from '../neurons/model-table.ts';
import { fusedObstacle } from '../pipeline/fused.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { stageChained } from '../stages/stage.ts';
import { type AdamConfig, adamState, adamStep } from './adam.ts';
import {
  type PipelineGradient,
  pipelineGradient,
  pipelineWeights,
  sparseRows,
} from './gradient.ts';
import { type Loss, lossFunction } from './loss.ts';
import { drawSilicon } from './mismatch.ts';
import type { TrainingSample } from './sample.ts';

/** What is to be learnt, checked. */
export interface LearningTask {
  readonly pipeline: Pipeline;
  /** Its weights in one run, where somebody has them already. */
  readonly weights?: Float64Array;
  readonly samples: readonly TrainingSample[];
  /** Steps on some of the samples each; on all of them if left out. */
  readonly batches?: LearningBatches;
  /** How often every sample of a step is run at once, on other chips; once if left out. */
  readonly instances?: number;
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
  const { pipeline, samples, optimiser, min, max, mismatch, batches } = task;
  const { channelsIn: channels, dt } = pipeline;
  const { steps } = samples[0]!.input;
  const loss = match(task.loss)
    .with(
      { kind: 'meanSquaredError' },
      ({ silenceWeight }): LearningLoss => ({
        kind: 'squaredError',
        targets: samples.map(({ target }) => target!),
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
    trials: (task.instances ?? 1) * (batches?.size ?? samples.length),
    dt,
    channels,
    inputs: samples.map((sample) => sparseRows([sample], steps, channels)),
    ...(batches === undefined ? {} : { batches }),
    layers,
    loss,
    ...(mismatch === undefined ? {} : { mismatch }),
    ...{ beta1, beta2, epsilon },
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    weights: task.weights ?? pipelineWeights(pipeline),
  };
}

/** Learns stage by stage: what is between populations in float64, whatever computes these. */
function stagewiseLearner(task: LearningTask): Learner {
  const { pipeline, samples, optimiser, min, max, engine, mismatch, batches } = task;
  const { steps } = samples[0]!.input;
  let parameters: readonly NeuronParameters[] = task.parameters;
  let drawn = -1;
  const gradientOn = (given: readonly TrainingSample[]): PipelineGradient => {
    const trials = Array.from({ length: task.instances ?? 1 }, () => given).flat();
    const lossOf = lossFunction(task.loss, trials, steps, pipeline.channelsOut);
    const found = pipelineGradient(pipeline, trials, lossOf, engine);
    found.setParameters(parameters);
    return found;
  };
  /** The samples of a step of an epoch. */
  const batch = (epoch: number, step: number): TrainingSample[] => {
    const { order, size } = batches!;
    return Array.from(order(epoch).subarray(step * size, (step + 1) * size), (k) => samples[k]!);
  };
  let problem = gradientOn(batches === undefined ? samples : batch(0, 0));
  const memory = adamState(problem.weights.length);
  let loss = Number.NaN;
  /** Uses the silicon of an epoch. */
  const draw = (epoch: number): void => {
    if (mismatch === undefined) return;
    const number = Math.floor(epoch / mismatch.every);
    if (number === drawn) return;
    drawn = number;
    parameters = drawSilicon(task.parameters, mismatch, number);
    problem.setParameters(parameters);
  };
  /** Takes the samples of a step. */
  const take = (epoch: number, step: number): void => {
    if (batches === undefined) return;
    const { weights } = problem;
    problem = gradientOn(batch(epoch, step));
    problem.weights.set(weights);
  };
  const arrays = () => ({ weights: problem.weights, gradient: problem.gradient, ...memory });
  return {
    get loss() {
      return loss;
    },
    read: (what) => arrays()[what].slice(),
    write: (what, values) => arrays()[what].set(values),
    spikes: () => problem.spikes.slice(),
    setParameters(next) {
      parameters = next;
      problem.setParameters(next);
    },
    evaluate() {
      loss = problem.evaluate();
    },
    learn(first, rates) {
      const count = batches?.steps ?? 1;
      for (let k = 0; k < rates.length; k++) {
        draw(first + k);
        let sum = 0;
        for (let step = 0; step < count; step++) {
          take(first + k, step);
          sum += problem.evaluate();
          const { weights, gradient } = problem;
          adamStep(optimiser, memory, weights, gradient, (first + k) * count + step, rates[k]!);
          if (max !== undefined) {
            for (const [i, bound] of max.entries()) if (weights[i]! > bound) weights[i] = bound;
          }
          if (min !== undefined) {
            for (const [i, bound] of min.entries()) if (weights[i]! < bound) weights[i] = bound;
          }
        }
        loss = sum / count;
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
