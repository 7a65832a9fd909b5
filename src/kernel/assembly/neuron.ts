import {
  AHP_DECAY, AHP_JUMP, DRIVE_SLOPE, D_IAHP, D_IMEM, D_ISYN, D_LOG, EXPONENT, ISYN, MEM_GAIN, MEM_LEAK,
  MEM_LEAK_INVERSE, MEM_RATE, SPIKES, SURROGATE, SYN_CHARGE, SYN_DECAY, SYN_LOSS, TAPE_ADAPTATION,
  TAPE_FEEDBACK, TAPE_GABA, TAPE_INPUT, THRESHOLD_TWO,
} from '../layout';
import { half, one } from './constants';
import { gateSlope, stepDendritesBackward } from './dendrites';
import { adapt, membraneStep } from './membrane';
import { charged, driveGradient } from './synapse';
import { clip, madd, slopeAbove } from './vector';

/**
 * First half of a step of the four neurons of a vector, in units of Io: synapse, adaptation, membrane.
 *
 *   isyn     = isyn - synLoss·isyn + pulseFraction·clip(synGain·drive)
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
  const unit = one();
  const isyn = charged(
    v128.load(state, ISYN), drive,
    v128.load(c, DRIVE_SLOPE), v128.load(c, SYN_CHARGE), v128.load(c, SYN_LOSS),
  );
  v128.store(state, isyn, ISYN);
  const iahp = clip(adapt(c, state, v128.load(state, SPIKES), tape, record, unit), unit);
  const Ileak = f32x4.add(v128.load(c, MEM_LEAK), iahp);
  return membraneStep(c, state, isyn, Ileak, tape, record, unit);
}

/**
 * The adjoint of both halves of a step. `imem` is the membrane current at the start of the step, `membrane` that
 * before clipping, `fired` where it spiked, `dSpikes` all that is known of the gradient with respect to its
 * spikes. Takes `gradient` from the state after the step to the state before. Stores the gradient with respect
 * to the drive; returns the one with respect to the spikes of the step before. With four dendrites, `row`
 * bytes lie between their drives.
 *
 * The spike passes its gradient on wherever the membrane is above Io; the reset has slope ½ for no spike and
 * one, 0 for more; a clip passes all inside, half at the bound, nothing outside; the timer passes nothing.
 *
 * All slopes come from the tape alone. What waits for the gradient of the step after is a product with each:
 * so a machine can work out the slopes of several steps at once.
 */
// @ts-ignore: decorator
@inline
export function stepBackward(
  c: usize, tape: usize, imem: v128, membrane: v128, fired: v128, gradient: usize, drive: usize,
  row: usize, dSpikes: v128, unit: v128, dendritic: bool,
): v128 {
  // From the state after the step to the membrane before clipping.
  const before = clip(membrane, unit);
  const bound = slopeAbove(membrane, unit);
  const surrogate = v128.and(v128.load(c, SURROGATE), f32x4.gt(membrane, unit));
  const single = v128.and(half(), f32x4.le(membrane, v128.load(c, THRESHOLD_TWO)));
  const reset = f32x4.mul(single, f32x4.sub(unit, before));
  const ofImem = madd(reset, surrogate, v128.andnot(bound, fired));
  const ofLog = f32x4.div(bound, before);
  const dMembrane = madd(
    v128.load(gradient, D_IMEM), ofImem,
    madd(v128.load(gradient, D_LOG), ofLog, f32x4.mul(dSpikes, surrogate)),
  );
  // A store on the way: what is loaded next would else be loaded before it, and there is no room for all.
  v128.store(gradient, dMembrane, D_IMEM);

  // From the membrane to what it was made of: membrane = imem + rate·imem·(feedback + Ileak/Itau·flow), where
  // flow = drawn - Ileak, drawn = Igain·Iin/(imem + Igain).
  const adaptation = v128.load(tape, TAPE_ADAPTATION);
  const Igain = v128.load(c, MEM_GAIN);
  const rate = v128.load(c, MEM_RATE);
  let Ileak = f32x4.add(v128.load(c, MEM_LEAK), clip(adaptation, unit));
  if (dendritic) Ileak = f32x4.add(Ileak, v128.load(tape, TAPE_GABA));
  const input = v128.load(tape, TAPE_INPUT);
  const inverseSum = f32x4.div(unit, f32x4.add(imem, Igain));
  const share = f32x4.mul(Igain, inverseSum);
  const drawn = f32x4.mul(share, clip(input, unit));
  const flow = f32x4.sub(drawn, Ileak);
  const byTotal = f32x4.mul(rate, imem);
  const feedback = v128.load(tape, TAPE_FEEDBACK);
  const byLog = f32x4.mul(f32x4.mul(byTotal, feedback), v128.load(c, EXPONENT));
  v128.store(gradient, f32x4.mul(dMembrane, byLog), D_LOG);
  const inverseLeak = v128.load(c, MEM_LEAK_INVERSE);
  const byDrawn = f32x4.mul(f32x4.mul(byTotal, inverseLeak), Ileak);
  const total = madd(f32x4.mul(Ileak, inverseLeak), flow, feedback);
  const byInput = f32x4.mul(f32x4.mul(byDrawn, share), slopeAbove(input, unit));
  let byImem = f32x4.sub(
    madd(rate, total, unit), f32x4.mul(f32x4.mul(byDrawn, inverseSum), drawn),
  );
  if (dendritic) byImem = madd(byInput, gateSlope(c, tape, imem), byImem);
  v128.store(gradient, f32x4.mul(dMembrane, byImem), D_IMEM);
  const dIsyn = madd(dMembrane, byInput, v128.load(gradient, D_ISYN));
  v128.store(gradient, f32x4.mul(dIsyn, v128.load(c, SYN_DECAY)), D_ISYN);
  const dDrive = driveGradient(
    dIsyn, v128.load(drive), v128.load(c, DRIVE_SLOPE), v128.load(c, SYN_CHARGE),
  );
  v128.store(drive, dDrive);
  const byLeak = f32x4.sub(
    f32x4.mul(f32x4.mul(byTotal, inverseLeak), f32x4.sub(flow, Ileak)), byInput,
  );
  if (dendritic) stepDendritesBackward(c, gradient, drive, row, dMembrane, imem, byInput, byLeak);
  const dIahp = madd(dMembrane, byLeak, v128.load(gradient, D_IAHP));
  const dAdaptation = f32x4.mul(dIahp, slopeAbove(adaptation, unit));
  v128.store(gradient, f32x4.mul(dAdaptation, v128.load(c, AHP_DECAY)), D_IAHP);
  return f32x4.mul(dAdaptation, v128.load(c, AHP_JUMP));
}
