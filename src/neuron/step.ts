import type { DynapSimCoefficients } from './coefficients.ts';
import type { DynapSimState } from './state.ts';

/**
 * What one step leaves for its adjoint, per lane. The values before clipping tell which bound held.
 */
export interface StepTape {
  /** Steady state of the synapse before clipping, amperes. */
  readonly synapse: Float64Array;
  /** Adaptation current before clipping, amperes. */
  readonly adaptation: Float64Array;
  /** Input current of the membrane before clipping, amperes. */
  readonly input: Float64Array;
  /** Positive feedback exp(kappa²/(kappa+1)·vmem/Ut), unitless. */
  readonly feedback: Float64Array;
  /** Membrane current before clipping and reset, amperes. */
  readonly membrane: Float64Array;
  /** Membrane current at the start of the step, amperes. */
  readonly imem: Float64Array;
  /** Spikes. */
  readonly spikes: Float64Array;
}

/** Makes room for the tape of `steps` steps of `lanes` lanes. */
export function stepTape(steps: number, lanes: number): StepTape {
  const room = (): Float64Array => new Float64Array(steps * lanes);
  return {
    synapse: room(),
    adaptation: room(),
    input: room(),
    feedback: room(),
    membrane: room(),
    imem: room(),
    spikes: room(),
  };
}

/**
 * Advances every lane of `state` by one step: synapse, adaptation, membrane, spike, refractory timer,
 * in this order. This is the meaning of the lumped DynapSim neuron, in float64.
 *
 * With DPI dynamics as in Bartolozzi & Indiveri 2007 (Neural Comp. 19(10)), the membrane of
 * Livi & Indiveri 2009 (ISCAS), discretised by forward Euler as in Çakal et al.:
 *
 * ```text
 * isynInf = clip(Igain_syn/Itau_syn · drive · Iscale)
 * isyn    = exp(-dt/tau_syn)·isyn + (1 - exp(-tPulse/tau_syn))·isynInf
 * iahp    = clip(exp(-dt/tau_ahp)·iahp + (1 - exp(-tPulseAhp/tau_ahp))·Igain_ahp/Itau_ahp·Iw_ahp·spikes)
 * Ileak   = Itau_mem + iahp
 * Iin     = clip((isyn - Ileak + Idc)·[not refractory])
 * fImem   = Io·exp(kappa²/(kappa+1)·vmem/Ut)/Ileak·(imem + Igain_mem)
 * dImem   = imem/(tau(Ileak)·(imem + Igain_mem))·(Igain_mem/Itau_mem·(Iin - Ileak) + fImem - imem·(1 + iahp/Itau_mem))
 * imem    = clip(imem + dImem·dt);  vmem = Ut/kappa·ln(imem/Io)
 * spikes  = max(0, ceil(ln(imem/Ispkthr)));  where it fired, imem = Io and the timer starts
 * ```
 *
 * @param drive weighted input of the step, recurrence included, in units of weight, `lanes` values
 * @param tape where to record, if at all, at `offset`
 */
export function stepForward(
  c: DynapSimCoefficients,
  state: DynapSimState,
  drive: Float64Array,
  tape?: StepTape,
  offset = 0,
): void {
  const { isyn, iahp, imem, vmem, spikes, timerRef } = state;
  const { neurons, dt, scale } = c;
  const lanes = imem.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const Io = c.dark[n]!;

    const synapse = c.synGain[n]! * (drive[lane]! * scale);
    const isynInf = synapse > Io ? synapse : Io;
    const syn = c.synDecay[n]! * isyn[lane]! + c.synCharge[n]! * isynInf;

    const adaptation = c.ahpDecay[n]! * iahp[lane]! + c.ahpJump[n]! * spikes[lane]!;
    const ahp = adaptation > Io ? adaptation : Io;

    const Igain = c.memGain[n]!;
    const Itau = c.memLeak[n]!;
    const i = imem[lane]!;
    const feedback = Math.exp(c.feedbackSlope[n]! * vmem[lane]!);
    const Ileak = Itau + ahp;
    const input = timerRef[lane] === 0 ? syn - Ileak + c.dc[n]! : 0;
    const Iin = input > Io ? input : Io;
    const imemInf = (Igain / Itau) * (Iin - Ileak);
    const fImem = ((Io * feedback) / Ileak) * (i + Igain);
    const tau = c.memCharge[n]! / Ileak;
    const dImem = (i / (tau * (i + Igain))) * (imemInf + fImem - i * (1 + ahp / Itau));
    const membrane = i + dImem * dt;
    const mem = membrane > Io ? membrane : Io;

    const threshold = c.threshold[n]!;
    const fired = mem > threshold ? Math.ceil(Math.log(mem / threshold)) : 0;
    const timer = timerRef[lane]! - dt;

    isyn[lane] = syn;
    iahp[lane] = ahp;
    imem[lane] = fired > 0 ? Io : mem;
    vmem[lane] = c.voltScale[n]! * Math.log(mem / Io);
    spikes[lane] = fired;
    timerRef[lane] = fired > 0 ? c.refractory[n]! : timer > 0 ? timer : 0;

    if (tape !== undefined) {
      const at = offset + lane;
      tape.synapse[at] = synapse;
      tape.adaptation[at] = adaptation;
      tape.input[at] = input;
      tape.feedback[at] = feedback;
      tape.membrane[at] = membrane;
      tape.imem[at] = i;
      tape.spikes[at] = fired;
    }
  }
}
