import fc from 'fast-check';
import { type SignalRaster, type SpikeRaster, spikeRaster } from 'spikeline';
import { binStart } from 'spikeline/events';
import { binOf, binsBetween, startProblems } from '#src/events/bins';

/** Chunk `index` of a stream of `channels` channels, two steps of 1 ms each. */
export function chunk(index: number, channels = 2): SpikeRaster {
  const counts = Array.from({ length: 2 * channels }, (_, i) => (i + index) % 3);
  return spikeRaster({ channels, dt: 1e-3, startTime: index * 2000, counts });
}

/** The same as weighted values. */
export function weighted(index: number, channels = 2): SignalRaster {
  const { counts, ...grid } = chunk(index, channels);
  return { ...grid, values: Float64Array.from(counts, (count) => count * 2.5) };
}

/** Cuts a raster into chunks of the given steps; the last one takes the rest. */
export function cut(raster: SpikeRaster, sizes: readonly number[]): SpikeRaster[] {
  const { steps, channels, dt, startTime, counts } = raster;
  const chunks: SpikeRaster[] = [];
  let from = 0;
  for (const size of [...sizes, steps]) {
    const to = Math.min(steps, from + size);
    if (to === from) continue;
    chunks.push({
      steps: to - from,
      channels,
      dt,
      startTime: binStart(from, dt, startTime),
      counts: counts.slice(from * channels, to * channels),
    });
    from = to;
  }
  return chunks;
}

/** Joins chunks of one stream; what lies between them is silence. */
export function join(chunks: readonly SpikeRaster[]): SpikeRaster {
  const { channels, dt, startTime } = chunks[0]!;
  const { startTime: at, steps } = chunks.at(-1)!;
  const stepOf = (time: number): number => binsBetween(startTime, time, dt);
  const counts = new Uint32Array((stepOf(at) + steps) * channels);
  for (const part of chunks) counts.set(part.counts, stepOf(part.startTime) * channels);
  return { steps: counts.length / channels, channels, dt, startTime, counts };
}

/** The time itself if bins of `dt` can begin there; if not, the edge before it. */
export function edge(time: number, dt: number): number {
  return startProblems(time, dt).length === 0 ? time : binStart(binOf(time, 0, dt), dt);
}

/** Random rasters, none of them empty. */
export function rasters(config: {
  readonly channels?: number;
  readonly dt?: fc.Arbitrary<number>;
  readonly maxSteps?: number;
  readonly maxCount?: number;
  readonly startTime?: fc.Arbitrary<number>;
}): fc.Arbitrary<SpikeRaster> {
  const { maxSteps = 40, maxCount = 3, dt = fc.constant(1e-3) } = config;
  const { startTime = fc.integer({ min: 0, max: 1_000_000 }) } = config;
  const channels =
    config.channels === undefined ? fc.integer({ min: 1, max: 5 }) : fc.constant(config.channels);
  return fc
    .tuple(channels, fc.integer({ min: 1, max: maxSteps }), dt, startTime)
    .chain(([width, steps, bin, start]) =>
      fc
        .array(fc.integer({ min: 0, max: maxCount }), {
          minLength: width * steps,
          maxLength: width * steps,
        })
        .map((counts) =>
          spikeRaster({ channels: width, dt: bin, startTime: edge(start, bin), counts }),
        ),
    );
}

/** Random places to cut at. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 9 }), {
  maxLength: 20,
});
