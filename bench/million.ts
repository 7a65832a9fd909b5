import { dynapSim, kernel, linear, meanSquaredError, pipeline, poissonRaster } from 'spikeline';
import { startTraining } from 'spikeline/train';
import { type BenchRow, row } from './rows.ts';
import { normal } from './tasks.ts';

/** The paper’s experiment, a million epochs: trains two neurons on two frozen rasters, with mismatch redrawn every 100 epochs. */
export async function million(epochs: number): Promise<BenchRow[]> {
  const samples = [0, 1].map((pattern) => ({
    input: poissonRaster({ channels: 60, rate: 50, duration: 0.5, seed: pattern }),
    target: Float64Array.from({ length: 1000 }, (_, i) => +(i % 2 === pattern)),
  }));
  const net = pipeline(
    linear({ name: 'input', weight: normal(60, 2) }),
    dynapSim({ name: 'output', neurons: 2, recurrent: normal(2, 2) }),
  );
  const training = startTraining(net, samples, {
    epochs,
    engine: kernel(),
    loss: meanSquaredError(1.5),
    optimiser: { learningRate: 6e-3, schedule: { kind: 'exponential', final: 0.02 } },
    mismatch: { fraction: 0.05, every: 100 },
    weightLimits: { input: { min: -6, max: 6 }, output: { min: -6, max: 1 } },
  });
  const begin = performance.now();
  await training.advance(epochs);
  const seconds = (performance.now() - begin) / 1000;
  const fields = { epochs, seconds, rate: epochs / seconds, loss: training.loss };
  return [row('million.seconds', seconds, 's', null, fields)];
}
