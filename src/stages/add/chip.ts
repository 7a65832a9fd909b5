/** Stages that add on a chip: synapses of all inputs on the same neurons. */
import type { ChipForm } from '../chip-form.ts';

/** A synapse adds by itself. */
export function addChip(): ChipForm {
  return { form: 'sum' };
}
