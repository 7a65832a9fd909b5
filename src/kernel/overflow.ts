/** Tells numbers that float32 cannot hold, and currents that the kernel does not know. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { problem } from '../problems.ts';

/** Where float32 ends. */
const largest = 3.4028234663852886e38;

/**
 * Refuses weights that float32 cannot hold.
 *
 * @throws InvalidArgumentError that names the first of them
 */
export function refuseOverflow(weights: Float64Array | undefined, path: string): void {
  if (weights === undefined) return;
  for (let at = 0; at < weights.length; at++) {
    const size = Math.abs(weights[at]!);
    // What is infinite or no number is looked for elsewhere.
    if (!(size > largest) || size === Number.POSITIVE_INFINITY) continue;
    throw new InvalidArgumentError('the kernel cannot hold these weights', [
      problem(
        `${path}[${at}]`,
        'too-large',
        weights[at],
        'float32 ends at 3.4e38; take smaller weights, or referenceEngine',
      ),
    ]);
  }
}

/** What a population comes to whose currents leave float32, or the range in which the kernel knows them. */
export function overflow(): DataError {
  return new DataError(
    'currents come out that are beyond the float32 in which the kernel computes; take smaller weights or inputs, or referenceEngine, which has float64',
  );
}
