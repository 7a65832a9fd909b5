/** Lanes: where the neurons of a population stand in vectors. */
import * as layout from './layout.ts';

/** Which neurons the lanes of some vectors hold. */
export interface LaneMap {
  /** Lanes of a vector. */
  readonly width: number;
  /** The neuron of a parameter set that each lane holds; -1 for a lane that holds none. */
  readonly neurons: Int32Array;
}

/** Vectors of `width` lanes that hold so many numbers. */
export function vectorsOf(numbers: number, width: number): number {
  return Math.ceil(numbers / width);
}

/** Floats that so many bytes of `layout.ts`, where a vector has four lanes, become with vectors of `width` lanes. */
export function floatsOf(bytes: number, width: number): number {
  return (bytes / layout.VECTOR) * width;
}

/** Float of a lane's first number, among vectors of `bytes` each, as `layout.ts` has them. */
export function laneAt(lane: number, bytes: number, width: number): number {
  return Math.floor(lane / width) * floatsOf(bytes, width) + (lane % width);
}

/**
 * Visits every lane that holds a neuron.
 *
 * @param base float where the vectors begin, of `bytes` each, as `layout.ts` has them
 * @param first place of the first lane outside
 * @param visit is given the float of the lane, its neuron, and its place outside
 */
export function eachNeuron(
  base: number,
  bytes: number,
  { width, neurons }: LaneMap,
  first: number,
  visit: (at: number, n: number, outside: number) => void,
): void {
  for (let lane = 0; lane < neurons.length; lane++) {
    const n = neurons[lane]!;
    if (n >= 0) visit(base + laneAt(lane, bytes, width), n, first + lane);
  }
}

/**
 * Whether all numbers of a state that never come back once they are infinite or none are still numbers.
 *
 * @param from float where the states of `vectors` vectors begin, of `bytes` each, as `layout.ts` has them
 * @param lasting which numbers of a state, likewise in bytes
 */
export function areFinite(
  floats: Float32Array,
  from: number,
  vectors: number,
  bytes: number,
  lasting: readonly number[],
  width: number,
): boolean {
  const stride = floatsOf(bytes, width);
  let sum = 0;
  for (const number of lasting) {
    let at = from + floatsOf(number, width);
    for (let v = vectors; v > 0; v--, at += stride) {
      for (let lane = 0; lane < width; lane++) sum += floats[at + lane]! * 0;
    }
  }
  return sum === 0;
}
