import type { StageRun } from '../stage-run.ts';
import type { ScaleStage } from './definition.ts';

/** Multiplies each channel by its factor, on slices of at most `most` steps. */
export function scaleRun({ scale }: ScaleStage, most: number): StageRun {
  const output = new Float64Array(most * scale.length);
  return {
    output,
    run(input, steps) {
      for (let at = 0; at < steps * scale.length; at += scale.length) {
        for (let c = 0; c < scale.length; c++) output[at + c] = scale[c]! * input[at + c]!;
      }
    },
    reset: () => {},
  };
}
