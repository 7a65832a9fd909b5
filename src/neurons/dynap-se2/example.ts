/** A population of DYNAP-SE2 neurons to try engines on. */
import type { Random } from '../../random.ts';
import { analogCharacter } from '../dynap-sim/example.ts';
import { mismatched } from '../mismatch.ts';
import type { ModelExample } from '../model.ts';
import { type DynapSe2Parameters, dynapSe2Parameters } from './parameters.ts';

/**
 * Dendrites of which none drowns the others: where large currents cancel out, or a large GABA takes a membrane
 * down by nearly all it has, float32 loses more digits than what is to be found.
 */
const moderate = {
  Igain_ampa: 2e-9,
  Igain_gaba: 6e-13,
  Itau_gaba: 5e-11,
  Igain_nmda: 2e-10,
  Itau_nmda: 2e-11,
  Igain_shunt: 1.5e-10,
};

/** Draws a population of which no two neurons are alike. */
export function dynapSe2Example(neurons: number, random: Random): ModelExample<DynapSe2Parameters> {
  // Half of NMDA flows at this membrane current: near rest, or where neurons fire.
  const If_nmda = random.uniform() < 0.5 ? 1e-12 : 1e-9;
  const input = { ...analogCharacter(random), ...moderate, If_nmda };
  return {
    parameters: mismatched(dynapSe2Parameters(input, neurons), 0.1, () => random),
    input: [
      { mean: 6, deviation: 7 },
      { mean: 2, deviation: 7 },
      { mean: 3, deviation: 7 },
      { mean: 0, deviation: 7 },
    ],
    weight: { mean: 0.5, deviation: 8 },
  };
}
