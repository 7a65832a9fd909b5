import type { StageRun } from '../stage-run.ts';
import type { ThresholdStage } from './definition.ts';

/** Compares each channel with its threshold, on slices of at most `most` steps. */
export function thresholdRun({ threshold }: ThresholdStage, most: number): StageRun {
  const output = new Float64Array(most * threshold.length);
  return {
    output,
    run(input, steps) {
      for (let at = 0; at < steps * threshold.length; at += threshold.length) {
        for (let c = 0; c < threshold.length; c++) {
          output[at + c] = input[at + c]! > threshold[c]! ? 1 : 0;
        }
      }
    },
    reset: () => {},
  };
}
