/** What stages say that a chip has no counterpart for. */
import { fault } from '../problems.ts';
import type { ChipForm } from './chip-form.ts';

/** A kind of neurons that a chip does not have. */
export function notOnChip(kind: string): ChipForm {
  const needed = `the chip has no ${kind}; take lif or dynapSim neurons`;
  return { form: 'none', problems: [fault('', 'unsupported', needed)] };
}
