/** Integrators on a chip: there are none. */
import type { ChipForm } from '../chip-form.ts';
import { notOnChip } from '../not-on-chip.ts';
import type { IntegratorStage } from './definition.ts';

/** Why integrators have no form on a chip. */
export function integratorChip({ kind }: IntegratorStage): ChipForm {
  return notOnChip(kind);
}
