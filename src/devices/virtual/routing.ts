import {
  camOf,
  currentOf,
  keyCount,
  keyOf,
  type UsedNeuron,
  usedNeurons,
} from '../../chips/dynapse2/circuits.ts';
import { dendrites } from '../../chips/dynapse2/configuration.ts';
import { type ChipMemory, synapseOf } from '../../chips/dynapse2/memory.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import type { SiliconConfig } from './silicon.ts';

/** Finds the neurons that can ever fire: they listen to something or have their DC input on. */
export function activeNeurons(memories: readonly ChipMemory[]): UsedNeuron[] {
  return usedNeurons(memories).filter(({ listens, dc }) => listens || dc);
}

/** Who listens to a tag on a core: entries `starts[key] … starts[key + 1]` of the other two arrays. */
export interface TagTable {
  /** Running start of each key, see `keyOf`. */
  readonly starts: Uint32Array;
  /** Input channel of the circuits: the neuron among the active ones, or dendrite times neurons plus neuron. */
  readonly targets: Uint32Array;
  /** Current that one event adds, amperes; in lumped neurons it is negative on inhibiting dendrites. */
  readonly currents: Float64Array;
  /** Number of input channels. */
  readonly channels: number;
}

/** Input channels of dendrites, in the order that the full circuit takes them. */
const order: readonly number[] = dendriteNames.map((name) => dendrites[name]);

/** Looks every CAM entry up once, so that an event costs no search. */
export function tagTable(
  memories: readonly ChipMemory[],
  active: readonly UsedNeuron[],
  circuit: SiliconConfig['circuit'],
): TagTable {
  const lumped = circuit === 'lumped';
  const found: { key: number; target: number; current: number }[] = [];
  for (const [index, neuron] of active.entries()) {
    const { chip, core } = neuron;
    const base = (['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const).map((name) =>
      currentOf(memories[chip]!, core, name),
    );
    for (const word of camOf(memories, neuron)) {
      if (word === 0) continue;
      const { tag, weight, dendrite } = synapseOf(word);
      if (dendrite === dendrites.none) continue;
      const inhibits = dendrite === dendrites.gaba || dendrite === dendrites.shunt;
      const sign = lumped && inhibits ? -1 : 1;
      const block = lumped ? 0 : order.indexOf(dendrite);
      const size = weight.reduce((sum, on, i) => sum + (on ? base[i]! : 0), 0);
      const target = block * active.length + index;
      found.push({ key: keyOf(chip, core, tag), target, current: sign * size });
    }
  }
  // Neurons come in order, so that only the keys need sorting: count, then fill.
  const starts = new Uint32Array(keyCount(memories.length) + 1);
  for (const { key } of found) starts[key + 1] = starts[key + 1]! + 1;
  for (let key = 1; key < starts.length; key++) starts[key] = starts[key]! + starts[key - 1]!;
  const next = starts.slice();
  const targets = new Uint32Array(found.length);
  const currents = new Float64Array(found.length);
  for (const { key, target, current } of found) {
    const at = next[key]!;
    next[key] = at + 1;
    targets[at] = target;
    currents[at] = current;
  }
  return { starts, targets, currents, channels: (lumped ? 1 : order.length) * active.length };
}
