import { SPIKES, VECTOR } from '../layout';
import { appendSpikes, hasCounts, Workspace } from './block';
import { coefficientBytes, driveVectors, stateBytes } from './model';
import { stepRow } from './population';
import { addEntries } from './rows';
import { streamSingle } from './single';

/** Writes the spikes of a vector as whole numbers. */
// @ts-ignore: decorator
@inline
function storeCounts(at: usize, state: usize): void {
  v128.store(at, i32x4.trunc_sat_f32x4_s(v128.load(state, SPIKES)));
}

/**
 * Runs `steps` steps on the weighted input at `drive`, `rows` trials side by side, and goes on from the
 * state it left. Writes the spikes, as u32, where the input was, or that of the first dendrite.
 */
// @ts-ignore: decorator
@inline
function goOn(
  coefficients: usize, states: usize, drive: usize, steps: usize, rows: usize, vectors: u32,
  recurrent: usize, w: Workspace, dendritic: bool,
): void {
  const wide = driveVectors(vectors, dendritic);
  const rowBytes = <usize>vectors * VECTOR;
  const spikes = w.spikes;
  spikes.counted = u32(hasCounts(states, rows * vectors, stateBytes(dendritic)));
  for (let t: usize = 0; t < steps; t++) {
    let c = coefficients;
    let state = states;
    for (let r: usize = 0; r < rows; r++) {
      if (recurrent) {
        const size = appendSpikes(spikes, 0, state, vectors, stateBytes(dendritic));
        addEntries(drive, wide, recurrent, spikes, 0, size);
      }
      stepRow(c, state, drive, vectors, 0, false, w, dendritic);
      for (const end = drive + rowBytes; drive < end; drive += VECTOR) {
        storeCounts(drive, state);
        c += coefficientBytes(dendritic);
        state += stateBytes(dendritic);
      }
      // What came in through the other dendrites.
      if (dendritic) drive += (<usize>wide - vectors) * VECTOR;
    }
  }
}

/** {@link goOn} of neurons with a lumped synapse. */
export function stream(
  coefficients: usize, states: usize, drive: usize, steps: usize, rows: usize, vectors: u32,
  recurrent: usize, w: Workspace,
): void {
  if (vectors == 1 && rows == 1) streamSingle(coefficients, states, drive, steps, recurrent, w);
  else goOn(coefficients, states, drive, steps, rows, vectors, recurrent, w, false);
}

/** {@link goOn} of neurons with four dendrites. */
export function streamDendrites(
  coefficients: usize, states: usize, drive: usize, steps: usize, rows: usize, vectors: u32,
  recurrent: usize, w: Workspace,
): void {
  goOn(coefficients, states, drive, steps, rows, vectors, recurrent, w, true);
}
