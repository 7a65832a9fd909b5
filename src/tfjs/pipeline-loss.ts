/** The loss of a pipeline as one operation of tensorflow.js. */
import * as tf from '@tensorflow/tfjs-core';
import { defaultEngine } from '../kernel/engine.ts';
import type { Engine } from '../neurons/engine.ts';
import { engineCheck } from '../neurons/engine.ts';
import { drawMismatch, type Mismatch } from '../neurons/mismatch.ts';
import {
  type OptionTable,
  optionProblems,
  readOnce,
  readPlain,
  refuse,
  seedCheck,
} from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { fault } from '../problems.ts';
import { pipelineParameters, pipelineWeights, withWeights } from '../train/gradient.ts';
import { startLearner } from '../train/learner.ts';
import { type Loss, meanSquaredError } from '../train/loss.ts';
import { redrawnMismatchCheck } from '../train/mismatch.ts';
import type { TrainingSample } from '../train/sample.ts';
import { taskProblems } from '../train/training-options.ts';
import { firstOrder } from './first-order.ts';

/** How the loss of a pipeline is worked out. */
export interface PipelineLossOptions {
  /** What to make small; the plain mean squared error if left out. */
  readonly loss?: Loss;
  /** What computes the pipeline; the kernel if left out. */
  readonly engine?: Engine;
  /** Mismatch, redrawn every `every` calls of `loss` (100 if left out); none if left out. */
  readonly mismatch?: Mismatch & { readonly every?: number };
  /** Seed of the mismatch; 0 if left out. */
  readonly seed?: number;
}

const optionsTable: OptionTable<PipelineLossOptions> = {
  // With what it needs of the samples, it is checked beside them.
  loss: () => [],
  engine: engineCheck,
  mismatch: redrawnMismatchCheck,
  seed: seedCheck,
};

/** A pipeline whose weights are a variable of tensorflow.js. */
export interface PipelineLoss {
  /**
   * All weights in one run, stage by stage, row-major `[pre][post]`, as `pipelineWeights` has them: an optimiser
   * pays for every variable, not for its size.
   */
  readonly weights: tf.Variable<tf.Rank.R1>;
  /** The loss on all samples at the weights of now, differentiable once with respect to them. */
  loss(): tf.Scalar;
  /** The pipeline with the weights of now, which are float32. */
  pipeline(): Pipeline;
  /** Gives back the variable and what computes the loss; it is of no use then. */
  dispose(): void;
}

/**
 * The loss of `pipeline` on `samples` as one operation of tensorflow.js: forward, loss and gradient are worked
 * out by the engine in one go, so that any optimiser trains at little more than its own cost.
 *
 * Gradients are of order 1e-9: give Adam an epsilon far below that, such as 1e-16. With its own, 1e-7, little or
 * nothing is learnt.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { pipelineLoss, useBackend } from 'spikeline/tfjs';
 *
 * await useBackend();
 * const net = pipeline(linear({ weight: [[2, 1], [1, 2]] }), dynapSim({ neurons: 2 }));
 * const input = poissonRaster({ channels: 2, rate: 200, duration: 0.1, seed: 1 });
 * const task = pipelineLoss(net, [{ input, label: 0 }], { loss: rateCrossEntropy() });
 * const adam = tf.train.adam(0.01, 0.9, 0.999, 1e-16);
 * for (let step = 0; step < 20; step++) adam.minimize(() => task.loss(), false, [task.weights]);
 * pipelineWeights(task.pipeline()).length; // 4
 * task.dispose();
 * ```
 */
export function pipelineLoss(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  options: PipelineLossOptions = {},
): PipelineLoss {
  options = readOnce(options, optionsTable);
  samples = readPlain(samples);
  refuse('this loss cannot be made', () => {
    const problems = [
      ...taskProblems(pipeline, samples, options?.loss),
      ...optionProblems(options, optionsTable),
    ];
    const sound = problems.every(({ path }) => path.split(/[.[]/)[0] !== 'pipeline');
    if (sound && pipelineWeights(pipeline).length === 0) {
      const needed = 'it has no weights; one matrix at least is needed';
      problems.push(fault('pipeline', 'missing', needed));
    }
    if (tf.getBackend() === undefined) {
      const needed = 'tensorflow.js has no backend yet; await useBackend() first';
      problems.push(fault('', 'missing', needed));
    }
    return problems;
  });
  const { loss = meanSquaredError(), engine = defaultEngine(), mismatch, seed = 0 } = options;
  const initial = pipelineWeights(pipeline);

  /** The silicon of a draw, the same that training uses. */
  const silicon = (draw: number) =>
    pipelineParameters(pipeline).map((parameters, stage) =>
      mismatch === undefined ? parameters : drawMismatch(parameters, mismatch, seed, stage, draw),
    );
  const learner = startLearner({
    pipeline,
    samples,
    loss,
    // Nothing learns here but the optimiser of tensorflow.js.
    optimiser: { learningRate: 0 },
    parameters: silicon(0),
    engine,
  });
  const start = tf.tensor1d(Float32Array.from(initial));
  const weights = tf.variable(start);
  start.dispose();
  const now = (): Float64Array => Float64Array.from(weights.dataSync());
  const every = mismatch?.every ?? 100;
  let calls = 0;
  const evaluate = (): void => {
    if (mismatch !== undefined && calls > 0 && calls % every === 0) {
      learner.setParameters(silicon(calls / every));
    }
    calls++;
    learner.write('weights', now());
    learner.evaluate();
  };
  const operation = tf.customGrad<tf.Scalar>(() => {
    evaluate();
    const gradient = learner.read('gradient');
    return {
      value: tf.scalar(learner.loss),
      gradFunc: (dy) => {
        const scale = dy.dataSync()[0]!;
        const scaled = Float32Array.from(gradient, (value) => value * scale);
        return firstOrder(scaled, weights.shape, [dy, weights]);
      },
    };
  });
  return {
    weights,
    loss: () => operation(weights),
    pipeline: () => withWeights(pipeline, now()),
    dispose() {
      weights.dispose();
      void learner.close();
    },
  };
}
