/** Adaptation, membrane and spike, as analog neurons of all models have them: the step and the way back. */
import { type MembraneCoefficients, timerResidue } from './coefficients.ts';
import type { MembraneState } from './state.ts';

/**
 * What one step of the membrane leaves for its adjoint, per lane. The values before clipping tell which
 * bound held.
 */
export interface MembraneTape {
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

/** Makes room for a tape of as many values each. */
export function membraneTape(values: number): MembraneTape {
  const room = (): Float64Array => new Float64Array(values);
  return {
    adaptation: room(),
    input: room(),
    feedback: room(),
    membrane: room(),
    imem: room(),
    spikes: room(),
  };
}

/** Gradient with respect to the state of adaptation, membrane and spike, one value per lane. */
export interface MembraneGradient {
  /** With respect to the adaptation current, per ampere. */
  readonly iahp: Float64Array;
  /** With respect to the membrane current after the reset, per ampere. */
  readonly imem: Float64Array;
  /** With respect to the membrane potential, per volt. */
  readonly vmem: Float64Array;
  /** With respect to the spikes of the step. */
  readonly spikes: Float64Array;
}

/** Derivative of clip(x) = max(x, bound): 1 inside, ½ exactly at the bound, 0 outside. */
export function clipSlope(value: number, bound: number): number {
  return value > bound ? 1 : value === bound ? 0.5 : 0;
}

/**
 * Advances adaptation, membrane, spike and refractory timer of every lane by one step. What the models
 * have in common; their synapses come before it. With `current` what flows in and `shunt` what leaks
 * beside the adaptation,
 *
 * ```text
 * iahp    = clip(exp(-dt/tau_ahp)·iahp + (1 - exp(-tPulseAhp/tau_ahp))·Igain_ahp/Itau_ahp·Iw_ahp·spikes)
 * Ileak   = Itau_mem + shunt + iahp
 * Iin     = clip((current - Ileak + Idc)·[not refractory])
 * fImem   = Io·exp(kappa²/(kappa+1)·vmem/Ut)/Ileak·(imem + Igain_mem)
 * dImem   = imem/(tau(Ileak)·(imem + Igain_mem))·(Igain_mem/Itau_mem·(Iin - Ileak) + fImem - imem·Ileak/Itau_mem)
 * imem    = clip(imem + dImem·dt);  vmem = Ut/kappa·ln(imem/Io)
 * spikes  = max(0, ceil(ln(imem/Ispkthr)));  where it fired, imem = Io and the timer starts
 * ```
 *
 * @param current amperes, one value per lane
 * @param shunt amperes, one value per lane; none if left out
 * @param tape where to record, if at all, at `offset`
 */
export function membraneForward(
  c: MembraneCoefficients,
  state: MembraneState,
  current: Float64Array,
  shunt: Float64Array | undefined,
  tape: MembraneTape | undefined,
  offset: number,
): void {
  const { iahp, imem, vmem, spikes, timerRef } = state;
  const { neurons, dt } = c;
  const residue = timerResidue * dt;
  const lanes = imem.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const Io = c.darkCurrent[n]!;
    const adaptation = c.ahpDecay[n]! * iahp[lane]! + c.ahpJump[n]! * spikes[lane]!;
    const ahp = adaptation > Io ? adaptation : Io;
    const beside = shunt === undefined ? ahp : shunt[lane]! + ahp;

    const Igain = c.memGain[n]!;
    const Itau = c.memLeak[n]!;
    const i = imem[lane]!;
    const feedback = Math.exp(c.feedbackSlope[n]! * vmem[lane]!);
    const Ileak = Itau + beside;
    const input = timerRef[lane] === 0 ? current[lane]! - Ileak + c.dc[n]! : 0;
    const Iin = input > Io ? input : Io;
    const imemInf = (Igain / Itau) * (Iin - Ileak);
    const fImem = ((Io * feedback) / Ileak) * (i + Igain);
    const tau = c.membraneCapacity[n]! / Ileak;
    const dImem = (i / (tau * (i + Igain))) * (imemInf + fImem - i * (1 + beside / Itau));
    const membrane = i + dImem * dt;
    const mem = membrane > Io ? membrane : Io;

    const threshold = c.threshold[n]!;
    const fired = mem > threshold ? Math.ceil(Math.log(mem / threshold)) : 0;
    const timer = timerRef[lane]! - dt;

    iahp[lane] = ahp;
    imem[lane] = fired > 0 ? Io : mem;
    vmem[lane] = c.voltScale[n]! * Math.log(mem / Io);
    spikes[lane] = fired;
    timerRef[lane] = fired > 0 ? c.refractory[n]! : timer > residue ? timer : 0;

    if (tape !== undefined) {
      const at = offset + lane;
      tape.adaptation[at] = adaptation;
      tape.input[at] = input;
      tape.feedback[at] = feedback;
      tape.membrane[at] = membrane;
      tape.imem[at] = i;
      tape.spikes[at] = fired;
    }
  }
}

