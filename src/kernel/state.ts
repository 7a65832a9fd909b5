import type { DynapSimCoefficients } from '../neuron/coefficients.ts';
import type { DynapSimState } from '../neuron/state.ts';
import { type LaneMap, laneAt, timerSeconds, timerSteps } from './coefficients.ts';
import * as layout from './layout.ts';

const atRest = [layout.ISYN, layout.IAHP, layout.IMEM, layout.FEEDBACK, layout.MEMBRANE];

/** State of rest for `vectors` vectors: all currents at Io, all else zero. */
export function restBlock(vectors: number): Float32Array {
  const state = new Float32Array((vectors * layout.STATE) / 4);
  for (let lane = 0; lane < vectors * layout.LANES; lane++) {
    for (const place of atRest) state[laneAt(lane, layout.STATE) + place / 4] = 1;
  }
  return state;
}

/** Visits every lane that holds a neuron: its float, its neuron, and its place in a state. */
function eachNeuron(
  base: number,
  lanes: LaneMap,
  first: number,
  visit: (at: number, n: number, outside: number) => void,
): void {
  for (let lane = 0; lane < lanes.length; lane++) {
    const n = lanes[lane]!;
    if (n >= 0) visit(base + laneAt(lane, layout.STATE), n, first + lane);
  }
}

/** Writes what `state` has for the neurons of `lanes` from float `base` on. */
export function writeState(
  out: Float32Array,
  base: number,
  c: DynapSimCoefficients,
  lanes: LaneMap,
  first: number,
  state: DynapSimState,
): void {
  eachNeuron(base, lanes, first, (at, n, from) => {
    const Io = c.dark[n]!;
    const put = (place: number, value: number): void => {
      out[at + place / 4] = value;
    };
    put(layout.ISYN, state.isyn[from]! / Io);
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
export function readState(
  floats: Float32Array,
  base: number,
  c: DynapSimCoefficients,
  lanes: LaneMap,
  first: number,
  state: DynapSimState,
): void {
  eachNeuron(base, lanes, first, (at, n, to) => {
    const Io = c.dark[n]!;
    const get = (place: number): number => floats[at + place / 4]!;
    state.isyn[to] = get(layout.ISYN) * Io;
    state.iahp[to] = (get(layout.IAHP) + get(layout.IAHP_REST)) * Io;
    state.imem[to] = get(layout.IMEM) * Io;
    state.vmem[to] = c.voltScale[n]! * Math.log(Math.max(get(layout.MEMBRANE), 1));
    state.spikes[to] = get(layout.SPIKES);
    state.timerRef[to] = timerSeconds(get(layout.TIMER), c.dt);
  });
}
