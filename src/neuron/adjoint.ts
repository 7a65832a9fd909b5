import type { DynapSimCoefficients } from './coefficients.ts';
import type { StepTape } from './step.ts';

/**
 * Gradient of the loss with respect to the state, one value per lane: per ampere, per volt, and per
 * spike. Before {@link stepBackward} it belongs to the state after the step, then to the one before.
 */
export interface StateGradient {
  /** With respect to the synaptic current, per ampere. */
  readonly isyn: Float64Array;
  /** With respect to the adaptation current, per ampere. */
  readonly iahp: Float64Array;
  /** With respect to the membrane current after the reset, per ampere. */
  readonly imem: Float64Array;
  /** With respect to the membrane potential, per volt. */
  readonly vmem: Float64Array;
  /** With respect to the spikes of the step. */
  readonly spikes: Float64Array;
}

/** Makes a gradient of zeros. */
export function zeroGradient(lanes: number): StateGradient {
  const room = (): Float64Array => new Float64Array(lanes);
  return { isyn: room(), iahp: room(), imem: room(), vmem: room(), spikes: room() };
}

/** Derivative of clip(x) = max(x, bound): 1 inside, ½ exactly at the bound, 0 outside. */
function clipSlope(value: number, bound: number): number {
  return value > bound ? 1 : value === bound ? 0.5 : 0;
}

/**
 * Takes the gradient back through one step of {@link stepForward}. The spike passes its gradient on
 * unchanged wherever imem > Io before the reset (the surrogate of Çakal et al.); the reset
 * imem + clip(spikes, 0, 1)·(Io - imem) has slope ½ at zero and one spike and 0 above; nothing flows
 * through the refractory timer.
 *
 * @param gradient of the state; `gradient.spikes` holds all that is known about the spikes of this step
 * @param driveGradient receives dL/d(drive), per unit of weight, `lanes` values
 */
export function stepBackward(
  c: DynapSimCoefficients,
  tape: StepTape,
  offset: number,
  gradient: StateGradient,
  driveGradient: Float64Array,
): void {
  const { neurons, dt, scale } = c;
  const lanes = driveGradient.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const at = offset + lane;
    const Io = c.dark[n]!;
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
    const Ileak = Itau + ahp;
    const charge = c.memCharge[n]!;
    const rate = (Ileak * i) / (charge * (i + Igain));
    const leakFactor = 1 + ahp / Itau;
    const back = (Io * feedback) / Ileak;
    const sum = (Igain / Itau) * (Iin - Ileak) + back * (i + Igain) - i * leakFactor;
    const dRate = dMembrane * dt * sum;
    const dSum = dMembrane * dt * rate;
    const dImem =
      dMembrane +
      (dRate * Ileak * Igain) / (charge * (i + Igain) * (i + Igain)) +
      dSum * (back - leakFactor);
    const dVmem = dSum * back * (i + Igain) * c.feedbackSlope[n]!;
    const dInput = dSum * (Igain / Itau) * clipSlope(input, Io);
    const dLeak =
      (dRate * i) / (charge * (i + Igain)) -
      dSum * (Igain / Itau + (back / Ileak) * (i + Igain)) -
      dInput;

    // Adaptation and synapse.
    const dAhp = gradient.iahp[lane]! + dLeak - (dSum * i) / Itau;
    const dAdaptation = dAhp * clipSlope(adaptation, Io);
    const dSyn = gradient.isyn[lane]! + dInput;

    gradient.isyn[lane] = dSyn * c.synDecay[n]!;
    gradient.iahp[lane] = dAdaptation * c.ahpDecay[n]!;
    gradient.imem[lane] = dImem;
    gradient.vmem[lane] = dVmem;
    gradient.spikes[lane] = dAdaptation * c.ahpJump[n]!;
    driveGradient[lane] =
      dSyn * c.synCharge[n]! * clipSlope(tape.synapse[at]!, Io) * c.synGain[n]! * scale;
  }
}
