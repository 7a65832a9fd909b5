import { clip, slopeAbove } from './vector';

/** A synaptic current after a step: x - loss·x + charge·clip(gain·drive). */
// @ts-ignore: decorator
@inline
export function charged(before: v128, drive: v128, gain: v128, charge: v128, loss: v128, unit: v128): v128 {
  const steady = clip(f32x4.mul(drive, gain), unit);
  return f32x4.add(before, f32x4.sub(f32x4.mul(steady, charge), f32x4.mul(before, loss)));
}

/** Its adjoint: from the gradient of the current to that of the drive. `slope` is gain·charge. */
// @ts-ignore: decorator
@inline
export function driveGradient(dCurrent: v128, drive: v128, gain: v128, slope: v128, unit: v128): v128 {
  return f32x4.mul(dCurrent, f32x4.mul(slope, slopeAbove(f32x4.mul(drive, gain), unit)));
}
