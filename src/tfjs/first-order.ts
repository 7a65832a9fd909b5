/** Gradients that know that they have no derivative. */
import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../errors.ts';
import { fault } from '../problems.ts';

/**
 * A gradient as a tensor that knows what it was made of, so that whoever wants its derivative is refused and
 * does not take it for a constant.
 */
export function firstOrder<R extends tf.Rank>(
  values: Float32Array,
  shape: tf.ShapeMap[R],
  madeOf: readonly tf.Tensor[],
): tf.Tensor<R> {
  return tf.customGrad(() => ({
    value: tf.tensor<R>(values, shape),
    gradFunc: () => {
      throw new InvalidArgumentError('neurons cannot be differentiated twice', [
        fault(
          '',
          'unsupported',
          'their gradient has no derivative; take one gradient through them, not a gradient of a gradient',
        ),
      ]);
    },
  }))(...madeOf);
}
