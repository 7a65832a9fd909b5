// Neurons that are stepped by forward Euler: LIF, IF, leaky integrators and integrators, with a synapse or without.
import {
  CURRENT, CURRENT_LOSS, CURRENT_SLOPE, D_CURRENT, D_POTENTIAL, EULER_COEFFICIENTS, EULER_GRADIENT,
  EULER_STATE, FIRE_ABOVE, FLOW_SLOPE, LEFT, POTENTIAL, POTENTIAL_GAIN, POTENTIAL_LOSS, RESET, VECTOR,
} from '../layout';
import { CUBA_LIF, LI, LIF } from '../numbers';
import { one, ten, tiny } from './constants';
import { weigh } from './loss';
import { madd } from './vector';

/** Whether neurons of a model that forward Euler steps fire. */
// @ts-ignore: decorator
@inline
export function fires(model: u32): bool {
  return model < <u32>LI;
}

/**
 * One step of a row of vectors. Both derivatives are taken at the old values:
 *
 *   potential = potential + gain + flowSlope·flow - loss·potential
 *   current   = current + currentSlope·drive - currentLoss·current
 *
 * where what flows is the current of the synapse, or, without one, the drive. The gain holds TINY. A neuron fires above its threshold, and is
 * reset; one that never does gives its potential. Returns whether anything left.
 */
// @ts-ignore: decorator
@inline
function stepVectors(
  c: usize, state: usize, drive: usize, vectors: u32, tape: usize, record: bool, synapse: bool, firing: bool,
): bool {
  let any = i64x2.splat(0);
  for (const end = drive + <usize>vectors * VECTOR; drive < end; drive += VECTOR) {
    const input = v128.load(drive);
    const current = synapse ? v128.load(state, CURRENT) : input;
    const before = v128.load(state, POTENTIAL);
    const gained = madd(current, v128.load(c, FLOW_SLOPE), v128.load(c, POTENTIAL_GAIN));
    const lost = f32x4.mul(before, v128.load(c, POTENTIAL_LOSS));
    const potential = f32x4.sub(f32x4.add(before, f32x4.sub(gained, lost)), tiny());
    if (synapse) {
      const decayed = f32x4.sub(current, f32x4.mul(current, v128.load(c, CURRENT_LOSS)));
      const raised = f32x4.add(decayed, madd(input, v128.load(c, CURRENT_SLOPE), tiny()));
      v128.store(state, f32x4.sub(raised, tiny()), CURRENT);
    }
    if (record) {
      v128.store(tape, potential);
      tape += VECTOR;
    }
    if (firing) {
      // What is infinite stays, and does not hide behind a reset: whoever looks at the state then finds it.
      const above = f32x4.gt(potential, v128.load(c, FIRE_ABOVE));
      const fired = v128.and(above, f32x4.lt(potential, f32x4.splat(Infinity)));
      any = v128.or(any, fired);
      v128.store(state, v128.bitselect(v128.load(c, RESET), potential, fired), POTENTIAL);
      v128.store(state, v128.and(fired, one()), LEFT);
    } else {
      v128.store(state, potential, POTENTIAL);
      v128.store(state, potential, LEFT);
    }
    c += EULER_COEFFICIENTS;
    state += EULER_STATE;
  }
  return firing ? v128.any_true(any) : true;
}

/** {@link stepVectors} of a model. */
// @ts-ignore: decorator
@inline
function stepOf(
  model: u32, c: usize, state: usize, drive: usize, vectors: u32, tape: usize, record: bool,
): bool {
  if (model == LIF) return stepVectors(c, state, drive, vectors, tape, record, false, true);
  if (model == CUBA_LIF) return stepVectors(c, state, drive, vectors, tape, record, true, true);
  if (model == LI) return stepVectors(c, state, drive, vectors, tape, record, false, false);
  return stepVectors(c, state, drive, vectors, tape, record, true, false);
}

/** One step of a row of neurons of a model. Returns whether anything left. */
export function stepEuler(model: u32, c: usize, state: usize, drive: usize, vectors: u32): bool {
  return stepOf(model, c, state, drive, vectors, 0, false);
}

/** The same, and leaves the potentials from before the reset on the tape. */
export function tapeEuler(
  model: u32, c: usize, state: usize, drive: usize, vectors: u32, tape: usize,
): bool {
  return stepOf(model, c, state, drive, vectors, tape, true);
}

/** What stands in for the slope of a spike: 1/(1 + 10·|potential - threshold|)². */
// @ts-ignore: decorator
@inline
function surrogate(potential: v128, threshold: v128): v128 {
  const fall = madd(ten(), f32x4.abs(f32x4.sub(potential, threshold)), one());
  return f32x4.div(one(), f32x4.mul(fall, fall));
}

