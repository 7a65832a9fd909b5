/** How the memory words of a DYNAP-SE2 board are looked through for its network. */
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import type { NetworkWords } from '../read-network.ts';
import {
  camOf,
  keyOf,
  keysOf,
  neuronAt,
  routesOf,
  type UsedNeuron,
  usedNeurons,
} from './circuits.ts';
import { type Dendrite, dendrites, weightMask } from './configuration.ts';
import { inputWord } from './event.ts';
import type { ChipMemory } from './memory.ts';
import { synapseOf } from './words.ts';

/** Dendrites with samna's values, by their codes. */
const order: readonly Dendrite[] = dendriteNames.map((name) => dendrites[name]);

/** Looks through the memories of the chips of a board. */
export function networkWords(memories: readonly ChipMemory[]): NetworkWords<UsedNeuron> {
  return {
    used: () => usedNeurons(memories),
    neuronAt: (place) => neuronAt(memories, place),
    routesOf: (neuron) => routesOf(memories, [neuron])[0]!,
    eachEntry(neuron, visit) {
      for (const word of camOf(memories, neuron)) {
        if (word === 0) continue;
        const { tag, weight, dendrite } = synapseOf(word);
        const mask = weightMask(weight);
        const kind = order.indexOf(dendrite);
        if (mask !== 0 && kind >= 0) visit(tag, mask, kind);
      }
    },
    keyOf,
    keysOf: (word) => keysOf(word, 0, memories.length),
    inputWord,
  };
}
