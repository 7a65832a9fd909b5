/** Runs stages that concatenate. */
import { type RunContext, type StageRun, statelessRun } from '../stage-run.ts';
import type { ConcatenateStage } from './definition.ts';

/** Puts the channels of all inputs one after the other. */
export function concatenateRun(
  { channels, channelsOut }: ConcatenateStage,
  inputs: readonly Float64Array[],
  context: RunContext,
): StageRun {
  return statelessRun(channelsOut, context, (output, t) => {
    let to = t * channelsOut;
    for (let k = 0; k < inputs.length; k++) {
      const values = inputs[k]!;
      const width = channels[k]!;
      for (let c = 0, from = t * width; c < width; c++) output[to++] = values[from + c]!;
    }
  });
}
