// Neurons of a lumped synapse that fill one vector. There is nothing to do beside them, so a step takes as long as its
// longest chain of operations: what the next step waits for stays in registers, all else in memory, where V8 does not
// move it about; nothing depends on a guess; the way forward leaves slopes that the way back has only to multiply with. What
// enters is added where there is nothing else to do.
import {
  AHP_DECAY, AHP_JUMP, BY_LEAK, BY_LOG_FEEDBACK, BY_LOG_IMEM, BY_SYNAPSE, DC, DRIVE_SLOPE, D_IAHP, D_ISYN, EXPONENT, FEEDBACK,
  GRADIENT, IMEM, ISYN, LANES, MEMBRANE, MEM_GAIN, MEM_LEAK, MEM_LEAK_INVERSE, MEM_RATE, SLOPES, SPIKES, STATE, STEP_ADAPTATION,
  STEP_CHARGE, STEP_MEMBRANE, STEP_SPIKES, SURROGATE, SYN_CHARGE, SYN_DECAY, SYN_LOSS, THRESHOLD, THRESHOLD_TWO, TIMER, VECTOR,
} from '../layout';
import { Block, hasCounts, Workspace } from './block';
import { half, one } from './constants';
import { addEcho, echoOf, echoOfFired, echoOfSpikes, heldRow } from './echo';
import { feedEntering } from './entering';
import { SquaredError, weigh } from './loss';
import { adaptBy, furtherSpikes, timerAfter } from './membrane';
import { power } from './power';
import { addRows } from './rows';
import { append, Entering } from './sparse';
import { clear, madd, splat, sum } from './vector';

/** What runs out a current while the timer runs, and half with its sign changed. */
const table = memory.data<f32>([
  -1e30, -1e30, -1e30, -1e30,
  -0.5, -0.5, -0.5, -0.5,
], 16);

/** The float32 below 1. */
const bits = memory.data<u32>([0x3f7fffff, 0x3f7fffff, 0x3f7fffff, 0x3f7fffff], 16);

/**
 * The same as {@link clip}, of numbers: as whole numbers, the bits of floats have their order, and are sooner compared; those of
 * negative ones come first. What is no number may become 1: it comes from a synaptic current, which stays what it is.
 */
// @ts-ignore: decorator
@inline
function clipBits(value: v128, unit: v128): v128 {
  return i32x4.max_s(value, unit);
}

/** The same as {@link slopeAbove} 1, likewise: the bits of 1 are those of a half and one more. */
// @ts-ignore: decorator
@inline
function slopeAboveOne(value: v128, unit: v128): v128 {
  const inside = v128.and(i32x4.gt_s(value, unit), unit);
  return v128.or(inside, v128.and(i32x4.gt_s(value, v128.load(bits)), half()));
}

/** Twice `halfSlope` where a charge is above its bound, once at the bound, else 0. */
// @ts-ignore: decorator
@inline
function slopeOfDrive(charge: v128, bound: v128, halfSlope: v128): v128 {
  const inside = v128.and(halfSlope, i32x4.gt_s(charge, bound));
  return f32x4.add(inside, v128.andnot(halfSlope, i32x4.gt_s(bound, charge)));
}

/** A current, where the timer is 0; far below all others while it runs. */
// @ts-ignore: decorator
@inline
export function closed(timer: v128, current: v128): v128 {
  return madd(timer, v128.load(table), current);
}

/**
 * Runs the neurons of `state` through all steps, on the drive that stands there. Where they learn, leaves
 * slopes and, if wanted, a list of spikes; where not, the spikes, as u32, in place of the drive.
 *
 * What is known last is added or multiplied last. With `drain` = -Ileak, and what the leak takes from the membrane for each of
 * its currents, `taken` = -imem·rate/Itau·drain:
 *
 *   membrane = imem + taken·drain + taken·shared·Iin + imem·rate·feedback, where shared = Igain/(imem + Igain)
 */
