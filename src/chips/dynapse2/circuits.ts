import { biasCurrent } from './bias-generator.ts';
import { latchNames } from './configuration.ts';
import { eventOf, fpgaHop } from './event.ts';
import { chipLimits } from './limits.ts';
import type { ChipMemory } from './memory.ts';
import { type CoreCurrentName, coreParameterNames, currentParameter } from './parameters.ts';

const { cores, neurons, synapses, destinations, tags } = chipLimits;
const dcBit = 1 << latchNames.indexOf('latchSoDc');
const adaptationBit = 1 << latchNames.indexOf('latchSoAdaptation');
const nmdaBit = 1 << latchNames.indexOf('latchDenmNmda');

/** A neuron whose memories say that it is in use. */
export interface UsedNeuron {
  /** Chip on the board. */
  readonly chip: number;
  /** Core of the chip. */
  readonly core: number;
  /** Neuron of the core. */
  readonly neuron: number;
  /** Whether any CAM entry is filled. */
  readonly listens: boolean;
  /** Whether the DC input is on. */
  readonly dc: boolean;
  /** Whether the adaptation is on. */
  readonly adaptation: boolean;
  /** Whether the membrane gates the NMDA dendrite. */
  readonly nmda: boolean;
}

/** Reads the current of a bias from its memory word, amperes. */
export function currentOf(memory: ChipMemory, core: number, name: CoreCurrentName): number {
  const parameter = currentParameter[name];
  const at = core * coreParameterNames.length + coreParameterNames.indexOf(parameter);
  const word = memory.biases[at]!;
  return biasCurrent(parameter, { coarse: word >> 8, fine: word & 0xff });
}

/** The core current behind a current of the lumped neuron, whose one synapse is the AMPA dendrite. */
export function lumpedCurrent(name: string): CoreCurrentName {
  return name.replace(/_syn$/, '_ampa') as CoreCurrentName;
}

/** CAM words of a neuron. */
export function camOf(
  memories: readonly ChipMemory[],
  { chip, core, neuron }: Pick<UsedNeuron, 'chip' | 'core' | 'neuron'>,
): Uint32Array {
  const at = (core * neurons + neuron) * synapses;
  return memories[chip]!.cam.subarray(at, at + synapses);
}

/** Whether an SRAM word sends anything anywhere. */
function sends(word: number): boolean {
  return word >> 20 !== 0;
}

/** Reads whether and how a neuron is in use. */
export function neuronAt(
  memories: readonly ChipMemory[],
  { chip, core, neuron }: Pick<UsedNeuron, 'chip' | 'core' | 'neuron'>,
): UsedNeuron {
  const place = { chip, core, neuron };
  const latches = memories[chip]!.latches[core * neurons + neuron]!;
  return {
    ...place,
    listens: camOf(memories, place).some((word) => word !== 0),
    dc: (latches & dcBit) !== 0,
    adaptation: (latches & adaptationBit) !== 0,
    nmda: (latches & nmdaBit) !== 0,
  };
}

/** Whether any word of `words` from `from` to below `to` fits. */
function anyWord(
  words: Uint32Array,
  from: number,
  to: number,
  fits: (word: number) => boolean,
): boolean {
  for (let at = from; at < to; at++) if (fits(words[at]!)) return true;
  return false;
}

const listens = (word: number): boolean => word !== 0;

/** Finds the neurons that listen, have their DC input on, or send, in the order chip, core, neuron. */
export function usedNeurons(memories: readonly ChipMemory[]): UsedNeuron[] {
  const used: UsedNeuron[] = [];
  for (const [chip, { cam, latches, sram }] of memories.entries()) {
    for (let at = 0; at < cores * neurons; at++) {
      if (
        (latches[at]! & dcBit) !== 0 ||
        anyWord(cam, at * synapses, (at + 1) * synapses, listens) ||
        anyWord(sram, at * destinations, (at + 1) * destinations, sends)
      ) {
        const [core, neuron] = [Math.floor(at / neurons), at % neurons];
        used.push(neuronAt(memories, { chip, core, neuron }));
      }
    }
  }
  return used;
}

/** Number of keys on a board of `chips`. */
export function keyCount(chips: number): number {
  return chips * cores * tags;
}

/** Key `(chip·4 + core)·2048 + tag` of a tag on a core of the board. */
export function keyOf(chip: number, core: number, tag: number): number {
  return (chip * cores + core) * tags + tag;
}

/** Keys of the cores that an event reaches on a board of `chips`; none if it runs off the board. */
export function keysOf(word: number, from: number, chips: number): number[] {
  const { core, xHop, yHop, tag } = eventOf(word);
  const chip = from + xHop;
  if (yHop !== 0 || chip < 0 || chip >= chips || tag >= tags) return [];
  return core.flatMap((on, k) => (on ? [keyOf(chip, k, tag)] : []));
}

/** Where a neuron's spikes go, read from its SRAM words. */
export interface Routes {
  /** Words for the host, some hops on their way. */
  readonly toHost: Uint32Array;
  /** Keys on the board, see {@link keyOf}. */
  readonly toCores: Uint32Array;
}

/** Reads the routes of neurons. */
export function routesOf(memories: readonly ChipMemory[], used: readonly UsedNeuron[]): Routes[] {
  return used.map(({ chip, core, neuron }) => {
    const at = (core * neurons + neuron) * destinations;
    const words = Array.from(memories[chip]!.sram.subarray(at, at + destinations)).filter(sends);
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