/**
 * The adjoint of {@link stepVectors}, from the last vector to the first: a spike passes its gradient on through the
 * surrogate, the reset passes nothing. `later` is what later steps say of what left, `outer` what others do, or the squared
 * error against `target`. Stores the gradient with respect to the drive; returns the sum of weighted squares.
 */
// @ts-ignore: decorator
@inline
function backVectors(
  c: usize, gradient: usize, vectors: u32, tape: usize, later: usize, outer: usize, target: usize, drive: usize,
  silence: v128, scale: v128, squared: bool, synapse: bool, firing: bool,
): v128 {
  let loss = i64x2.splat(0);
  c += <usize>vectors * EULER_COEFFICIENTS;
  gradient += <usize>vectors * EULER_GRADIENT;
  for (let at = <usize>vectors * VECTOR; at > 0; ) {
    at -= VECTOR;
    c -= EULER_COEFFICIENTS;
    gradient -= EULER_GRADIENT;
    const potential = v128.load(tape + at);
    const threshold = v128.load(c, FIRE_ABOVE);
    const fired = f32x4.gt(potential, threshold);
    let dLeft = v128.load(later + at);
    if (squared) {
      const wanted = v128.load(target + at);
      const miss = f32x4.sub(firing ? v128.and(fired, one()) : potential, wanted);
      const weighed = weigh(miss, wanted, silence);
      loss = madd(weighed, miss, loss);
      dLeft = madd(weighed, scale, dLeft);
    } else {
      dLeft = f32x4.add(dLeft, v128.load(outer + at));
    }
    const dKept = v128.load(gradient, D_POTENTIAL);
    const dPotential = firing
      ? madd(dLeft, surrogate(potential, threshold), v128.andnot(dKept, fired))
      : f32x4.add(dKept, dLeft);
    const dBefore = f32x4.sub(dPotential, f32x4.mul(dPotential, v128.load(c, POTENTIAL_LOSS)));
    v128.store(gradient, dBefore, D_POTENTIAL);
    const dFlow = f32x4.mul(dPotential, v128.load(c, FLOW_SLOPE));
    if (synapse) {
      const dCurrent = v128.load(gradient, D_CURRENT);
      const decayed = f32x4.sub(dCurrent, f32x4.mul(dCurrent, v128.load(c, CURRENT_LOSS)));
      v128.store(gradient, f32x4.add(decayed, dFlow), D_CURRENT);
      v128.store(drive + at, f32x4.mul(dCurrent, v128.load(c, CURRENT_SLOPE)));
    } else {
      v128.store(drive + at, dFlow);
    }
  }
  return loss;
}

/** Steps after which what is left of a gradient is looked at. */
export const SETTLE: usize = 64;

/** Takes what has decayed below {@link tiny} for nothing, in the gradient of a row: it would end as a denormal number. */
export function settleEuler(gradient: usize, vectors: u32): void {
  for (const end = gradient + <usize>vectors * EULER_GRADIENT; gradient < end; gradient += VECTOR) {
    const value = v128.load(gradient);
    v128.store(gradient, v128.andnot(value, f32x4.lt(f32x4.abs(value), tiny())));
  }
}

/** {@link backVectors} of a model. */
// @ts-ignore: decorator
@inline
function backOf(
  model: u32, c: usize, gradient: usize, vectors: u32, tape: usize, later: usize, outer: usize, target: usize,
  drive: usize, silence: v128, scale: v128, squared: bool,
): v128 {
  if (model == LIF) {
    return backVectors(
      c, gradient, vectors, tape, later, outer, target, drive, silence, scale, squared, false, true,
    );
  }
  if (model == CUBA_LIF) {
    return backVectors(
      c, gradient, vectors, tape, later, outer, target, drive, silence, scale, squared, true, true,
    );
  }
  if (model == LI) {
    return backVectors(
      c, gradient, vectors, tape, later, outer, target, drive, silence, scale, squared, false, false,
    );
  }
  return backVectors(
    c, gradient, vectors, tape, later, outer, target, drive, silence, scale, squared, true, false,
  );
}

/** One step back from the squared error; returns the sum of weighted squares. */
export function backEulerFromError(
  model: u32, c: usize, gradient: usize, vectors: u32, tape: usize, later: usize, target: usize, drive: usize,
  silence: v128, scale: v128,
): v128 {
  return backOf(model, c, gradient, vectors, tape, later, 0, target, drive, silence, scale, true);
}

/** One step back from the gradient in `outer`. */
export function backEulerFromOuter(
  model: u32, c: usize, gradient: usize, vectors: u32, tape: usize, later: usize, outer: usize, drive: usize,
): void {
  const none = i64x2.splat(0);
  backOf(model, c, gradient, vectors, tape, later, outer, 0, drive, none, none, false);
}
