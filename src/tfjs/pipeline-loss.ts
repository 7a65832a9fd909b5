import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../errors.ts';
import { defaultEngine } from '../kernel/engine.ts';
import type { Engine } from '../neuron/engine.ts';
import { drawMismatch, type Mismatch } from '../neuron/mismatch.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { stageWeights } from '../pipeline/stage.ts';
import { pipelineParameters, withWeights } from '../train/gradient.ts';
import { startLearner } from '../train/learner.ts';
import { type Loss, lossProblems, meanSquaredError } from '../train/loss.ts';
import type { TrainingSample } from '../train/sample.ts';
import { firstOrder } from './first-order.ts';

/** How the loss of a pipeline is worked out. */
export interface PipelineLossOptions {
  /** What to make small; the plain mean squared error where left out. */
  readonly loss?: Loss;
  /** What computes the pipeline; the kernel where left out. */
  readonly engine?: Engine;
  /** Mismatch, redrawn every `every` calls of `loss` (100 where left out); none where left out. */
  readonly mismatch?: Mismatch & { readonly every?: number };
  /** Seed of the mismatch; 0 where left out. */
  readonly seed?: number;
}

/** A pipeline whose weights are variables of tensorflow.js. */
export interface PipelineLoss {
  /** The weights, one `[pre, post]` matrix for every stage that has one, in their order. */
  readonly variables: tf.Variable<tf.Rank.R2>[];
  /** The loss on all samples at the weights of now, differentiable once with respect to the variables. */
  loss(): tf.Scalar;
  /** The pipeline with the weights of now, which are float32. */
  pipeline(): Pipeline;
  /** Gives back the variables and what computes the loss; it is of no use then. */
  dispose(): void;
}

function sampleProblems(pipeline: Pipeline, samples: readonly TrainingSample[]): string[] {
  const [first] = samples;
  if (first === undefined) return ['there are no samples; at least one is needed'];
  const wanted = [
    ['channels', pipeline.channelsIn],
    ['dt', pipeline.dt],
    ['steps', first.input.steps],
  ] as const;
  return samples.flatMap(({ input }, i) =>
    wanted.flatMap(([what, value]) =>
      input[what] === value ? [] : [`sample ${i}: ${what} is ${input[what]}; ${value} is needed`],
    ),
  );
}

function mismatchProblems({ mismatch }: PipelineLossOptions): string[] {
  if (mismatch === undefined) return [];
  const { percent, sigmaRule = 3, every = 100 } = mismatch;
  const problems: string[] = [];
  if (!(percent >= 0)) problems.push(`mismatch.percent is ${percent}; it must not be negative`);
  if (!(sigmaRule > 0)) problems.push(`mismatch.sigmaRule is ${sigmaRule}; it must be above 0`);
  if (!(Number.isSafeInteger(every) && every > 0)) {
    problems.push(`mismatch.every is ${every}; a whole number above 0 is needed`);
  }
  return problems;
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
 * for (let step = 0; step < 20; step++) adam.minimize(() => task.loss(), false, task.variables);
 * pipelineWeights(task.pipeline()).length; // 4
 * task.dispose();
 * ```
 */
export function pipelineLoss(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  options: PipelineLossOptions = {},
): PipelineLoss {
  const { loss = meanSquaredError(), engine = defaultEngine(), mismatch, seed = 0 } = options;
  const matrices = pipeline.stages.flatMap((stage) => stageWeights(stage) ?? []);
  const problems = [
    ...sampleProblems(pipeline, samples),
    ...lossProblems(loss, samples, pipeline.channelsOut),
    ...mismatchProblems(options),
    ...(matrices.length > 0 ? [] : ['the pipeline has no weights; one matrix at least is needed']),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('this loss cannot be made', problems);

  /** The silicon of a draw, the same that training uses. */
  const silicon = (draw: number) =>
    pipelineParameters(pipeline).map((parameters, stage) =>
      mismatch === undefined ? parameters : drawMismatch(parameters, mismatch, seed, stage, draw),
    );
  const size = matrices.reduce((sum, { values }) => sum + values.length, 0);
  const learner = startLearner({
    pipeline,
    samples,
    loss,
    // Nothing learns here but the optimiser of tensorflow.js.
    optimiser: { learningRate: 0 },
    least: new Float64Array(size).fill(Number.NEGATIVE_INFINITY),
    most: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    parameters: silicon(0),
    engine,
  });
  const variables = matrices.map(({ rows, columns, values }) => {
    const start = tf.tensor2d(Float32Array.from(values), [rows, columns]);
    const variable = tf.variable(start);
    start.dispose();
    return variable;
  });
  const weights = (): Float64Array => {
    const all = new Float64Array(size);
    let at = 0;
    for (const variable of variables) {
      all.set(variable.dataSync(), at);
      at += variable.size;
    }
    return all;
  };
  const every = mismatch?.every ?? 100;
  let calls = 0;
  const evaluate = (): void => {
    if (mismatch !== undefined && calls > 0 && calls % every === 0) {
      learner.setParameters(silicon(calls / every));
    }
    calls++;
    learner.write('weights', weights());
    learner.evaluate();
  };
  const operation = tf.customGrad<tf.Scalar>(() => {
    evaluate();
    const gradient = learner.read('gradient');
    return {
      value: tf.scalar(learner.loss),
      gradFunc: (dy) => {
        const scale = dy.dataSync()[0]!;
        let at = 0;
        return variables.map((variable) => {
          const own = gradient.subarray(at, at + variable.size);
          at += variable.size;
          const scaled = Float32Array.from(own, (value) => value * scale);
          return firstOrder(scaled, variable.shape, [dy, ...variables]);
        });
      },
    };
  });
  return {
    variables,
    loss: () => operation(...variables),
    pipeline: () => withWeights(pipeline, weights()),
    dispose() {
      tf.dispose(variables);
      void learner.close();
    },
  };
}
