/** All about integrators. */
import { populationForm } from '../population.ts';
import type { StageKind } from '../stage-kind.ts';
import { integratorChip } from './chip.ts';
import {
  type IntegratorDefinition,
  type IntegratorStage,
  integratorDefinition,
} from './definition.ts';
import { integratorNeurons } from './neurons.ts';
import { integratorNir } from './nir.ts';

/** The row of integrators. */
export const integratorKind: StageKind<IntegratorDefinition, IntegratorStage> = {
  ...integratorDefinition,
  ...populationForm(integratorNeurons),
  chip: integratorChip,
  nir: integratorNir,
};
