/** What is in the memories of the chips of a board, as far as it is known: only what differs is written. */

import { biasWords, lowPowerBiases, silentBiases } from '../../../chips/dynapse1/biases.ts';
import { hostWord } from '../../../chips/dynapse1/board.ts';
import { chipOf, contentWords, emptyChip } from '../../../chips/dynapse1/configuration.ts';
import { dynapse1Limits } from '../../../chips/dynapse1/limits.ts';
import type { MemoryWords } from '../../../chips/family.ts';
import type { Dynapse1Calls } from './calls.ts';

const { chips, cores, neurons, synapses, destinations } = dynapse1Limits;

/** Words of the biases of a chip. */
const biasCount = emptyChip().biases.length;
const sramCount = cores * neurons * destinations;

/** Where memories begin among the words of a chip. */
const sramAt = biasCount;
const camAt = biasCount + sramCount;

/** Words of all cores with the same biases. */
const sameBiases = (biases: typeof silentBiases): Uint32Array =>
  biasWords(Array.from({ length: cores }, () => biases));

/** Words with which nothing on a chip fires. */
export const silentWords: Uint32Array = sameBiases(silentBiases);

/** Words with which a chip takes little power. */
export const lowPowerWords: Uint32Array = sameBiases(lowPowerBiases);

/** Words of destinations: none. */
export const nowhereWords: Uint32Array = contentWords(emptyChip()).slice(sramAt, camAt);

/** Words of destinations with which each neuron of a chip reports to the host. */
export function toHostWords(chip: number): Uint32Array {
  const words = nowhereWords.slice();
  for (let core = 0; core < cores; core++) {
    for (let neuron = 0; neuron < neurons; neuron++) {
      words[(core * neurons + neuron) * destinations] = hostWord({ chip, core, neuron }, 0);
    }
  }
  return words;
}

/** Memories of the chips of a board. */
export interface ChipMemory {
  /** Writes the state from which all configurations start: nothing fires, and everything reports to the host. */
  writeDefaults(): Promise<void>;
  /** Writes memories of chips, from chip 0 on; all chips are silent meanwhile, and those without memories stay so. */
  configure(memories: readonly MemoryWords[]): Promise<void>;
  /** Writes what has changed, while the chips run. */
  update(memories: readonly MemoryWords[]): Promise<void>;
}

/** Follows the memories of a board, of which so many chips are used. */
export function chipMemory(calls: Dynapse1Calls, used: number = chips): ChipMemory {
  /** Words that are known to be in each chip; 0 is a word that is not known, since no word of a chip is 0. */
  const held = Array.from(
    { length: chips },
    () => new Uint32Array(camAt + cores * neurons * synapses),
  );
  const write = async (
    chip: number,
    words: Uint32Array,
    from: number,
    to: number,
    atOnce?: number,
  ): Promise<void> => {
    const own = held[chip]!;
    const some: number[] = [];
    for (let at = from; at < to; at++)
      if (words[at - from] !== own[at]) some.push(words[at - from]!);
    if (some.length === 0) return;
    await calls.chooseChip(chip);
    // Until all is confirmed, nothing of it is known.
    own.fill(0, from, to);
    await calls.write(some, atOnce);
    own.set(words.subarray(0, to - from), from);
  };
  const contentsOf = (memories: readonly MemoryWords[]): Uint32Array[] =>
    memories.map((words) => contentWords(chipOf(words)));
  return {
    async writeDefaults() {
      const all = Array.from({ length: chips }, (_, chip) => chip);
      for (const own of held) own.fill(0);
      await calls.openChips();
      for (const chip of all) await write(chip, silentWords, 0, sramAt, 1);
      for (const chip of all) await write(chip, nowhereWords, sramAt, camAt);
      for (const chip of all) {
        held[chip]!.fill(0, 0, sramAt);
        await write(chip, lowPowerWords, 0, sramAt, 1);
      }
      for (const chip of all) {
        held[chip]!.fill(0, sramAt, camAt);
        await write(chip, toHostWords(chip), sramAt, camAt);
      }
      await calls.closeChips();
    },
    async configure(memories) {
      const contents = contentsOf(memories);
      for (let chip = 0; chip < used; chip++) await write(chip, silentWords, 0, sramAt);
      for (const [chip, words] of contents.entries()) {
        await write(chip, words.subarray(sramAt), sramAt, words.length);
      }
      for (const [chip, words] of contents.entries()) await write(chip, words, 0, sramAt);
    },
    async update(memories) {
      for (const [chip, words] of contentsOf(memories).entries()) {
        await write(chip, words, 0, words.length);
      }
    },
  };
}
