import {
  AHP_JUMP, AHP_LOSS, DC, FEEDBACK, IAHP, IAHP_REST, IMEM, MEMBRANE, MEM_GAIN, MEM_LEAK_INVERSE,
  MEM_RATE, REFRACTORY, SPIKES, TAPE_ADAPTATION, TAPE_FEEDBACK, TAPE_INPUT, TAPE_MEMBRANE,
  THRESHOLD, THRESHOLD_TWO, TIMER,
} from '../layout';
import { greatest, one } from './constants';
import { power } from './power';
import { clip, madd, splat } from './vector';

/** Whether a membrane with several spikes in a step was beyond the table of powers. */
let beyond = false;

/** Whether one was since this was asked last. */
export function wasBeyond(): bool {
  const was = beyond;
  beyond = false;
  return was;
}

/** Spikes beyond the first: one more for every factor of e above the threshold. */
export function furtherSpikes(membrane: v128, c: usize): v128 {
  if (v128.any_true(f32x4.gt(membrane, greatest()))) beyond = true;
  let count = i64x2.splat(0);
  let threshold = v128.load(c, THRESHOLD_TWO);
  let more = f32x4.gt(membrane, threshold);
  // float32 ends at e^88.
  for (let k = 0; k < 90 && v128.any_true(more); k++) {
    count = f32x4.add(count, v128.and(more, one()));
    threshold = f32x4.mul(threshold, splat(2.7182817));
    more = f32x4.gt(membrane, threshold);
  }
  return count;
}

/** Where a step holds more than one spike. */
// @ts-ignore: decorator
@inline
export function manyFired(membrane: v128, c: usize): v128 {
  return f32x4.gt(membrane, v128.load(c, THRESHOLD_TWO));
}

/**
 * Adaptation: clip(iahp - ahpLoss·iahp + ahpJump·spikes). It is slow, and the membrane sees a small difference
 * of it and others: what rounding takes in one step is given back in the next. Returns it before clipping.
 */
// @ts-ignore: decorator
@inline
export function adapt(
  c: usize, state: usize, spikes: v128, tape: usize, record: bool, unit: v128,
): v128 {
  return adaptBy(c, state, f32x4.mul(spikes, v128.load(c, AHP_JUMP)), tape, record, unit);
}

/** {@link adapt} by what the spikes add, which is known last. */
// @ts-ignore: decorator
@inline
export function adaptBy(
  c: usize, state: usize, jump: v128, tape: usize, record: bool, unit: v128,
): v128 {
  const before = v128.load(state, IAHP);
  const lost = f32x4.mul(before, v128.load(c, AHP_LOSS));
  const change = f32x4.add(f32x4.sub(v128.load(state, IAHP_REST), lost), jump);
  const adaptation = f32x4.add(before, change);
  v128.store(state, clip(adaptation, unit), IAHP);
  v128.store(state, f32x4.sub(change, f32x4.sub(adaptation, before)), IAHP_REST);
  if (record) v128.store(tape, adaptation, TAPE_ADAPTATION);
  return adaptation;
}

/** The membrane before clipping and reset, with `current` flowing in and `Ileak` leaking. */
// @ts-ignore: decorator
@inline
export function membraneStep(
  c: usize, state: usize, current: v128, Ileak: v128, tape: usize, record: bool, unit: v128,
): v128 {
  const open = f32x4.eq(v128.load(state, TIMER), i64x2.splat(0));
  const input = v128.and(f32x4.add(f32x4.sub(current, Ileak), v128.load(c, DC)), open);
  if (record) v128.store(tape, input, TAPE_INPUT);

  const imem = v128.load(state, IMEM);
  const feedback = v128.load(state, FEEDBACK);
  const Igain = v128.load(c, MEM_GAIN);
  const share = f32x4.div(Igain, f32x4.add(imem, Igain));
  const flow = f32x4.sub(f32x4.mul(share, clip(input, unit)), Ileak);
  const total = madd(f32x4.mul(Ileak, v128.load(c, MEM_LEAK_INVERSE)), flow, feedback);
  const membrane = madd(f32x4.mul(imem, v128.load(c, MEM_RATE)), total, imem);
  if (record) {
    v128.store(tape, feedback, TAPE_FEEDBACK);
    v128.store(tape, membrane, TAPE_MEMBRANE);
  }
  return membrane;
}

/** Membrane current after the reset, from the membrane before clipping. */
// @ts-ignore: decorator
@inline
export function imemAfter(membrane: v128, fired: v128, unit: v128): v128 {
  return clip(v128.andnot(membrane, fired), unit);
}

/** The refractory timer after a step. */
// @ts-ignore: decorator
@inline
export function timerAfter(c: usize, timer: v128, fired: v128, unit: v128): v128 {
  const left = f32x4.pmax(f32x4.sub(timer, unit), i64x2.splat(0));
  return v128.bitselect(v128.load(c, REFRACTORY), left, fired);
}

/**
 * Second half of a step: spikes, reset, refractory timer, feedback.
 *
 *   spikes   = max(0, ceil(ln(membrane/Ispkthr)));  where it fired, imem = 1 and the timer starts
 *   feedback = clip(membrane)^(kappa/(kappa+1))
 *
 * Returns where it fired. Counts one spike; {@link furtherSpikes} has the others.
 */
// @ts-ignore: decorator
@inline
export function fire(c: usize, state: usize, membrane: v128): v128 {
  const unit = one();
  const fired = f32x4.gt(membrane, v128.load(c, THRESHOLD));
  v128.store(state, v128.and(fired, unit), SPIKES);
  v128.store(state, timerAfter(c, v128.load(state, TIMER), fired, unit), TIMER);
  v128.store(state, imemAfter(membrane, fired, unit), IMEM);
  v128.store(state, power(membrane, c), FEEDBACK);
  return fired;
}
