// Neurons of a lumped synapse that fill one vector. There is nothing to do beside them, so a step takes as long as its
// longest chain of operations: what the next step waits for stays in registers, all else in memory, where V8 does not
// move it about; nothing depends on a guess; the way forward leaves slopes that the way back has only to multiply with.
import {
  AHP_DECAY, AHP_JUMP, SLOPE_PREVIOUS, BY_DRIVE, BY_LEAK, BY_SYNAPSE, DC, DRIVE_SLOPE, D_IAHP, D_ISYN,
  EXPONENT, FEEDBACK, GRADIENT, IMEM, ISYN, MEMBRANE, MEM_GAIN, MEM_LEAK, MEM_LEAK_INVERSE,
  MEM_RATE, OF_ADAPTATION, SLOPE_SPIKE, SLOPES, SPIKES, STATE,
  STEP_SPIKES, SURROGATE, SYN_CHARGE, SYN_DECAY, SYN_LOSS, THRESHOLD, TIMER, VECTOR,
} from '../layout';
import { Block, hasCounts, Workspace } from './block';
import { half, one } from './constants';
import { SquaredError, weigh } from './loss';
import { adapt, furtherSpikes, imemAfter, manyFired, timerAfter } from './membrane';
import { addOuter, addRow } from './narrow';
import { power } from './power';
import { addRows } from './rows';
import { append, Entering, listOf, SparseRows } from './sparse';
import { clear, clip, madd, slopeAbove, splat, sum } from './vector';

