/**
 * Words of the memories of a DYNAP-SE2, of what may be anything: a board has 262 144 synapses, so that what is sound is found so and packed at
 * once, each field is read once, and nothing is made.
 */
import {
  dendrites,
  latchNames,
  type SynapseConfiguration,
  weightSwitches,
} from './configuration.ts';
import { isWhole, switchMask } from './event.ts';
import { type Fields, hasFields } from './fields.ts';
import { chipLimits } from './limits.ts';

/** Dendrites by the bit that each has in a word, and none. */
const known: readonly unknown[] = Object.values(dendrites);

/** A switch as a bit; off if it is left out, -1 if it is none. */
function bitOf(on: unknown): number {
  if (on === true) return 1;
  return on === false || on === undefined ? 0 : -1;
}

/** Packs a CAM entry; -1 if something is none. */
export function synapseWord(synapse: unknown): number {
  if (!hasFields(synapse)) return -1;
  const { tag, weight, dendrite, stp, preciseDelay, mismatchedDelay } = synapse;
  const mask = switchMask(weight);
  const [plastic, precise, mismatched] = [bitOf(stp), bitOf(preciseDelay), bitOf(mismatchedDelay)];
  if (mask < 0 || (plastic | precise | mismatched) < 0) return -1;
  if (!isWhole(tag, 0, chipLimits.tags - 1) || !known.includes(dendrite)) return -1;
  const where = ((dendrite as number) >> 7) << 15;
  return tag | (mask << 11) | where | (plastic << 19) | (precise << 20) | (mismatched << 21);
}

/** Unpacks a CAM entry; a dendrite that does not exist reads as none. */
export function synapseOf(word: number): SynapseConfiguration {
  const value = ((word >> 15) & 15) << 7;
  return {
    tag: word & 0x7ff,
    weight: weightSwitches((word >> 11) & 15),
    dendrite: Object.values(dendrites).find((dendrite) => dendrite === value) ?? dendrites.none,
    stp: ((word >> 19) & 1) === 1,
    preciseDelay: ((word >> 20) & 1) === 1,
    mismatchedDelay: ((word >> 21) & 1) === 1,
  };
}

/** Packs a bias; -1 if something is none. */
export function biasWord(bias: unknown): number {
  if (!hasFields(bias)) return -1;
  const { coarse, fine } = bias;
  const sound = isWhole(coarse, 0, chipLimits.coarse - 1) && isWhole(fine, 0, chipLimits.fine - 1);
  return sound ? (coarse << 8) | fine : -1;
}

/** Packs the latches of a neuron, a bit for each of `latchNames`; -1 if one of them is no switch. */
export function latchWord(neuron: Fields): number {
  let word = 0;
  for (let bit = 0; bit < latchNames.length; bit++) word |= bitOf(neuron[latchNames[bit]!]) << bit;
  return word;
}