// @ts-ignore: decorator
@inline
function run(
  c: usize, state: usize, drive: usize, steps: usize, recurrent: usize, w: Workspace, learns: bool,
): void {
  const list = w.spikes;
  const listed = learns && w.listed;
  let slopes = w.tape;
  const halved = w.halved;
  const none = i64x2.splat(0);
  const row0 = heldRow(recurrent, 0, halved);
  const row1 = heldRow(recurrent, 1, halved);
  const row2 = heldRow(recurrent, 2, halved);
  const row3 = heldRow(recurrent, 3, halved);
  const restDrain = f32x4.sub(none, v128.load(c, MEM_LEAK));
  const drainRate = f32x4.sub(none, f32x4.mul(v128.load(c, MEM_RATE), v128.load(c, MEM_LEAK_INVERSE)));
  let imem = v128.load(state, IMEM);
  let feedback = v128.load(state, FEEDBACK);
  let spikes = v128.load(state, SPIKES);
  let membrane = v128.load(state, MEMBRANE);
  let jump = f32x4.mul(spikes, v128.load(c, AHP_JUMP));
  let timer = v128.load(state, TIMER);
  let isyn = v128.load(state, ISYN);
  let echo = none;
  if (recurrent) echo = echoOfSpikes(recurrent, row0, row1, row2, row3, halved, spikes);
  let starts = listed ? list.starts : 0;
  let size: usize = 0;
  if (listed) {
    list.counted = u32(hasCounts(state + SPIKES, 1, STATE));
    size = append(list.indices, list.counts, 0, 0, spikes);
    store<u32>(starts, 0);
    store<u32>(starts, <u32>size, 4);
  }
  for (const end = drive + steps * VECTOR; drive < end; drive += VECTOR) {
    const unit = one();
    const entering = v128.load(drive);
    const held = f32x4.sub(isyn, f32x4.mul(isyn, v128.load(c, SYN_LOSS)));
    const ready = closed(timer, f32x4.add(held, v128.load(c, DC)));
    const byDrive = v128.load(c, DRIVE_SLOPE);
    const charge = madd(echo, byDrive, f32x4.mul(entering, byDrive));
    const charged = f32x4.pmax(charge, v128.load(c, SYN_CHARGE));
    isyn = f32x4.add(held, charged);
    const adaptation = adaptBy(c, state, jump, 0, false, unit);
    const drain = f32x4.sub(restDrain, clipBits(adaptation, unit));
    const input = f32x4.add(f32x4.add(ready, drain), charged);
    const Iin = clipBits(input, unit);
    const Igain = v128.load(c, MEM_GAIN);
    const shared = f32x4.div(Igain, f32x4.add(imem, Igain));
    const byTotal = f32x4.mul(imem, v128.load(c, MEM_RATE));
    const byDrain = f32x4.mul(imem, drainRate);
    const taken = f32x4.mul(byDrain, drain);
    const byInput = f32x4.mul(taken, shared);
    const still = madd(taken, drain, imem);
    const before = feedback;
    membrane = madd(byTotal, feedback, madd(byInput, Iin, still));
    const fired = i32x4.gt_s(membrane, v128.load(c, THRESHOLD));
    const many = i32x4.gt_s(membrane, v128.load(c, THRESHOLD_TWO));
    const above = clipBits(membrane, unit);
    timer = timerAfter(c, timer, fired, unit);
    imem = v128.bitselect(unit, above, fired);
    feedback = power(membrane, c);
    spikes = v128.and(fired, unit);
    jump = v128.and(fired, v128.load(c, AHP_JUMP));
    if (recurrent) echo = echoOfFired(recurrent, row0, row1, row2, row3, halved, fired);
    if (learns) {
      v128.store(slopes, membrane, STEP_MEMBRANE);
      const drawn = f32x4.mul(byInput, Iin);
      v128.store(slopes, madd(drawn, shared, f32x4.sub(membrane, drawn)), BY_LOG_IMEM);
      v128.store(slopes, f32x4.mul(f32x4.mul(byTotal, v128.load(c, EXPONENT)), before), BY_LOG_FEEDBACK);
      const bySynapse = f32x4.mul(byInput, slopeAboveOne(input, unit));
      v128.store(slopes, bySynapse, BY_SYNAPSE);
      const flow = f32x4.add(f32x4.add(drain, drain), f32x4.mul(shared, Iin));
      v128.store(slopes, madd(byDrain, flow, bySynapse), BY_LEAK);
      v128.store(slopes, adaptation, STEP_ADAPTATION);
      v128.store(slopes, charge, STEP_CHARGE);
    }
    if (i32x4.bitmask(many)) {
      spikes = f32x4.add(spikes, furtherSpikes(membrane, c));
      jump = f32x4.mul(spikes, v128.load(c, AHP_JUMP));
      if (recurrent) echo = echoOfSpikes(recurrent, row0, row1, row2, row3, halved, spikes);
      if (listed) list.counted = 1;
    }
    if (learns) {
      v128.store(slopes, spikes, STEP_SPIKES);
      slopes += SLOPES;
      if (listed) {
        size = append(list.indices, list.counts, size, 0, spikes);
        starts += 4;
        store<u32>(starts, <u32>size, 4);
      }
    } else {
      v128.store(drive, i32x4.trunc_sat_f32x4_s(spikes));
    }
  }
  v128.store(state, timer, TIMER);
  v128.store(state, isyn, ISYN);
  v128.store(state, imem, IMEM);
  v128.store(state, feedback, FEEDBACK);
  v128.store(state, spikes, SPIKES);
  v128.store(state, membrane, MEMBRANE);
}

