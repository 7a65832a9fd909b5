import { MEMBRANE, SPIKES, VECTOR } from '../layout';
import { appendSpikes, Block, hasCounts, Workspace } from './block';
import { integrateDendrites } from './dendrites';
import { fire, furtherSpikes, manyFired } from './membrane';
import { coefficientBytes, driveVectors, stateBytes, tapeBytes } from './model';
import { integrate } from './neuron';
import { addSparse, sumDrive } from './rows';
import { forwardSingle } from './single';
import { SparseRows } from './sparse';

/** Adds the spikes beyond the first of every neuron of a row. */
// @ts-ignore: decorator
@inline
function addFurtherSpikes(c: usize, state: usize, vectors: u32, dendritic: bool): void {
  for (let v: u32 = 0; v < vectors; v++) {
    const further = furtherSpikes(v128.load(state, MEMBRANE), c);
    v128.store(state, f32x4.add(v128.load(state, SPIKES), further), SPIKES);
    c += coefficientBytes(dendritic);
    state += stateBytes(dendritic);
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
  dendritic: bool,
): bool {
  const row = <usize>vectors * VECTOR;
  let cAt = c;
  let stateAt = state;
  for (let v: u32 = 0; v < vectors; v++) {
    const membrane = dendritic
      ? integrateDendrites(cAt, stateAt, drive, row, tape, record)
      : integrate(cAt, stateAt, v128.load(drive), tape, record);
    v128.store(stateAt, membrane, MEMBRANE);
    cAt += coefficientBytes(dendritic);
    stateAt += stateBytes(dendritic);
    drive += VECTOR;
    if (record) tape += tapeBytes(dendritic);
  }
  let any = i64x2.splat(0);
  let many = i64x2.splat(0);
  cAt = c;
  stateAt = state;
  for (let v: u32 = 0; v < vectors; v++) {
    const membrane = v128.load(stateAt, MEMBRANE);
    any = v128.or(any, fire(cAt, stateAt, membrane));
    many = v128.or(many, manyFired(membrane, cAt));
    cAt += coefficientBytes(dendritic);
    stateAt += stateBytes(dendritic);
  }
  if (!v128.any_true(any)) return false;
  if (v128.any_true(many)) {
    addFurtherSpikes(c, state, vectors, dendritic);
    w.spikes.counted = 1;
  }
  return true;
}

/**
 * Runs a block through all steps and leaves tape, drive and spikes. Where `feed` is given, the drive is
 * `input` (by time, its row `inputRow` for the first step) times it; where not, the drive stands there.
 */
// @ts-ignore: decorator
@inline
function run(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  feed: usize, input: SparseRows, inputRow: usize, recurrent: usize, dendritic: bool,
): void {
  const spikes = w.spikes;
  const starts = spikes.starts;
  const state = w.state;
  const c = block.coefficients;
  memory.copy(state, block.start, <usize>vectors * stateBytes(dendritic));
  spikes.counted = u32(hasCounts(state, vectors, stateBytes(dendritic)));
  let size = appendSpikes(spikes, 0, state, vectors, stateBytes(dendritic));
  store<u32>(starts, 0);
  store<u32>(starts, <u32>size, 4);
  const wide = driveVectors(vectors, dendritic);
  const rowTape = <usize>vectors * tapeBytes(dendritic);
  const rowBytes = <usize>wide * VECTOR;
  let tape = w.tape;
  let drive = block.drive;
  for (let t: usize = 0; t < steps; t++) {
    if (feed) sumDrive(drive, wide, feed, input, t + inputRow, recurrent, spikes, t);
    else if (recurrent) addSparse(drive, wide, recurrent, spikes, t);
    if (stepRow(c, state, drive, vectors, tape, true, w, dendritic)) {
      size = appendSpikes(spikes, size, state, vectors, stateBytes(dendritic));
    }
    store<u32>(starts + (t << 2), <u32>size, 8);
    tape += rowTape;
    drive += rowBytes;
  }
}

/** {@link run} of neurons with a lumped synapse. */
export function forward(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  feed: usize, input: SparseRows, inputRow: usize, recurrent: usize,
): void {
  if (vectors == 1) forwardSingle(block, w, steps, feed, input, inputRow, recurrent);
  else run(block, w, steps, vectors, feed, input, inputRow, recurrent, false);
}

/** {@link run} of neurons with four dendrites. */
export function forwardDendrites(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  feed: usize, input: SparseRows, inputRow: usize, recurrent: usize,
): void {
  run(block, w, steps, vectors, feed, input, inputRow, recurrent, true);
}
