// How events of the camera become spikes, and spikes a turn of the head. Blocks of 6 × 6 pixels are one channel each, whichever way
// luminance changed: 48 channels, which fit into the 64 synapses of a neuron. Each output neuron turns the head one way: to the right or
// left, down or up.

import type { Decode, Encode } from 'spikeline';
import { downsampleFilter, toChannelsFilter } from 'spikeline/events';
import { populationDecode } from 'spikeline/operators';
import { camera } from './camera.ts';
import type { Pair, Seen } from './scene.ts';

/** Step of the network and of the loop, seconds. */
export const dt = 1e-3;
/** Neurons of the output. */
export const neurons = 128;

const block = 6;

/** Channels that events come on. */
export const channels: number = (camera.width / block) * (camera.height / block);

/** What is seen as a loop encodes it: the filters of event streams, one packet after the other. */
export function encode(): Encode<Seen> {
  const coarser = downsampleFilter(block);
  const onChannels = toChannelsFilter({ polarity: 'merge' });
  return ({ events }) => {
    const counts = new Uint32Array(channels);
    for (const channel of onChannels(coarser(events)).addresses) counts[channel]!++;
    return counts;
  };
}

/** How fast a neuron that fires at 1 Hz turns the head, pixels a second. */
const strength = 0.5;

/** What each output neuron does, in turn: to the right, to the left, down, up. */
export const turns: readonly Pair[] = Array.from({ length: neurons }, (_, n) => {
  const sign = n % 2 === 0 ? strength : -strength;
  return n % 4 < 2 ? [sign, 0] : [0, sign];
});

/** The speed of the head as a loop decodes it: the sum of all turns over the last 10 ms or so. */
export const decode: Decode<Seen, Float64Array> = populationDecode({
  values: turns.map((turn) => [...turn]),
  method: 'sum',
  tau: 0.01,
});
