import { biasCurrent } from '../../chip/bias-generator.ts';
import { dendrites, latchNames } from '../../chip/configuration.ts';
import { eventOf, fpgaHop } from '../../chip/event.ts';
import { chipLimits } from '../../chip/limits.ts';
import { type ChipMemory, synapseOf } from '../../chip/memory.ts';
import {
  type CoreCurrentName,
  coreParameterNames,
  currentParameter,
} from '../../chip/parameters.ts';

const { cores, neurons, synapses, destinations, tags } = chipLimits;
const dcBit = 1 << latchNames.indexOf('latchSoDc');
const adaptationBit = 1 << latchNames.indexOf('latchSoAdaptation');

/** A neuron of the board that can ever fire: it listens to something or has its DC input on. */
export interface ActiveNeuron {
  /** Chip on the board. */
  readonly chip: number;
  /** Core of the chip. */
  readonly core: number;
  /** Neuron of the core. */
  readonly neuron: number;
  /** Whether the DC input is on. */
  readonly dc: boolean;
  /** Whether the adaptation is on. */
  readonly adaptation: boolean;
}

/** Reads the current of a bias from its memory word, amperes. */
export function currentOf(memory: ChipMemory, core: number, name: CoreCurrentName): number {
  const parameter = currentParameter[name];
  const at = core * coreParameterNames.length + coreParameterNames.indexOf(parameter);
  const word = memory.biases[at]!;
  return biasCurrent(parameter, { coarse: word >> 8, fine: word & 0xff });
}

/** Finds the neurons that can ever fire. */
export function activeNeurons(memories: readonly ChipMemory[]): ActiveNeuron[] {
  const active: ActiveNeuron[] = [];
  for (const [chip, { cam, latches }] of memories.entries()) {
    for (let at = 0; at < cores * neurons; at++) {
      const dc = (latches[at]! & dcBit) !== 0;
      const listens = cam.subarray(at * synapses, (at + 1) * synapses).some((word) => word !== 0);
      if (!dc && !listens) continue;
      active.push({
        chip,
        core: Math.floor(at / neurons),
        neuron: at % neurons,
        dc,
        adaptation: (latches[at]! & adaptationBit) !== 0,
      });
    }
  }
  return active;
}

/** Who listens to a tag on a core: entries `starts[key] … starts[key + 1]` of the other two arrays. */
export interface TagTable {
  /** Running start of each key `(chip·4 + core)·2048 + tag`. */
  readonly starts: Uint32Array;
  /** Index among the active neurons. */
  readonly neurons: Uint32Array;
  /** Current that one event adds, amperes; negative on inhibiting dendrites. */
  readonly currents: Float64Array;
}

/** Looks every CAM entry up once, so that an event costs no search. */
export function tagTable(
  memories: readonly ChipMemory[],
  active: readonly ActiveNeuron[],
): TagTable {
  const found: { key: number; neuron: number; current: number }[] = [];
  for (const [index, { chip, core, neuron }] of active.entries()) {
    const memory = memories[chip]!;
    const base = (['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const).map((name) =>
      currentOf(memory, core, name),
    );
    const at = (core * neurons + neuron) * synapses;
    for (const word of memory.cam.subarray(at, at + synapses)) {
      if (word === 0) continue;
      const { tag, weight, dendrite } = synapseOf(word);
      if (dendrite === dendrites.none) continue;
      const sign = dendrite === dendrites.gaba || dendrite === dendrites.shunt ? -1 : 1;
      const size = weight.reduce((sum, on, i) => sum + (on ? base[i]! : 0), 0);
      found.push({ key: (chip * cores + core) * tags + tag, neuron: index, current: sign * size });
    }
  }
  found.sort((a, b) => a.key - b.key || a.neuron - b.neuron);
  const starts = new Uint32Array(memories.length * cores * tags + 1);
  for (const { key } of found) starts[key + 1] = starts[key + 1]! + 1;
  for (let key = 1; key < starts.length; key++) starts[key] = starts[key]! + starts[key - 1]!;
  return {
    starts,
    neurons: Uint32Array.from(found, ({ neuron }) => neuron),
    currents: Float64Array.from(found, ({ current }) => current),
  };
}

/** Where a neuron's spikes go, read from its SRAM words. */
export interface Routes {
  /** Words for the host, one hop on their way. */
  readonly toHost: Uint32Array;
  /** Keys `(chip·4 + core)·2048 + tag` on the board. */
  readonly toCores: Uint32Array;
}

/** Keys of the cores that an event reaches on a board of `chips`; none where it runs off the board. */
export function keysOf(word: number, from: number, chips: number): number[] {
  const { core, xHop, yHop, tag } = eventOf(word);
  const chip = from + xHop;
  if (yHop !== 0 || chip < 0 || chip >= chips || tag >= tags) return [];
  return core.flatMap((on, k) => (on ? [(chip * cores + k) * tags + tag] : []));
}

/** Reads the routes of the active neurons. */
export function routesOf(
  memories: readonly ChipMemory[],
  active: readonly ActiveNeuron[],
): Routes[] {
  return active.map(({ chip, core, neuron }) => {
    const at = (core * neurons + neuron) * destinations;
    const words = Array.from(memories[chip]!.sram.subarray(at, at + destinations)).filter(
      (word) => word >> 20 !== 0,
    );
    const leaves = (word: number): boolean => eventOf(word).xHop === fpgaHop;
    return {
      // West over `chip + 1` hops to the FPGA: each hop takes the count one step towards zero.
      toHost: Uint32Array.from(words.filter(leaves), (word) => word + ((chip + 1) << 16)),
      toCores: Uint32Array.from(
        words
          .filter((word) => !leaves(word))
          .flatMap((word) => keysOf(word, chip, memories.length)),
      ),
    };
  });
}
