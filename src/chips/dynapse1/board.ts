/** How events find their way on a DYNAP-SE1 board: four chips in a square, the host south of them. */
import type { HardwareNeuron, Route } from '../family.ts';
import type { NetworkWords, NeuronRoutes, ReadNeuron } from '../read-network.ts';
import { biasIndex, wordCurrent } from './biases.ts';
import type { Dynapse1Chip } from './configuration.ts';
import { dendriteOfType } from './currents.ts';
import { dynapse1Limits } from './limits.ts';
import { camEntry, sramEntry, sramWord } from './words.ts';

const { cores, neurons, synapses, destinations, tags } = dynapse1Limits;

/** Where chips stand, hops east and south of chip 0; the host is where a fifth would be, below chip 2. */
const places = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [0, 2],
] as const;

/** The host, among `places`. */
const host = 4;

/** Words from the board have this bit, words to it have not. */
const fromBoard = 1 << 20;

/** The word under which the host hears a neuron. */
export function outputWord({ chip, core, neuron }: HardwareNeuron): number {
  return fromBoard | (chip << 10) | (core << 8) | neuron;
}

/** The neuron that a word from the board names; undefined if the word is none. */
export function neuronOfWord(word: number): HardwareNeuron | undefined {
  if (word >>> 12 !== fromBoard >>> 12) return undefined;
  return { chip: (word >> 10) & 3, core: (word >> 8) & 3, neuron: word & 0xff };
}

/** The word with which the host sends a tag to some cores of a chip. */
export function inputWord({ chip, cores: mask, tag }: Route): number {
  return (chip << 14) | (mask << 10) | tag;
}

/** What a word to the board says; undefined if the word is none. */
export function routeOfWord(word: number): Route | undefined {
  if (word >>> 16 !== 0) return undefined;
  return { chip: word >> 14, cores: (word >> 10) & 15, tag: word & 0x3ff };
}

/** Number of keys on a board of so many chips. */
export function keyCount(chips: number): number {
  return chips * cores * tags;
}

/** Key of a tag on a core. */
export function keyOf(chip: number, core: number, tag: number): number {
  return (chip * cores + core) * tags + tag;
}

function keysOfRoute({ chip, cores: mask, tag }: Route, chips: number): number[] {
  if (chip >= chips) return [];
  return Array.from({ length: cores }, (_, core) => core)
    .filter((core) => (mask >> core) & 1)
    .map((core) => keyOf(chip, core, tag));
}

/** Keys that a word of the host reaches on a board of so many chips. */
export function keysOf(word: number, chips: number): number[] {
  const route = routeOfWord(word);
  return route === undefined ? [] : keysOfRoute(route, chips);
}

/** The SRAM word with which a neuron follows a route. */
export function routeWord(
  own: HardwareNeuron,
  entry: number,
  { chip, cores: mask, tag }: Route,
): number {
  return towards(own, entry, chip, mask, tag >> 8);
}

/** The SRAM word with which a neuron reports to the host: its cores say which chip it is on. */
export function hostWord(own: HardwareNeuron, entry: number): number {
  return towards(own, entry, host, own.chip + 1, own.core);
}

function towards(
  { chip, core, neuron }: HardwareNeuron,
  entry: number,
  to: number,
  mask: number,
  virtualCore: number,
): number {
  const [from, goal] = [places[chip]!, places[to]!];
  return sramWord({
    neuron: core * neurons + neuron,
    entry,
    virtualCore,
    east: goal[0] - from[0],
    north: from[1] - goal[1],
    cores: mask,
  });
}

/** Tags that a neuron can have: its own number, under any virtual core. Tag 0 is what empty entries listen to. */
export function tagsOf(neuron?: HardwareNeuron): readonly number[] {
  if (neuron === undefined) return inputTags;
  const own = [0, 1, 2, 3].map((shift) => (((neuron.core + shift) & 3) << 8) | neuron.neuron);
  return own.filter((tag) => tag !== 0);
}

