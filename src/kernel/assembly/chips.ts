// Chips that are drawn while learning: every parameter of every neuron deviates by itself, and what a step needs is worked
// out of them where it stands, in float64, as `src/kernel/coefficients.ts` does.
import {
  AHP_DECAY, AHP_JUMP, AHP_LOSS, DC, DRIVE_SLOPE, EXPONENT, GABA_CHARGE, GABA_DECAY, GABA_DRIVE_SLOPE,
  GABA_LOSS, MEM_GAIN, MEM_LEAK, MEM_LEAK_INVERSE, MEM_RATE, NMDA_CHARGE, NMDA_DECAY, NMDA_DRIVE_SLOPE,
  NMDA_GATE, NMDA_LOSS, OCTAVE_TABLE, POWER, REFRACTORY, SHUNT_CHARGE, SHUNT_DECAY, SHUNT_DRIVE_SLOPE,
  SHUNT_LOSS, SURROGATE, SYN_CHARGE, SYN_DECAY, SYN_LOSS, THRESHOLD, THRESHOLD_TWO, VECTOR,
} from '../layout';
import {
  LOWER_OCTAVES, OCTAVES, P_C_AHP, P_C_MEM, P_C_PULSE, P_C_PULSE_AHP, P_C_REF, P_IDC, P_IF_NMDA, P_IGAIN_AHP,
  P_IGAIN_MEM, P_IO, P_IPULSE, P_IPULSE_AHP, P_IREF, P_ISPKTHR, P_ITAU_AHP, P_ITAU_MEM, P_IW_AHP, P_KAPPA_N,
  P_KAPPA_P, P_SYNAPSES, P_UT, P_VTH,
} from '../numbers';
import { Barrier, take } from './barrier';
import { deviate, hashNumber, hashText, seedOf } from './random';

/** A population whose neurons are drawn. */
@unmanaged
export class Silicon {
  neurons: u32;
  dendritic: u32;
  /** Bytes of the coefficients of a vector. */
  bytes: u32;
  /** Its parameters, whose names begin where `names` says: code units (u16), a slash behind each; there is one more entry. */
  parameters: u32;
  names: usize;
  /** Values that they deviate from, f64, `[parameters][neurons]`, with room between for one more. */
  nominal: usize;
  /** What the labels that all of its draws have in common make. */
  labels: u32;
  /** Standard deviation, as a fraction. */
  sigma: f64;
  /** Step, seconds, and Iscale. */
  dt: f64;
  scale: f64;
  /** For the polynomial of the feedback: the logarithm of each of its seven points, and the polynomial that is one there. */
  points: usize;
}

/** A chip that a population runs on in some of the trials. */
@unmanaged
export class Chip {
  silicon: Silicon;
  /** Its number among those of a draw. */
  number: u32;
  /** How often it stands in memory: `copies` lists of lanes, one for each neuron. */
  copies: u32;
  lanes: usize;
  /** Where the table of each neuron stands. */
  tables: usize;
}

/** Chips that are drawn anew after some epochs. */
@unmanaged
export class Chips {
  every: u32;
  count: u32;
  /** One pointer each. */
  chip: usize;
  /** Per thread: room for the parameters of a population. */
  rooms: usize;
}

// @ts-ignore: decorator
@inline
function put(lane: usize, place: usize, value: f64): void {
  store<f32>(lane + place, <f32>value);
}

/** Steps, from the next one on, in which a timer that stands at `seconds` keeps the membrane closed. */
function closedSteps(seconds: f64, dt: f64): f64 {
  if (seconds > 1e5 * dt) return ceil(seconds / dt - 1e-9);
  let steps = 0.0;
  for (let left = seconds; left > 0; steps++) left = left - dt > 1e-9 * dt ? left - dt : 0;
  return steps;
}

/** A timer in steps: as many as the reference would count, its fraction kept where float32 has one. */
function timerSteps(seconds: f64, dt: f64): f32 {
  const steps = closedSteps(seconds, dt);
  const rounded = <f32>(seconds / dt);
  return ceil(<f64>rounded) == steps ? rounded : <f32>steps;
}

