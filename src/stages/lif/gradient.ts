import type { Matrix } from '../../matrix.ts';
import { surrogate } from '../../neurons/surrogate.ts';
import type { GradientStage, Wire } from '../gradient-stage.ts';
import { addProduct } from '../product.ts';
import { type IntegratingStage, integrate, integrationOf, integrationRest } from './integration.ts';

/** Adjoint of {@link addProduct}: adds to the gradient of its input and of its weights. */
function takeProductBack(
  { rows, columns, values }: Matrix,
  input: Float64Array,
  outputGradient: Float64Array,
  inputGradient: Float64Array,
  weightGradient: Float64Array,
  from: number,
  at: number,
): void {
  for (let row = 0, w = 0; row < rows; row++) {
    const value = input[from + row]!;
    let sum = 0;
    for (let column = 0; column < columns; column++, w++) {
      const g = outputGradient[at + column]!;
      sum += values[w]! * g;
      weightGradient[w] = weightGradient[w]! + value * g;
    }
    inputGradient[at + row] = inputGradient[at + row]! + sum;
  }
}

/**
 * Integrating neurons over all steps, and back. A spike passes the gradient back through the
 * {@link surrogate}; the reset passes none: that a neuron was reset counts as given (Zenke & Vogels
 * 2021, Neural Comp. 33(4)), so that after a spike v no longer depends on what was before.
 *
 * @param weights recurrent weights of now, if there are any
 */
export function integrationGradient(
  stage: IntegratingStage,
  steps: number,
  trials: number,
  from: Wire,
  out: Wire,
  weights: Float64Array,
  weightGradient: Float64Array,
): GradientStage {
  const of = integrationOf(stage);
  const { neurons, rate, pull, resistance, inputWeight, synapseRate, threshold } = of;
  const recurrent = of.recurrent === undefined ? undefined : { ...of.recurrent, values: weights };
  const lanes = trials * neurons;
  const state = integrationRest(of, trials);
  const before = new Float64Array(steps * lanes);
  const drive = new Float64Array(lanes);
  const room = (): Float64Array => new Float64Array(lanes);
  const [driveGradient, potential, current, spikes] = [room(), room(), room(), room()];

  /** One step back: from what left to what entered. */
  const stepBack = (offset: number): void => {
    for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
      const left = out.gradient[offset + lane]! + spikes[lane]!;
      const v = before[offset + lane]!;
      const next =
        threshold === undefined
          ? potential[lane]! + left
          : left * surrogate(v - threshold[n]!) + (v > threshold[n]! ? 0 : potential[lane]!);
      const flows = next * rate[n]! * resistance[n]!;
      potential[lane] = next * (1 - rate[n]! * pull);
      let entered = flows;
      if (synapseRate !== undefined) {
        entered = current[lane]! * synapseRate[n]!;
        current[lane] = current[lane]! * (1 - synapseRate[n]!) + flows;
      }
      driveGradient[lane] = entered * inputWeight[n]!;
    }
  };
  return {
    forward() {
      for (const values of Object.values(state)) values.fill(0);
      for (let t = 0, offset = 0; t < steps; t++, offset += lanes) {
        for (let lane = 0; lane < lanes; lane++) drive[lane] = from.values[offset + lane]!;
        if (recurrent !== undefined) {
          for (let at = 0; at < lanes; at += neurons) {
            addProduct(recurrent, state.output, drive, at, at);
          }
        }
        integrate(of, state, drive, before, offset);
        out.values.set(state.output, offset);
      }
    },
    backward() {
      for (const values of [potential, current, spikes]) values.fill(0);
      for (let offset = (steps - 1) * lanes; offset >= 0; offset -= lanes) {
        stepBack(offset);
        from.gradient.set(driveGradient, offset);
        spikes.fill(0);
        // What acted in the first step is the rest, which was silent.
        if (recurrent === undefined || offset === 0) continue;
        for (let at = 0; at < lanes; at += neurons) {
          takeProductBack(
            recurrent,
            out.values,
            driveGradient,
            spikes,
            weightGradient,
            offset - lanes + at,
            at,
          );
        }
      }
    },
  };
}
