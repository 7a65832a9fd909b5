/** All about stages that scale. */
import type { StageKind } from '../stage-kind.ts';
import { scaleChip } from './chip.ts';
import { type ScaleDefinition, type ScaleStage, scaleDefinition } from './definition.ts';
import { scaleGradient } from './gradient.ts';
import { scaleNir } from './nir.ts';
import { scaleRun } from './run.ts';

/** The row of stages that scale. */
export const scaleKind: StageKind<ScaleDefinition, ScaleStage> = {
  ...scaleDefinition,
  run: scaleRun,
  gradient: scaleGradient,
  chip: scaleChip,
  nir: scaleNir,
};
