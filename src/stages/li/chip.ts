/** Leaky integrators on a chip: there are none. */
import type { ChipForm } from '../chip-form.ts';
import { notOnChip } from '../not-on-chip.ts';
import type { LiStage } from './definition.ts';

/** Why leaky integrators have no form on a chip. */
export function liChip({ kind }: LiStage): ChipForm {
  return notOnChip(kind);
}
