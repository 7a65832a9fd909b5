/** What silicon the memories of a plain family make: DynapSim neurons with one synapse. */
import { currentNames, dynapSimParameters } from '../../neurons/dynap-sim/parameters.ts';
import { type CircuitCore, type Circuits, dendriteCodes } from '../family.ts';
import { foundListeners } from '../listeners.ts';
import type { PlainFamilyConfig } from './config.ts';
import type { PlainMemory, PlainWords } from './words.ts';

/** Works out the circuits; neurons count that listen to something or have their DC input on. */
export function plainCircuits(
  { bases = 1, levels, limits }: PlainFamilyConfig,
  words: PlainWords,
  memories: readonly PlainMemory[],
): Circuits {
  const view = words.lookThrough(memories);
  const baseNames = words.biases.slice(-bases);
  const found = foundListeners();
  const active = view.used().filter((neuron) => {
    let listens = false;
    view.eachEntry(neuron, () => {
      listens = true;
    });
    return listens || neuron.dc;
  });
  const cores = new Map<string, CircuitCore>();
  for (const [target, neuron] of active.entries()) {
    const { chip, core } = neuron;
    const current = (name: string): number => words.currentOf(memories[chip]!, core, name);
    const sizes = levels(baseNames.map(current));
    view.eachEntry(neuron, (tag, code, dendrite) => {
      const sign = dendrite === dendriteCodes.gaba || dendrite === dendriteCodes.shunt ? -1 : 1;
      found.add(view.keyOf(chip, core, tag), target, sign * sizes[code]!);
    });
    const key = `${chip}/${core}`;
    if (cores.has(key)) continue;
    const nominal = Object.fromEntries(currentNames.map((name) => [name, current(name)]));
    const parameters = dynapSimParameters({ ...nominal, Iscale: 1 }, limits.neurons);
    cores.set(key, { chip, core, parameters });
  }
  return {
    neurons: active.map((neuron) => ({
      ...{ chip: neuron.chip, core: neuron.core, neuron: neuron.neuron },
      off: [...(neuron.dc ? [] : ['Idc']), ...(neuron.adaptation ? [] : ['Igain_ahp'])],
      ...view.routesOf(neuron),
    })),
    cores: [...cores.values()],
    listeners: found.sorted(words.keyCount(memories.length), active.length),
    keysOf: (word) => view.keysOf(word),
  };
}
