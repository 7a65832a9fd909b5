/** Lanes: where the neurons of a population stand in vectors. */
import * as layout from './layout.ts';

/** Which neuron of a parameter set a lane holds; -1 for a lane that holds none. */
export type LaneMap = Int32Array;

/** Vectors that hold `lanes` lanes. */
export function vectorsOf(lanes: number): number {
  return Math.ceil(lanes / layout.LANES);
}

/** Float of a lane's first number, among vectors of `bytes` each. */
export function laneAt(lane: number, bytes: number): number {
  return Math.floor(lane / layout.LANES) * (bytes / 4) + (lane % layout.LANES);
}

/**
 * Visits every lane that holds a neuron.
 *
 * @param base float where the vectors begin, of `bytes` each
 * @param first place of the first lane outside
 * @param visit is given the float of the lane, its neuron, and its place outside
 */
export function eachNeuron(
  base: number,
  bytes: number,
  lanes: LaneMap,
  first: number,
  visit: (at: number, n: number, outside: number) => void,
): void {
  for (let lane = 0; lane < lanes.length; lane++) {
    const n = lanes[lane]!;
    if (n >= 0) visit(base + laneAt(lane, bytes), n, first + lane);
  }
}
