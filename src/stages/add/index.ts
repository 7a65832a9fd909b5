/** All about stages that add. */
import type { StageKind } from '../stage-kind.ts';
import { addChip } from './chip.ts';
import { type AddDefinition, type AddStage, addDefinition } from './definition.ts';
import { addGradient } from './gradient.ts';
import { addNir } from './nir.ts';
import { addRun } from './run.ts';

/** The row of stages that add. */
export const addKind: StageKind<AddDefinition, AddStage> = {
  ...addDefinition,
  run: addRun,
  gradient: addGradient,
  chip: addChip,
  nir: addNir,
};
