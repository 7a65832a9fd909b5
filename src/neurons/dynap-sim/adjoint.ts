/** The way back through a step of DynapSim neurons. */
import { clipSlope, type MembraneGradient, membraneBackward } from '../membrane.ts';
import type { DynapSimCoefficients } from './coefficients.ts';
import type { StepTape } from './step.ts';

/**
 * Gradient of the loss with respect to the state, one value per lane: per ampere, per volt, and per
 * spike. Before `stepBackward` it belongs to the state after the step, then to the one before.
 */
export interface StateGradient extends MembraneGradient {
  /** With respect to the synaptic current, per ampere. */
  readonly isyn: Float64Array;
}

/** Makes a gradient of zeros. */
export function zeroGradient(lanes: number): StateGradient {
  const room = (): Float64Array => new Float64Array(lanes);
  return { isyn: room(), iahp: room(), imem: room(), vmem: room(), spikes: room() };
}

/**
 * Takes the gradient back through one step of `stepForward`. The spike passes its gradient on
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
  const { neurons, scale } = c;
  const { isyn } = gradient;
  // For now it holds dL/d(current).
  membraneBackward(c, tape, offset, undefined, gradient, driveGradient, undefined);
  const lanes = isyn.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const dSyn = isyn[lane]! + driveGradient[lane]!;
    isyn[lane] = dSyn * c.synDecay[n]!;
    driveGradient[lane] =
      dSyn *
      c.pulseFraction[n]! *
      clipSlope(tape.synapse[offset + lane]!, c.darkCurrent[n]!) *
      c.synGain[n]! *
      scale;
  }
}
