import type { DendriteName, DynapSe2ParameterName, DynapSe2Parameters } from 'spikeline/neurons';
import { dendriteNames, dynapSe2ParameterNames } from '#src/neurons/dynap-se2/parameters';

// The DYNAP-SE2 neuron with its four dendrites, written down a second time from the equations in the
// documentation: one neuron, plain numbers, no shortcuts. Tests hold the library to it.

/** Parameters of one neuron. */
export type NeuronParameters = Readonly<Record<DynapSe2ParameterName | 'Iscale', number>>;

/** One number per dendrite. */
export type PerDendrite<T> = Readonly<Record<DendriteName, T>>;

/** State of one neuron. */
export interface NeuronState {
  readonly isyn: PerDendrite<number>;
  readonly iahp: number;
  readonly imem: number;
  readonly vmem: number;
  readonly spikes: number;
  readonly timer: number;
}

/** Which way each discrete choice of a step fell, and where the membrane was. */
export interface Choices {
  /** Whether clip(x) = max(x, Io) passed x on. */
  readonly synapses: PerDendrite<boolean>;
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
export function neuronParameters(parameters: DynapSe2Parameters, n: number): NeuronParameters {
  const entries = dynapSe2ParameterNames.map((name) => [name, parameters[name][n]!] as const);
  return { ...Object.fromEntries(entries), Iscale: parameters.Iscale } as NeuronParameters;
}

/** All currents at Io, all else zero. */
export function atRest({ Io }: NeuronParameters): NeuronState {
  const isyn = { ampa: Io, gaba: Io, nmda: Io, shunt: Io };
  return { isyn, iahp: Io, imem: Io, vmem: 0, spikes: 0, timer: 0 };
}

function perDendrite<T>(of: (name: DendriteName) => T): PerDendrite<T> {
  return { ampa: of('ampa'), gaba: of('gaba'), nmda: of('nmda'), shunt: of('shunt') };
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
  drive: PerDendrite<number>,
  frozen?: Choices,
): StepResult {
  const { Io, Ut } = p;
  const kappa = (p.kappa_n + p.kappa_p) / 2;
  const tau = (I: number, C: number): number => (C * Ut) / (kappa * I);
  const pulse = (I: number, C: number): number => (p.Vth * C) / I;
  const clip = (x: number, passed: boolean | undefined): number => ((passed ?? x > Io) ? x : Io);
  const tPulse = pulse(p.Ipulse, p.C_pulse);

  const leakOf = (x: DendriteName): number => Math.max(p[`Itau_${x}`], Io);
  const rawSynapses = perDendrite((x) => (p[`Igain_${x}`] / leakOf(x)) * drive[x] * p.Iscale);
  const isyn = perDendrite((x) => {
    const tauX = tau(leakOf(x), p[`C_${x}`]);
    const isynInf = clip(rawSynapses[x], frozen?.synapses[x]);
    return Math.exp(-dt / tauX) * s.isyn[x] + (1 - Math.exp(-tPulse / tauX)) * isynInf;
  });

  const Itau_ahp = Math.max(p.Itau_ahp, Io);
  const tau_ahp = tau(Itau_ahp, p.C_ahp);
  const ahpCharge = 1 - Math.exp(-pulse(p.Ipulse_ahp, p.C_pulse_ahp) / tau_ahp);
  const rawAdaptation =
    Math.exp(-dt / tau_ahp) * s.iahp + ahpCharge * (p.Igain_ahp / Itau_ahp) * p.Iw_ahp * s.spikes;
  const iahp = clip(rawAdaptation, frozen?.adaptation);

  const Itau_mem = Math.max(p.Itau_mem, Io);
  const nmda = isyn.nmda / (1 + p.If_nmda / s.imem);
  const fb = Math.exp(((kappa * kappa) / (kappa + 1)) * (s.vmem / Ut));
  const Ileak = Itau_mem + isyn.gaba + iahp;
  const refractory = frozen?.refractory ?? s.timer !== 0;
  const rawInput = refractory ? 0 : nmda + isyn.ampa - isyn.shunt + p.Idc - Ileak;
  const Iin = clip(rawInput, frozen?.input);
  const imemInf = (p.Igain_mem / Itau_mem) * (Iin - Ileak);
  const fImem = ((Io * fb) / Ileak) * (s.imem + p.Igain_mem);
  const dImem =
    (s.imem / (tau(Ileak, p.C_mem) * (s.imem + p.Igain_mem))) *
    (imemInf + fImem - (s.imem * Ileak) / Itau_mem);
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
      synapses: perDendrite((x) => rawSynapses[x] > Io),
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

/** Runs a population; `weight` is `[pre][channel]`, `input` is `[step][channel]`, channel = dendrite·neurons + neuron. */
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
      const drive = perDendrite((x) => {
        const channel = dendriteNames.indexOf(x) * neurons.length + post;
        let sum = row[channel]!;
        for (const [pre, { spikes }] of now.entries()) {
          if (spikes !== 0) sum += spikes * (weight?.[pre]?.[channel] ?? 0);
        }
        return sum;
      });
      return equationStep(p, dt, now[post]!, drive, frozen?.choices[t]?.[post]);
    });
    now = results.map(({ state }) => state);
    run.states.push(now);
    run.choices.push(results.map(({ choices }) => choices));
    run.deviations.push(results.map(({ deviation }) => deviation));
  }
  return run;
}
