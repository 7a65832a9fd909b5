/** All about stages that delay. */
import type { StageKind } from '../stage-kind.ts';
import { delayChip } from './chip.ts';
import { type DelayDefinition, type DelayStage, delayDefinition } from './definition.ts';
import { delayGradient } from './gradient.ts';
import { delayNir } from './nir.ts';
import { delayRun } from './run.ts';

/** The row of stages that delay. */
export const delayKind: StageKind<DelayDefinition, DelayStage> = {
  ...delayDefinition,
  run: delayRun,
  gradient: delayGradient,
  chip: delayChip,
  nir: delayNir,
};