/** Writes the polynomial of m^exponent, and 2^(e·exponent) for all octaves e. */
function writePower(lane: usize, table: usize, points: usize, exponent: f64): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  for (let k = 0; k < 7; k++, points += 80) {
    const value = f64x2.splat(Math.exp(exponent * load<f64>(points)));
    a = f64x2.add(a, f64x2.mul(v128.load(points, 16), value));
    b = f64x2.add(b, f64x2.mul(v128.load(points, 32), value));
    c = f64x2.add(c, f64x2.mul(v128.load(points, 48), value));
    d = f64x2.add(d, f64x2.mul(v128.load(points, 64), value));
  }
  put(lane, POWER, f64x2.extract_lane(a, 0));
  put(lane, POWER + VECTOR, f64x2.extract_lane(a, 1));
  put(lane, POWER + 2 * VECTOR, f64x2.extract_lane(b, 0));
  put(lane, POWER + 3 * VECTOR, f64x2.extract_lane(b, 1));
  put(lane, POWER + 4 * VECTOR, f64x2.extract_lane(c, 0));
  put(lane, POWER + 5 * VECTOR, f64x2.extract_lane(c, 1));
  put(lane, POWER + 6 * VECTOR, f64x2.extract_lane(d, 0));
  put(lane, EXPONENT, exponent);
  const doubled = Math.pow(2, exponent);
  let power = 1.0;
  for (let e = 0; e < OCTAVES; e++, power *= doubled) store<f32>(table + (<usize>e << 2), <f32>power);
  store<u32>(lane + OCTAVE_TABLE, <u32>table - 4 * LOWER_OCTAVES);
}

/** A parameter of the neuron whose first stands at `values`. */
// @ts-ignore: decorator
@inline
function valueOf(values: usize, stride: usize, parameter: usize): f64 {
  return load<f64>(values + parameter * stride);
}

/** Writes what a synapse needs: the three parameters of its own begin with number `first`. */
// @ts-ignore: decorator
@inline
function writeSynapse(
  s: Silicon, values: usize, stride: usize, first: usize, lane: usize, decayAt: usize, chargeAt: usize,
  lossAt: usize, slopeAt: usize, Io: f64, kappa: f64,
): void {
  const Ileak = max<f64>(valueOf(values, stride, first), Io);
  const gain = valueOf(values, stride, first + 1) / Ileak;
  const Ut = valueOf(values, stride, P_UT);
  const tau = (valueOf(values, stride, first + 2) * Ut) / (kappa * Ileak);
  const C = valueOf(values, stride, P_C_PULSE);
  const width = (C * valueOf(values, stride, P_VTH)) / valueOf(values, stride, P_IPULSE);
  const decay = Math.exp(-s.dt / tau);
  const charge = 1 - Math.exp(-width / tau);
  put(lane, decayAt, decay);
  put(lane, chargeAt, charge);
  put(lane, lossAt, 1 - decay);
  put(lane, slopeAt, (charge * gain * s.scale) / Io);
}

