import type { DynapSimParameters, ParameterName } from 'spikeline/neurons';
import { parameterNames } from '#src/neurons/dynap-sim/parameters';

// The lumped DynapSim neuron, written down a second time from the equations in the documentation:
// one neuron, plain numbers, no shortcuts. Tests hold the library to it.

/** Parameters of one neuron. */
export type NeuronParameters = Readonly<Record<ParameterName | 'Iscale', number>>;

/** State of one neuron. */
export interface NeuronState {
  readonly isyn: number;
  readonly iahp: number;
  readonly imem: number;
  readonly vmem: number;
  readonly spikes: number;
  readonly timer: number;
}

/** Which way each discrete choice of a step fell, and where the membrane was. */
export interface Choices {
  /** Whether clip(x) = max(x, Io) passed x on. */
  readonly synapse: boolean;
  readonly adaptation: boolean;
  readonly input: boolean;
  readonly membrane: boolean;
  /** Whether the refractory period held the input back. */
  readonly refractory: boolean;
  /** Membrane current before the reset, amperes. */
  readonly imem: number;
  readonly spikes: number;
}

/** What a step gives. `deviation` is by how much the smooth spike differs from the counted one. */
export interface StepResult {
  readonly state: NeuronState;
  readonly choices: Choices;
  readonly deviation: number;
}

/** Takes neuron `n` out of a population's parameters. */
export function neuronParameters(parameters: DynapSimParameters, n: number): NeuronParameters {
  const entries = parameterNames.map((name) => [name, parameters[name][n]!] as const);
  return { ...Object.fromEntries(entries), Iscale: parameters.Iscale } as NeuronParameters;
}

/** All currents at Io, all else zero. */
export function atRest({ Io }: NeuronParameters): NeuronState {
  return { isyn: Io, iahp: Io, imem: Io, vmem: 0, spikes: 0, timer: 0 };
}

/**
 * One step. Where `frozen` is given, every discrete choice is taken from it and the spike becomes
 * what its surrogate gradient says it is: n = n* + (imem - imem*) where imem* > Io, and the reset
 * imem + c·(Io - imem) has c = clip(n, 0, 1) with slope ½ at 0 and 1 spikes and 0 above. That makes
 * the step smooth, with the derivative that the adjoint promises.
 */
export function equationStep(
  p: NeuronParameters,
  dt: number,
  s: NeuronState,
  drive: number,
  frozen?: Choices,
): StepResult {
  const { Io, Ut } = p;
  const kappa = (p.kappa_n + p.kappa_p) / 2;
  const tau = (I: number, C: number): number => (C * Ut) / (kappa * I);
  const pulse = (I: number, C: number): number => (p.Vth * C) / I;
  const clip = (x: number, passed: boolean | undefined): number => ((passed ?? x > Io) ? x : Io);
  const Itau_syn = Math.max(p.Itau_syn, Io);
  const Itau_ahp = Math.max(p.Itau_ahp, Io);
  const Itau_mem = Math.max(p.Itau_mem, Io);
  const tau_syn = tau(Itau_syn, p.C_syn);
  const tau_ahp = tau(Itau_ahp, p.C_ahp);

  const Iws = drive * p.Iscale;
  const rawSynapse = (p.Igain_syn / Itau_syn) * Iws;
  const isynInf = clip(rawSynapse, frozen?.synapse);
  const charge = 1 - Math.exp(-pulse(p.Ipulse, p.C_pulse) / tau_syn);
  const isyn = Math.exp(-dt / tau_syn) * s.isyn + charge * isynInf;

  const ahpCharge = 1 - Math.exp(-pulse(p.Ipulse_ahp, p.C_pulse_ahp) / tau_ahp);
  const rawAdaptation =
    Math.exp(-dt / tau_ahp) * s.iahp + ahpCharge * (p.Igain_ahp / Itau_ahp) * p.Iw_ahp * s.spikes;
  const iahp = clip(rawAdaptation, frozen?.adaptation);

  const fb = Math.exp(((kappa * kappa) / (kappa + 1)) * (s.vmem / Ut));
  const Ileak = Itau_mem + iahp;
  const refractory = frozen?.refractory ?? s.timer !== 0;
  const rawInput = refractory ? 0 : isyn - Ileak + p.Idc;
  const Iin = clip(rawInput, frozen?.input);
  const imemInf = (p.Igain_mem / Itau_mem) * (Iin - Ileak);
  const fImem = ((Io * fb) / Ileak) * (s.imem + p.Igain_mem);
  const dImem =
    (s.imem / (tau(Ileak, p.C_mem) * (s.imem + p.Igain_mem))) *
    (imemInf + fImem - s.imem * (1 + iahp / Itau_mem));
  const rawMembrane = s.imem + dImem * dt;
  const imem = clip(rawMembrane, frozen?.membrane);
  const vmem = (Ut / kappa) * Math.log(imem / Io);

  const counted = frozen?.spikes ?? Math.max(0, Math.ceil(Math.log(imem / p.Ispkthr)));
  const deviation = frozen !== undefined && frozen.imem > Io ? imem - frozen.imem : 0;
  const resetSlope = counted <= 1 ? 0.5 : 0;
  return {
    state: {
      isyn,
      iahp,
      imem: (counted > 0 ? Io : imem) + resetSlope * deviation * (Io - imem),
      vmem,
      spikes: counted + deviation,
      timer: counted > 0 ? pulse(p.Iref, p.C_ref) : Math.max(0, s.timer - dt),
    },
    choices: {
      synapse: rawSynapse > Io,
      adaptation: rawAdaptation > Io,
      input: rawInput > Io,
      membrane: rawMembrane > Io,
      refractory,
      imem,
      spikes: counted,
    },
    deviation,
  };
}

/** A run of a recurrent population, one trial: `[step][neuron]`. */
export interface EquationRun {
  readonly states: readonly (readonly NeuronState[])[];
  readonly choices: readonly (readonly Choices[])[];
  readonly deviations: readonly (readonly number[])[];
}

/** Runs a population; `weight` is `[pre][post]` and acts one step later. */
export function runEquations(
  neurons: readonly NeuronParameters[],
  dt: number,
  input: readonly (readonly number[])[],
  weight?: readonly (readonly number[])[],
  frozen?: EquationRun,
): EquationRun {
  let now = neurons.map(atRest);
  const run = {
    states: [] as NeuronState[][],
    choices: [] as Choices[][],
    deviations: [] as number[][],
  };
  for (const [t, row] of input.entries()) {
    const results = neurons.map((p, post) => {
      const recurrent = now.reduce(
        (sum, { spikes }, pre) => sum + spikes * (weight?.[pre]?.[post] ?? 0),
        0,
      );
      return equationStep(p, dt, now[post]!, row[post]! + recurrent, frozen?.choices[t]?.[post]);
    });
    now = results.map(({ state }) => state);
    run.states.push(now);
    run.choices.push(results.map(({ choices }) => choices));
    run.deviations.push(results.map(({ deviation }) => deviation));
  }
  return run;
}
