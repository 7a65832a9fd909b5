// Which way does it move? An event camera of 34 × 34 pixels looks at a handwritten digit and moves, so that the digit goes up,
// then down to the left, then to the right. What is in front becomes brighter, what is behind darker: 5 × 5 blocks of pixels
// with two polarities are enough to tell.

import { fileURLToPath } from 'node:url';
import {
  from,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  type OperatorFunction,
  toArray,
} from 'rxjs';
import {
  type AerPacket,
  type ChannelSpace,
  dynapSim,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  type SignalRaster,
  type SpikeRaster,
  spikeRaster,
  type TrainingSample,
  toRaster,
  train,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { downsample, rateDecode, toChannels } from 'spikeline/operators';
import { type FromFileConfig, fromFile } from 'spikeline/sources';

/** The recordings, each of another digit. */
export const recordings: readonly string[] = ['slayer-1', 'tonic', 'slayer-100'].map((name) =>
  fileURLToPath(new URL(`../data/n-mnist/${name}.bin`, import.meta.url)),
);

/** A motion of the camera, with its start and end in ms. */
export interface Motion {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The motions of every recording, in order. */
export const motions: readonly Motion[] = [
  { name: 'up', start: 20, end: 95 },
  { name: 'down left', start: 125, end: 195 },
  { name: 'right', start: 225, end: 290 },
];

const [channels, dt, window] = [2 * 5 * 5, 1e-3, 30e-3];

/** Events of a recording as the network takes them. */
export function fromCamera(
  path: string,
  config: FromFileConfig = {},
): Observable<AerPacket<ChannelSpace>> {
  const camera = { format: 'nmnist', options: { width: 34, height: 34 }, window: 5e-3 };
  return fromFile(path, { ...camera, ...config }).pipe(downsample(7), toChannels());
}

/** Trials of a recording: one for each motion, labelled with it. */
async function trials(path: string): Promise<TrainingSample[]> {
  const bins = toRaster({ channels, dt, chunkSteps: 10, startTime: 0 });
  const chunks: SpikeRaster[] = await lastValueFrom(fromCamera(path).pipe(bins, toArray()));
  const counts = chunks.flatMap((chunk) => [...chunk.counts]);
  return motions.map(({ start }, label) => ({
    input: spikeRaster({
      channels,
      dt,
      counts: counts.slice(start * channels, (start + 65) * channels),
    }),
    label,
  }));
}

/** Trains three neurons, one a motion, on all motions of some recordings, on four chips of 20 % mismatch at a time. */
export async function learn(paths: readonly string[], epochs = 2000): Promise<Pipeline> {
  const random = randomStream(1, 'weights');
  const weight = Array.from({ length: channels }, () => motions.map(() => 1 + random.normal()));
  const net = pipeline(
    linear({ name: 'camera', weight }),
    dynapSim({ neurons: 3, name: 'motion', dt }),
  );
  const samples = (await Promise.all(paths.map(trials))).flat();
  const config = {
    epochs,
    loss: rateCrossEntropy(0.1),
    mismatch: { fraction: 0.2, every: 5, instances: 4 },
    weightLimits: { camera: { min: -8, max: 8 } },
  };
  return (await lastValueFrom(train(net, samples, config))).pipeline;
}

/** What is decided at the end of 5 ms. */
export interface Decision {
  /** When, ms of the recording. */
  readonly time: number;
  /** Index of the motion whose neuron fired most in the last 30 ms; undefined if two did, or none. */
  readonly motion: number | undefined;
}

/** Reads decisions off the spikes of the network, one every 5 ms. */
export function decide(): OperatorFunction<AerPacket<ChannelSpace>, Decision> {
  return (spikes) =>
    spikes.pipe(
      rateDecode({ window, dt: 5e-3, startTime: 0 }),
      mergeMap((rates) => from(decisionsOf(rates))),
    );
}

function decisionsOf({ steps, channels, values, startTime, dt }: SignalRaster): Decision[] {
  return Array.from({ length: steps }, (_, step) => {
    const rates = [...values.subarray(step * channels, (step + 1) * channels)];
    const most = Math.max(...rates);
    const clear = rates.filter((rate) => rate === most).length === 1;
    return {
      time: Math.round(startTime / 1000 + (step + 1) * dt * 1000),
      motion: clear ? rates.indexOf(most) : undefined,
    };
  });
}

/** Index of the motion that has gone on for the whole window that ends at `time`, if there is one. */
export function motionAt(time: number): number | undefined {
  const index = motions.findIndex(({ start, end }) => time >= start + window * 1000 && time <= end);
  return index < 0 ? undefined : index;
}

/** Fraction of right decisions, of those made while something moved. */
export function accuracy(decisions: Observable<Decision>): Promise<number> {
  return lastValueFrom(
    decisions.pipe(
      toArray(),
      map((all) => {
        const asked = all.filter(({ time }) => motionAt(time) !== undefined);
        return asked.filter(({ time, motion }) => motion === motionAt(time)).length / asked.length;
      }),
    ),
  );
}
