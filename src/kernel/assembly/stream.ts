import { VECTOR, LANES } from '../layout';
import { DENDRITIC, LUMPED } from '../numbers';
import { appendSpikes, hasCounts, Workspace } from './block';
import { fires, stepEuler } from './euler';
import { driveVectors, EULER, leftAt, stateBytes } from './model';
import { addRow } from './narrow';
import { stepRow } from './population';
import { addEntries } from './rows';
import { streamSingle } from './single';
import { streamSingles } from './singles';

/** Writes the spikes of a vector as whole numbers, or what leaves as it is. */
// @ts-ignore: decorator
@inline
function storeLeft(at: usize, left: v128, valued: bool): void {
  v128.store(at, valued ? left : i32x4.trunc_sat_f32x4_s(left));
}

/**
 * Runs `steps` steps on the weighted input at `drive`, `rows` trials of the same neurons side by side, and goes on from the
 * state it left. Writes the spikes, as u32, where the input was, or that of the first dendrite; of neurons that never
 * spike, what leaves, as f32.
 */
// @ts-ignore: decorator
@inline
function goOn(
  coefficients: usize, states: usize, drive: usize, steps: usize, rows: usize, vectors: u32,
  recurrent: usize, w: Workspace, model: u32,
): void {
  const wide = driveVectors(vectors, model);
  const rowBytes = <usize>vectors * VECTOR;
  const spikes = w.spikes;
  const valued = model == EULER && !fires(w.model);
  spikes.counted = u32(valued || hasCounts(states + leftAt(model), rows * vectors, stateBytes(model)));
  for (let t: usize = 0; t < steps; t++) {
    let state = states;
    for (let r: usize = 0; r < rows; r++) {
      if (recurrent) {
        const size = appendSpikes(spikes, 0, state + leftAt(model), vectors, stateBytes(model));
        // One after the other where trials may share a vector: who else fires must not change the order.
        if (wide == 1) {
          store<u32>(spikes.starts, 0);
          store<u32>(spikes.starts, <u32>size, 4);
          v128.store(drive, addRow(v128.load(drive), recurrent, spikes, 0));
        } else addEntries(drive, wide, recurrent, spikes, 0, size);
      }
      if (model == EULER) stepEuler(w.model, coefficients, state, drive, vectors);
      else stepRow(coefficients, state, drive, vectors, 0, false, w, model);
      for (const end = drive + rowBytes; drive < end; drive += VECTOR) {
        storeLeft(drive, v128.load(state + leftAt(model)), valued);
        state += stateBytes(model);
      }
      // What came in through the other dendrites.
      if (model == DENDRITIC) drive += (<usize>wide - vectors) * VECTOR;
    }
  }
}

/** {@link goOn} of neurons of any model. */
export function stream(
  coefficients: usize, states: usize, drive: usize, steps: usize, rows: usize, vectors: u32,
  recurrent: usize, w: Workspace,
): void {
  if (w.model >= EULER) {
    goOn(coefficients, states, drive, steps, rows, vectors, recurrent, w, EULER);
  } else if (w.model == DENDRITIC) {
    goOn(coefficients, states, drive, steps, rows, vectors, recurrent, w, DENDRITIC);
  } else if (vectors == 1 && rows == 1) {
    streamSingle(coefficients, states, drive, steps, recurrent, w);
  } else if (vectors == 1) {
    streamSingles(coefficients, states, drive, steps, rows, recurrent, w);
  } else {
    goOn(coefficients, states, drive, steps, rows, vectors, recurrent, w, LUMPED);
  }
}
