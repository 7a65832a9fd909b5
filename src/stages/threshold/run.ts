/** Runs stages that compare. */
import { type RunContext, type StageRun, statelessRun } from '../stage-run.ts';
import type { ThresholdStage } from './definition.ts';

/** Compares each channel with its threshold. */
export function thresholdRun(
  { threshold }: ThresholdStage,
  inputs: readonly Float64Array[],
  context: RunContext,
): StageRun {
  const input = inputs[0]!;
  return statelessRun(threshold.length, context, (output, t) => {
    const at = t * threshold.length;
    for (let c = 0; c < threshold.length; c++) {
      output[at + c] = input[at + c]! > threshold[c]! ? 1 : 0;
    }
  });
}
