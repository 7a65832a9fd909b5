import { surrogate } from '../neurons/surrogate.ts';
import { type DelayStage, delaySteps } from './delay/definition.ts';
import type { GradientStage, Wire } from './gradient-stage.ts';
import type { ScaleStage } from './scale/definition.ts';
import type { ThresholdStage } from './threshold/definition.ts';

/** Hands values on unchanged, where two populations follow each other. */
export function identityGradient(from: Wire, out: Wire): GradientStage {
  return {
    forward: () => out.values.set(from.values),
    backward: () => from.gradient.set(out.gradient),
  };
}

/** Multiplies each channel by its factor, and its gradient likewise. */
export function scaleGradient({ scale }: ScaleStage, from: Wire, out: Wire): GradientStage {
  const times = (values: Float64Array, to: Float64Array): void => {
    for (let i = 0; i < values.length; i++) to[i] = scale[i % scale.length]! * values[i]!;
  };
  return {
    forward: () => times(from.values, out.values),
    backward: () => times(out.gradient, from.gradient),
  };
}

/** Compares each channel with its threshold; back through the surrogate. */
export function thresholdGradient(
  { threshold }: ThresholdStage,
  from: Wire,
  out: Wire,
): GradientStage {
  const distance = (i: number): number => from.values[i]! - threshold[i % threshold.length]!;
  return {
    forward() {
      for (let i = 0; i < out.values.length; i++) out.values[i] = distance(i) > 0 ? 1 : 0;
    },
    backward() {
      for (let i = 0; i < out.values.length; i++) {
        from.gradient[i] = out.gradient[i]! * surrogate(distance(i));
      }
    },
  };
}

/** Holds each channel back; its gradient comes back from as much later. */
export function delayGradient(
  stage: DelayStage,
  trials: number,
  from: Wire,
  out: Wire,
): GradientStage {
  const steps = delaySteps(stage);
  const row = trials * stage.channelsOut;
  /** Copies each value to the place `back` of its delay later, or earlier where `sign` is -1. */
  const shift = (values: Float64Array, to: Float64Array, sign: 1 | -1): void => {
    to.fill(0);
    for (let i = 0; i < values.length; i++) {
      const place = i + sign * steps[i % stage.channelsOut]! * row;
      if (place >= 0 && place < to.length) to[place] = values[i]!;
    }
  };
  return {
    forward: () => shift(from.values, out.values, 1),
    backward: () => shift(out.gradient, from.gradient, -1),
  };
}
