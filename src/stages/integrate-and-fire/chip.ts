/** Integrate-and-fire neurons on a chip: there are none. */
import type { ChipForm } from '../chip-form.ts';
import { notOnChip } from '../not-on-chip.ts';
import type { IntegrateAndFireStage } from './definition.ts';

/** Why integrate-and-fire neurons have no form on a chip. */
export function integrateAndFireChip({ kind }: IntegrateAndFireStage): ChipForm {
  return notOnChip(kind);
}
