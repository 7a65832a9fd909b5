/** A population of DynapSim neurons to try engines on. */
import type { Random } from '../../random.ts';
import { mismatched } from '../mismatch.ts';
import type { ModelExample } from '../model.ts';
import { type DynapSimParameters, dynapSimParameters } from './parameters.ts';

/** Characters of a population: what it does much of. */
const characters = [
  {},
  // Several spikes in one step.
  { Igain_mem: 2e-10, Ispkthr: 4e-9 },
  // 7 ms after every spike.
  { Igain_mem: 1e-10, Ispkthr: 1e-8, Iref: 1.5e-10 },
  // Large and long pulses.
  { Igain_mem: 1e-10, Ispkthr: 1e-8, Iw_ahp: 2e-12, Igain_ahp: 3e-10, Ipulse_ahp: 1e-10 },
];

/** Draws the character of a population of analog neurons. */
export function analogCharacter(random: Random): Readonly<Record<string, number>> {
  return { Igain_mem: 4e-11, Ispkthr: 3e-8, ...characters[random.integer(characters.length)] };
}

/** Draws a population of which no two neurons are alike. */
export function dynapSimExample(neurons: number, random: Random): ModelExample<DynapSimParameters> {
  const nominal = dynapSimParameters(analogCharacter(random), neurons);
  return {
    parameters: mismatched(nominal, 0.1, () => random),
    input: [{ mean: 6, deviation: 9 }],
    weight: { mean: 0.5, deviation: 8 },
  };
}
