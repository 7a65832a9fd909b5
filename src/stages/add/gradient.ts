/** Gradients of stages that add. */
import {
  type Activations,
  type GradientContext,
  type GradientStage,
  newActivations,
} from '../gradient-stage.ts';
import type { AddStage } from './definition.ts';

/** Adds all inputs; the gradient goes back to each. */
export function addGradient(
  { channelsOut }: AddStage,
  inputs: readonly Activations[],
  { steps, trials }: GradientContext,
): GradientStage {
  const row = trials * channelsOut;
  const output = newActivations(steps * row);
  return {
    output,
    forward(from, to) {
      for (let i = from * row; i < to * row; i++) {
        let sum = 0;
        for (let k = 0; k < inputs.length; k++) sum += inputs[k]!.values[i]!;
        output.values[i] = sum;
      }
    },
    backward(from, to) {
      for (let k = 0; k < inputs.length; k++) {
        const { gradient } = inputs[k]!;
        for (let i = from * row; i < to * row; i++) gradient[i] = output.gradient[i]!;
      }
    },
  };
}
