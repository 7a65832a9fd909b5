import {
  AHP_DECAY, AHP_JUMP, AHP_LOSS, DC, D_IAHP, D_IMEM, D_ISYN, D_LOG, DRIVE_SLOPE, EXPONENT, FEEDBACK, IAHP, IAHP_REST, IMEM, ISYN,
  MEMBRANE, MEM_GAIN, MEM_LEAK, MEM_LEAK_INVERSE, MEM_RATE, REFRACTORY, SPIKES, SURROGATE, SYN_CHARGE, SYN_DECAY, SYN_LOSS,
  SYN_GAIN, TAPE_ADAPTATION, TAPE_FEEDBACK, TAPE_INPUT, TAPE_MEMBRANE, THRESHOLD, THRESHOLD_TWO, TIMER,
} from '../layout';
import { power } from './power';
import { half, one } from './constants';
import { clip, clipSlope, madd, splat } from './vector';

/** Spikes beyond the first: one more for every factor of e above the threshold. */
export function furtherSpikes(membrane: v128, c: usize): v128 {
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
 * First half of a step of the four neurons of a vector, in units of Io: synapse, adaptation, membrane.
 *
 *   isyn     = isyn - synLoss·isyn + synCharge·clip(synGain·drive)
 *   iahp     = clip(iahp - ahpLoss·iahp + ahpJump·spikes)
 *   Ileak    = Itau + iahp
 *   Iin      = clip((isyn - Ileak + Idc)·[timer = 0])
 *   membrane = imem + rate·imem·(feedback + Ileak/Itau·(Igain·(Iin - Ileak) - imem·Ileak)/(imem + Igain))
 *
 * Returns the membrane before clipping and reset. Leaves the tape where `record` is set.
 */
// @ts-ignore: decorator
@inline
export function integrate(c: usize, state: usize, drive: v128, tape: usize, record: bool): v128 {
  const isynInf = clip(f32x4.mul(drive, v128.load(c, SYN_GAIN)));
  const isynBefore = v128.load(state, ISYN);
  const isynChange = f32x4.sub(
    f32x4.mul(isynInf, v128.load(c, SYN_CHARGE)), f32x4.mul(isynBefore, v128.load(c, SYN_LOSS)),
  );
  const isyn = f32x4.add(isynBefore, isynChange);
  v128.store(state, isyn, ISYN);
  // Adaptation is slow, and the membrane sees a small difference of it and others: what rounding takes in
  // one step is given back in the next.
  const iahpBefore = v128.load(state, IAHP);
  const iahpChange = f32x4.add(
    f32x4.sub(
      f32x4.mul(v128.load(state, SPIKES), v128.load(c, AHP_JUMP)),
      f32x4.mul(iahpBefore, v128.load(c, AHP_LOSS)),
    ),
    v128.load(state, IAHP_REST),
  );
  const adaptation = f32x4.add(iahpBefore, iahpChange);
  const iahp = clip(adaptation);
  v128.store(state, iahp, IAHP);
  v128.store(state, f32x4.sub(iahpChange, f32x4.sub(adaptation, iahpBefore)), IAHP_REST);
  if (record) v128.store(tape, adaptation, TAPE_ADAPTATION);

  const Ileak = f32x4.add(v128.load(c, MEM_LEAK), iahp);
  const open = f32x4.eq(v128.load(state, TIMER), i64x2.splat(0));
  const input = v128.and(f32x4.add(f32x4.sub(isyn, Ileak), v128.load(c, DC)), open);
  if (record) v128.store(tape, input, TAPE_INPUT);

  const Igain = v128.load(c, MEM_GAIN);
  const imem = v128.load(state, IMEM);
  const feedback = v128.load(state, FEEDBACK);
  const above = f32x4.sub(clip(input), Ileak);
  const pull = f32x4.sub(f32x4.mul(Igain, above), f32x4.mul(imem, Ileak));
  const flow = f32x4.div(pull, f32x4.add(imem, Igain));
  const total = madd(f32x4.mul(Ileak, v128.load(c, MEM_LEAK_INVERSE)), flow, feedback);
  const membrane = madd(f32x4.mul(imem, v128.load(c, MEM_RATE)), total, imem);
  if (record) {
    v128.store(tape, feedback, TAPE_FEEDBACK);
    v128.store(tape, membrane, TAPE_MEMBRANE);
  }
  return membrane;
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
  const fired = f32x4.gt(membrane, v128.load(c, THRESHOLD));
  v128.store(state, v128.and(fired, one()), SPIKES);
  const left = f32x4.pmax(f32x4.sub(v128.load(state, TIMER), one()), i64x2.splat(0));
  v128.store(state, v128.bitselect(v128.load(c, REFRACTORY), left, fired), TIMER);
  v128.store(state, membrane, MEMBRANE);
  const before = clip(membrane);
  v128.store(state, v128.bitselect(one(), before, fired), IMEM);
  v128.store(state, power(before, c), FEEDBACK);
  return fired;
}

/** Spikes of a step, from its tape; `many` tells whether there may be more than one. */
// @ts-ignore: decorator
@inline
export function spikesOf(c: usize, tape: usize, many: bool): v128 {
  const membrane = v128.load(tape, TAPE_MEMBRANE);
  const first = v128.and(f32x4.gt(membrane, v128.load(c, THRESHOLD)), one());
  return many ? f32x4.add(first, furtherSpikes(membrane, c)) : first;
}

/** Membrane current after the reset, from the tape. */
// @ts-ignore: decorator
@inline
export function imemAfter(c: usize, tape: usize): v128 {
  const membrane = v128.load(tape, TAPE_MEMBRANE);
  return v128.bitselect(one(), clip(membrane), f32x4.gt(membrane, v128.load(c, THRESHOLD)));
}

/**
 * The adjoint of both halves of a step. `imem` is the membrane current at the start of the step, `dSpikes` all
 * that is known of the gradient with respect to its spikes. Takes `gradient` from the state after the step
 * to the state before. Stores the gradient with respect to the drive; returns the one with respect to the
 * spikes of the step before.
 *
 * The spike passes its gradient on wherever the membrane is above Io; the reset has slope ½ for no spike and
 * one, 0 for more; a clip passes all inside, half at the bound, nothing outside; the timer passes nothing.
 *
 * All slopes come from the tape alone. What waits for the gradient of the step after is a product with each:
 * so a machine can work out the slopes of several steps at once.
 */
// @ts-ignore: decorator
@inline
export function retreat(
  c: usize, tape: usize, imem: v128, gradient: usize, drive: usize, dSpikes: v128,
): v128 {
  // From the state after the step to the membrane before clipping.
  const membrane = v128.load(tape, TAPE_MEMBRANE);
  const before = clip(membrane);
  const bound = clipSlope(membrane);
  const surrogate = v128.and(v128.load(c, SURROGATE), f32x4.gt(membrane, one()));
  const single = v128.and(half(), f32x4.le(membrane, v128.load(c, THRESHOLD_TWO)));
  const reset = f32x4.mul(single, f32x4.sub(one(), before));
  const kept = v128.and(one(), f32x4.le(membrane, v128.load(c, THRESHOLD)));
  const ofImem = f32x4.mul(madd(reset, surrogate, kept), bound);
  const ofLog = f32x4.div(bound, before);
  const dMembrane = madd(
    v128.load(gradient, D_IMEM), ofImem,
    madd(v128.load(gradient, D_LOG), ofLog, f32x4.mul(dSpikes, f32x4.mul(surrogate, bound))),
  );
  // A store on the way: what is loaded next would else be loaded before it, and there is no room for all.
  v128.store(gradient, dMembrane, D_IMEM);

  // From the membrane to what it was made of: membrane = imem + rate·imem·(feedback + Ileak/Itau·flow).
  const adaptation = v128.load(tape, TAPE_ADAPTATION);
  const Igain = v128.load(c, MEM_GAIN);
  const rate = v128.load(c, MEM_RATE);
  const Ileak = f32x4.add(v128.load(c, MEM_LEAK), clip(adaptation));
  const input = v128.load(tape, TAPE_INPUT);
  const above = f32x4.sub(clip(input), Ileak);
  const pull = f32x4.sub(f32x4.mul(Igain, above), f32x4.mul(imem, Ileak));
  const share = f32x4.div(one(), f32x4.add(imem, Igain));
  const flow = f32x4.mul(pull, share);
  const byTotal = f32x4.mul(rate, imem);
  const feedback = v128.load(tape, TAPE_FEEDBACK);
  const byLog = f32x4.mul(f32x4.mul(byTotal, feedback), v128.load(c, EXPONENT));
  v128.store(gradient, f32x4.mul(dMembrane, byLog), D_LOG);
  const inverse = v128.load(c, MEM_LEAK_INVERSE);
  const leakRatio = f32x4.mul(Ileak, inverse);
  const total = madd(leakRatio, flow, feedback);
  const byFlow = f32x4.mul(byTotal, leakRatio);
  const byPull = f32x4.mul(byFlow, share);
  const byImem = f32x4.sub(
    madd(rate, total, one()), f32x4.mul(byPull, f32x4.add(Ileak, flow)),
  );
  v128.store(gradient, f32x4.mul(dMembrane, byImem), D_IMEM);
  const byInput = f32x4.mul(f32x4.mul(byPull, Igain), clipSlope(input));
  const dIsyn = madd(dMembrane, byInput, v128.load(gradient, D_ISYN));
  v128.store(gradient, f32x4.mul(dIsyn, v128.load(c, SYN_DECAY)), D_ISYN);
  const synapse = f32x4.mul(v128.load(drive), v128.load(c, SYN_GAIN));
  const byDrive = f32x4.mul(v128.load(c, DRIVE_SLOPE), clipSlope(synapse));
  v128.store(drive, f32x4.mul(dIsyn, byDrive));
  const byLeak = f32x4.sub(
    f32x4.sub(f32x4.mul(f32x4.mul(byTotal, inverse), flow), byFlow), byInput,
  );
  const dIahp = madd(dMembrane, byLeak, v128.load(gradient, D_IAHP));
  const dAdaptation = f32x4.mul(dIahp, clipSlope(adaptation));
  v128.store(gradient, f32x4.mul(dAdaptation, v128.load(c, AHP_DECAY)), D_IAHP);
  return f32x4.mul(dAdaptation, v128.load(c, AHP_JUMP));
}
