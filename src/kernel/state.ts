/** The state of neurons, in the memory of the kernel and outside. */
import type { MembraneState } from '../neurons/state.ts';
import { type LaneMap, laneAt, timerSeconds, timerSteps } from './coefficients.ts';
import * as layout from './layout.ts';
import type { KernelModel, ModelLayout, NeuronCoefficients } from './model.ts';

const atRest = [layout.IAHP, layout.IMEM, layout.FEEDBACK, layout.MEMBRANE];

/** State of rest for `vectors` vectors: all currents at Io, all else zero. */
export function restBlock(vectors: number, { synapses, stateBytes }: ModelLayout): Float32Array {
  const state = new Float32Array((vectors * stateBytes) / 4);
  const currents = synapses.map(({ current }) => current);
  for (let lane = 0; lane < vectors * layout.LANES; lane++) {
    const at = laneAt(lane, stateBytes);
    for (const place of [...currents, ...atRest]) state[at + place / 4] = 1;
  }
  return state;
}

/** Visits every lane that holds a neuron: its float, its neuron, and its place in a state. */
function eachNeuron(
  base: number,
  bytes: number,
  lanes: LaneMap,
  first: number,
  visit: (at: number, n: number, outside: number) => void,
): void {
  for (let lane = 0; lane < lanes.length; lane++) {
    const n = lanes[lane]!;
    if (n >= 0) visit(base + laneAt(lane, bytes), n, first + lane);
  }
}

/** Writes what `state` has for the neurons of `lanes` from float `base` on. */
export function writeState<State extends MembraneState>(
  { currents }: KernelModel<never, State>,
  out: Float32Array,
  base: number,
  c: NeuronCoefficients,
  lanes: LaneMap,
  first: number,
  state: State,
): void {
  const { synapses, stateBytes } = c.layout;
  const own = currents(state);
  eachNeuron(base, stateBytes, lanes, first, (at, n, from) => {
    const Io = c.darkCurrent[n]!;
    const put = (place: number, value: number): void => {
      out[at + place / 4] = value;
    };
    for (const [k, { current }] of synapses.entries()) put(current, own[k]![from]! / Io);
    put(layout.IAHP, state.iahp[from]! / Io);
    put(layout.IMEM, state.imem[from]! / Io);
    put(layout.FEEDBACK, Math.exp(c.feedbackSlope[n]! * state.vmem[from]!));
    put(layout.MEMBRANE, Math.exp(state.vmem[from]! / c.voltScale[n]!));
    put(layout.IAHP_REST, state.iahp[from]! / Io - Math.fround(state.iahp[from]! / Io));
    put(layout.SPIKES, state.spikes[from]!);
    put(layout.TIMER, timerSteps(state.timerRef[from]!, c.dt));
  });
}

/** Reads what the vectors from float `base` on hold into `state`. */
export function readState<State extends MembraneState>(
  { currents }: KernelModel<never, State>,
  floats: Float32Array,
  base: number,
  c: NeuronCoefficients,
  lanes: LaneMap,
  first: number,
  state: State,
): void {
  const { synapses, stateBytes } = c.layout;
  const own = currents(state);
  eachNeuron(base, stateBytes, lanes, first, (at, n, to) => {
    const Io = c.darkCurrent[n]!;
    const get = (place: number): number => floats[at + place / 4]!;
    for (const [k, { current }] of synapses.entries()) own[k]![to] = get(current) * Io;
    state.iahp[to] = (get(layout.IAHP) + get(layout.IAHP_REST)) * Io;
    state.imem[to] = get(layout.IMEM) * Io;
    state.vmem[to] = c.voltScale[n]! * Math.log(Math.max(get(layout.MEMBRANE), 1));
    state.spikes[to] = get(layout.SPIKES);
    state.timerRef[to] = timerSeconds(get(layout.TIMER), c.dt);
  });
}

/** Reads one number of the vector lane that begins at float `at`, of neuron `n`. */
export type SignalReader = (
  floats: Float32Array,
  at: number,
  n: number,
  c: NeuronCoefficients,
) => number;

/** What can be read of the state of a model, by the names of the reference. */
export function signalReaders({
  layout: { synapses },
  currentNames,
}: Pick<KernelModel<never, MembraneState>, 'layout' | 'currentNames'>): Readonly<
  Record<string, SignalReader>
> {
  const current =
    (place: number): SignalReader =>
    (floats, at, n, c) =>
      floats[at + place / 4]! * c.darkCurrent[n]!;
  return {
    ...Object.fromEntries(synapses.map((place, k) => [currentNames[k], current(place.current)])),
    iahp: (floats, at, n, c) =>
      (floats[at + layout.IAHP / 4]! + floats[at + layout.IAHP_REST / 4]!) * c.darkCurrent[n]!,
    imem: current(layout.IMEM),
    vmem: (floats, at, n, c) =>
      c.voltScale[n]! * Math.log(Math.max(floats[at + layout.MEMBRANE / 4]!, 1)),
  };
}

/** Reads one signal of what the vectors from float `base` on hold into `out`. */
export function readSignal(
  read: SignalReader,
  floats: Float32Array,
  base: number,
  c: NeuronCoefficients,
  lanes: LaneMap,
  first: number,
  out: Float64Array,
): void {
  eachNeuron(base, c.layout.stateBytes, lanes, first, (at, n, to) => {
    out[to] = read(floats, at, n, c);
  });
}
