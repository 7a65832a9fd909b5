/** Gradients of stages that compare. */
import { surrogate } from '../../neurons/surrogate.ts';
import {
  type Activations,
  type GradientContext,
  type GradientStage,
  newActivations,
} from '../gradient-stage.ts';
import type { ThresholdStage } from './definition.ts';

/** Compares each channel with its threshold; back through the surrogate. */
export function thresholdGradient(
  { threshold }: ThresholdStage,
  inputs: readonly Activations[],
  { steps, trials }: GradientContext,
): GradientStage {
  const input = inputs[0]!;
  const row = trials * threshold.length;
  const output = newActivations(steps * row);
  const distance = (i: number): number => input.values[i]! - threshold[i % threshold.length]!;
  return {
    output,
    forward(from, to) {
      for (let i = from * row; i < to * row; i++) output.values[i] = distance(i) > 0 ? 1 : 0;
    },
    backward(from, to) {
      for (let i = from * row; i < to * row; i++) {
        input.gradient[i] = output.gradient[i]! * surrogate(distance(i));
      }
    },
  };
}
