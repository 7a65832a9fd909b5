/** The options of training, and what can be wrong with them. */

import type { Engine } from '../neurons/engine.ts';
import { engineCheck } from '../neurons/engine.ts';
import {
  type Check,
  number,
  type OptionTable,
  optionProblems,
  options,
  readable,
  seedCheck,
  unknownName,
} from '../options.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import { type AdamConfig, adamCheck } from './adam.ts';
import { type Checkpoint, checkpointNeeds, checkpointTable } from './checkpoint.ts';
import { pipelineParameters } from './gradient.ts';
import { type Loss, lossProblems, meanSquaredError } from './loss.ts';
import { type TrainingMismatch, trainingMismatchCheck } from './mismatch.ts';
import { sampleProblems, type TrainingSample } from './sample.ts';

/** Bounds of the weights of a stage, in units of weight. */
export interface WeightLimits {
  /** Least weight: how strongly a synapse may inhibit. */
  readonly min?: number;
  /** Greatest weight: how strongly a synapse may excite. */
  readonly max?: number;
}

/** How to train. */
export interface TrainingOptions {
  /** Passes over all samples. */
  readonly epochs: number;
  /**
   * Samples of a step; all of them if left out. An epoch then takes a step for each of its batches: every sample in an order
   * that is shuffled anew, by the seed, and filled up from its beginning where the last batch is not full.
   */
  readonly batch?: number;
  /** What to make small; the plain mean squared error if left out. */
  readonly loss?: Loss;
  /** How to step; Adam at 6e-3 falling to 2 % of it if left out. */
  readonly optimiser?: AdamConfig;
  /**
   * Mismatch of DynapSim and DYNAP-SE2 neurons in training; none if left out. With several instances the loss is the mean
   * over all of them.
   */
  readonly mismatch?: TrainingMismatch;
  /** Bounds of the weights of a stage, by its name; none if left out. */
  readonly weightLimits?: Readonly<Record<string, WeightLimits>>;
  /** Seed of the mismatch and of the order of samples; 0 if left out. */
  readonly seed?: number;
  /** Goes on from here. */
  readonly checkpoint?: Checkpoint;
  /** What computes the neurons; the kernel if left out. */
  readonly engine?: Engine;
}

/** How training steps where nobody says otherwise. */
export const defaultOptimiser: AdamConfig = {
  learningRate: 6e-3,
  schedule: { kind: 'exponential', final: 0.02 },
};

const limitsTable: OptionTable<WeightLimits> = {
  min: number({ infinite: true }),
  max: number({ infinite: true }),
};

const limitsCheck = options(limitsTable);

/** Checks the bounds of stages of these names. */
function weightLimitsCheck(names: readonly string[]): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [problem('', 'wrong-type', value, 'an object with limits by stage is needed')];
    }
    return Object.entries<unknown>({ ...value }).flatMap(([name, limits]) => {
      if (!names.includes(name)) return [unknownName(name, names)];
      const problems = [...limitsCheck(limits)];
      if (problems.length === 0) {
        const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } =
          limits as WeightLimits;
        if (min > max) {
          problems.push(problem('min', 'conflict', min, `it must not be above max, ${max}`));
        }
      }
      return within(name, problems);
    });
  };
}

/** Checks what must be an engine. */

function optionsTable({ stages }: Pipeline): OptionTable<TrainingOptions> {
  return {
    epochs: number({ min: 0, max: 1e9, whole: true }),
    batch: number({ min: 1, whole: true }),
    // With what it needs of the samples, it is checked beside them.
    loss: () => [],
    optimiser: adamCheck,
    mismatch: trainingMismatchCheck,
    weightLimits: weightLimitsCheck(stages.map(({ name }) => name)),
    seed: seedCheck,
    checkpoint: options(checkpointTable, ...checkpointNeeds),
    engine: engineCheck,
  };
}

/** Lists what is wrong with what is to be learnt; empty if all is well. */
export function taskProblems(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  loss: Loss = meanSquaredError(),
): Problem[] {
  const guard = within('pipeline', pipelineProblems(pipeline));
  return guard.length > 0
    ? guard
    : [...sampleProblems(pipeline, samples), ...lossProblems(loss, samples, pipeline.channelsOut)];
}

/** Says in which order the arguments come, if the pipeline stands in another place. */
function orderProblems(first: unknown, ...others: readonly unknown[]): Problem[] | undefined {
  const at = others.findIndex((given) => pipelineProblems(given).length === 0);
  if (at < 0) return undefined;
  const place = at === 0 ? 'second' : 'third';
  const needed = `the pipeline comes first, then the samples, then the options; here the pipeline is the ${place} argument`;
  return [problem('pipeline', 'wrong-type', first, needed)];
}

/** Lists everything wrong with what training is given; empty if all is well. */
export function trainingProblems(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  given: TrainingOptions,
): Problem[] {
  return readable(() => allProblems(pipeline, samples, given));
}

function allProblems(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  given: TrainingOptions,
): Problem[] {
  const guard = within('pipeline', pipelineProblems(pipeline));
  if (guard.length > 0) return orderProblems(pipeline, samples, given) ?? guard;
  const own = optionProblems(given, optionsTable(pipeline), 'epochs');
  // Whoever gives no object has said nothing that could be read.
  const { loss, mismatch, batch }: Partial<TrainingOptions> = given ?? {};
  if (mismatch !== undefined && pipelineParameters(pipeline).length === 0) {
    own.push(
      fault(
        'mismatch',
        'unsupported',
        'it is drawn on DynapSim and DYNAP-SE2 neurons, and the pipeline has none; leave it out, or train what toDynapSim makes of the pipeline',
      ),
    );
  }
  const count: unknown = (samples as Partial<readonly unknown[]> | undefined)?.length;
  if (typeof batch === 'number' && typeof count === 'number' && batch > count && count > 0) {
    own.push(problem('batch', 'out-of-range', batch, `there are ${count} samples`));
  }
  return [...taskProblems(pipeline, samples, loss), ...own];
}
