import { IMEM, TAPE_MEMBRANE, THRESHOLD, VECTOR, LANES } from '../layout';
import { DENDRITIC, LUMPED } from '../numbers';
import { Block, Workspace } from './block';
import { one } from './constants';
import { backEulerFromError, backEulerFromOuter, SETTLE, settleEuler } from './euler';
import { SquaredError, weigh } from './loss';
import { furtherSpikes, imemAfter } from './membrane';
import {
  coefficientBytes, driveVectors, EULER, gradientBytes, stateBytes, tapeBytes,
} from './model';
import { stepBackward } from './neuron';
import { addNonZero, NARROW } from './narrow';
import { addRows } from './rows';
import { backSingle } from './single';
import { append } from './sparse';
import { clear, splat, sum } from './vector';

/** Membrane current that a step left, from its tape. */
// @ts-ignore: decorator
@inline
function imemLeft(c: usize, tape: usize, unit: v128): v128 {
  const membrane = v128.load(tape, TAPE_MEMBRANE);
  return imemAfter(membrane, f32x4.gt(membrane, v128.load(c, THRESHOLD)), unit);
}

/**
 * One step back through a row of analog neurons, from the last vector to the first, as from the last step to the first:
 * memory is read one way. `start` is the state before the step, where there is no tape of it. Leaves the gradient with
 * respect to the drive in `row`, that with respect to the spikes of the step before in `later`. Returns weighted squares.
 */
// @ts-ignore: decorator
@inline
function backRow(
  coefficients: usize, start: usize, gradients: usize, vectors: u32, tape: usize, later: usize, outer: usize,
  target: usize, row: usize, silence: v128, scale: v128, squared: bool, many: bool, model: u32,
): v128 {
  const rowBytes = <usize>vectors * VECTOR;
  const rowTape = <usize>vectors * tapeBytes(model);
  const first = start != 0;
  let loss = i64x2.splat(0);
  let c = coefficients + <usize>vectors * coefficientBytes(model);
  let state = start + <usize>vectors * stateBytes(model);
  let gradient = gradients + <usize>vectors * gradientBytes(model);
  let tapeAt = tape + rowTape;
  for (let at = rowBytes; at > 0; ) {
    at -= VECTOR;
    c -= coefficientBytes(model);
    state -= stateBytes(model);
    gradient -= gradientBytes(model);
    tapeAt -= tapeBytes(model);
    const unit = one();
    const membrane = v128.load(tapeAt, TAPE_MEMBRANE);
    const fired = f32x4.gt(membrane, v128.load(c, THRESHOLD));
    let dSpikes = v128.load(later + at);
    if (squared) {
      const wanted = v128.load(target + at);
      let spikes = v128.and(fired, unit);
      if (many) spikes = f32x4.add(spikes, furtherSpikes(membrane, c));
      const miss = f32x4.sub(spikes, wanted);
      const weighed = weigh(miss, wanted, silence);
      loss = f32x4.add(loss, f32x4.mul(weighed, miss));
      dSpikes = f32x4.add(dSpikes, f32x4.mul(weighed, scale));
    } else {
      dSpikes = f32x4.add(dSpikes, v128.load(outer + at));
    }
    const imem = first ? v128.load(state, IMEM) : imemLeft(c, tapeAt - rowTape, unit);
    const before = stepBackward(
      c, tapeAt, imem, membrane, fired, gradient, row + at, rowBytes, dSpikes, unit, model == DENDRITIC,
    );
    v128.store(later + at, before);
  }
  return loss;
}

/**
 * Takes the gradient back through all steps: leaves it, with respect to the weighted input, where the
 * drive was. `error` weighs the squared error against `block.target`; without, `w.outer` holds the gradient
 * with respect to the spikes. `recurrent` and `feed` are transposed; `below` receives what reaches the
 * spikes of the population before. Returns the sum of weighted squares.
 */
