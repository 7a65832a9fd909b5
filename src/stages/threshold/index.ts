/** All about stages that compare. */
import type { StageKind } from '../stage-kind.ts';
import { thresholdChip } from './chip.ts';
import {
  type ThresholdDefinition,
  type ThresholdStage,
  thresholdDefinition,
} from './definition.ts';
import { thresholdGradient } from './gradient.ts';
import { thresholdNir } from './nir.ts';
import { thresholdRun } from './run.ts';

/** The row of stages that compare. */
export const thresholdKind: StageKind<ThresholdDefinition, ThresholdStage> = {
  ...thresholdDefinition,
  run: thresholdRun,
  gradient: thresholdGradient,
  chip: thresholdChip,
  nir: thresholdNir,
};
