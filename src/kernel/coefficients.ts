/** Writes the constants of analog neurons where the kernel reads them. */
import {
  type MembraneCoefficients,
  type SynapseCoefficients,
  timerResidue,
} from '../neurons/coefficients.ts';
import { floatsOf, type LaneMap, laneAt } from './lanes.ts';
import * as layout from './layout.ts';
import * as numbers from './numbers.ts';

/** Where a synapse has its coefficients, and its current in the state. */
export interface SynapseOffsets {
  readonly decay: number;
  readonly pulseFraction: number;
  readonly loss: number;
  readonly driveSlope: number;
  readonly current: number;
}

/** What the kernel is to know of a parameter set of analog neurons, in float64. */
export interface AnalogCoefficients extends MembraneCoefficients {
  /** Bytes of the coefficients of a vector, and of its state. */
  readonly coefficientBytes: number;
  readonly stateBytes: number;
  /** The synapses of a neuron, in the order of its input channels: where they stand, and their coefficients. */
  readonly places: readonly SynapseOffsets[];
  readonly synapses: readonly SynapseCoefficients[];
  /** If_nmda, amperes, where there is NMDA. */
  readonly nmdaGate?: Float64Array;
}

/** Where the polynomial of a mantissa is exact: Chebyshev's points of [1, 2). */
const nodes: readonly number[] = Array.from(
  { length: 7 },
  (_, k) => 0.5 * Math.cos((Math.PI * (2 * k + 1)) / 14),
);
const logarithms = nodes.map((u) => Math.log(1.5 + u));

/** Row k: the polynomial, lowest power first, that is 1 at node k and 0 at the others. */
const lagrange: readonly Float64Array[] = nodes.map((own) => {
  let polynomial: number[] = [1];
  for (const other of nodes) {
    if (other === own) continue;
    const raised = [0, ...polynomial];
    const lowered = [...polynomial, 0];
    polynomial = raised.map((value, i) => (value - other * lowered[i]!) / (own - other));
  }
  return Float64Array.from(polynomial);
});

/** For each node, its logarithm and its polynomial: ten numbers, of which the second and the last mean nothing. */
export const powerPoints: readonly number[] = logarithms.flatMap((logarithm, k) => [
  ...[logarithm, 0],
  ...lagrange[k]!,
  0,
]);

/** Writes the polynomial of m^exponent in m - 1.5, every coefficient in the lane of its vector. */
function writePower(out: Float32Array, at: number, exponent: number, width: number): void {
  for (let power = 0; power < nodes.length; power++) {
    let sum = 0;
    for (let k = 0; k < nodes.length; k++) {
      sum += lagrange[k]![power]! * Math.exp(exponent * logarithms[k]!);
    }
    out[at + power * width] = sum;
  }
}

/** Steps, from the next one on, in which a timer that stands at `seconds` keeps the membrane closed. */
function closedSteps(seconds: number, dt: number): number {
  // Beyond this the rounding of single steps no longer matters.
  if (seconds > 1e5 * dt) return Math.ceil(seconds / dt - timerResidue);
  let steps = 0;
  for (let left = seconds; left > 0; steps++) left = left - dt > timerResidue * dt ? left - dt : 0;
  return steps;
}

/** A timer in steps: as many as the reference would count, its fraction kept where float32 has one. */
export function timerSteps(seconds: number, dt: number): number {
  const steps = closedSteps(seconds, dt);
  const rounded = Math.fround(seconds / dt);
  return Math.ceil(rounded) === steps ? rounded : steps;
}

/** The other way: seconds after which the reference, too, would have counted as many steps. */
export function timerSeconds(steps: number, dt: number): number {
  let seconds = steps * dt;
  // What rounding adds to a product or a sum of steps must not make one more.
  while (closedSteps(seconds, dt) > Math.ceil(steps)) seconds *= 1 - 2 ** -50;
  return seconds;
}

/** kappa/(kappa+1) of a neuron. */
function exponentOf(c: AnalogCoefficients, n: number): number {
  return c.feedbackSlope[n]! * c.voltScale[n]!;
}

