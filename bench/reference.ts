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
import { medianSeconds, normal, type Size, trainingTask } from './measure.ts';

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

const random = randomStream(0, 'bench, reference');

async function training(size: Size, epochs: number): Promise<Row> {
  const { net, samples } = trainingTask(size);
  const run = startTraining(net, samples, { epochs: 1e9, engine: referenceEngine });
  await run.advance(Math.ceil(epochs / 5));
  const took = await medianSeconds(() => run.advance(epochs));
  return {
    what: `training (${size.n}, ${size.inputs}, ${size.batch}), T = 500`,
    value: epochs / took,
    unit: 'epochs/s',
  };
}

async function streams(): Promise<Row[]> {
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
    {
      what: 'raster → events → raster',
      value: events / (await medianSeconds(binned)) / 1e6,
      unit: 'M events/s',
    },
    {
      what: 'simulator, 60 inputs, 2 neurons',
      value: 200 / (await medianSeconds(simulated)),
      unit: '× real time',
    },
  ];
}

/** What the float64 reference does on one core: training, quantisation, streams. */
export async function reference(): Promise<Row[]> {
  const weights = Float64Array.from({ length: 124 }, () => random.normal());
  return [
    await training({ n: 2, inputs: 60, batch: 2 }, 500),
    await training({ n: 16, inputs: 60, batch: 8 }, 20),
    ...(await streams()),
    {
      what: 'quantise 124 weights',
      value: 1000 * (await medianSeconds(() => quantise(weights))),
      unit: 'ms',
    },
    {
      what: 'autoencoder error ÷ ours, 124 weights',
      value: autoencoderQuantise(weights).mse / quantise(weights).mse,
      unit: '×',
    },
  ];
}
