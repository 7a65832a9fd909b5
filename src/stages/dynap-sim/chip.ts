/** DynapSim neurons on a chip: what they are. */
import type { ChipForm } from '../chip-form.ts';
import type { DynapSimStage } from './definition.ts';

/** The population that DynapSim neurons are. */
export function dynapSimChip({ parameters, recurrent }: DynapSimStage): ChipForm {
  return {
    form: 'population',
    parameters,
    converted: false,
    ...(recurrent === undefined ? {} : { recurrent }),
  };
}
