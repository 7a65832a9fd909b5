/** Runs stages that scale. */
import { type RunContext, type StageRun, statelessRun } from '../stage-run.ts';
import type { ScaleStage } from './definition.ts';

/** Multiplies each channel by its factor. */
export function scaleRun(
  { scale }: ScaleStage,
  inputs: readonly Float64Array[],
  context: RunContext,
): StageRun {
  const input = inputs[0]!;
  return statelessRun(scale.length, context, (output, t) => {
    const at = t * scale.length;
    for (let c = 0; c < scale.length; c++) output[at + c] = scale[c]! * input[at + c]!;
  });
}
