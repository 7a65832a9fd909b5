import { MEMBRANE, SPIKES, VECTOR, LANES } from '../layout';
import { DENDRITIC, LUMPED } from '../numbers';
import { appendSpikes, Block, hasCounts, Workspace } from './block';
import { integrateDendrites } from './dendrites';
import { fires, tapeEuler } from './euler';
import { fire, furtherSpikes, manyFired } from './membrane';
import { coefficientBytes, driveVectors, EULER, leftAt, stateBytes, tapeBytes } from './model';
import { integrate } from './neuron';
import { addSparse, sumDrive } from './rows';
import { forwardSingle } from './single';
import { Entering, listOf, SparseRows } from './sparse';

/** Adds the spikes beyond the first of every neuron of a row. */
// @ts-ignore: decorator
@inline
function addFurtherSpikes(c: usize, state: usize, vectors: u32, model: u32): void {
  for (let v: u32 = 0; v < vectors; v++) {
    const further = furtherSpikes(v128.load(state, MEMBRANE), c);
    v128.store(state, f32x4.add(v128.load(state, SPIKES), further), SPIKES);
    c += coefficientBytes(model);
    state += stateBytes(model);
  }
}

/**
 * One step of a row of vectors. Between its halves lies a long chain of operations, so each half runs over all
 * vectors: the machine then has independent work at hand. Returns whether any neuron fired; corrects the
 * count of those that did so more than once, and says so in `w.spikes`.
 */
// @ts-ignore: decorator
@inline
export function stepRow(
  c: usize, state: usize, drive: usize, vectors: u32, tape: usize, record: bool, w: Workspace,
  model: u32,
): bool {
  const row = <usize>vectors * VECTOR;
  let cAt = c;
  let stateAt = state;
  for (let v: u32 = 0; v < vectors; v++) {
    const membrane = model == DENDRITIC
      ? integrateDendrites(cAt, stateAt, drive, row, tape, record)
      : integrate(cAt, stateAt, v128.load(drive), tape, record);
    v128.store(stateAt, membrane, MEMBRANE);
    cAt += coefficientBytes(model);
    stateAt += stateBytes(model);
    drive += VECTOR;
    if (record) tape += tapeBytes(model);
  }
  let any = i64x2.splat(0);
  let many = i64x2.splat(0);
  cAt = c;
  stateAt = state;
  for (let v: u32 = 0; v < vectors; v++) {
    const membrane = v128.load(stateAt, MEMBRANE);
    any = v128.or(any, fire(cAt, stateAt, membrane));
    many = v128.or(many, manyFired(membrane, cAt));
    cAt += coefficientBytes(model);
    stateAt += stateBytes(model);
  }
  if (!v128.any_true(any)) return false;
  if (v128.any_true(many)) {
    addFurtherSpikes(c, state, vectors, model);
    w.spikes.counted = 1;
  }
  return true;
}

/**
 * Runs a block through all steps and leaves tape, drive and a list of what left. Where `feed` is given, the drive is
 * `input` times it, and `bias` if there is one; where not, the drive stands there.
 */
// @ts-ignore: decorator
@inline
function run(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  feed: usize, input: Entering, recurrent: usize, bias: usize, model: u32,
): void {
  const spikes = w.spikes;
  const starts = spikes.starts;
  const state = w.state;
  const c = block.coefficients;
  memory.copy(state, block.start, <usize>vectors * stateBytes(model));
  const left = state + leftAt(model);
  const valued = model == EULER && !fires(w.model);
  spikes.counted = u32(valued || hasCounts(left, vectors, stateBytes(model)));
  let size = appendSpikes(spikes, 0, left, vectors, stateBytes(model));
  store<u32>(starts, 0);
  store<u32>(starts, <u32>size, 4);
  const wide = driveVectors(vectors, model);
  const rowTape = <usize>vectors * tapeBytes(model);
  const rowBytes = <usize>wide * VECTOR;
  const list = feed ? listOf(input, 0) : changetype<SparseRows>(0);
  const parts = feed ? input.parts : 0;
  const entry: usize = feed ? input.first : 0;
  let tape = w.tape;
  let drive = block.drive;
  for (let t: usize = 0; t < steps; t++) {
    if (feed) {
      sumDrive(drive, wide, bias, feed, list, t + entry, recurrent, spikes, t);
      for (let part: u32 = 1; part < parts; part++) {
        addSparse(drive, wide, feed + part * input.stride, listOf(input, part), t + entry);
      }
    } else if (recurrent) addSparse(drive, wide, recurrent, spikes, t);
    const any = model == EULER
      ? tapeEuler(w.model, c, state, drive, vectors, tape)
      : stepRow(c, state, drive, vectors, tape, true, w, model);
    if (any) size = appendSpikes(spikes, size, left, vectors, stateBytes(model));
    store<u32>(starts + (t << 2), <u32>size, 8);
    tape += rowTape;
    drive += rowBytes;
  }
}

/** {@link run} of neurons of any model. */
export function forward(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  feed: usize, input: Entering, recurrent: usize, bias: usize,
): void {
  if (w.model >= EULER) {
    run(block, w, steps, vectors, feed, input, recurrent, bias, EULER);
  } else if (w.model == DENDRITIC) {
    run(block, w, steps, vectors, feed, input, recurrent, bias, DENDRITIC);
  } else if (vectors == 1) {
    forwardSingle(block, w, steps, feed, input, recurrent, bias);
  } else {
    run(block, w, steps, vectors, feed, input, recurrent, bias, LUMPED);
  }
}
