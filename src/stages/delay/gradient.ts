/** Gradients of stages that delay. */
import {
  type Activations,
  type GradientContext,
  type GradientStage,
  newActivations,
} from '../gradient-stage.ts';
import { type DelayStage, delaySteps } from './definition.ts';

/** Holds each channel back; its gradient comes back from as much later. */
export function delayGradient(
  stage: DelayStage,
  inputs: readonly Activations[],
  { steps, trials }: GradientContext,
): GradientStage {
  const input = inputs[0]!;
  const held = delaySteps(stage);
  const row = trials * stage.channelsOut;
  const output = newActivations(steps * row);
  /** Takes each value from a step that is its delay earlier, or later where `sign` is -1. */
  const shift = (
    values: Float64Array,
    into: Float64Array,
    sign: 1 | -1,
    from: number,
    to: number,
  ): void => {
    for (let i = from * row; i < to * row; i++) {
      const source = i - sign * held[i % stage.channelsOut]! * row;
      into[i] = source >= 0 && source < values.length ? values[source]! : 0;
    }
  };
  return {
    output,
    forward: (from, to) => shift(input.values, output.values, 1, from, to),
    backward: (from, to) => shift(output.gradient, input.gradient, -1, from, to),
  };
}
