/** All about leaky integrate-and-fire neurons. */
import { populationForm } from '../population.ts';
import type { StageKind } from '../stage-kind.ts';
import { lifChip } from './chip.ts';
import { type LifDefinition, type LifStage, lifDefinition } from './definition.ts';
import { lifNeurons } from './neurons.ts';
import { lifNir } from './nir.ts';

/** The row of leaky integrate-and-fire neurons. */
export const lifKind: StageKind<LifDefinition, LifStage> = {
  ...lifDefinition,
  ...populationForm(lifNeurons),
  chip: lifChip,
  nir: lifNir,
};
