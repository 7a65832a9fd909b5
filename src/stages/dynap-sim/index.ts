/** All about DynapSim neurons. */
import { populationForm } from '../population.ts';
import type { StageKind } from '../stage-kind.ts';
import { dynapSimChip } from './chip.ts';
import { type DynapSimDefinition, type DynapSimStage, dynapSimDefinition } from './definition.ts';
import { dynapSimNeurons } from './neurons.ts';
import { dynapSimNir } from './nir.ts';

/** The row of DynapSim neurons. */
export const dynapSimKind: StageKind<DynapSimDefinition, DynapSimStage> = {
  ...dynapSimDefinition,
  ...populationForm(dynapSimNeurons),
  chip: dynapSimChip,
  nir: dynapSimNir,
};
