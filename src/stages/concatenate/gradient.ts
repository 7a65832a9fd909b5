/** Gradients of stages that concatenate. */
import {
  type Activations,
  type GradientContext,
  type GradientStage,
  newActivations,
} from '../gradient-stage.ts';
import type { ConcatenateStage } from './definition.ts';

/** Puts the channels of all inputs one after the other; the gradient of each goes back to its own. */
export function concatenateGradient(
  { channels, channelsOut }: ConcatenateStage,
  inputs: readonly Activations[],
  { steps, trials }: GradientContext,
): GradientStage {
  const output = newActivations(steps * trials * channelsOut);
  /** Goes over all values of the rows from `from` up to `to`: their input, place in it, and place after. */
  const each = (
    from: number,
    to: number,
    visit: (input: Activations, at: number, out: number) => void,
  ): void => {
    for (let row = from * trials, out = row * channelsOut; row < to * trials; row++) {
      for (let k = 0; k < inputs.length; k++) {
        const width = channels[k]!;
        for (let at = row * width; at < (row + 1) * width; at++) visit(inputs[k]!, at, out++);
      }
    }
  };
  return {
    output,
    forward: (from, to) =>
      each(from, to, ({ values }, at, out) => {
        output.values[out] = values[at]!;
      }),
    backward: (from, to) =>
      each(from, to, ({ gradient }, at, out) => {
        gradient[at] = output.gradient[out]!;
      }),
  };
}
