// Measures what the reference does on one core: training, quantisation, streams. Prints a table; `--json` for scripts.
import { lastValueFrom } from 'rxjs';
import {
  autoencoderQuantise,
  dynapSim,
  fromRaster,
  linear,
  meanSquaredError,
  pipeline,
  poissonRaster,
  quantise,
  randomStream,
  runOn,
  type SpikeRaster,
  simulator,
  startTraining,
  toEvents,
  toRaster,
} from 'spikeline';

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

/** Repetitions of each measurement, of which the median is taken. */
const repetitions = 5;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Median seconds of one call. */
async function seconds(work: () => unknown): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const begin = performance.now();
    await work();
    taken.push((performance.now() - begin) / 1000);
  }
  return median(taken);
}

const random = randomStream(0, 'bench');
const normal = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));

async function training(
  neurons: number,
  inputs: number,
  trials: number,
  epochs: number,
): Promise<Row> {
  const net = pipeline(
    linear({ weight: normal(inputs, neurons) }),
    dynapSim({ neurons, recurrent: normal(neurons, neurons) }),
  );
  const samples = Array.from({ length: trials }, (_, b) => {
    const input = poissonRaster({ channels: inputs, rate: 50, duration: 0.5, seed: b });
    return {
      input,
      target: Float64Array.from({ length: 500 * neurons }, (_, i) => +(i % neurons === b)),
    };
  });
  const run = startTraining(net, samples, { epochs: 1e9, loss: meanSquaredError() });
  run.advance(Math.ceil(epochs / 5));
  const took = await seconds(() => run.advance(epochs));
  return {
    what: `training (${neurons}, ${inputs}, ${trials}), T = 500`,
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
    lastValueFrom(fromRaster(raster, { chunkSteps: 500 }).pipe(runOn(simulator(), net)));
  return [
    {
      what: 'raster → events → raster',
      value: events / (await seconds(binned)) / 1e6,
      unit: 'M events/s',
    },
    {
      what: 'simulator, 60 inputs, 2 neurons',
      value: 200 / (await seconds(simulated)),
      unit: '× real time',
    },
  ];
}

const weights = Float64Array.from({ length: 124 }, () => random.normal());
const rows: Row[] = [
  await training(2, 60, 2, 500),
  await training(16, 60, 8, 20),
  ...(await streams()),
  {
    what: 'quantise 124 weights',
    value: 1000 * (await seconds(() => quantise(weights))),
    unit: 'ms',
  },
  {
    what: 'autoencoder error ÷ ours, 124 weights',
    value: autoencoderQuantise(weights).mse / quantise(weights).mse,
    unit: '×',
  },
];
process.stdout.write(
  process.argv.includes('--json')
    ? `${JSON.stringify(rows, undefined, 1)}\n`
    : `${rows.map(({ what, value, unit }) => `${what.padEnd(42)} ${value.toPrecision(3).padStart(8)} ${unit}`).join('\n')}\n`,
);
