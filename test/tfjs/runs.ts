import * as tf from '@tensorflow/tfjs-core';
import { referenceEngine } from 'spikeline';
import { type DynapSimParameters, dynapSimParameters, randomStream } from 'spikeline/neurons';

/** Size of a run. */
export const trials = 2;
export const steps = 60;
export const neurons = 3;

/** Shape of its tensors. */
export const shape: [number, number, number] = [trials, steps, neurons];

/** Parameters with which it spikes within a few steps. */
export const quick = { Ispkthr: 1e-8 };

/** Random values. */
export function normals(label: string, count: number, mean = 0, size = 1): Float32Array {
  const random = randomStream(5, label);
  return Float32Array.from({ length: count }, () => mean + size * random.normal());
}

/** Random input that makes spikes, in units of weight. */
export function drive(label = 'drive'): tf.Tensor3D {
  return tf.tensor3d(normals(label, trials * steps * neurons, 6, 9), shape);
}

/** A random tensor of the shape of a run. */
export function like(label: string): tf.Tensor3D {
  return tf.tensor3d(normals(label, trials * steps * neurons), shape);
}

/** Random recurrent weights. */
export function recurrentWeights(): tf.Tensor2D {
  return tf.tensor2d(normals('recurrent', neurons ** 2, 0.5, 4), [neurons, neurons]);
}

/** The values of a run with trials and steps in each other's place. */
function swapped(values: ArrayLike<number>, outer: number, inner: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [n, k, j] = [
      i % neurons,
      Math.floor(i / neurons) % inner,
      Math.floor(i / (neurons * inner)),
    ];
    out[(k * outer + j) * neurons + n] = values[i]!;
  }
  return out;
}

/** What the float64 reference makes of a run, laid out as tensors are. */
export function referenceRun(
  input: tf.Tensor,
  recurrent?: tf.Tensor,
  spikesGradient?: tf.Tensor,
  parameters: DynapSimParameters = dynapSimParameters(quick, neurons),
): { spikes: Float64Array; drive: Float64Array; recurrent: Float64Array } {
  const layer = referenceEngine.differentiable(parameters, {
    dt: 1e-3,
    steps,
    batch: trials,
    neurons,
  });
  const weights = recurrent === undefined ? undefined : Float64Array.from(recurrent.dataSync());
  const weightsGradient = new Float64Array(neurons ** 2);
  layer.input.set(swapped(input.dataSync(), trials, steps));
  layer.forward(weights);
  if (spikesGradient !== undefined) {
    layer.outputGradient.set(swapped(spikesGradient.dataSync(), trials, steps));
    layer.backward(weights, weightsGradient);
  }
  return {
    spikes: swapped(layer.output, steps, trials),
    drive: swapped(layer.inputGradient, steps, trials),
    recurrent: weightsGradient,
  };
}

/** The largest deviation as a fraction of the largest value. */
export function deviation(found: tf.Tensor | ArrayLike<number>, expected: Float64Array): number {
  const values = found instanceof tf.Tensor ? found.dataSync() : found;
  if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0)) return Number.NaN;
  return (
    expected.reduce((worst, value, i) => Math.max(worst, Math.abs(values[i]! - value)), 0) / largest
  );
}
