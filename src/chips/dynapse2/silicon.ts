/** What silicon the memory words of a DYNAP-SE2 board make: neurons, who listens to what, where spikes go. */
import {
  type DynapSe2Parameters,
  dendriteNames,
  dynapSe2CurrentNames,
  dynapSe2Parameters,
} from '../../neurons/dynap-se2/parameters.ts';
import { currentNames, dynapSimParameters } from '../../neurons/dynap-sim/parameters.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import type {
  CircuitCore,
  CircuitModel,
  CircuitNeuron,
  Circuits,
  Listeners,
  MemoryWords,
} from '../family.ts';
import { foundListeners } from '../listeners.ts';
import {
  camOf,
  currentOf,
  keyCount,
  keyOf,
  keysOf,
  lumpedCurrent,
  routesOf,
  type UsedNeuron,
  usedNeurons,
} from './circuits.ts';
import { dendrites } from './configuration.ts';
import { chipLimits } from './limits.ts';
import { type ChipMemory, memoryOf } from './memory.ts';

/** Currents that come from biases, by model. */
const currents: Readonly<Record<CircuitModel, readonly string[]>> = {
  dynapSim: currentNames,
  dynapSe2: dynapSe2CurrentNames,
};

const complete: Readonly<
  Record<
    CircuitModel,
    (input: Readonly<Record<string, number>>, neurons: number) => AnalogParameters
  >
> = {
  dynapSim: (input, neurons) => dynapSimParameters({ ...input, Iscale: 1 }, neurons),
  dynapSe2: (input, neurons): DynapSe2Parameters =>
    dynapSe2Parameters({ ...input, Iscale: 1 }, neurons),
};

/** Currents that the latches of a neuron switch off. */
function switchedOff({ dc, adaptation, nmda }: UsedNeuron): string[] {
  return [
    ...(dc ? [] : ['Idc']),
    ...(adaptation ? [] : ['Igain_ahp']),
    ...(nmda ? [] : ['If_nmda']),
  ];
}

/** Nominal parameters of all neurons of the cores in use. */
function coresOf(
  memories: readonly ChipMemory[],
  active: readonly UsedNeuron[],
  model: CircuitModel,
): CircuitCore[] {
  const known = new Map<number, CircuitCore>();
  for (const { chip, core } of active) {
    const key = chip * chipLimits.cores + core;
    if (known.has(key)) continue;
    const nominal = currents[model].map((name) => [
      name,
      currentOf(memories[chip]!, core, lumpedCurrent(name)),
    ]);
    const parameters = complete[model](Object.fromEntries(nominal), chipLimits.neurons);
    known.set(key, { chip, core, parameters });
  }
  return [...known.values()];
}

/** Input channel of each dendrite, in the order that the full circuit takes them, by its bits in a CAM word; -1 of those that there are not. */
const blocks: readonly number[] = Array.from({ length: 16 }, (_, bits) =>
  dendriteNames.findIndex((name) => dendrites[name] === bits << 7),
);

/** Which of them hold a neuron back. */
const inhibiting: readonly boolean[] = blocks.map(
  (block) => dendriteNames[block] === 'gaba' || dendriteNames[block] === 'shunt',
);

/** Current of each weight mask of a core, amperes: the sum of the base currents that it selects. */
function maskCurrents(memory: ChipMemory, core: number): Float64Array {
  const base = (['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const).map((name) =>
    currentOf(memory, core, name),
  );
  return Float64Array.from({ length: 16 }, (_, mask) =>
    base.reduce((sum, current, i) => sum + (((mask >> i) & 1) === 1 ? current : 0), 0),
  );
}

/** Looks every CAM entry up once, so that an event costs no search. */
function entriesOf(
  memories: readonly ChipMemory[],
  active: readonly UsedNeuron[],
  model: CircuitModel,
): Listeners {
  const lumped = model === 'dynapSim';
  const found = foundListeners();
  const known = new Map<number, Float64Array>();
  for (const [index, neuron] of active.entries()) {
    const { chip, core } = neuron;
    const first = keyOf(chip, core, 0);
    const sizes = known.get(first) ?? maskCurrents(memories[chip]!, core);
    known.set(first, sizes);
    for (const word of camOf(memories, neuron)) {
      const dendrite = (word >> 15) & 15;
      const block = blocks[dendrite]!;
      if (block < 0) continue;
      const size = sizes[(word >> 11) & 15]!;
      const current = lumped && inhibiting[dendrite]! ? -size : size;
      found.add(first + (word & 0x7ff), (lumped ? 0 : block) * active.length + index, current);
    }
  }
  const channels = (lumped ? 1 : dendriteNames.length) * active.length;
  return found.sorted(keyCount(memories.length), channels);
}

/** Works out the circuits behind memory words; neurons count that listen to something or have their DC input on. */
export function dynapse2Circuits(words: readonly MemoryWords[], model: CircuitModel): Circuits {
  const memories = words.map(memoryOf);
  const active = usedNeurons(memories).filter(({ listens, dc }) => listens || dc);
  const routes = routesOf(memories, active);
  return {
    neurons: active.map((neuron, i): CircuitNeuron => {
      const { chip, core } = neuron;
      return { chip, core, neuron: neuron.neuron, off: switchedOff(neuron), ...routes[i]! };
    }),
    cores: coresOf(memories, active, model),
    listeners: entriesOf(memories, active, model),
    keysOf: (word) => keysOf(word, 0, memories.length),
  };
}
