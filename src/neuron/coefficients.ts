import type { DynapSimParameters } from './parameters.ts';

/** What one step needs, worked out once per parameter set: one value per neuron. */
export interface DynapSimCoefficients {
  /** Number of neurons. */
  readonly neurons: number;
  /** Step, seconds. */
  readonly dt: number;
  /** Amperes per unit of weight. */
  readonly scale: number;
  /** exp(-dt/tau_syn). */
  readonly synDecay: Float64Array;
  /** 1 - exp(-tPulse/tau_syn). */
  readonly synCharge: Float64Array;
  /** Igain_syn/Itau_syn. */
  readonly synGain: Float64Array;
  /** exp(-dt/tau_ahp). */
  readonly ahpDecay: Float64Array;
  /** (1 - exp(-tPulseAhp/tau_ahp))·Igain_ahp/Itau_ahp·Iw_ahp, amperes per spike. */
  readonly ahpJump: Float64Array;
  /** Igain_mem, amperes. */
  readonly memGain: Float64Array;
  /** Itau_mem, amperes. */
  readonly memLeak: Float64Array;
  /** C_mem·Ut/kappa, coulombs: tau(I) is this over I. */
  readonly memCharge: Float64Array;
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
  readonly dark: Float64Array;
}

/** Time constant of a log-domain integrator, seconds: tau(I, C) = C·Ut/(kappa·I). */
export function timeConstant(current: number, capacity: number, Ut: number, kappa: number): number {
  return (capacity * Ut) / (kappa * current);
}

/** Width of a pulse that `current` extends, seconds: C·Vth/I. */
export function pulseWidth(current: number, capacity: number, Vth: number): number {
  return (capacity * Vth) / current;
}

/** Works out the {@link DynapSimCoefficients} of `parameters` for steps of `dt` seconds. */
export function dynapSimCoefficients(p: DynapSimParameters, dt: number): DynapSimCoefficients {
  const neurons = p.Io.length;
  const each = (value: (n: number) => number): Float64Array => {
    const values = new Float64Array(neurons);
    for (let n = 0; n < neurons; n++) values[n] = value(n);
    return values;
  };
  const at = (values: Float64Array, n: number): number => values[n] ?? Number.NaN;
  // No transistor conducts less than its dark current: the leaks are clipped at Io.
  const leak = (current: Float64Array): Float64Array =>
    each((n) => Math.max(at(current, n), at(p.Io, n)));
  const [tauSyn, tauAhp, tauMem] = [leak(p.Itau_syn), leak(p.Itau_ahp), leak(p.Itau_mem)];
  const kappa = each((n) => (at(p.kappa_n, n) + at(p.kappa_p, n)) / 2);
  const tau = (current: Float64Array, capacity: Float64Array, n: number): number =>
    timeConstant(at(current, n), at(capacity, n), at(p.Ut, n), at(kappa, n));
  const pulse = (current: Float64Array, capacity: Float64Array, n: number): number =>
    pulseWidth(at(current, n), at(capacity, n), at(p.Vth, n));
  return {
    neurons,
    dt,
    scale: p.Iscale,
    synDecay: each((n) => Math.exp(-dt / tau(tauSyn, p.C_syn, n))),
    synCharge: each((n) => 1 - Math.exp(-pulse(p.Ipulse, p.C_pulse, n) / tau(tauSyn, p.C_syn, n))),
    synGain: each((n) => at(p.Igain_syn, n) / at(tauSyn, n)),
    ahpDecay: each((n) => Math.exp(-dt / tau(tauAhp, p.C_ahp, n))),
    ahpJump: each((n) => {
      const charge = 1 - Math.exp(-pulse(p.Ipulse_ahp, p.C_pulse_ahp, n) / tau(tauAhp, p.C_ahp, n));
      return (charge * at(p.Igain_ahp, n) * at(p.Iw_ahp, n)) / at(tauAhp, n);
    }),
    memGain: p.Igain_mem,
    memLeak: tauMem,
    memCharge: each((n) => (at(p.C_mem, n) * at(p.Ut, n)) / at(kappa, n)),
    feedbackSlope: each((n) => at(kappa, n) ** 2 / (at(kappa, n) + 1) / at(p.Ut, n)),
    voltScale: each((n) => at(p.Ut, n) / at(kappa, n)),
    dc: p.Idc,
    threshold: p.Ispkthr,
    refractory: each((n) => pulse(p.Iref, p.C_ref, n)),
    dark: p.Io,
  };
}
