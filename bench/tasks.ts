import {
  dynapSim,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  type TrainingSample,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';

const random = randomStream(0, 'bench');

/** A matrix of normal numbers. */
export function normal(rows: number, columns: number, scale = 1): number[][] {
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => scale * random.normal()),
  );
}

/** Size of a network that learns. */
export interface Size {
  readonly n: number;
  readonly inputs: number;
  readonly batch: number;
}

/** Steps of every training run. */
export const steps = 500;

/** A recurrent network of one population and what it learns: every trial asks for other neurons. */
export function trainingTask({ n, inputs, batch }: Size): {
  readonly net: Pipeline;
  readonly samples: readonly TrainingSample[];
} {
  const net = pipeline(
    linear({ weight: normal(inputs, n) }),
    dynapSim({ neurons: n, recurrent: normal(n, n) }),
  );
  const samples = Array.from({ length: batch }, (_, b) => ({
    input: poissonRaster({ channels: inputs, rate: 50, duration: steps / 1000, seed: b }),
    target: Float64Array.from({ length: steps * n }, (_, i) => +((i % n) % batch === b)),
  }));
  return { net, samples };
}
