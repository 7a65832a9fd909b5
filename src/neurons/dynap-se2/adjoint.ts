/** The way back through a step of DYNAP-SE2 neurons. */
import type { SynapseCoefficients } from '../coefficients.ts';
import { clipSlope, type MembraneGradient, membraneBackward } from '../membrane.ts';
import type { DynapSe2Coefficients } from './coefficients.ts';
import { dendriteNames } from './parameters.ts';
import type { DynapSe2Tape } from './step.ts';

/**
 * Gradient of the loss with respect to the state, one value per lane: per ampere, per volt, and per
 * spike. Before {@link dynapSe2Backward} it belongs to the state after the step, then to the one before.
 */
export interface DynapSe2Gradient extends MembraneGradient {
  /** With respect to the AMPA current, per ampere. */
  readonly iampa: Float64Array;
  /** With respect to the GABA current, per ampere. */
  readonly igaba: Float64Array;
  /** With respect to the NMDA current, per ampere. */
  readonly inmda: Float64Array;
  /** With respect to the SHUNT current, per ampere. */
  readonly ishunt: Float64Array;
}

/** Makes a gradient of zeros. */
export function zeroDynapSe2Gradient(lanes: number): DynapSe2Gradient {
  const room = (): Float64Array => new Float64Array(lanes);
  return {
    iampa: room(),
    igaba: room(),
    inmda: room(),
    ishunt: room(),
    iahp: room(),
    imem: room(),
    vmem: room(),
    spikes: room(),
  };
}

/** Input channels of each neuron. */
const channels = dendriteNames.length;

/** Takes the gradient of one dendrite's current back through its synapse. */
function stepSynapseBack(
  c: DynapSe2Coefficients,
  synapse: SynapseCoefficients,
  gradient: Float64Array,
  driveGradient: Float64Array,
  dendrite: number,
  tape: Float64Array,
  offset: number,
): void {
  const { neurons, population, scale } = c;
  const lanes = gradient.length;
  let n = 0;
  for (let base = 0; base < lanes; base += population) {
    const to = base * channels + dendrite * population - base;
    for (let lane = base; lane < base + population; lane++) {
      const dSyn = gradient[lane]!;
      const slope = clipSlope(tape[offset + lane]!, c.darkCurrent[n]!);
      gradient[lane] = dSyn * synapse.decay[n]!;
      driveGradient[to + lane] =
        dSyn * synapse.pulseFraction[n]! * slope * synapse.gain[n]! * scale;
      n = n + 1 === neurons ? 0 : n + 1;
    }
  }
}

/**
 * Takes the gradient back through one step of `dynapSe2Forward`, with the rules of the lumped model: the
 * surrogate passes the gradient of a spike on unchanged wherever imem > Io before the reset, a clip has slope
 * 1 inside, ½ at its bound and 0 outside, and nothing flows through the refractory timer.
 *
 * @param gradient of the state; `gradient.spikes` holds all that is known about the spikes of this step
 * @param intoGradient receives dL/d(into), per ampere, `lanes` values
 * @param driveGradient receives dL/d(drive), per unit of weight, `[trial][dendrite][neuron]`
 */
export function dynapSe2Backward(
  c: DynapSe2Coefficients,
  tape: DynapSe2Tape,
  offset: number,
  gradient: DynapSe2Gradient,
  intoGradient: Float64Array,
  driveGradient: Float64Array,
): void {
  const { iampa, igaba, inmda, ishunt, imem } = gradient;
  membraneBackward(c, tape, offset, tape.igaba, gradient, intoGradient, igaba);
  const lanes = imem.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === c.neurons ? 0 : n + 1) {
    const dInto = intoGradient[lane]!;
    const gate = c.nmdaGate[n]!;
    const i = tape.imem[offset + lane]!;
    iampa[lane] = iampa[lane]! + dInto;
    ishunt[lane] = ishunt[lane]! - dInto;
    inmda[lane] = inmda[lane]! + (dInto * i) / (i + gate);
    const slope = (tape.inmda[offset + lane]! * gate) / ((i + gate) * (i + gate));
    imem[lane] = imem[lane]! + dInto * slope;
  }
  stepSynapseBack(c, c.ampa, iampa, driveGradient, 0, tape.ampa, offset);
  stepSynapseBack(c, c.gaba, igaba, driveGradient, 1, tape.gaba, offset);
  stepSynapseBack(c, c.nmda, inmda, driveGradient, 2, tape.nmda, offset);
  stepSynapseBack(c, c.shunt, ishunt, driveGradient, 3, tape.shunt, offset);
}
