/** All about stages that concatenate. */
import type { StageKind } from '../stage-kind.ts';
import { concatenateChip } from './chip.ts';
import {
  type ConcatenateDefinition,
  type ConcatenateStage,
  concatenateDefinition,
} from './definition.ts';
import { concatenateGradient } from './gradient.ts';
import { concatenateNir } from './nir.ts';
import { concatenateRun } from './run.ts';

/** The row of stages that concatenate. */
export const concatenateKind: StageKind<ConcatenateDefinition, ConcatenateStage> = {
  ...concatenateDefinition,
  run: concatenateRun,
  gradient: concatenateGradient,
  chip: concatenateChip,
  nir: concatenateNir,
};
