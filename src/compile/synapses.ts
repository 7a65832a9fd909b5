import type { Place } from './places.ts';

/** Synapses as a structure of arrays, all of the same length: one entry per synapse that exists. */
export interface SynapseList {
  /** Who sends: an input channel or a neuron. */
  readonly pre: Uint32Array;
  /** Neuron that listens. */
  readonly post: Uint32Array;
  /** Which base currents add up, 1…15; bit i selects `Iw_i` of the listener's core. */
  readonly mask: Uint8Array;
  /** Dendrite that is charged, as a value of `dendrites`. */
  readonly dendrite: Uint16Array;
}

/** A quantised network whose neurons have places: what the memories of a board hold. */
export interface PlacedNetwork {
  /** Number of input channels. */
  readonly channels: number;
  /** Synapses of the input channels; `pre` is a channel. */
  readonly input: SynapseList;
  /** Synapses between neurons; `pre` is a neuron. */
  readonly recurrent: SynapseList;
  /** Hardware neuron of each neuron. */
  readonly places: readonly Place[];
  /** Whether each neuron's DC input is on. */
  readonly dc: readonly boolean[];
  /** Whether each neuron adapts. */
  readonly adaptation: readonly boolean[];
  /** Whether the membrane gates each neuron's NMDA dendrite; of none where left out. */
  readonly nmda?: readonly boolean[];
  /** Whether each neuron reports its spikes to the host; all do where left out. */
  readonly monitored?: readonly boolean[];
  /** What each neuron is called in messages; its number where left out. */
  readonly names?: readonly string[];
}

/** Collects synapses one by one. */
export interface SynapseCollector {
  /** Adds a synapse; one without weight does not exist. */
  add(pre: number, post: number, mask: number, dendrite: number): void;
  /** The synapses so far. */
  list(): SynapseList;
}

/** Makes a collector, for those who do not know beforehand how many synapses there are. */
export function collectSynapses(): SynapseCollector {
  const pre: number[] = [];
  const post: number[] = [];
  const masks: number[] = [];
  const dendrite: number[] = [];
  return {
    add(from, to, mask, kind) {
      if (mask === 0) return;
      pre.push(from);
      post.push(to);
      masks.push(mask);
      dendrite.push(kind);
    },
    list: () => ({
      pre: Uint32Array.from(pre),
      post: Uint32Array.from(post),
      mask: Uint8Array.from(masks),
      dendrite: Uint16Array.from(dendrite),
    }),
  };
}
