/** A configuration of DYNAP-SE1 boards: the words of each chip, checked. */
import { InvalidArgumentError } from '../../errors.ts';
import { readable, readItem, readOnce, refuse } from '../../options.ts';
import { fault, type Problem, problem, within } from '../../problems.ts';
import type { MemoryWords } from '../family.ts';
import { biasCount, biasWords, silentBiases } from './biases.ts';
import { dynapse1Limits } from './limits.ts';
import { camEntry, emptyCamWords, isCamWord, isSramWord, sramEntry, sramWord } from './words.ts';

const { cores, neurons, synapses, destinations, chips: mostChips } = dynapse1Limits;

/** Neurons of a chip. */
const all = cores * neurons;

/** The words of a chip. */
export interface Dynapse1Chip {
  /** CAM words, 64 for each neuron, those of core 0 first; 0 where nothing is listened to. */
  readonly cam: Uint32Array;
  /** SRAM words, 4 for each neuron; 0 where nothing is sent. */
  readonly sram: Uint32Array;
  /** Words of biases: 25 for each core in the order of their addresses, then buffers and shifted sources. */
  readonly biases: Uint32Array;
}

/** A configuration: the chips of a board, from chip 0 on. */
export interface Dynapse1Configuration {
  readonly chips: readonly Dynapse1Chip[];
}

/** An empty chip with all biases off. */
export function emptyChip(): Dynapse1Chip {
  return {
    cam: new Uint32Array(all * synapses),
    sram: new Uint32Array(all * destinations),
    biases: biasWords(Array.from({ length: cores }, () => silentBiases)),
  };
}

/** The words of a chip as memories hand them on. */
export function chipOf(words: MemoryWords): Dynapse1Chip {
  // Memories come from `chipMemories`.
  return words as unknown as Dynapse1Chip;
}

const lengths = {
  cam: all * synapses,
  sram: all * destinations,
  biases: biasCount,
} as const;

const wordChecks: Readonly<Record<keyof Dynapse1Chip, (word: number, at: number) => boolean>> = {
  cam: (word, at) => {
    if (word === 0) return true;
    const { neuron, entry } = camEntry(word);
    return isCamWord(word) && neuron * synapses + entry === at;
  },
  sram: (word, at) => {
    if (word === 0) return true;
    const { neuron, entry } = sramEntry(word);
    return isSramWord(word) && neuron * destinations + entry === at;
  },
  biases: (() => {
    const sound = emptyChip().biases;
    return (word, at) => word >>> 16 === sound[at]! >>> 16;
  })(),
};

/** Lists what keeps something from being the words of a chip. */
function chipProblems(value: unknown): Problem[] {
  if (typeof value !== 'object' || value === null) {
    return [problem('', 'wrong-type', value, 'cam, sram and biases of a chip are needed')];
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return (Object.keys(lengths) as (keyof Dynapse1Chip)[]).flatMap((name) => {
    const own = fields[name];
    if (!(own instanceof Uint32Array && own.length === lengths[name])) {
      const needed = `a Uint32Array of ${lengths[name]} words is needed`;
      return [problem(name, 'wrong-type', own, needed)];
    }
    const at = own.findIndex((word, i) => !wordChecks[name](word, i));
    if (at < 0) return [];
    const said = `0x${own[at]!.toString(16)} is no word of this place`;
    return [fault(`${name}[${at}]`, 'out-of-range', said)];
  });
}

/** Lists everything in a configuration, of any type, that no board can hold. */
export function dynapse1Problems(configuration: unknown): Problem[] {
  return readable(() => {
    const { chips } = (configuration ?? {}) as Partial<Record<'chips', unknown>>;
    if (!Array.isArray(chips) || chips.length === 0 || chips.length > mostChips) {
      return [problem('chips', 'wrong-type', chips, `a list of 1…${mostChips} chips is needed`)];
    }
    return Array.from<unknown>(chips).flatMap((chip, c) =>
      within(`chips[${c}]`, chipProblems(chip)),
    );
  });
}

/**
 * Copies the words of a configuration, chip by chip.
 *
 * @throws InvalidArgumentError with everything that no chip can hold
 */
export function dynapse1Memories(configuration: Dynapse1Configuration): MemoryWords[] {
  configuration = readOnce(configuration);
  const wrong = dynapse1Problems(configuration);
  if (wrong.length > 0) throw new InvalidArgumentError('this fits no DYNAP-SE1', wrong);
  return configuration.chips.map(({ cam, sram, biases }) => ({
    cam: cam.slice(),
    sram: sram.slice(),
    biases: biases.slice(),
  }));
}

/**
 * Every word that is written to a chip to give it a configuration: biases, then SRAM in the order of neurons and
 * entries, then CAM. Empty entries are written too, so that nothing is left of what was there.
 *
 * @throws InvalidArgumentError if it is no chip
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, -2]] }), dynapSim({ neurons: 2 }));
 * const { configuration } = deploy(net, { family: dynapse1 });
 * contentWords(configuration.chips[0]!).length; // 69738
 * ```
 */
export function contentWords(chip: Dynapse1Chip): Uint32Array {
  const read = readItem(chip);
  refuse('this is no chip', () => chipProblems(read));
  const { cam, sram, biases } = read;
  const words = new Uint32Array(biases.length + sram.length + cam.length);
  words.set(biases);
  const empty = { virtualCore: 0, east: 0, north: 0, cores: 0 };
  for (let at = 0; at < sram.length; at++) {
    const place = { neuron: Math.floor(at / destinations), entry: at % destinations };
    words[biases.length + at] = sram[at] === 0 ? sramWord({ ...place, ...empty }) : sram[at]!;
  }
  const from = biases.length + sram.length;
  words.set(emptyCamWords(), from);
  for (let at = 0; at < cam.length; at++) if (cam[at] !== 0) words[from + at] = cam[at]!;
  return words;
}