const inputTags: readonly number[] = Array.from({ length: tags - 1 }, (_, i) => i + 1);

/** Whether a word of a CAM or SRAM says anything. */
const isUsed = (word: number): boolean => word !== 0;

/** Whether a word of an SRAM sends events anywhere. */
const isSent = (word: number): boolean => word !== 0 && sramEntry(word).cores !== 0;

/** Whether a neuron of a chip listens to anything, or sends anywhere; a board has thousands that do not. */
function isAtWork({ cam, sram }: Dynapse1Chip, neuron: number): boolean {
  for (let at = neuron * synapses; at < (neuron + 1) * synapses; at++) {
    if (isUsed(cam[at]!)) return true;
  }
  for (let at = neuron * destinations; at < (neuron + 1) * destinations; at++) {
    if (isSent(sram[at]!)) return true;
  }
  return false;
}

/** Looks through the words of the chips of a board. */
export function networkWords(chips: readonly Dynapse1Chip[]): NetworkWords<ReadNeuron> {
  const sramOf = ({ chip, core, neuron }: HardwareNeuron): Uint32Array => {
    const at = (core * neurons + neuron) * destinations;
    return chips[chip]!.sram.subarray(at, at + destinations);
  };
  const camOf = ({ chip, core, neuron }: HardwareNeuron): Uint32Array => {
    const at = (core * neurons + neuron) * synapses;
    return chips[chip]!.cam.subarray(at, at + synapses);
  };
  const neuronAt = ({ chip, core, neuron }: HardwareNeuron): ReadNeuron => {
    const carries = (name: 'IF_DC_P' | 'IF_AHTHR_N' | 'IF_AHW_P' | 'IF_NMDA_N'): boolean =>
      wordCurrent(chips[chip]!.biases[biasIndex(core, name)]!) > 0;
    return {
      ...{ chip, core, neuron },
      dc: carries('IF_DC_P'),
      adaptation: carries('IF_AHTHR_N') && carries('IF_AHW_P'),
      nmda: carries('IF_NMDA_N'),
    };
  };
  return {
    used: () =>
      chips.flatMap((_, chip) =>
        Array.from({ length: cores * neurons }, (__, n) => ({
          chip,
          core: Math.floor(n / neurons),
          neuron: n % neurons,
        }))
          .filter(({ chip, core, neuron }) => isAtWork(chips[chip]!, core * neurons + neuron))
          .map(neuronAt),
      ),
    neuronAt,
    routesOf(own): NeuronRoutes {
      const toCores: number[] = [];
      const toHost: number[] = [];
      const [x, y] = places[own.chip]!;
      for (const word of sramOf(own).filter(isSent)) {
        const { virtualCore, east, north, cores: mask } = sramEntry(word);
        const chip = places.findIndex(([a, b]) => a === x + east && b === y - north);
        const tag = (virtualCore << 8) | own.neuron;
        // The host knows a chip by the cores that the event names.
        if (chip === host) toHost.push(outputWord({ ...own, chip: mask - 1, core: virtualCore }));
        else if (chip >= 0) toCores.push(...keysOfRoute({ chip, cores: mask, tag }, chips.length));
      }
      return { toHost: Uint32Array.from(toHost), toCores: Uint32Array.from(toCores) };
    },
    eachEntry(own, visit) {
      const counts = new Map<number, number>();
      for (const word of camOf(own).filter(isUsed)) {
        const { tag, type } = camEntry(word);
        const key = dendriteOfType[type] * tags + tag;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      for (const [key, count] of counts) {
        for (let left = count; left > 0; left -= 15) {
          visit(key % tags, Math.min(left, 15), Math.floor(key / tags));
        }
      }
    },
    keyOf,
    keysOf: (word) => keysOf(word, chips.length),
    inputWord,
  };
}