/** Sum of the first four rows of a matrix of single vectors, each times a lane of `value`: shorter than a list. */
// @ts-ignore: decorator
@inline
export function fourRows(matrix: usize, value: v128): v128 {
  const a = f32x4.mul(v128.load(matrix, 0), v128.shuffle<f32>(value, value, 0, 0, 0, 0));
  const b = f32x4.mul(v128.load(matrix, 16), v128.shuffle<f32>(value, value, 1, 1, 1, 1));
  const c = f32x4.mul(v128.load(matrix, 32), v128.shuffle<f32>(value, value, 2, 2, 2, 2));
  const d = f32x4.mul(v128.load(matrix, 48), v128.shuffle<f32>(value, value, 3, 3, 3, 3));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** Its first two rows likewise, where what stands in one half of a vector concerns no lane of the other. */
// @ts-ignore: decorator
@inline
export function twoRows(first: v128, second: v128, value: v128): v128 {
  const even = f32x4.mul(first, v128.shuffle<f32>(value, value, 0, 0, 2, 2));
  return f32x4.add(even, f32x4.mul(second, v128.shuffle<f32>(value, value, 1, 1, 3, 3)));
}

/** Row `k` of a matrix of single vectors in its first half, row k + 2 in the other. */
// @ts-ignore: decorator
@inline
export function joined(matrix: usize, k: usize): v128 {
  const at = matrix + (k << 4);
  return v128.shuffle<f32>(v128.load(at), v128.load(at, 32), 0, 1, 6, 7);
}

/**
 * Stores the slopes of a step: `byTotal` is that of the membrane by what it grows with, total = feedback +
 * leakRatio·flow with flow = share·Igain·Iin - Ileak, `byInput` that by Iin, `rise` what Iin adds to the membrane;
 * `ofImem` and `ofLog` are those that the step before has left: of its membrane current and the logarithm of that,
 * by its membrane before clipping. The others are what they are called.
 */
// @ts-ignore: decorator
@inline
function leaveSlopes(
  c: usize, slopes: usize, unit: v128, ofImem: v128, ofLog: v128, share: v128, rise: v128, flow: v128, Ileak: v128,
  leakRatio: v128, feedback: v128, byTotal: v128, byInput: v128, input: v128, adaptation: v128, charge: v128,
): void {
  const total = madd(leakRatio, flow, feedback);
  const byImem = f32x4.sub(madd(v128.load(c, MEM_RATE), total, unit), f32x4.mul(rise, share));
  const byLog = f32x4.mul(f32x4.mul(byTotal, feedback), v128.load(c, EXPONENT));
  v128.store(slopes, madd(byImem, ofImem, f32x4.mul(byLog, ofLog)), SLOPE_PREVIOUS);
  const bySynapse = f32x4.mul(byInput, slopeAbove(input, unit));
  v128.store(slopes, bySynapse, BY_SYNAPSE);
  const byRatio = f32x4.mul(byTotal, v128.load(c, MEM_LEAK_INVERSE));
  v128.store(slopes, f32x4.sub(f32x4.mul(byRatio, f32x4.sub(flow, Ileak)), bySynapse), BY_LEAK);
  v128.store(slopes, slopeAbove(adaptation, unit), OF_ADAPTATION);
  const threshold = v128.load(c, SYN_CHARGE);
  v128.store(slopes, f32x4.mul(v128.load(c, DRIVE_SLOPE), slopeAbove(charge, threshold)), BY_DRIVE);
}

/**
 * Runs the neurons of `state` through all steps, on the drive that stands there. Where they learn, leaves
 * slopes and, if wanted, a list of spikes; where not, the spikes, as u32, in place of the drive.
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
  const first = halved && recurrent ? joined(recurrent, 0) : i64x2.splat(0);
  const second = halved && recurrent ? joined(recurrent, 1) : i64x2.splat(0);
  let imem = v128.load(state, IMEM);
  let feedback = v128.load(state, FEEDBACK);
  let spikes = v128.load(state, SPIKES);
  let membrane = v128.load(state, MEMBRANE);
  let ofImem = i64x2.splat(0);
  let ofLog = i64x2.splat(0);
  let echo = i64x2.splat(0);
  if (recurrent) echo = halved ? twoRows(first, second, spikes) : fourRows(recurrent, spikes);
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
    const total = f32x4.add(v128.load(drive), echo);
    const timer = v128.load(state, TIMER);
    const open = f32x4.eq(timer, i64x2.splat(0));
    const isyn = v128.load(state, ISYN);
    const held = f32x4.sub(isyn, f32x4.mul(isyn, v128.load(c, SYN_LOSS)));
    const Igain = v128.load(c, MEM_GAIN);
    const share = f32x4.div(unit, f32x4.add(imem, Igain));
    const shared = f32x4.mul(Igain, share);
    const byTotal = f32x4.mul(imem, v128.load(c, MEM_RATE));
    const adaptation = adapt(c, state, spikes, 0, false, unit);
    const Ileak = f32x4.add(v128.load(c, MEM_LEAK), clip(adaptation, unit));
    const leakRatio = f32x4.mul(Ileak, v128.load(c, MEM_LEAK_INVERSE));
    const byInput = f32x4.mul(f32x4.mul(byTotal, shared), leakRatio);
    const base = madd(byTotal, f32x4.sub(feedback, f32x4.mul(leakRatio, Ileak)), imem);
    const charge = f32x4.mul(total, v128.load(c, DRIVE_SLOPE));
    const charged = f32x4.pmax(charge, v128.load(c, SYN_CHARGE));
    v128.store(state, f32x4.add(held, charged), ISYN);
    const input = v128.and(
      f32x4.add(f32x4.add(f32x4.sub(held, Ileak), v128.load(c, DC)), charged), open,
    );
    const Iin = clip(input, unit);
    const rise = f32x4.mul(byInput, Iin);
    membrane = f32x4.add(rise, base);
    const above = clip(membrane, unit);
    const fired = f32x4.gt(membrane, v128.load(c, THRESHOLD));
    const many = manyFired(membrane, c);
    if (learns) {
      const flow = f32x4.sub(f32x4.mul(shared, Iin), Ileak);
      leaveSlopes(
        c, slopes, unit, ofImem, ofLog, share, rise, flow, Ileak, leakRatio, feedback, byTotal, byInput, input,
        adaptation, charge,
      );
      const bound = slopeAbove(membrane, unit);
      const surrogate = v128.and(v128.load(c, SURROGATE), f32x4.gt(membrane, unit));
      v128.store(slopes, surrogate, SLOPE_SPIKE);
      const reset = f32x4.mul(v128.andnot(half(), many), f32x4.sub(unit, above));
      ofImem = madd(reset, surrogate, v128.andnot(bound, fired));
      ofLog = f32x4.div(bound, above);
    }
    spikes = v128.and(fired, unit);
    if (i32x4.bitmask(many)) {
      spikes = f32x4.add(spikes, furtherSpikes(membrane, c));
      if (listed) list.counted = 1;
    }
    if (recurrent) echo = halved ? twoRows(first, second, spikes) : fourRows(recurrent, spikes);
    v128.store(state, timerAfter(c, timer, fired, unit), TIMER);
    imem = imemAfter(membrane, fired, unit);
    feedback = power(above, c);
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
  if (feed) {
    const start = bias ? v128.load(bias) : i64x2.splat(0);
    const list = listOf(input, 0);
    for (let t: usize = 0; t < steps; t++) {
      v128.store(drive + (t << 4), addRow(start, feed, list, t + input.first));
    }
    for (let part: u32 = 1; part < input.parts; part++) {
      const more = listOf(input, part);
      const matrix = feed + part * input.stride;
      for (let t: usize = 0; t < steps; t++) {
        const at = drive + (t << 4);
        v128.store(at, addRow(v128.load(at), matrix, more, t + input.first));
      }
    }
  }
  const state = w.state;
  memory.copy(state, block.start, STATE);
  run(block.coefficients, state, drive, steps, recurrent, w, true);
}

/** Adds a vector to four rows, each times a lane of `times`. */
// @ts-ignore: decorator
@inline
function addFourRows(rows: usize, times: v128, value: v128): void {
  const a = f32x4.mul(v128.shuffle<f32>(times, times, 0, 0, 0, 0), value);
  const b = f32x4.mul(v128.shuffle<f32>(times, times, 1, 1, 1, 1), value);
  const c = f32x4.mul(v128.shuffle<f32>(times, times, 2, 2, 2, 2), value);
  const d = f32x4.mul(v128.shuffle<f32>(times, times, 3, 3, 3, 3), value);
  v128.store(rows, f32x4.add(v128.load(rows, 0), a), 0);
  v128.store(rows, f32x4.add(v128.load(rows, 16), b), 16);
  v128.store(rows, f32x4.add(v128.load(rows, 32), c), 32);
  v128.store(rows, f32x4.add(v128.load(rows, 48), d), 48);
}

/** Adds to its first two rows likewise. */
// @ts-ignore: decorator
@inline
function addTwoRows(rows: usize, times: v128, value: v128): void {
  const even = f32x4.mul(v128.shuffle<f32>(times, times, 0, 0, 2, 2), value);
  const odd = f32x4.mul(v128.shuffle<f32>(times, times, 1, 1, 3, 3), value);
  v128.store(rows, f32x4.add(v128.load(rows), even));
  v128.store(rows, f32x4.add(v128.load(rows, 16), odd), 16);
}

/** Takes the gradient back through all steps, as `back` does. */
// @ts-ignore: decorator
@inline
export function backSingle(
  block: Block, w: Workspace, steps: usize, error: SquaredError, squared: bool, input: Entering,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): f64 {
  const gathered = block.gathered;
  const list = gathered ? listOf(input, 0) : changetype<SparseRows>(0);
  const parts = gathered ? input.parts : 0;
  const entry: usize = gathered ? input.first : 0;
  if (gathered) clear(gathered, block.sources);
  const loop = block.gatheredLoop;
  if (loop) clear(loop, 4);
  const halved = w.halved;
  const first = halved && recurrent ? joined(recurrent, 0) : i64x2.splat(0);
  const second = halved && recurrent ? joined(recurrent, 1) : i64x2.splat(0);
  const indices = w.indices;
  const values = w.values;
  const c = block.coefficients;
  const silence = squared ? splat(error.silence) : i64x2.splat(0);
  const scale = squared ? splat(2 * error.scale) : i64x2.splat(0);
  const outer = w.outer;
  const outerStride = w.outerStride;
  const drive = block.drive;
  const target = block.target;
  let slopes = w.tape + steps * SLOPES;
  let loss = i64x2.splat(0);
  // With respect to the spikes, through the recurrent weights; all else that goes from step to step is in memory.
  let dEcho = i64x2.splat(0);
  // With respect to the membrane of the step before, through its current and feedback.
  let dBefore = i64x2.splat(0);
  const gradient = w.gradient;
  memory.fill(gradient, 0, GRADIENT);
  for (let t = steps; t-- > 0; ) {
    slopes -= SLOPES;
    // What the spikes do to later steps through adaptation, and to the loss.
    const dLater = v128.load(gradient, D_IAHP);
    let dSpikes = f32x4.mul(dLater, v128.load(c, AHP_JUMP));
    if (squared) {
      const wanted = v128.load(target + (t << 4));
      const miss = f32x4.sub(v128.load(slopes, STEP_SPIKES), wanted);
      const weighed = weigh(miss, wanted, silence);
      loss = f32x4.add(loss, f32x4.mul(weighed, miss));
      dSpikes = f32x4.add(dSpikes, f32x4.mul(weighed, scale));
    } else {
      dSpikes = f32x4.add(dSpikes, v128.load(outer + t * outerStride));
    }
    const ofSpikes = v128.load(slopes, SLOPE_SPIKE);
    const dMembrane = madd(dEcho, ofSpikes, madd(dSpikes, ofSpikes, dBefore));
    dBefore = f32x4.mul(dMembrane, v128.load(slopes, SLOPE_PREVIOUS));
    const dSynapse = madd(dMembrane, v128.load(slopes, BY_SYNAPSE), v128.load(gradient, D_ISYN));
    v128.store(gradient, f32x4.mul(dSynapse, v128.load(c, SYN_DECAY)), D_ISYN);
    const dDrive = f32x4.mul(dSynapse, v128.load(slopes, BY_DRIVE));
    v128.store(drive + (t << 4), dDrive);
    if (recurrent) dEcho = halved ? twoRows(first, second, dDrive) : fourRows(recurrent, dDrive);
    const dIahp = madd(
      dMembrane, v128.load(slopes, BY_LEAK), f32x4.mul(dLater, v128.load(c, AHP_DECAY)),
    );
    v128.store(gradient, f32x4.mul(dIahp, v128.load(slopes, OF_ADAPTATION)), D_IAHP);
    if (gathered) {
      addOuter(gathered, list, t + entry, dDrive);
      for (let part: u32 = 1; part < parts; part++) {
        addOuter(gathered + part * input.stride, listOf(input, part), t + entry, dDrive);
      }
    }
    if (loop) {
      const before = t > 0 ? v128.load(slopes - SLOPES, STEP_SPIKES) : v128.load(block.start, SPIKES);
      if (halved) addTwoRows(loop, before, dDrive);
      else addFourRows(loop, before, dDrive);
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