/**
 * Takes the gradient back through one step of {@link membraneForward}. The spike passes its gradient on
 * unchanged wherever imem > Io before the reset (the surrogate of Çakal et al.); the reset
 * imem + clip(spikes, 0, 1)·(Io - imem) has slope ½ at zero and one spike and 0 above; nothing flows
 * through the refractory timer.
 *
 * @param shunt amperes, at `offset` like the tape; none if left out
 * @param gradient of the state; `gradient.spikes` holds all that is known about the spikes of this step
 * @param currentGradient receives dL/d(current), per ampere, one value per lane
 * @param shuntGradient dL/d(shunt), per ampere, one value per lane, is added to it
 */
export function membraneBackward(
  c: MembraneCoefficients,
  tape: MembraneTape,
  offset: number,
  shunt: Float64Array | undefined,
  gradient: MembraneGradient,
  currentGradient: Float64Array,
  shuntGradient: Float64Array | undefined,
): void {
  const { neurons, dt } = c;
  const lanes = gradient.imem.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const at = offset + lane;
    const Io = c.darkCurrent[n]!;
    const Igain = c.memGain[n]!;
    const Itau = c.memLeak[n]!;

    const membrane = tape.membrane[at]!;
    const adaptation = tape.adaptation[at]!;
    const input = tape.input[at]!;
    const feedback = tape.feedback[at]!;
    const fired = tape.spikes[at]!;
    const i = tape.imem[at]!;
    const mem = membrane > Io ? membrane : Io;
    const ahp = adaptation > Io ? adaptation : Io;
    const beside = shunt === undefined ? ahp : shunt[at]! + ahp;
    const Iin = input > Io ? input : Io;

    // Reset and spike: spikes → imem before the reset.
    const resetSlope = fired <= 1 ? 0.5 : 0;
    const dSpikes = gradient.spikes[lane]! + gradient.imem[lane]! * resetSlope * (Io - mem);
    const dMem =
      gradient.imem[lane]! * (fired > 0 ? 0 : 1) +
      (gradient.vmem[lane]! * c.voltScale[n]!) / mem +
      (mem > Io ? dSpikes : 0);

    // Membrane: imem' = clip(i + dt·rate·sum).
    const dMembrane = dMem * clipSlope(membrane, Io);
    const Ileak = Itau + beside;
    const capacity = c.membraneCapacity[n]!;
    const rate = (Ileak * i) / (capacity * (i + Igain));
    const leakFactor = 1 + beside / Itau;
    const back = (Io * feedback) / Ileak;
    const sum = (Igain / Itau) * (Iin - Ileak) + back * (i + Igain) - i * leakFactor;
    const dRate = dMembrane * dt * sum;
    const dSum = dMembrane * dt * rate;
    const dImem =
      dMembrane +
      (dRate * Ileak * Igain) / (capacity * (i + Igain) * (i + Igain)) +
      dSum * (back - leakFactor);
    const dVmem = dSum * back * (i + Igain) * c.feedbackSlope[n]!;
    const dInput = dSum * (Igain / Itau) * clipSlope(input, Io);
    const dLeak =
      (dRate * i) / (capacity * (i + Igain)) -
      dSum * (Igain / Itau + (back / Ileak) * (i + Igain)) -
      dInput;
    const dFactor = (dSum * i) / Itau;

    // What leaks beside Itau_mem: the adaptation, and what was given.
    const dAhp = gradient.iahp[lane]! + dLeak - dFactor;
    const dAdaptation = dAhp * clipSlope(adaptation, Io);
    if (shuntGradient !== undefined) {
      shuntGradient[lane] = shuntGradient[lane]! + dLeak - dFactor;
    }

    currentGradient[lane] = dInput;
    gradient.iahp[lane] = dAdaptation * c.ahpDecay[n]!;
    gradient.imem[lane] = dImem;
    gradient.vmem[lane] = dVmem;
    gradient.spikes[lane] = dAdaptation * c.ahpJump[n]!;
  }
}
