/** Collects synapses one by one into a structure of arrays. */
import type { DendriteName } from '../neurons/dynap-se2/parameters.ts';
import { dendriteCodes, type SynapseList } from './family.ts';

/** Collects synapses one by one. */
export interface SynapseCollector {
  /** Adds a synapse; one of code 0 does not exist. */
  add(pre: number, post: number, code: number, dendrite: DendriteName | number): void;
  /** The synapses so far. */
  list(): SynapseList;
}

/**
 * Makes a collector, for those who do not know beforehand how many synapses there are.
 *
 * @example
 * ```ts
 * const synapses = collectSynapses();
 * synapses.add(0, 3, 15, 'ampa');
 * synapses.list().post; // Uint32Array [3]
 * ```
 */
export function collectSynapses(): SynapseCollector {
  const pre: number[] = [];
  const post: number[] = [];
  const codes: number[] = [];
  const dendrite: number[] = [];
  return {
    add(from, to, code, kind) {
      if (code === 0) return;
      pre.push(from);
      post.push(to);
      codes.push(code);
      dendrite.push(typeof kind === 'number' ? kind : dendriteCodes[kind]);
    },
    list: () => ({
      pre: Uint32Array.from(pre),
      post: Uint32Array.from(post),
      code: Uint8Array.from(codes),
      dendrite: Uint8Array.from(dendrite),
    }),
  };
}
