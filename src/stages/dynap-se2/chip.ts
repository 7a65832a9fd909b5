/** DYNAP-SE2 neurons on a chip: what they are. */
import type { ChipForm } from '../chip-form.ts';
import type { DynapSe2Stage } from './definition.ts';

/** The population that DYNAP-SE2 neurons are. */
export function dynapSe2Chip({ parameters, recurrent }: DynapSe2Stage): ChipForm {
  return {
    form: 'population',
    parameters,
    converted: false,
    ...(recurrent === undefined ? {} : { recurrent }),
  };
}
