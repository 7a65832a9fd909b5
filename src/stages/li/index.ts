/** All about leaky integrators. */
import { populationForm } from '../population.ts';
import type { StageKind } from '../stage-kind.ts';
import { liChip } from './chip.ts';
import { type LiDefinition, type LiStage, liDefinition } from './definition.ts';
import { liNeurons } from './neurons.ts';
import { liNir } from './nir.ts';

/** The row of leaky integrators. */
export const liKind: StageKind<LiDefinition, LiStage> = {
  ...liDefinition,
  ...populationForm(liNeurons),
  chip: liChip,
  nir: liNir,
};