/** Goes on from the state it left, on the weighted input at `drive`; writes the spikes, as u32, there. */
export function streamSingle(
  c: usize, state: usize, drive: usize, steps: usize, recurrent: usize, w: Workspace,
): void {
  run(c, state, drive, steps, recurrent, w, false);
}

/** Runs a block through all steps and leaves slopes and spikes, where `forward` leaves a tape. */
export function forwardSingle(
  block: Block, w: Workspace, steps: usize, feed: usize, input: Entering, recurrent: usize,
  bias: usize,
): void {
  const drive = block.drive;
  const state = w.state;
  memory.copy(state, block.start, STATE);
  const start = bias ? v128.load(bias) : i64x2.splat(0);
  if (feed) feedEntering(drive, steps, start, feed, input);
  run(block.coefficients, state, drive, steps, recurrent, w, true);
}

/** Takes the gradient back through all steps, as `back` does. */
// @ts-ignore: decorator
@inline
export function backSingle(
  block: Block, w: Workspace, steps: usize, error: SquaredError, squared: bool, recurrent: usize, feed: usize,
  below: usize, belowVectors: u32,
): f64 {
  const loop = block.gathered;
  if (loop) clear(loop, LANES);
  const halved = w.halved;
  const none = i64x2.splat(0);
  const row0 = heldRow(recurrent, 0, halved);
  const row1 = heldRow(recurrent, 1, halved);
  const row2 = heldRow(recurrent, 2, halved);
  const row3 = heldRow(recurrent, 3, halved);
  const c = block.coefficients;
  const negativeJump = f32x4.sub(none, v128.load(c, AHP_JUMP));
  const halfSlope = f32x4.mul(v128.load(c, DRIVE_SLOPE), half());
  const indices = w.indices;
  const values = w.values;
  const silence = squared ? splat(error.silence) : i64x2.splat(0);
  const scale = squared ? splat(2 * error.scale) : i64x2.splat(0);
  const outer = w.outer;
  const outerStride = w.outerStride;
  const drive = block.drive;
  const target = block.target;
  let slopes = w.tape + steps * SLOPES;
  let loss = i64x2.splat(0);
  // With respect to the spikes, through the recurrent weights.
  let dEcho = none;
  // With respect to the membrane of the step after this one, and slopes of that by what this one leaves.
  let dMembrane = none;
  let byLogImem = none;
  let byLogFeedback = none;
  // With respect to the synaptic current and, with its sign changed, to the adaptation.
  const gradient = w.gradient;
  memory.fill(gradient, 0, GRADIENT);
  for (let t = steps; t-- > 0; ) {
    slopes -= SLOPES;
    const unit = one();
    const membrane = v128.load(slopes, STEP_MEMBRANE);
    const fired = i32x4.gt_s(membrane, v128.load(c, THRESHOLD));
    const ofSpikes = v128.and(v128.load(c, SURROGATE), i32x4.gt_s(membrane, unit));
    const inside = slopeAboveOne(membrane, unit);
    const above = clipBits(membrane, unit);
    const share = f32x4.div(unit, above);
    const reset = madd(madd(above, v128.load(table, 16), half()), ofSpikes, v128.andnot(inside, fired));
    // Where a step holds more than one spike, the reset has no slope.
    const once = v128.andnot(reset, i32x4.gt_s(membrane, v128.load(c, THRESHOLD_TWO)));
    const ofLogImem = f32x4.mul(once, v128.bitselect(unit, share, fired));
    const previous = madd(byLogImem, ofLogImem, f32x4.mul(byLogFeedback, f32x4.mul(inside, share)));
    let dSpikes = none;
    if (squared) {
      const wanted = v128.load(target + t * VECTOR);
      const miss = f32x4.sub(v128.load(slopes, STEP_SPIKES), wanted);
      const weighed = weigh(miss, wanted, silence);
      loss = f32x4.add(loss, f32x4.mul(weighed, miss));
      dSpikes = f32x4.mul(weighed, scale);
    } else {
      dSpikes = v128.load(outer + t * outerStride);
    }
    // What the spikes do to the loss, then to later steps through adaptation and recurrence: what is known last comes last.
    const dLater = v128.load(gradient, D_IAHP);
    const dNow = madd(dSpikes, ofSpikes, f32x4.mul(dMembrane, previous));
    dMembrane = madd(dEcho, ofSpikes, madd(dLater, f32x4.mul(negativeJump, ofSpikes), dNow));
    byLogImem = v128.load(slopes, BY_LOG_IMEM);
    byLogFeedback = v128.load(slopes, BY_LOG_FEEDBACK);
    const dSynapse = madd(dMembrane, v128.load(slopes, BY_SYNAPSE), v128.load(gradient, D_ISYN));
    v128.store(gradient, f32x4.mul(dSynapse, v128.load(c, SYN_DECAY)), D_ISYN);
    const byDrive = slopeOfDrive(v128.load(slopes, STEP_CHARGE), v128.load(c, SYN_CHARGE), halfSlope);
    const dDrive = f32x4.mul(dSynapse, byDrive);
    v128.store(drive + t * VECTOR, dDrive);
    if (recurrent) dEcho = echoOf(recurrent, row0, row1, row2, row3, halved, dDrive);
    const ofAdaptation = slopeAboveOne(v128.load(slopes, STEP_ADAPTATION), unit);
    const kept = f32x4.mul(dLater, f32x4.mul(ofAdaptation, v128.load(c, AHP_DECAY)));
    v128.store(gradient, madd(dMembrane, f32x4.mul(ofAdaptation, v128.load(slopes, BY_LEAK)), kept), D_IAHP);
    if (loop) {
      const before = t > 0 ? slopes - SLOPES + STEP_SPIKES : block.start + SPIKES;
      addEcho(loop, halved, before, dDrive);
    }
    if (below) {
      const size = append(indices, values, 0, 0, dDrive);
      const out = below + t * (<usize>belowVectors * VECTOR);
      clear(out, belowVectors);
      addRows(out, belowVectors, feed, indices, values, size);
    }
  }
  if (loop && halved) memory.copy(loop + 2 * VECTOR, loop, 2 * VECTOR);
  return sum(loss);
}
