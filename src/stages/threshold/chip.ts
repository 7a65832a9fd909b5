/** Stages that compare on a chip: there are none. */
import type { ChipForm } from '../chip-form.ts';
import { notOnChip } from '../not-on-chip.ts';
import type { ThresholdStage } from './definition.ts';

/** Why a stage that compares has no form on a chip. */
export function thresholdChip({ kind }: ThresholdStage): ChipForm {
  return notOnChip(kind);
}
