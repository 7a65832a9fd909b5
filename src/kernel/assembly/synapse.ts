import { slopeAbove } from './vector';

/** A synaptic current after a step: x - loss·x + charge·clip(gain·drive); `slope` is charge·gain. */
// @ts-ignore: decorator
@inline
export function charged(before: v128, drive: v128, slope: v128, charge: v128, loss: v128): v128 {
  const left = f32x4.sub(before, f32x4.mul(before, loss));
  return f32x4.add(left, f32x4.pmax(f32x4.mul(drive, slope), charge));
}

/** Its adjoint: from the gradient of the current to that of the drive. */
// @ts-ignore: decorator
@inline
export function driveGradient(dCurrent: v128, drive: v128, slope: v128, charge: v128): v128 {
  return f32x4.mul(dCurrent, f32x4.mul(slope, slopeAbove(f32x4.mul(drive, slope), charge)));
}
