/** Runs stages that delay. */
import type { RunContext, StageRun } from '../stage-run.ts';
import { type DelayStage, delaySteps } from './definition.ts';

/** Holds each channel back. */
export function delayRun(
  stage: DelayStage,
  inputs: readonly Float64Array[],
  context: RunContext,
): StageRun {
  const input = inputs[0]!;
  const channels = stage.channelsOut;
  const steps = delaySteps(stage);
  const rows = steps.reduce((longest, own) => Math.max(longest, own), 0) + 1;
  /** The newest rows of what came in, one after the other in a ring. */
  const held = new Float64Array(rows * channels);
  const output = new Float64Array(context.steps * channels);
  let now = 0;
  return {
    output,
    run(from, to) {
      for (let t = from, at = from * channels; t < to; t++, at += channels) {
        for (let c = 0; c < channels; c++) held[now * channels + c] = input[at + c]!;
        for (let c = 0; c < channels; c++) {
          const row = now - steps[c]!;
          output[at + c] = held[(row < 0 ? row + rows : row) * channels + c]!;
        }
        now = now + 1 === rows ? 0 : now + 1;
      }
    },
    reset() {
      held.fill(0);
      now = 0;
    },
  };
}
