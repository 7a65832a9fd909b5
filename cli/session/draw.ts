/** Pictures of a session: spikes by channel, values over time, latencies. */
import type { RecordedSession, SessionReport, StreamReport } from 'spikeline/loop';
import { histogram, linePlot, rasterPlot } from '../pictures/index.ts';

/** Bins that a raster is drawn in, and channels and streams that are drawn, at most. */
const [mostBins, mostChannels, mostStreams] = [1500, 256, 8];
/** Points of a line and values of a histogram, at most: then every second is left out. */
const mostPoints = 20_000;

/** Spikes in bins that fit on a picture. */
interface Drawn {
  readonly label: string;
  readonly raster: {
    readonly steps: number;
    readonly channels: number;
    readonly dt: number;
    readonly counts: Uint32Array;
  };
}

/** Values that thin themselves out. */
class Points {
  readonly values: [number, number][] = [];
  #every = 1;
  #seen = 0;

  add(time: number, value: number): void {
    if (this.#seen++ % this.#every > 0) return;
    this.values.push([time, value]);
    if (this.values.length < mostPoints) return;
    for (let i = 0; 2 * i < this.values.length; i++) this.values[i] = this.values[2 * i]!;
    this.values.length = Math.ceil(this.values.length / 2);
    this.#every *= 2;
  }
}

/** The time that all pictures begin at and how long it is, whole microseconds. */
function spanOf(streams: readonly StreamReport[]): readonly [number, number] {
  const drawn = streams.filter(({ rates, from }) => rates !== null && from !== null);
  const begin = Math.min(...drawn.map(({ from }) => from!));
  return [begin, Math.max(...drawn.map(({ until }) => until!)) - begin];
}

/** Draws what there is; pictures by name. */
export async function sessionPictures(
  session: RecordedSession,
  { streams, path }: SessionReport,
): Promise<Record<string, string>> {
  const spiking = streams
    .filter(
      ({ rates, channels, from, until }) =>
        rates !== null && channels! <= mostChannels && until! > from!,
    )
    .slice(0, mostStreams);
  const valued = streams
    .filter(
      ({ kind, name, channels }) =>
        (kind === 'series' || kind === 'signals') &&
        channels !== null &&
        !name.startsWith('latency'),
    )
    .slice(0, mostStreams);
  const slow = streams.filter(({ latency }) => latency !== null && latency.count > 0);
  const [begin, length] = spanOf(spiking);
  const steps = Math.max(1, Math.min(mostBins, Math.round(length / 1000)));
  const width = length / steps;
  const rasters = new Map<string, Drawn>(
    spiking.map(({ name, channels }) => {
      const counts = new Uint32Array(steps * channels!);
      const raster = { steps, channels: channels!, dt: width / 1e6, counts };
      return [name, { label: name, raster }];
    }),
  );
  const lines = new Map(
    [...valued, ...slow].map(({ name, channels }) => [
      name,
      Array.from({ length: Math.min(4, channels ?? 1) }, () => new Points()),
    ]),
  );
  const names = [...rasters.keys(), ...lines.keys()];
  if (names.length === 0) return {};
  for await (const { stream, item } of session.recording.items({ streams: names })) {
    const drawn = rasters.get(stream);
    if (drawn !== undefined && 'addresses' in item) {
      const { counts, channels } = drawn.raster;
      item.timestamps.forEach((time, i) => {
        const bin = Math.min(steps - 1, Math.max(0, Math.floor((time - begin) / width)));
        counts[bin * channels + item.addresses[i]!]! += 1;
      });
    } else if (drawn !== undefined && 'counts' in item) {
      const { counts, channels } = drawn.raster;
      item.counts.forEach((count, i) => {
        if (count === 0) return;
        const time = item.startTime + Math.floor(i / item.channels) * item.dt * 1e6;
        const bin = Math.min(steps - 1, Math.max(0, Math.floor((time - begin) / width)));
        counts[bin * channels + (i % item.channels)]! += count;
      });
    } else if ('values' in item) {
      const own = lines.get(stream)!;
      for (let i = 0; i < item.values.length; i++) {
        const [row, channel] = [Math.floor(i / item.channels), i % item.channels];
        const time = 'steps' in item ? item.startTime + row * item.dt * 1e6 : item.timestamps[row]!;
        own[channel]?.add(time / 1e6, item.values[i]!);
      }
    }
  }
  const pictures = new Map<string, string>();
  /** Streams may be named alike once they are files. */
  const put = (name: string, picture: string): void => {
    let own = name;
    for (let i = 2; pictures.has(own); i++) own = `${name}-${i}`;
    pictures.set(own, picture);
  };
  if (rasters.size > 0) {
    put('spikes', rasterPlot({ title: `${path}: spikes`, panels: [...rasters.values()] }));
  }
  for (const { name } of valued) {
    const series = lines
      .get(name)!
      .map(({ values }, i) => ({ label: `${name} ${i}`, points: values }));
    const labels = { title: `${path}: ${name}`, xLabel: 'time (s)', yLabel: name };
    put(fileName(name), linePlot({ ...labels, series }));
  }
  if (slow.length > 0) {
    const series = slow.map(({ name }) => ({
      label: name,
      values: lines.get(name)![0]!.values.map(([, value]) => value),
    }));
    put(
      'latency',
      histogram({ title: `${path}: latency of steps`, xLabel: 'latency (µs)', series }),
    );
  }
  return Object.fromEntries(pictures);
}

/** A name of a stream as one of a file. */
function fileName(name: string): string {
  return name.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'stream';
}
