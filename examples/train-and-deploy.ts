// From samples to silicon: a small network learns which of two groups of channels is the louder, is put
// into four bits, and runs on ten virtual chips of 30 % mismatch, none of which it has seen.
//
// npx tsx --conditions @spikeline/source examples/train-and-deploy.ts

import { concatMap, from, lastValueFrom, map, toArray } from 'rxjs';
import {
  channelCounts,
  chip,
  deploy,
  dynapSim,
  fromRaster,
  linear,
  meanSquaredError,
  pipeline,
  poissonRaster,
  runOn,
  type SpikeRaster,
  train,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';

const [channels, neurons] = [20, 2];

/** Noise in which one half of the channels is four times as loud. */
function loud(half: number, seed: number): SpikeRaster {
  const noise = (rate: number) =>
    poissonRaster({ channels, rate, duration: 0.2, seed, labels: [rate] });
  const [soft, strong] = [noise(15), noise(60)];
  const counts = soft.counts.map((count, i) =>
    Math.floor((i % channels) / (channels / 2)) === half ? strong.counts[i]! : count,
  );
  return { ...soft, counts };
}

const random = randomStream(1, 'weights');
const weight = Array.from({ length: channels }, () => [random.normal(), random.normal()]);
const net = pipeline(linear({ name: 'input', weight }), dynapSim({ neurons }));
const samples = [0, 1, 0, 1, 0, 1].map((half, seed) => ({
  input: loud(half, seed),
  target: Float64Array.from({ length: 200 * neurons }, (_, i) => +(i % neurons === half)),
}));
const config = {
  epochs: 1000,
  loss: meanSquaredError(1.5),
  mismatch: { fraction: 0.05 },
  weightLimits: { input: { min: -6, max: 6 } },
};
const trained = (await lastValueFrom(train(net, samples, config))).pipeline;
const deployment = deploy(trained);
process.stdout.write(`four bits: mean squared error ${deployment.mse.toPrecision(2)}\n`);

for (const half of [0, 1]) {
  const unseen = loud(half, 100 + half);
  const chips$ = from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).pipe(
    concatMap((seed) =>
      usingLink(
        () => virtualBoard({ seed }).open(),
        (link) => fromRaster(unseen).pipe(runOn(chip(link, { deployment }), trained)),
      ),
    ),
    map(channelCounts),
    toArray(),
  );
  const counts = await lastValueFrom(chips$);
  const right = counts.filter((count) => count[half]! > count[1 - half]!).length;
  process.stdout.write(
    `half ${half} louder: ${right} of 10 chips right, spikes ${counts.join(' ')}\n`,
  );
}
