// How the state of the cart becomes spikes, and spikes a force. Each number of the state has twelve places, spread evenly over what
// it can be, whose channels fire the more the nearer it is to them. One half of the output neurons pushes the cart to the right with
// each spike, the other half to the left.

import type { Decode, Encode } from 'spikeline';
import { populationDecode, rateEncode } from 'spikeline/operators';
import { cart } from './cart.ts';

/** Step of the network, seconds. */
export const dt = 1e-3;
/** Step of the loop, seconds: what is seen holds for five steps of the network. */
export const loopStep = 5e-3;
/** Neurons of the output. */
export const neurons = 64;
/** Force of a neuron that fires at 1 Hz, N. */
export const strength = 0.006;
/** What each number of the state reaches at its outermost places: m, m/s, rad, rad/s. */
export const reach: readonly number[] = [cart.track, 2, cart.fallen, 1.5];

const places = 12;

/** Channels that the state comes on. */
export const channels: number = places * reach.length;

const code = rateEncode({ range: [-1, 1], neurons: places, rate: 200, tuning: 'bumps' });

/** Begins to make spikes of states: gives those of so many bins, row by row. */
export function encoder(): (state: ArrayLike<number>, bins: number) => Uint32Array {
  const rows = code.rows(reach.length, dt);
  const scaled = new Float64Array(reach.length);
  return (state, bins) => {
    for (const [i, most] of reach.entries())
      scaled[i] = Math.max(-1, Math.min(1, state[i]! / most));
    const counts = new Uint32Array(bins * channels);
    for (let bin = 0; bin < bins; bin++) rows.follow(scaled, 0, counts, bin * channels);
    return counts;
  };
}

/** The state as a loop encodes it. */
export function encode(): Encode<Float64Array> {
  const spikes = encoder();
  return (state) => spikes(state, Math.round(loopStep / dt));
}

/** Which way each output neuron pushes: 1 to the right, -1 to the left. */
export const pushes: readonly number[] = Array.from({ length: neurons }, (_, n) =>
  n % 2 === 0 ? 1 : -1,
);

/** The force as a loop decodes it: the sum of all pushes over the last 20 ms or so. */
export const decode: Decode<Float64Array, Float64Array> = populationDecode({
  values: pushes.map((sign) => sign * strength),
  method: 'sum',
  tau: 0.02,
});
