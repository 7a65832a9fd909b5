import {
  type DynapSimParametersInput,
  type DynapSimState,
  dynapSimParameters,
  referenceLayer,
} from 'spikeline';
import { jsonNames, readFloats, readJson } from './files.ts';
import type { CaseOutcome, Kind } from './report.ts';

type StateName = 'imem' | 'isyn' | 'iahp' | 'vmem';
const stateNames: readonly StateName[] = ['imem', 'isyn', 'iahp', 'vmem'];

interface ForwardCase {
  readonly N: number;
  readonly T: number;
  readonly dt: number;
  readonly Iscale: number;
  readonly has_rec: boolean;
  readonly restart_at: number | null;
  readonly params: DynapSimParametersInput;
  readonly arrays: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly offset_float64: number }>
  >;
  readonly final_state: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Names of `final_state` that differ from ours. */
const finalNames: Readonly<Record<string, keyof DynapSimState>> = {
  iahp: 'iahp',
  imem: 'imem',
  isyn: 'isyn',
  spikes: 'spikes',
  timer_ref: 'timerRef',
  vmem: 'vmem',
};

function compare(folder: string, name: string): CaseOutcome | undefined {
  const given = readJson<ForwardCase>(folder, 'forward', `${name}.json`);
  if (given.arrays === undefined) return undefined;
  const { N, T, dt, Iscale, params } = given;
  const floats = readFloats(folder, 'forward', `${name}.f64`);
  const array = (key: string): Float64Array => {
    const { shape, offset_float64: at } = given.arrays[key]!;
    return floats.subarray(at, at + shape.reduce((size, side) => size * side, 1));
  };
  const [input, spikes] = [array('ws_input'), array('spikes')];
  const batch = given.arrays['spikes']!.shape[0]!;
  const recurrent = given.has_rec ? array('w_rec').slice() : undefined;
  const parameters = dynapSimParameters({ ...params, Iscale }, N);
  const states = stateNames.map((key) => ({ key, theirs: array(key) }));
  // Differences are relative to each value, but values of almost nothing to a millionth of the largest.
  const floors = states.map(
    ({ theirs }) => 1e-6 * theirs.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
  );

  let layer = referenceLayer(parameters, recurrent, dt, batch);
  let flips = 0;
  let error = 0;
  const drive = new Float64Array(batch * N);
  for (let t = 0; t < T; t++) {
    if (t === given.restart_at) {
      const before = layer.state;
      layer = referenceLayer(parameters, recurrent, dt, batch);
      for (const [key, values] of Object.entries(before)) {
        layer.state[key as keyof DynapSimState].set(values);
      }
    }
    const row = (b: number): number => (b * T + t) * N;
    for (let b = 0; b < batch; b++) drive.set(input.subarray(row(b), row(b) + N), b * N);
    const fired = layer.step(drive);
    for (let b = 0; b < batch; b++) {
      for (let n = 0; n < N; n++) {
        const at = row(b) + n;
        if (fired[b * N + n] !== spikes[at]) flips++;
        for (const [i, { key, theirs }] of states.entries()) {
          const difference = Math.abs(layer.state[key][b * N + n]! - theirs[at]!);
          const relative =
            difference === 0 ? 0 : difference / Math.max(Math.abs(theirs[at]!), floors[i]!);
          error = Number.isNaN(relative) ? Number.POSITIVE_INFINITY : Math.max(error, relative);
        }
      }
    }
  }
  const ends = Object.entries(given.final_state).filter(([key, rows]) => {
    const own = layer.state[finalNames[key]!];
    return rows.flat().some((value, i) => !(Math.abs(own[i]! - value) <= 1e-9 * Math.abs(value)));
  });
  if (flips > 0) return { name, error, note: `${flips} spike counts differ` };
  if (ends.length > 0) {
    return { name, error, note: `final state differs: ${ends.map(([key]) => key).join(', ')}` };
  }
  return { name, error };
}

/** Traces of the float64 reference: spike counts identical, states within the tolerance. */
export const forward: Kind = {
  kind: 'forward',
  tolerance: 1e-9,
  needs: ['forward'],
  run: (folder) => jsonNames(`${folder}/forward`).flatMap((name) => compare(folder, name) ?? []),
};
