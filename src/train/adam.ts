/** The Adam optimiser (Kingma & Ba 2015), and how its learning rate falls. */
import { type Check, number, type OptionTable, options, variants } from '../options.ts';

/** How the learning rate changes over the epochs. */
export type Schedule =
  /** The same throughout. */
  | { readonly kind: 'constant' }
  /** rate·final^(epoch/epochs): falls to the fraction `final` by the last epoch. */
  | { readonly kind: 'exponential'; readonly final: number };

/** Settings of the Adam optimiser (Kingma & Ba 2015). */
export interface AdamConfig {
  /** Learning rate at the start, units of weight per epoch. */
  readonly learningRate: number;
  /** Decay of the mean of the gradient; 0.9 if left out. */
  readonly beta1?: number;
  /** Decay of the mean of its square; 0.999 if left out. */
  readonly beta2?: number;
  /** Added to the root; 1e-16 if left out, as gradients are of order 1e-9. */
  readonly epsilon?: number;
  /** How the learning rate changes; constant if left out. */
  readonly schedule?: Schedule;
}

/** What Adam remembers of each weight. */
export interface AdamState {
  /** Mean of the gradient. */
  readonly mean: Float64Array;
  /** Mean of its square. */
  readonly square: Float64Array;
}

/** Learning rate of `epoch` out of `epochs`. */
export function learningRateAt(config: AdamConfig, epoch: number, epochs: number): number {
  const schedule = config.schedule ?? { kind: 'constant' };
  return schedule.kind === 'constant'
    ? config.learningRate
    : config.learningRate * schedule.final ** (epoch / epochs);
}

/** Makes a memory of zeros. */
export function adamState(weights: number): AdamState {
  return { mean: new Float64Array(weights), square: new Float64Array(weights) };
}

const adamTable: OptionTable<AdamConfig> = {
  // A step is as large as the rate; weights are of order 1 to 1000.
  learningRate: number({ above: 0, max: 1e6 }),
  beta1: number({ min: 0, below: 1 }),
  beta2: number({ min: 0, below: 1 }),
  epsilon: number({ above: 0, max: 1e6 }),
  schedule: variants({ constant: {}, exponential: { final: number({ above: 0, max: 1e6 }) } }),
};

/** Checks the settings of the optimiser; paths are relative to them. */
export const adamCheck: Check = options(adamTable, 'learningRate');

/** Takes one step: moves `weights` against `gradient`. `epoch` counts from zero. */
export function adamStep(
  config: AdamConfig,
  state: AdamState,
  weights: Float64Array,
  gradient: Float64Array,
  epoch: number,
  rate: number,
): void {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-16 } = config;
  const { mean, square } = state;
  const meanScale = 1 / (1 - beta1 ** (epoch + 1));
  const squareScale = 1 / (1 - beta2 ** (epoch + 1));
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const m = (1 - beta1) * g + beta1 * mean[i]!;
    const v = (1 - beta2) * g * g + beta2 * square[i]!;
    mean[i] = m;
    square[i] = v;
    weights[i] = weights[i]! - (rate * m * meanScale) / (Math.sqrt(v * squareScale) + epsilon);
  }
}
