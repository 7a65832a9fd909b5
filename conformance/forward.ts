import type { DynapSimParameters } from '../src/neurons/dynap-sim/parameters.ts';
import type { DynapSimState } from '../src/neurons/dynap-sim/state.ts';
import { type Contender, onEachEngine } from './engines.ts';
import { isThere, jsonNames, readJson } from './files.ts';
import { type CaseOutcome, inForm, type Kind } from './kind.ts';
import { readTrace, type Trace } from './trace.ts';

const stateNames = ['imem', 'isyn', 'iahp', 'vmem'] as const;

/** What is known of the cases in float32; null if it does not diverge. */
type Margins = Readonly<Record<string, { readonly float32_first_divergent_step: number | null }>>;

/** Names of the final state that differ from ours. */
const finalNames: Readonly<Record<string, keyof DynapSimState>> = {
  iahp: 'iahp',
  imem: 'imem',
  isyn: 'isyn',
  spikes: 'spikes',
  timer_ref: 'timerRef',
  vmem: 'vmem',
};

/** Decisions nearer than this, in the logarithm of the current, may fall otherwise in float32. */
const doubt = 1e-4;

/** The step from which on float32 may fire otherwise; undefined if nobody has found out. */
function divergentStep(folder: string, name: string, steps: number): number | undefined {
  if (!isThere(folder, 'forward/margins.json')) return undefined;
  const known = readJson<Margins>(folder, 'forward', 'margins.json')[name];
  return known && (known.float32_first_divergent_step ?? steps);
}

/** How far a neuron was from another number of spikes, in the logarithm of the current, by its potential. */
function decisionMargin(parameters: DynapSimParameters, neuron: number, vmem: number): number {
  const value = (name: Exclude<keyof DynapSimParameters, 'Iscale' | 'model'>) =>
    parameters[name][neuron]!;
  const kappa = (value('kappa_n') + value('kappa_p')) / 2;
  const log = (kappa * vmem) / value('Ut') + Math.log(value('Io') / value('Ispkthr'));
  return Math.abs(log - Math.max(0, Math.round(log)));
}

/**
 * The least magnitude that differences are relative to. For currents and in float64, a millionth of the
 * largest. A potential is the logarithm of a current, vmem = Ut/kappa·ln(imem/Io): float32 keeps the current to
 * a share of its own size, which is that share of Ut/kappa, however small the potential.
 */
function floorOf(key: (typeof stateNames)[number], trace: Trace, { name }: Contender): number {
  if (key !== 'vmem' || name !== 'kernel') return 1e-6 * trace.largest(key);
  const { Ut, kappa_n, kappa_p } = trace.parameters;
  return Math.min(...Ut.map((volts, n) => (2 * volts) / (kappa_n[n]! + kappa_p[n]!)));
}

/** Largest difference of a state, relative to each value, but never to less than `floor`. */
function relativeAbove(floor: number, ours: Float64Array, theirs: Float64Array): number {
  let worst = 0;
  for (let lane = 0; lane < theirs.length; lane++) {
    const difference = Math.abs(ours[lane]! - theirs[lane]!);
    const relative = difference === 0 ? 0 : difference / Math.max(Math.abs(theirs[lane]!), floor);
    worst = Number.isNaN(relative) ? Number.POSITIVE_INFINITY : Math.max(worst, relative);
  }
  return worst;
}

/** Names of the final state that is not as it was. */
function otherEnds(trace: Trace, state: DynapSimState, contender: Contender): string[] {
  const { name, tolerance } = contender;
  const exact = name !== 'kernel';
  // The reference counts a timer down by steps as the others do; the kernel keeps it in steps, in float32.
  const least: Readonly<Record<string, number>> = {
    timer_ref: exact ? 0 : trace.dt * 2 ** -23,
    vmem: exact ? 0 : tolerance * floorOf('vmem', trace, contender),
  };
  return Object.entries(trace.finalState)
    .filter(([key, theirs]) => {
      const ours = state[finalNames[key]!];
      return theirs.some(
        (value, i) =>
          !(Math.abs(ours[i]! - value) <= Math.max(tolerance * Math.abs(value), least[key] ?? 0)),
      );
    })
    .map(([key]) => key);
}

function compare(folder: string, name: string, contender: Contender): CaseOutcome | undefined {
  const trace = readTrace(folder, name);
  if (trace === undefined) return undefined;
  const { steps, batch, dt, parameters, recurrent, restartAt } = trace;
  const floors = stateNames.map((key) => floorOf(key, trace, contender));
  const known = contender.name === 'kernel' ? divergentStep(folder, name, steps) : steps;
  const start = () => contender.engine.layer(parameters, { dt, recurrent, batch });
  let layer = start();
  let flips = 0;
  let error = 0;
  let end = known ?? steps;
  for (let t = 0; t < end; t++) {
    if (t === restartAt) {
      const state = layer.readState();
      layer = start();
      layer.writeState(state);
    }
    const fired = layer.step(trace.drive(t));
    const vmem = trace.after(t, 'vmem');
    const wanted = trace.after(t, 'spikes');
    const other = Array.from(wanted.keys()).filter((lane) => fired[lane] !== wanted[lane]);
    const neuron = (lane: number): number => lane % parameters.Io.length;
    const close = (lane: number): boolean =>
      decisionMargin(parameters, neuron(lane), vmem[lane]!) < doubt;
    if (known === undefined && other.some(close)) {
      end = t;
      break;
    }
    flips += other.length;
    const state = layer.readState();
    const errors = stateNames.map((key, i) =>
      relativeAbove(floors[i]!, state[key], trace.after(t, key)),
    );
    error = Math.max(error, ...errors);
  }
  if (flips > 0) return { name, error, note: `${flips} spike counts differ` };
  const ends = end < steps ? [] : otherEnds(trace, layer.readState(), contender);
  return ends.length > 0
    ? { name, error, note: `final state differs: ${ends.join(', ')}` }
    : { name, error };
}

/** Traces of the float64 reference: spike counts identical, states within the tolerance. */
export const forward: readonly Kind[] = onEachEngine({
  kind: 'forward',
  tolerances: { reference: 1e-9, kernel: 2e-5 },
  needs: ['forward'],
  run: (folder, contender) =>
    Promise.all(
      jsonNames(`${folder}/forward`).map((name) =>
        inForm(`forward/${name}.json`, () => {
          const outcome = compare(folder, name, contender);
          return outcome === undefined ? [] : [outcome];
        }),
      ),
    ).then((outcomes) => outcomes.flat()),
});
