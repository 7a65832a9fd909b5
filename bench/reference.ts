import { lastValueFrom } from 'rxjs';
import {
  dynapSim,
  fromRaster,
  linear,
  pipeline,
  poissonRaster,
  referenceEngine,
  runOn,
  type SpikeRaster,
  simulator,
  toEvents,
  toRaster,
} from 'spikeline';
import { autoencoderQuantise, quantise } from 'spikeline/chip';
import { randomStream } from 'spikeline/neurons';
import { startTraining } from 'spikeline/train';
import { timed } from './measure.ts';
import { type BenchRow, row } from './rows.ts';
import { normal, type Size, trainingTask } from './tasks.ts';

/** A row of the reference, in words too. */
function figure(name: string, what: string, value: number, unit: string): BenchRow {
  return row(`reference.${name}`, value, unit, null, { what });
}

/** Median seconds of some calls. */
async function medianSeconds(work: () => unknown): Promise<number> {
  return (await timed(work)).median;
}

const random = randomStream(0, 'bench, reference');

async function training(size: Size, epochs: number): Promise<BenchRow> {
  const { net, samples } = trainingTask(size);
  const run = startTraining(net, samples, { epochs: 1e9, engine: referenceEngine });
  await run.advance(Math.ceil(epochs / 5));
  const took = await medianSeconds(() => run.advance(epochs));
  const what = `training (${size.n}, ${size.inputs}, ${size.batch}), T = 500`;
  return figure(`training.${size.n}`, what, epochs / took, 'epochs/s');
}

async function streams(): Promise<BenchRow[]> {
  const raster: SpikeRaster = poissonRaster({ channels: 60, rate: 50, duration: 200, seed: 1 });
  const events = raster.counts.reduce((sum, count) => sum + count, 0);
  const binned = (): unknown =>
    lastValueFrom(
      fromRaster(raster, { chunkSteps: 500 }).pipe(
        toEvents(),
        toRaster({ channels: 60, dt: 1e-3, chunkSteps: 500 }),
      ),
    );
  const net = pipeline(linear({ weight: normal(60, 2) }), dynapSim({ neurons: 2 }));
  const simulated = (): unknown =>
    lastValueFrom(
      fromRaster(raster, { chunkSteps: 500 }).pipe(
        runOn(simulator({ engine: referenceEngine }), net),
      ),
    );
  return [
    figure(
      'events',
      'raster → events → raster',
      events / (await medianSeconds(binned)) / 1e6,
      'M events/s',
    ),
    figure(
      'simulator',
      'simulator, 60 inputs, 2 neurons',
      200 / (await medianSeconds(simulated)),
      '× real time',
    ),
  ];
}

/** What the float64 reference does on one core: training, quantisation, streams. */
export async function reference(): Promise<BenchRow[]> {
  const weights = Float64Array.from({ length: 124 }, () => random.normal());
  return [
    await training({ n: 2, inputs: 60, batch: 2 }, 500),
    await training({ n: 16, inputs: 60, batch: 8 }, 20),
    ...(await streams()),
    figure(
      'quantise',
      'quantise 124 weights',
      1000 * (await medianSeconds(() => quantise(weights))),
      'ms',
    ),
    figure(
      'autoencoder',
      'autoencoder error ÷ ours, 124 weights',
      autoencoderQuantise(weights).mse / quantise(weights).mse,
      '×',
    ),
  ];
}
