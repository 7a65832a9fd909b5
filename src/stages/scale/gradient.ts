/** Gradients of stages that scale. */
import {
  type Activations,
  type GradientContext,
  type GradientStage,
  newActivations,
} from '../gradient-stage.ts';
import type { ScaleStage } from './definition.ts';

/** Multiplies each channel by its factor, and its gradient likewise. */
export function scaleGradient(
  { scale }: ScaleStage,
  inputs: readonly Activations[],
  { steps, trials }: GradientContext,
): GradientStage {
  const input = inputs[0]!;
  const row = trials * scale.length;
  const output = newActivations(steps * row);
  const times = (values: Float64Array, to: Float64Array, from: number, until: number): void => {
    for (let i = from * row; i < until * row; i++) to[i] = scale[i % scale.length]! * values[i]!;
  };
  return {
    output,
    forward: (from, to) => times(input.values, output.values, from, to),
    backward: (from, to) => times(output.gradient, input.gradient, from, to),
  };
}
