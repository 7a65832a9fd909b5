/** Stages that delay on a chip: there are none, unless they hold nothing back. */
import { fault } from '../../problems.ts';
import type { ChipForm } from '../chip-form.ts';
import { type DelayStage, delaySteps } from './definition.ts';

/** A delay of no step is nothing; any other has no form on a chip. */
export function delayChip(stage: DelayStage): ChipForm {
  const longest = delaySteps(stage).reduce((max, own) => Math.max(max, own), 0);
  if (longest === 0) return { form: 'sum' };
  const needed = `it holds back by up to ${longest} steps; the chip has no such delay`;
  return { form: 'none', problems: [fault('', 'unsupported', needed)] };
}
