/** A step of DynapSim neurons: the meaning of the lumped model. */
import { type MembraneTape, membraneForward, membraneTape } from '../membrane.ts';
import type { DynapSimCoefficients } from './coefficients.ts';
import type { DynapSimState } from './state.ts';

/** What one step leaves for its adjoint, per lane. The values before clipping tell which bound held. */
export interface StepTape extends MembraneTape {
  /** Steady state of the synapse before clipping, amperes. */
  readonly synapse: Float64Array;
}

/** Makes room for the tape of `steps` steps of `lanes` lanes. */
export function stepTape(steps: number, lanes: number): StepTape {
  return { synapse: new Float64Array(steps * lanes), ...membraneTape(steps * lanes) };
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
  const { isyn } = state;
  const { neurons, scale } = c;
  const lanes = isyn.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const Io = c.darkCurrent[n]!;
    const synapse = c.synGain[n]! * (drive[lane]! * scale);
    const isynInf = synapse > Io ? synapse : Io;
    isyn[lane] = c.synDecay[n]! * isyn[lane]! + c.pulseFraction[n]! * isynInf;
    if (tape !== undefined) tape.synapse[offset + lane] = synapse;
  }
  membraneForward(c, state, isyn, undefined, tape, offset);
}
