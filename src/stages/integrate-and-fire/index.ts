/** All about integrate-and-fire neurons. */
import { populationForm } from '../population.ts';
import type { StageKind } from '../stage-kind.ts';
import { integrateAndFireChip } from './chip.ts';
import {
  type IntegrateAndFireDefinition,
  type IntegrateAndFireStage,
  integrateAndFireDefinition,
} from './definition.ts';
import { integrateAndFireNeurons } from './neurons.ts';
import { integrateAndFireNir } from './nir.ts';

/** The row of integrate-and-fire neurons. */
export const integrateAndFireKind: StageKind<IntegrateAndFireDefinition, IntegrateAndFireStage> = {
  ...integrateAndFireDefinition,
  ...populationForm(integrateAndFireNeurons),
  chip: integrateAndFireChip,
  nir: integrateAndFireNir,
};