// @ts-ignore: decorator
@inline
function back(
  block: Block, w: Workspace, steps: usize, vectors: u32, error: SquaredError, squared: bool,
  many: bool, recurrent: usize, feed: usize, below: usize, belowVectors: u32, model: u32,
): f64 {
  const wide = driveVectors(vectors, model);
  const rowTape = <usize>vectors * tapeBytes(model);
  const rowBytes = <usize>vectors * VECTOR;
  const driveBytes = <usize>wide * VECTOR;
  const indices = w.indices;
  const values = w.values;
  const gradients = w.gradient;
  const later = w.later;
  const coefficients = block.coefficients;
  const silence = squared ? splat(error.silence) : i64x2.splat(0);
  const scale = squared ? splat(2 * error.scale) : i64x2.splat(0);
  let row = block.drive + steps * driveBytes;
  let target = block.target + steps * rowBytes;
  let tape = w.tape + steps * rowTape;
  memory.fill(gradients, 0, <usize>vectors * gradientBytes(model));
  clear(later, vectors);
  // Many values stand in a list, few in the bits of a word.
  const listed = (recurrent || below) && wide > NARROW;
  let loss = i64x2.splat(0);
  for (let t = steps; t-- > 0; ) {
    row -= driveBytes;
    target -= rowBytes;
    tape -= rowTape;
    const outer = w.outer + t * w.outerStride;
    if (model == EULER) {
      if (squared) {
        const weighed = backEulerFromError(
          w.model, coefficients, gradients, vectors, tape, later, target, row, silence, scale,
        );
        loss = f32x4.add(loss, weighed);
      } else {
        backEulerFromOuter(w.model, coefficients, gradients, vectors, tape, later, outer, row);
      }
      if (t % SETTLE == 0) settleEuler(gradients, vectors);
      if (recurrent) clear(later, vectors);
    } else {
      const start: usize = t > 0 ? 0 : block.start;
      const weighed = backRow(
        coefficients, start, gradients, vectors, tape, later, outer, target, row, silence, scale, squared, many, model,
      );
      loss = f32x4.add(loss, weighed);
    }
    let size: usize = 0;
    if (listed) {
      for (let v: u32 = 0; v < wide; v++) {
        size = append(indices, values, size, v * LANES, v128.load(row + <usize>v * VECTOR));
      }
    }
    if (recurrent) {
      if (listed) addRows(later, vectors, recurrent, indices, values, size);
      else addNonZero(later, vectors, recurrent, row, wide);
    }
    if (below) {
      const out = below + t * (<usize>belowVectors * VECTOR);
      clear(out, belowVectors);
      if (listed) addRows(out, belowVectors, feed, indices, values, size);
      else addNonZero(out, belowVectors, feed, row, wide);
    }
  }
  return sum(loss);
}

/** {@link back} from the squared error, of neurons of any model. */
export function backFromError(
  block: Block, w: Workspace, steps: usize, vectors: u32, error: SquaredError,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): f64 {
  if (w.model >= EULER) {
    return back(
      block, w, steps, vectors, error, true, false, recurrent, feed, below, belowVectors, EULER,
    );
  }
  if (w.model == DENDRITIC) {
    if (w.spikes.counted) {
      return back(
        block, w, steps, vectors, error, true, true, recurrent, feed, below, belowVectors, DENDRITIC,
      );
    }
    return back(
      block, w, steps, vectors, error, true, false, recurrent, feed, below, belowVectors, DENDRITIC,
    );
  }
  if (vectors == 1) {
    return backSingle(
      block, w, steps, error, true, recurrent, feed, below, belowVectors,
    );
  }
  if (w.spikes.counted) {
    return back(
      block, w, steps, vectors, error, true, true, recurrent, feed, below, belowVectors, LUMPED,
    );
  }
  return back(
    block, w, steps, vectors, error, true, false, recurrent, feed, below, belowVectors, LUMPED,
  );
}

/** {@link back} from the gradient in `w.outer`, of neurons of any model. */
export function backFromOuter(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): void {
  const none = changetype<SquaredError>(0);
  if (w.model >= EULER) {
    back(
      block, w, steps, vectors, none, false, false, recurrent, feed, below, belowVectors, EULER,
    );
  } else if (w.model == DENDRITIC) {
    back(
      block, w, steps, vectors, none, false, false, recurrent, feed, below, belowVectors, DENDRITIC,
    );
  } else if (vectors == 1) {
    backSingle(
      block, w, steps, none, false, recurrent, feed, below, belowVectors,
    );
  } else {
    back(
      block, w, steps, vectors, none, false, false, recurrent, feed, below, belowVectors, LUMPED,
    );
  }
}