/** Writes the coefficients of the lane that begins at float `at`. */
function writeLane(
  out: Float32Array,
  at: number,
  n: number,
  c: AnalogCoefficients,
  width: number,
): void {
  const put = (place: number, value: number): void => {
    out[at + floatsOf(place, width)] = value;
  };
  const Io = c.darkCurrent[n]!;
  const exponent = exponentOf(c, n);
  for (const [k, place] of c.places.entries()) {
    const { gain, decay, pulseFraction } = c.synapses[k]!;
    put(place.decay, decay[n]!);
    put(place.pulseFraction, pulseFraction[n]!);
    put(place.loss, 1 - decay[n]!);
    put(place.driveSlope, (pulseFraction[n]! * gain[n]! * c.scale) / Io);
  }
  if (c.nmdaGate !== undefined) put(layout.NMDA_GATE, c.nmdaGate[n]! / Io);
  put(layout.AHP_DECAY, c.ahpDecay[n]!);
  put(layout.AHP_JUMP, c.ahpJump[n]! / Io);
  put(layout.MEM_GAIN, c.memGain[n]! / Io);
  put(layout.MEM_LEAK, c.memLeak[n]! / Io);
  put(layout.MEM_LEAK_INVERSE, Io / c.memLeak[n]!);
  put(layout.MEM_RATE, (c.dt * Io) / c.membraneCapacity[n]!);
  put(layout.DC, c.dc[n]! / Io);
  put(layout.THRESHOLD, c.threshold[n]! / Io);
  put(layout.THRESHOLD_TWO, (c.threshold[n]! / Io) * Math.E);
  put(layout.REFRACTORY, timerSteps(c.refractory[n]!, c.dt));
  put(layout.EXPONENT, exponent);
  writePower(out, at + floatsOf(layout.POWER, width), exponent, width);
  put(layout.AHP_LOSS, 1 - c.ahpDecay[n]!);
  put(layout.SURROGATE, Io);
}

const inertOnes = [layout.MEM_GAIN, layout.MEM_LEAK, layout.MEM_LEAK_INVERSE, layout.POWER];

/** A lane without a neuron: nothing moves in it, and no spike comes out. */
function writeIdle(out: Float32Array, at: number, bytes: number, width: number): void {
  const put = (place: number, value: number): void => {
    out[at + floatsOf(place, width)] = value;
  };
  for (let place = 0; place < bytes; place += layout.VECTOR) put(place, 0);
  for (const place of inertOnes) put(place, 1);
  put(layout.THRESHOLD, 3e38);
  put(layout.THRESHOLD_TWO, 3e38);
}

/** Writes 2^(e·exponent) for all octaves e. */
function writeTable(out: Float32Array, at: number, exponent: number): void {
  const doubled = 2 ** exponent;
  for (let e = 0, power = 1; e < numbers.OCTAVES; e++, power *= doubled) out[at + e] = power;
}

/** Writes the coefficients of a block, from float `base` of the kernel's memory on. */
export function writeCoefficients(
  out: Float32Array,
  base: number,
  coefficients: AnalogCoefficients,
  { width, neurons }: LaneMap,
): void {
  const { coefficientBytes } = coefficients;
  const words = new Uint32Array(out.buffer);
  let free = base + laneAt(neurons.length, coefficientBytes, width);
  const tables = new Map<number, number>();
  const tableOf = (exponent: number): number => {
    let table = tables.get(exponent);
    if (table === undefined) {
      table = free;
      free += numbers.OCTAVES;
      writeTable(out, table, exponent);
      tables.set(exponent, table);
    }
    return table;
  };
  for (let lane = 0; lane < neurons.length; lane++) {
    const n = neurons[lane]!;
    const at = base + laneAt(lane, coefficientBytes, width);
    if (n < 0) writeIdle(out, at, coefficientBytes, width);
    else writeLane(out, at, n, coefficients, width);
    const table = tableOf(n < 0 ? 0 : exponentOf(coefficients, n));
    words[at + floatsOf(layout.OCTAVE_TABLE, width)] = 4 * (table - numbers.LOWER_OCTAVES);
  }
}
