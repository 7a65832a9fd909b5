/** Stages that scale on a chip: the weights beside them take over the factors. */
import type { ChipForm } from '../chip-form.ts';
import type { ScaleStage } from './definition.ts';

/** The factors of a stage that scales. */
export function scaleChip({ scale }: ScaleStage): ChipForm {
  return { form: 'factors', factors: scale };
}
