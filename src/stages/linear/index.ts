/** All about linear stages. */
import type { StageKind } from '../stage-kind.ts';
import { linearChip } from './chip.ts';
import { type LinearDefinition, type LinearStage, linearDefinition } from './definition.ts';
import { linearGradient } from './gradient.ts';
import { linearNir } from './nir.ts';
import { linearRun } from './run.ts';

/** The row of linear stages. */
export const linearKind: StageKind<LinearDefinition, LinearStage> = {
  ...linearDefinition,
  chained: ({ weight, bias }) => ({ weight, ...(bias === undefined ? {} : { bias }) }),
  run: linearRun,
  gradient: linearGradient,
  chip: linearChip,
  nir: linearNir,
};
