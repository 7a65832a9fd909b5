/** Memory words and event words of a plain family: whole numbers in words, as its limits have room for. */
import { InvalidArgumentError } from '../../errors.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import { currentNames } from '../../neurons/dynap-sim/parameters.ts';
import { fault } from '../../problems.ts';
import type { ChipLimits, HardwareNeuron, MemoryWords, Route } from '../family.ts';
import type { NetworkWords, NeuronRoutes, ReadNeuron } from '../read-network.ts';

/** Memories of a chip: a word of zero is an empty entry. */
export interface PlainMemory {
  /** What neurons listen to: `synapses` words for each neuron of each core. */
  readonly cam: Uint32Array;
  /** Where their spikes go: `destinations` words for each neuron; each is an event word. */
  readonly sram: Uint32Array;
  /** Switches of each neuron: 1 is the DC input, 2 the adaptation. */
  readonly switches: Uint32Array;
  /** Currents of each core, in the order of the names of biases, amperes. */
  readonly biases: Float64Array;
}

/** A configuration of a plain family: the memories of its chips. */
export interface PlainConfiguration {
  readonly chips: readonly PlainMemory[];
}

/** Where the words of a plain family stand and what they mean. */
export interface PlainWords {
  /** Names of the currents of a core: those of the neuron, then the base currents. */
  readonly biases: readonly string[];
  /** Keys of the tags of so many chips. */
  keyCount(chips: number): number;
  /** Empty memories of a chip. */
  memory(): PlainMemory;
  /** Word of an entry. */
  entryWord(tag: number, code: number, dendrite: number): number;
  /** Event word of a route. */
  routeWord(route: Route): number;
  /** Event word of a spike on its way to the host. */
  hostWord(neuron: HardwareNeuron): number;
  /** Keys that an event reaches on a board of so many chips. */
  keysOf(word: number, chips: number): number[];
  /** The memories of a chip of a board, as they are handed on. */
  memoryOf(words: MemoryWords): PlainMemory;
  /** A current of a core, amperes. */
  currentOf(memory: PlainMemory, core: number, name: string): number;
  /** Looks through the memories of a board. */
  lookThrough(memories: readonly PlainMemory[]): NetworkWords<ReadNeuron>;
}

/** Switches in a word. */
export const switchBits = { dc: 1, adaptation: 2 } as const;

const wordLimit = 2 ** 32;

/**
 * Works out the words of a family.
 *
 * @param counted whether a weight is how many entries it takes, each of code 1
 * @throws InvalidArgumentError if they have no room in 32 bits
 */
export function plainWords(
  name: string,
  { chips: mostChips, cores, neurons, synapses, destinations, tags }: ChipLimits,
  bases: number,
  largestCode: number,
  counted: boolean,
): PlainWords {
  const kinds = dendriteNames.length;
  const sets = 2 ** cores;
  const routes = mostChips * sets * tags;
  const hosts = mostChips * cores * neurons;
  if (Math.max(routes + hosts, (largestCode + 1) * kinds * tags) >= wordLimit) {
    throw new InvalidArgumentError(`${name} has too much for a word`, [
      fault('limits', 'too-large', 'chips · 2^cores · tags and the like must be below 2^32'),
    ]);
  }
  const biases = [...currentNames, ...Array.from({ length: bases }, (_, i) => `Iw_${i}`)];
  const keyOf = (chip: number, core: number, tag: number): number =>
    (chip * cores + core) * tags + tag;
  const keysOf = (word: number, chips: number): number[] => {
    const packed = word - 1;
    if (packed < 0 || packed >= routes) return [];
    const [tag, rest] = [packed % tags, Math.floor(packed / tags)];
    const [set, chip] = [rest % sets, Math.floor(rest / sets)];
    if (chip >= chips) return [];
    return Array.from({ length: cores }, (_, core) => core).flatMap((core) =>
      (set >> core) & 1 ? [keyOf(chip, core, tag)] : [],
    );
  };
  const routeWord = ({ chip, cores: set, tag }: Route): number =>
    1 + (chip * sets + set) * tags + tag;
  const filled = (words: Uint32Array, at: number, room: number): number[] =>
    [...words.subarray(at * room, (at + 1) * room)].filter((word) => word > 0);
  const lookThrough = (memories: readonly PlainMemory[]): NetworkWords<ReadNeuron> => {
    const at = ({ core, neuron }: HardwareNeuron): number => core * neurons + neuron;
    const entriesOf = (own: HardwareNeuron): number[] =>
      filled(memories[own.chip]!.cam, at(own), synapses);
    const sentBy = (own: HardwareNeuron): number[] =>
      filled(memories[own.chip]!.sram, at(own), destinations);
    const neuronAt = ({ chip, core, neuron }: HardwareNeuron): ReadNeuron => {
      const word = memories[chip]!.switches[at({ chip, core, neuron })]!;
      const { dc, adaptation } = switchBits;
      return { chip, core, neuron, dc: (word & dc) > 0, adaptation: (word & adaptation) > 0 };
    };
    return {
      used: () =>
        memories.flatMap((_, chip) =>
          Array.from({ length: cores * neurons }, (__, i) =>
            neuronAt({ chip, core: Math.floor(i / neurons), neuron: i % neurons }),
          ).filter((own) => own.dc || entriesOf(own).length + sentBy(own).length > 0),
        ),
      neuronAt,
      routesOf(own): NeuronRoutes {
        const words = sentBy(own);
        return {
          toHost: Uint32Array.from(words.filter((word) => word > routes)),
          toCores: Uint32Array.from(words.flatMap((word) => keysOf(word, memories.length))),
        };
      },
      eachEntry(own, visit) {
        const counts = new Map<number, number>();
        const give = (source: number, code: number): void => {
          if (code > 0) visit(source % tags, code, Math.floor(source / tags));
        };
        for (const word of entriesOf(own)) {
          const source = (word - 1) % (kinds * tags);
          const code = Math.min(Math.floor((word - 1) / (kinds * tags)), largestCode);
          if (counted) counts.set(source, (counts.get(source) ?? 0) + code);
          else give(source, code);
        }
        for (const [source, count] of counts) {
          for (let left = count; left > 0; left -= largestCode) {
            give(source, Math.min(left, largestCode));
          }
        }
      },
      keyOf,
      keysOf: (word) => keysOf(word, memories.length),
      inputWord: routeWord,
    };
  };
  return {
    biases,
    keyCount: (chips) => chips * cores * tags,
    memory: () => ({
      cam: new Uint32Array(cores * neurons * synapses),
      sram: new Uint32Array(cores * neurons * destinations),
      switches: new Uint32Array(cores * neurons),
      biases: new Float64Array(cores * biases.length),
    }),
    entryWord: (tag, code, dendrite) => 1 + (code * kinds + dendrite) * tags + tag,
    routeWord,
    hostWord: ({ chip, core, neuron }) => 1 + routes + (chip * cores + core) * neurons + neuron,
    keysOf,
    // Memories come from `memory` and from configurations that were checked.
    memoryOf: (words) => words as unknown as PlainMemory,
    currentOf: (memory, core, bias) => memory.biases[core * biases.length + biases.indexOf(bias)]!,
    lookThrough,
  };
}
