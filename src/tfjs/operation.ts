/** DynapSim neurons as an operation of tensorflow.js. */
import * as tf from '@tensorflow/tfjs-core';
import { DataError, InvalidArgumentError } from '../errors.ts';
import { defaultEngine } from '../kernel/engine.ts';
import { type DynapSimParameters, parameterProblems } from '../neurons/dynap-sim/parameters.ts';
import type { Engine } from '../neurons/engine.ts';
import { engineCheck } from '../neurons/engine.ts';
import {
  faultsOf,
  isObject,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
  refuse,
} from '../options.ts';
import { fault, type Problem, problem, problemText, within } from '../problems.ts';
import type { DynapSimConfig, DynapSimStage } from '../stages/dynap-sim/definition.ts';
import { buildStage, stageProblems } from '../stages/stage.ts';
import { firstOrder } from './first-order.ts';

/** Configuration of {@link dynapSimOperation}: a population, as in a pipeline, and the shape of a run. */
export interface DynapSimOperationConfig extends Omit<DynapSimConfig, 'recurrent'> {
  /** Steps of a run. */
  readonly steps: number;
  /** Trials that run side by side. */
  readonly trials: number;
  /** What computes the neurons; the kernel if left out. */
  readonly engine?: Engine;
}

/** DynapSim neurons as an operation of tensorflow.js. */
export interface DynapSimOperation {
  /**
   * Runs all steps from rest and gives the spikes, `[trials, steps, neurons]`. Differentiable once with respect
   * to both arguments.
   *
   * @param drive weighted input in units of weight, `[trials, steps, neurons]`
   * @param recurrent weights `[pre, post]`, `[neurons, neurons]`, acting one step later
   * @throws DataError if a tensor has another shape
   */
  (drive: tf.Tensor3D, recurrent?: tf.Tensor2D): tf.Tensor3D;
  /** Parameters as configured, one value per neuron: what mismatch is drawn around. */
  readonly parameters: DynapSimParameters;
  /**
   * Uses other parameters (a mismatch draw) from the next application on.
   *
   * @throws InvalidArgumentError with all reasons
   */
  setParameters(parameters: DynapSimParameters): void;
}

/** Values as a tensor holds them. */
type Values = Float32Array | Int32Array | Uint8Array;

/** One application, which may be differentiated after others were made. */
interface Application {
  readonly parameters: DynapSimParameters;
  readonly drive: Values;
  readonly recurrent: Float64Array | undefined;
}

const runTable: OptionTable<Pick<DynapSimOperationConfig, 'steps' | 'trials' | 'engine'>> = {
  steps: number({ min: 1, whole: true }),
  trials: number({ min: 1, whole: true }),
  engine: engineCheck,
};

function checkedStage(config: DynapSimOperationConfig): DynapSimStage {
  refuse('no operation can be made', () =>
    faultsOf(config, (own) =>
      isObject(own) ? [] : [problem('', 'wrong-type', own, 'an object of options is needed')],
    ),
  );
  const { steps, trials, engine, recurrent, ...definition } = config as DynapSimOperationConfig & {
    readonly recurrent?: unknown;
  };
  const stage = { kind: 'dynapSim', ...definition } as const;
  const name = definition.name ?? 'dynapSim';
  const problems = [
    ...stageProblems(stage, name),
    ...within(name, optionProblems({ steps, trials, engine }, runTable, 'steps', 'trials')),
  ];
  if (recurrent !== undefined) {
    problems.push(
      fault(
        `${name}.recurrent`,
        'unsupported',
        'these weights are the second argument of the operation, a tensor',
      ),
    );
  }
  if (problems.length > 0) throw new InvalidArgumentError('no operation can be made', problems);
  return buildStage(stage, name) as DynapSimStage;
}

function shapeProblems(
  what: string,
  tensor: tf.Tensor,
  wanted: readonly number[],
  axes: string,
): Problem[] {
  if (!(tensor instanceof tf.Tensor)) {
    return [problem(what, 'wrong-type', tensor, 'a tensor is needed')];
  }
  const { shape } = tensor;
  const needed = `[${wanted.join(', ')}] is needed (${axes})`;
  return shape.join() === wanted.join()
    ? []
    : [problem(`${what}.shape`, 'wrong-shape', shape, needed)];
}

