/** Spikes of the chip DYNAP-SE, as AEDAT 3.1 has them: the one standard record of spikes in a file. */

import { InvalidArgumentError } from '../../errors.ts';
import { type ChipWordSpace, chipWords } from '../../events/space.ts';
import { number, type OptionTable, soundOptions } from '../../options.ts';
import { within } from '../../problems.ts';

/** A neuron of DYNAP-SE. */
export interface DynapseNeuron {
  /** Number of the chip, as the board counts: 0 to 63. */
  readonly chip: number;
  /** Core on the chip, 0 to 31; a chip has 4. */
  readonly core: number;
  /** Neuron of the core, 0 to 2^20 - 1; a core has 256. */
  readonly neuron: number;
}

const table: OptionTable<DynapseNeuron> = {
  chip: number({ min: 0, max: 63, whole: true }),
  core: number({ min: 0, max: 31, whole: true }),
  neuron: number({ min: 0, max: 2 ** 20 - 1, whole: true }),
};

/** Space of spikes of DYNAP-SE: words of {@link dynapseWord}. */
export const dynapseSpikes: ChipWordSpace = chipWords('dynapse');

/** Words above all that a record can hold. */
export const dynapseWordLimit: number = 2 ** 31;

/**
 * Packs a neuron of DYNAP-SE into the address of its spikes: core in bits 0 to 4, chip in bits 5 to 10, neuron above.
 *
 * @throws InvalidArgumentError if there is no such neuron
 * @example
 * ```ts
 * dynapseWord({ chip: 1, core: 2, neuron: 3 }); // 6178
 * ```
 */
export function dynapseWord(neuron: DynapseNeuron): number {
  neuron = soundOptions('there is no such neuron', neuron, table, 'chip', 'core', 'neuron');
  return ((neuron.neuron << 11) | (neuron.chip << 5) | neuron.core) >>> 0;
}

/**
 * Takes the address of a spike of DYNAP-SE apart.
 *
 * @throws InvalidArgumentError if it is none
 * @example
 * ```ts
 * dynapseNeuron(6178).neuron; // 3
 * ```
 */
export function dynapseNeuron(word: number): DynapseNeuron {
  const problems = within('word', number({ min: 0, max: dynapseWordLimit - 1, whole: true })(word));
  if (problems.length > 0) throw new InvalidArgumentError('this is no spike', problems);
  return { chip: (word >>> 5) & 0x3f, core: word & 0x1f, neuron: word >>> 11 };
}
