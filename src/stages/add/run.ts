/** Runs stages that add. */
import { type RunContext, type StageRun, statelessRun } from '../stage-run.ts';
import type { AddStage } from './definition.ts';

/** Adds all inputs, channel by channel. */
export function addRun(
  { channelsOut }: AddStage,
  [first, ...others]: readonly Float64Array[],
  context: RunContext,
): StageRun {
  return statelessRun(channelsOut, context, (output, t) => {
    const at = t * channelsOut;
    for (let i = at; i < at + channelsOut; i++) output[i] = first![i]!;
    for (let k = 0; k < others.length; k++) {
      const values = others[k]!;
      for (let i = at; i < at + channelsOut; i++) output[i] = output[i]! + values[i]!;
    }
  });
}
