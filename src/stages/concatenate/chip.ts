/** Stages that concatenate on a chip: senders one after the other. */
import type { ChipForm } from '../chip-form.ts';
import type { ConcatenateStage } from './definition.ts';

/** The rows of the weights after it belong to its inputs, in their order. */
export function concatenateChip({ channels }: ConcatenateStage): ChipForm {
  return { form: 'concatenation', channels };
}