/**
 * Makes DynapSim neurons an operation between others of tensorflow.js, on any backend whose data can be read
 * at once (not WebGPU). The neurons themselves are computed by the engine, in float32 where it is the kernel.
 *
 * In Node, `@tensorflow/tfjs-core` alone cannot differentiate its own operations; `@tensorflow/tfjs-layers`,
 * once imported, brings their gradients.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { dynapSimOperation, useBackend } from 'spikeline/tfjs';
 *
 * await useBackend();
 * const neurons = dynapSimOperation({ neurons: 2, steps: 100, trials: 1 });
 * const drive = tf.fill([1, 100, 2], 20) as tf.Tensor3D;
 * neurons(drive).shape; // [1, 100, 2]
 * tf.grad((x) => tf.sum(neurons(x as tf.Tensor3D)))(drive).shape; // [1, 100, 2]
 * ```
 */
export function dynapSimOperation(config: DynapSimOperationConfig): DynapSimOperation {
  config = readOnce(config, runTable);
  const { dt, parameters: nominal, name, channelsOut: neurons } = checkedStage(config);
  const { steps, trials, engine = defaultEngine() } = config;
  const layer = engine.differentiable(nominal, { dt, steps, batch: trials, neurons });
  const shape: [number, number, number] = [trials, steps, neurons];
  let parameters = nominal;
  /** What stands in the layer. */
  let parametersThere = nominal;
  let runThere: Application | undefined;

  /** Calls back with the place of every run of neurons, in a tensor and in the layer. */
  const eachStep = (visit: (inTensor: number, inLayer: number) => void): void => {
    for (let trial = 0, inTensor = 0; trial < trials; trial++) {
      for (let t = 0; t < steps; t++, inTensor += neurons) {
        visit(inTensor, (t * trials + trial) * neurons);
      }
    }
  };
  const toLayer = (from: Values, to: Float64Array): void =>
    eachStep((inTensor, inLayer) => {
      for (let n = 0; n < neurons; n++) to[inLayer + n] = from[inTensor + n]!;
    });
  const toTensor = (from: Float64Array): Float32Array => {
    const to = new Float32Array(from.length);
    eachStep((inTensor, inLayer) => {
      for (let n = 0; n < neurons; n++) to[inTensor + n] = from[inLayer + n]!;
    });
    return to;
  };
  const run = (application: Application): void => {
    if (parametersThere !== application.parameters) layer.setParameters(application.parameters);
    parametersThere = application.parameters;
    toLayer(application.drive, layer.input);
    layer.forward(application.recurrent);
    runThere = application;
  };
  const gradients = (application: Application, dy: tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] => {
    if (runThere !== application) run(application);
    const recurrentGradient = new Float64Array(neurons * neurons);
    toLayer(dy.dataSync(), layer.outputGradient);
    layer.backward(application.recurrent, recurrentGradient);
    const found = [toTensor(layer.inputGradient), Float32Array.from(recurrentGradient)];
    return inputs.map((input, i) => firstOrder(found[i]!, input.shape, [dy, ...inputs]));
  };

  const apply = (drive: tf.Tensor3D, recurrent?: tf.Tensor2D): tf.Tensor3D => {
    const problems = shapeProblems('drive', drive, shape, 'trials, steps, neurons');
    if (recurrent !== undefined) {
      problems.push(...shapeProblems('recurrent', recurrent, [neurons, neurons], 'pre, post'));
    }
    if (problems.length > 0)
      throw new DataError(within(name, problems).map(problemText).join('; '));
    const inputs = recurrent === undefined ? [drive] : [drive, recurrent];
    const operation = tf.customGrad<tf.Tensor3D>((...given) => {
      const save = given.at(-1) as (tensors: tf.Tensor[]) => void;
      save(inputs);
      const application: Application = {
        parameters,
        drive: drive.dataSync(),
        recurrent: recurrent === undefined ? undefined : Float64Array.from(recurrent.dataSync()),
      };
      run(application);
      return {
        value: tf.tensor3d(toTensor(layer.output), shape),
        gradFunc: (dy, saved) => gradients(application, dy, saved),
      };
    });
    return operation(...inputs);
  };
  const setParameters = (next: DynapSimParameters): void => {
    const problems = within('parameters', parameterProblems(next, neurons));
    if (problems.length > 0) {
      throw new InvalidArgumentError(`${name} cannot take these parameters`, problems);
    }
    parameters = next;
  };
  return Object.assign(apply, { parameters: nominal, setParameters });
}
