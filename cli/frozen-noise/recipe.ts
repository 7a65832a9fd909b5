import {
  dynapSim,
  type Engine,
  kernel,
  linear,
  meanSquaredError,
  type Pipeline,
  pipeline,
  referenceEngine,
  type TrainConfig,
  type TrainingSample,
} from 'spikeline';
import { kernelFeatures, randomStream } from 'spikeline/neurons';
import type { FrozenNoiseData } from './data.ts';

const inputs = 60;
const neurons = 2;

/** The network before training: standard normal weights, the chip's default currents. */
export function untrained(seed: number, dt: number): Pipeline {
  const random = randomStream(seed, 'weights');
  const rows = (count: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: neurons }, () => random.normal()));
  return pipeline(
    linear({ name: 'input', weight: rows(inputs) }),
    dynapSim({ name: 'output', neurons, recurrent: rows(neurons), dt }),
  );
}

/** Pattern i asks for a spike in every bin from neuron i, and none from the other. */
export function samplesOf({ patterns }: FrozenNoiseData): TrainingSample[] {
  return patterns.map((input, pattern) => ({
    input,
    target: Float64Array.from({ length: input.steps * neurons }, (_, i) =>
      i % neurons === pattern ? 1 : 0,
    ),
  }));
}

/** What trains: machine code would be faster, but a seed is to give the same network on every machine. */
export function engineOf(): Engine {
  return kernelFeatures().simd ? kernel({ native: false }) : referenceEngine;
}

/**
 * How to train so that it holds after deployment. `docs/frozen-noise.md` tells how this was found:
 * bounded weights keep four bits fine enough, a smaller bound on recurrent excitation stops a neuron
 * from exciting itself beyond control, and errors on silence weigh half as much again.
 */
export function recipe(
  seed: number,
  epochs: number,
  mismatch: number,
): Omit<TrainConfig, 'checkpoint'> {
  return {
    epochs,
    seed,
    engine: engineOf(),
    loss: meanSquaredError(1.5),
    optimiser: {
      learningRate: 6e-3,
      epsilon: 1e-16,
      schedule: { kind: 'exponential', final: 0.02 },
    },
    mismatch: { fraction: mismatch, every: 100 },
    weightLimits: { input: { min: -6, max: 6 }, output: { min: -6, max: 1 } },
  };
}
