import {
  AHP_DECAY, AHP_JUMP, DRIVE_SLOPE, D_IAHP, D_IMEM, D_ISYN, D_LOG, EXPONENT, ISYN, MEM_GAIN,
  MEM_LEAK, MEM_LEAK_INVERSE, MEM_RATE, SURROGATE, SYN_CHARGE, SYN_DECAY, SYN_GAIN, SYN_LOSS,
  TAPE_ADAPTATION, TAPE_FEEDBACK, TAPE_GABA, TAPE_INPUT, TAPE_MEMBRANE, THRESHOLD, THRESHOLD_TWO,
} from '../layout';
import { half, one } from './constants';
import { gateSlope, retreatDendrites } from './dendrites';
import { adapt, polarise } from './membrane';
import { charged, driveGradient } from './synapse';
import { clip, clipSlope, madd } from './vector';

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
  const isyn = charged(
    v128.load(state, ISYN), drive,
    v128.load(c, SYN_GAIN), v128.load(c, SYN_CHARGE), v128.load(c, SYN_LOSS),
  );
  v128.store(state, isyn, ISYN);
  const iahp = adapt(c, state, tape, record);
  const Ileak = f32x4.add(v128.load(c, MEM_LEAK), iahp);
  return polarise(c, state, isyn, Ileak, tape, record);
}

/**
 * The adjoint of both halves of a step. `imem` is the membrane current at the start of the step, `dSpikes` all
 * that is known of the gradient with respect to its spikes. Takes `gradient` from the state after the step
 * to the state before. Stores the gradient with respect to the drive; returns the one with respect to the
 * spikes of the step before. With four dendrites, `row` bytes lie between their drives.
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
  c: usize, tape: usize, imem: v128, gradient: usize, drive: usize, row: usize, dSpikes: v128,
  dendritic: bool,
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
  let Ileak = f32x4.add(v128.load(c, MEM_LEAK), clip(adaptation));
  if (dendritic) Ileak = f32x4.add(Ileak, v128.load(tape, TAPE_GABA));
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
  const byInput = f32x4.mul(f32x4.mul(byPull, Igain), clipSlope(input));
  let byImem = f32x4.sub(
    madd(rate, total, one()), f32x4.mul(byPull, f32x4.add(Ileak, flow)),
  );
  if (dendritic) byImem = madd(byInput, gateSlope(c, tape, imem), byImem);
  v128.store(gradient, f32x4.mul(dMembrane, byImem), D_IMEM);
  const dIsyn = madd(dMembrane, byInput, v128.load(gradient, D_ISYN));
  v128.store(gradient, f32x4.mul(dIsyn, v128.load(c, SYN_DECAY)), D_ISYN);
  const dDrive = driveGradient(
    dIsyn, v128.load(drive), v128.load(c, SYN_GAIN), v128.load(c, DRIVE_SLOPE),
  );
  v128.store(drive, dDrive);
  const byLeak = f32x4.sub(
    f32x4.sub(f32x4.mul(f32x4.mul(byTotal, inverse), flow), byFlow), byInput,
  );
  if (dendritic) retreatDendrites(c, gradient, drive, row, dMembrane, imem, byInput, byLeak);
  const dIahp = madd(dMembrane, byLeak, v128.load(gradient, D_IAHP));
  const dAdaptation = f32x4.mul(dIahp, clipSlope(adaptation));
  v128.store(gradient, f32x4.mul(dAdaptation, v128.load(c, AHP_DECAY)), D_IAHP);
  return f32x4.mul(dAdaptation, v128.load(c, AHP_JUMP));
}
