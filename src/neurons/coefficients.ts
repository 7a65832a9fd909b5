/** Constants of a step that analog neurons of all models have in common, worked out of their parameters. */
import type { ParameterSet } from './parameter-set.ts';

/** What one step of adaptation, membrane and spike needs: one value per neuron. */
export interface MembraneCoefficients {
  /** Number of neurons. */
  readonly neurons: number;
  /** Step, seconds. */
  readonly dt: number;
  /** Amperes per unit of weight. */
  readonly scale: number;
  /** exp(-dt/tau_ahp). */
  readonly ahpDecay: Float64Array;
  /** (1 - exp(-tPulseAhp/tau_ahp))·Igain_ahp/Itau_ahp·Iw_ahp, amperes per spike. */
  readonly ahpJump: Float64Array;
  /** Igain_mem, amperes. */
  readonly memGain: Float64Array;
  /** Itau_mem, amperes. */
  readonly memLeak: Float64Array;
  /** C_mem·Ut/kappa, coulombs: tau(I) is this over I. */
  readonly membraneCapacity: Float64Array;
  /** kappa²/(kappa+1)/Ut, per volt. */
  readonly feedbackSlope: Float64Array;
  /** Ut/kappa, volts. */
  readonly voltScale: Float64Array;
  /** Idc, amperes. */
  readonly dc: Float64Array;
  /** Ispkthr, amperes. */
  readonly threshold: Float64Array;
  /** Refractory period, seconds. */
  readonly refractory: Float64Array;
  /** Io, amperes. */
  readonly darkCurrent: Float64Array;
}

/** What one step of a synapse needs: one value per neuron. */
export interface SynapseCoefficients {
  /** exp(-dt/tau). */
  readonly decay: Float64Array;
  /** 1 - exp(-tPulse/tau). */
  readonly pulseFraction: Float64Array;
  /** Igain/Itau. */
  readonly gain: Float64Array;
}

/** Time constant of a log-domain integrator, seconds: tau(I, C) = C·Ut/(kappa·I). */
export function timeConstant(current: number, capacity: number, Ut: number, kappa: number): number {
  return (capacity * Ut) / (kappa * current);
}

/** Width of a pulse that `current` extends, seconds: C·Vth/I. */
export function pulseWidth(current: number, capacity: number, Vth: number): number {
  return (capacity * Vth) / current;
}

/** Layout that every circuit of a neuron shares. */
type SharedLayout = 'Io' | 'kappa_n' | 'kappa_p' | 'Ut' | 'Vth';

/** Parameters of adaptation, membrane and spike. */
type MembraneName =
  | SharedLayout
  | 'Idc'
  | 'Igain_ahp'
  | 'Igain_mem'
  | 'Ipulse_ahp'
  | 'Iref'
  | 'Ispkthr'
  | 'Itau_ahp'
  | 'Itau_mem'
  | 'Iw_ahp'
  | 'C_ahp'
  | 'C_mem'
  | 'C_pulse_ahp'
  | 'C_ref';

function at(values: Float64Array, n: number): number {
  return values[n] ?? Number.NaN;
}

function each({ Io }: ParameterSet<'Io'>, value: (n: number) => number): Float64Array {
  const values = new Float64Array(Io.length);
  for (let n = 0; n < values.length; n++) values[n] = value(n);
  return values;
}

/** No transistor conducts less than its dark current: leaks are clipped at Io. */
function leak(p: ParameterSet<'Io'>, current: Float64Array): Float64Array {
  return each(p, (n) => Math.max(at(current, n), at(p.Io, n)));
}

function kappaOf(p: ParameterSet<SharedLayout>, n: number): number {
  return (at(p.kappa_n, n) + at(p.kappa_p, n)) / 2;
}

/** Time constants of a population, seconds. */
function timeConstants(
  p: ParameterSet<SharedLayout>,
  current: Float64Array,
  capacity: Float64Array,
): Float64Array {
  return each(p, (n) => timeConstant(at(current, n), at(capacity, n), at(p.Ut, n), kappaOf(p, n)));
}

/** Pulse widths of a population, seconds. */
function pulseWidths(
  p: ParameterSet<SharedLayout>,
  current: Float64Array,
  capacity: Float64Array,
): Float64Array {
  return each(p, (n) => pulseWidth(at(current, n), at(capacity, n), at(p.Vth, n)));
}

/** Works out the {@link SynapseCoefficients} of a synapse with its own leak, gain and capacitance. */
export function synapseCoefficients(
  p: ParameterSet<SharedLayout | 'Ipulse' | 'C_pulse'>,
  dt: number,
  { Itau, Igain, C }: Readonly<Record<'Itau' | 'Igain' | 'C', Float64Array>>,
): SynapseCoefficients {
  const Ileak = leak(p, Itau);
  const tau = timeConstants(p, Ileak, C);
  const width = pulseWidths(p, p.Ipulse, p.C_pulse);
  return {
    decay: each(p, (n) => Math.exp(-dt / at(tau, n))),
    pulseFraction: each(p, (n) => 1 - Math.exp(-at(width, n) / at(tau, n))),
    gain: each(p, (n) => at(Igain, n) / at(Ileak, n)),
  };
}

/**
 * What is left of a timer after whole steps, as a share of a step, that is but rounding: a refractory period of three steps
 * is three, whatever their width.
 */
export const timerResidue = 1e-9;

/** Works out the {@link MembraneCoefficients} of `parameters` for steps of `dt` seconds. */
export function membraneCoefficients(
  p: ParameterSet<MembraneName>,
  dt: number,
): MembraneCoefficients {
  const Iahp = leak(p, p.Itau_ahp);
  const tauAhp = timeConstants(p, Iahp, p.C_ahp);
  const width = pulseWidths(p, p.Ipulse_ahp, p.C_pulse_ahp);
  return {
    neurons: p.Io.length,
    dt,
    scale: p.Iscale,
    ahpDecay: each(p, (n) => Math.exp(-dt / at(tauAhp, n))),
    ahpJump: each(p, (n) => {
      const pulseFraction = 1 - Math.exp(-at(width, n) / at(tauAhp, n));
      return (pulseFraction * at(p.Igain_ahp, n) * at(p.Iw_ahp, n)) / at(Iahp, n);
    }),
    memGain: p.Igain_mem,
    memLeak: leak(p, p.Itau_mem),
    membraneCapacity: each(p, (n) => (at(p.C_mem, n) * at(p.Ut, n)) / kappaOf(p, n)),
    feedbackSlope: each(p, (n) => kappaOf(p, n) ** 2 / (kappaOf(p, n) + 1) / at(p.Ut, n)),
    voltScale: each(p, (n) => at(p.Ut, n) / kappaOf(p, n)),
    dc: p.Idc,
    threshold: p.Ispkthr,
    refractory: pulseWidths(p, p.Iref, p.C_ref),
    darkCurrent: p.Io,
  };
}