/** Works out the coefficients of a neuron and writes them to its lane. */
function writeNeuron(s: Silicon, values: usize, stride: usize, lane: usize, table: usize): void {
  const Io = valueOf(values, stride, P_IO);
  const kappa = (valueOf(values, stride, P_KAPPA_N) + valueOf(values, stride, P_KAPPA_P)) / 2;
  const Ut = valueOf(values, stride, P_UT);
  const Vth = valueOf(values, stride, P_VTH);
  writeSynapse(
    s, values, stride, P_SYNAPSES, lane, SYN_DECAY, SYN_CHARGE, SYN_LOSS, DRIVE_SLOPE, Io, kappa,
  );
  if (s.dendritic) {
    writeSynapse(
      s, values, stride, P_SYNAPSES + 3, lane, GABA_DECAY, GABA_CHARGE, GABA_LOSS, GABA_DRIVE_SLOPE, Io,
      kappa,
    );
    writeSynapse(
      s, values, stride, P_SYNAPSES + 6, lane, NMDA_DECAY, NMDA_CHARGE, NMDA_LOSS, NMDA_DRIVE_SLOPE, Io,
      kappa,
    );
    writeSynapse(
      s, values, stride, P_SYNAPSES + 9, lane, SHUNT_DECAY, SHUNT_CHARGE, SHUNT_LOSS, SHUNT_DRIVE_SLOPE,
      Io, kappa,
    );
    put(lane, NMDA_GATE, valueOf(values, stride, P_IF_NMDA) / Io);
  }
  const Iahp = max<f64>(valueOf(values, stride, P_ITAU_AHP), Io);
  const tau = (valueOf(values, stride, P_C_AHP) * Ut) / (kappa * Iahp);
  const width = (valueOf(values, stride, P_C_PULSE_AHP) * Vth) / valueOf(values, stride, P_IPULSE_AHP);
  const decay = Math.exp(-s.dt / tau);
  const charge = 1 - Math.exp(-width / tau);
  const jump = (charge * valueOf(values, stride, P_IGAIN_AHP) * valueOf(values, stride, P_IW_AHP)) / Iahp;
  put(lane, AHP_DECAY, decay);
  put(lane, AHP_LOSS, 1 - decay);
  put(lane, AHP_JUMP, jump / Io);
  const leak = max<f64>(valueOf(values, stride, P_ITAU_MEM), Io);
  put(lane, MEM_GAIN, valueOf(values, stride, P_IGAIN_MEM) / Io);
  put(lane, MEM_LEAK, leak / Io);
  put(lane, MEM_LEAK_INVERSE, Io / leak);
  put(lane, MEM_RATE, (s.dt * Io) / ((valueOf(values, stride, P_C_MEM) * Ut) / kappa));
  put(lane, DC, valueOf(values, stride, P_IDC) / Io);
  const threshold = valueOf(values, stride, P_ISPKTHR) / Io;
  put(lane, THRESHOLD, threshold);
  put(lane, THRESHOLD_TWO, threshold * Math.E);
  const refractory = (valueOf(values, stride, P_C_REF) * Vth) / valueOf(values, stride, P_IREF);
  store<f32>(lane + REFRACTORY, timerSteps(refractory, s.dt));
  put(lane, SURROGATE, Io);
  writePower(lane, table, s.points, ((kappa * kappa) / (kappa + 1) / Ut) * (Ut / kappa));
}

/** Draws a chip, and writes its coefficients wherever it stands. */
function drawChip(chip: Chip, draw: u32, room: usize): void {
  const s = chip.silicon;
  const neurons = <usize>s.neurons;
  const stride = (neurons + (neurons & 1)) << 3;
  let labels = hashNumber(s.labels, draw);
  if (chip.number > 0) labels = hashNumber(labels, chip.number);
  for (let p: usize = 0; p < s.parameters; p++) {
    const name = s.names + (p << 2);
    const seed = seedOf(hashText(labels, load<u32>(name), load<u32>(name, 4)));
    deviate(seed, s.nominal + p * stride, room + p * stride, neurons, s.sigma);
  }
  for (let n: usize = 0; n < neurons; n++) {
    const lane = load<usize>(chip.lanes + (n << 2));
    writeNeuron(s, room + (n << 3), stride, lane, load<usize>(chip.tables + (n << 2)));
    for (let copy: usize = 1; copy < chip.copies; copy++) {
      const other = load<usize>(chip.lanes + ((copy * neurons + n) << 2));
      for (let at: usize = 0; at < s.bytes; at += VECTOR) {
        store<u32>(other + at, load<u32>(lane + at));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function chipAt(chips: Chips, k: u32): Chip {
  return changetype<Chip>(load<usize>(chips.chip + (<usize>k << 2)));
}

/** Draws all chips, or, where there are several threads, those that no other draws. */
export function drawChips(chips: Chips, draw: u32, thread: u32, threads: u32, barrier: Barrier): void {
  const room = load<usize>(chips.rooms + (<usize>thread << 2));
  if (threads > 1) {
    for (let k = take(barrier); k < chips.count; k = take(barrier)) {
      drawChip(chipAt(chips, k), draw, room);
    }
  } else {
    for (let k: u32 = 0; k < chips.count; k++) drawChip(chipAt(chips, k), draw, room);
  }
}
