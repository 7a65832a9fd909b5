import {
  dynapSim,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  type TrainingSample,
} from 'spikeline';
import { type DynapSimParametersInput, randomStream } from 'spikeline/neurons';

/** A random matrix of weights. */
export function weights(seed: number, rows: number, columns: number, size = 4): number[][] {
  const random = randomStream(seed, 'weights');
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => 2 + size * random.normal()),
  );
}

/** Two recurrent neurons on four inputs that spike within a few steps. */
export function smallNet(seed = 1, changes: DynapSimParametersInput = {}): Pipeline {
  return pipeline(
    linear({ weight: weights(seed, 4, 2, 6), name: 'in' }),
    dynapSim({
      neurons: 2,
      recurrent: weights(seed + 1, 2, 2),
      Ispkthr: 1e-8,
      name: 'out',
      ...changes,
    }),
  );
}

/** Patterns of 40 steps, one wanted from each output channel. */
export function smallSamples(seed = 1, channels = 4, outputs = 2): TrainingSample[] {
  return Array.from({ length: outputs }, (_, label) => {
    const input = poissonRaster({
      channels,
      rate: 250,
      duration: 0.04,
      seed,
      labels: ['sample', label],
    });
    const target = Array.from({ length: input.steps * outputs }, (_, i) =>
      i % outputs === label ? 1 : 0,
    );
    return { input, target, label };
  });
}
