import { IMEM, TAPE_MEMBRANE, THRESHOLD, VECTOR } from '../layout';
import { Block, Workspace } from './block';
import { one } from './constants';
import { SquaredError, weigh } from './loss';
import { furtherSpikes, imemAfter } from './membrane';
import { coefficientBytes, driveVectors, gradientBytes, stateBytes, tapeBytes } from './model';
import { stepBackward } from './neuron';
import { addNonZero, NARROW } from './narrow';
import { addRows } from './rows';
import { backSingle } from './single';
import { append, SparseRows } from './sparse';
import { clear, splat, sum } from './vector';

/** Membrane current that a step left, from its tape. */
// @ts-ignore: decorator
@inline
function imemLeft(c: usize, tape: usize, unit: v128): v128 {
  const membrane = v128.load(tape, TAPE_MEMBRANE);
  return imemAfter(membrane, f32x4.gt(membrane, v128.load(c, THRESHOLD)), unit);
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
  many: bool, recurrent: usize, feed: usize, below: usize, belowVectors: u32, dendritic: bool,
): f64 {
  const wide = driveVectors(vectors, dendritic);
  const rowTape = <usize>vectors * tapeBytes(dendritic);
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
  memory.fill(gradients, 0, <usize>vectors * gradientBytes(dendritic));
  clear(later, vectors);
  // Many values stand in a list, few in the bits of a word.
  const listed = (recurrent || below) && wide > NARROW;
  let loss = i64x2.splat(0);
  for (let t = steps; t-- > 0; ) {
    row -= driveBytes;
    target -= rowBytes;
    tape -= rowTape;
    const outer = w.outer + t * w.outerStride;
    // From the last vector to the first, as from the last step to the first: memory is read one way.
    let c = coefficients + <usize>vectors * coefficientBytes(dendritic);
    let start = block.start + <usize>vectors * stateBytes(dendritic);
    let gradient = gradients + <usize>vectors * gradientBytes(dendritic);
    let tapeAt = tape + rowTape;
    for (let at = rowBytes; at > 0; ) {
      at -= VECTOR;
      c -= coefficientBytes(dendritic);
      start -= stateBytes(dendritic);
      gradient -= gradientBytes(dendritic);
      tapeAt -= tapeBytes(dendritic);
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
      const imem = t > 0
        ? imemLeft(c, tapeAt - rowTape, unit)
        : v128.load(start, IMEM);
      const before = stepBackward(
        c, tapeAt, imem, membrane, fired, gradient, row + at, rowBytes, dSpikes, unit, dendritic,
      );
      v128.store(later + at, before);
    }
    let size: usize = 0;
    if (listed) {
      for (let v: u32 = 0; v < wide; v++) {
        size = append(indices, values, size, v << 2, v128.load(row + (<usize>v << 4)));
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

/** {@link back} from the squared error, of neurons with a lumped synapse. */
export function backFromError(
  block: Block, w: Workspace, steps: usize, vectors: u32, error: SquaredError, input: SparseRows,
  inputRow: usize, recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): f64 {
  if (vectors == 1) {
    return backSingle(
      block, w, steps, error, true, input, inputRow, recurrent, feed, below, belowVectors,
    );
  }
  if (w.spikes.counted) {
    return back(
      block, w, steps, vectors, error, true, true, recurrent, feed, below, belowVectors, false,
    );
  }
  return back(
    block, w, steps, vectors, error, true, false, recurrent, feed, below, belowVectors, false,
  );
}

/** {@link back} from the squared error, of neurons with four dendrites. */
export function backDendritesFromError(
  block: Block, w: Workspace, steps: usize, vectors: u32, error: SquaredError, input: SparseRows,
  inputRow: usize, recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): f64 {
  if (w.spikes.counted) {
    return back(
      block, w, steps, vectors, error, true, true, recurrent, feed, below, belowVectors, true,
    );
  }
  return back(
    block, w, steps, vectors, error, true, false, recurrent, feed, below, belowVectors, true,
  );
}

/** {@link back} from the gradient in `w.outer`, of neurons with a lumped synapse. */
export function backFromOuter(
  block: Block, w: Workspace, steps: usize, vectors: u32, input: SparseRows, inputRow: usize,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): void {
  const none = changetype<SquaredError>(0);
  if (vectors == 1) {
    backSingle(
      block, w, steps, none, false, input, inputRow, recurrent, feed, below, belowVectors,
    );
  } else {
    back(
      block, w, steps, vectors, none, false, false, recurrent, feed, below, belowVectors, false,
    );
  }
}

/** {@link back} from the gradient in `w.outer`, of neurons with four dendrites. */
export function backDendritesFromOuter(
  block: Block, w: Workspace, steps: usize, vectors: u32, input: SparseRows, inputRow: usize,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): void {
  const none = changetype<SquaredError>(0);
  back(
    block, w, steps, vectors, none, false, false, recurrent, feed, below, belowVectors, true,
  );
}
