import fc from 'fast-check';
import {
  DataError,
  dynapSim,
  type Engine,
  linear,
  type Pipeline,
  type PipelineRun,
  pipeline,
  poissonRaster,
  referenceEngine,
  type SpikeRaster,
  spikeRaster,
  startPipeline,
} from 'spikeline';
import { binStart } from 'spikeline/events';
import { type DynapSimParameters, randomStream, referenceLayer } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';

const random = randomStream(5, 'run');
const weights = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => 3 + 4 * random.normal()),
  );
const [input, inner, between, outer] = [weights(5, 3), weights(3, 3), weights(3, 2), weights(2, 2)];

function netOf(dt: number): Pipeline {
  const quick = { dt, Ispkthr: 1e-8 };
  return pipeline(
    linear({ weight: input }),
    dynapSim({ neurons: 3, recurrent: inner, ...quick }),
    linear({ weight: between.map((row) => row.map((value) => 10 * value)) }),
    dynapSim({ neurons: 2, recurrent: outer, ...quick }),
  );
}

const net = netOf(1e-3);
const noise = poissonRaster({ channels: 5, rate: 200, duration: 0.2, startTime: 12_000, seed: 3 });

/** Rows `from` to `to` of a raster, with the start that belongs to them. */
function slice(raster: SpikeRaster, from: number, to: number): SpikeRaster {
  const { channels, dt, startTime, counts } = raster;
  return {
    channels,
    dt,
    steps: to - from,
    startTime: startTime + binStart(from, dt),
    counts: counts.slice(from * channels, to * channels),
  };
}

function spikesOf(run: PipelineRun, chunks: readonly SpikeRaster[]): number[] {
  return chunks.flatMap((chunk) => Array.from(run.process(chunk).counts));
}

describe('startPipeline', () => {
  it('does what the layers do one after the other', () => {
    const [, first, third, second] = net.stages;
    const one = referenceLayer(first!.parameters as DynapSimParameters, {
      dt: 1e-3,
      recurrent: Float64Array.from(inner.flat()),
    });
    const two = referenceLayer(second!.parameters as DynapSimParameters, {
      dt: 1e-3,
      recurrent: Float64Array.from(outer.flat()),
    });
    const times = (row: ArrayLike<number>, matrix: readonly (readonly number[])[]): Float64Array =>
      Float64Array.from(matrix[0]!, (_, c) =>
        matrix.reduce((sum, entries, r) => sum + row[r]! * entries[c]!, 0),
      );
    const expected: number[] = [];
    for (let t = 0; t < noise.steps; t++) {
      const spikes = one.step(times(noise.counts.subarray(5 * t, 5 * t + 5), input));
      expected.push(
        ...two.step(
          times(
            spikes,
            between.map((row) => row.map((v) => 10 * v)),
          ),
        ),
      );
    }
    expect(third!.channelsOut).toBe(2);
    const output = startPipeline(net).process(noise);
    expect(output).toMatchObject({ steps: 200, channels: 2, dt: 1e-3, startTime: 12_000 });
    expect(Array.from(output.counts)).toEqual(expected);
    expect(expected.filter((count) => count > 0).length).toBeGreaterThan(5);
  });

  it.each([1e-3, 3.7e-4, 1 / 3e3])('gives the same spikes for any cut, bins of %s s', (dt) => {
    const cutNet = netOf(dt);
    const raster = poissonRaster({ channels: 5, rate: 200, duration: 200 * dt, dt, seed: 4 });
    const expected = spikesOf(startPipeline(cutNet), [raster]);
    expect(expected.some((count) => count > 0)).toBe(true);
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (given) => {
        const ends = [...given.toSorted((a, b) => a - b), 200];
        const chunks = ends.map((to, i) => slice(raster, ends[i - 1] ?? 0, to));
        expect(spikesOf(startPipeline(cutNet), chunks)).toEqual(expected);
      }),
      { numRuns: runs(25) },
    );
  });

  it('runs in chunks of one step', () => {
    const chunks = Array.from({ length: noise.steps }, (_, t) => slice(noise, t, t + 1));
    expect(spikesOf(startPipeline(net), chunks)).toEqual(spikesOf(startPipeline(net), [noise]));
  });

  it('lets time pass in a gap part by part, and to one time only', () => {
    const [first, last] = [slice(noise, 0, 20), slice(noise, 150, 200)];
    const [whole, parts] = [startPipeline(net), startPipeline(net)];
    const expected = spikesOf(whole, [first, last]);
    const given = spikesOf(parts, [first]);
    let calls = 1;
    while (parts.approach(last.startTime, 50)) calls++;
    given.push(...spikesOf(parts, [last]));
    expect([calls, given, parts.unbinned]).toEqual([3, expected, whole.unbinned]);
    expect(parts.approach(last.startTime + 100_000, 10)).toBe(true);
    expect(() => parts.process(slice(noise, 0, 1))).toThrow(DataError);
    expect(() => parts.approach(last.startTime + 200_000, 10)).toThrow(/begun to pass/);
    expect(() => parts.approach(Number.NaN, 1)).toThrow(DataError);
  });

  it('lets time pass in a gap, as if zeros had come', () => {
    const [from, to] = [90, 130];
    const silent = { ...noise, counts: noise.counts.slice() };
    silent.counts.fill(0, from * 5, to * 5);
    const whole = Array.from(startPipeline(net).process(silent).counts);
    const run = startPipeline(net);
    const chunks = [slice(noise, 0, from), slice(noise, to, 200)];
    const gapped = spikesOf(run, chunks);
    expect(gapped).toEqual([...whole.slice(0, from * 2), ...whole.slice(to * 2)]);
    // It would not do to take the second chunk as if it followed at once.
    const moved = { ...chunks[1]!, startTime: chunks[0]!.startTime + 90_000 };
    expect(spikesOf(startPipeline(net), [chunks[0]!, moved])).not.toEqual(gapped);
  });

  it('begins at rest wherever the first chunk lies', () => {
    const later = { ...noise, startTime: 2 ** 45 };
    expect(spikesOf(startPipeline(net), [later])).toEqual(spikesOf(startPipeline(net), [noise]));
  });

  it('goes back to rest and to any time', () => {
    const run = startPipeline(net);
    const expected = spikesOf(run, [noise]);
    run.reset();
    expect(spikesOf(run, [noise])).toEqual(expected);
  });

  it('takes a chunk without steps', () => {
    const run = startPipeline(net);
    expect(run.process(slice(noise, 0, 0)).counts).toHaveLength(0);
    expect(spikesOf(run, [noise])).toEqual(spikesOf(startPipeline(net), [noise]));
  });

  it('asks its engine for every population', () => {
    const asked: number[] = [];
    const engine: Engine = {
      ...referenceEngine,
      layer(parameters, options) {
        asked.push((parameters as DynapSimParameters).Io.length);
        return referenceEngine.layer(parameters, options);
      },
    };
    startPipeline(net, engine).process(noise);
    expect(asked).toEqual([3, 2]);
  });

  it.each([
    ['other channels', { ...noise, channels: 4, counts: noise.counts.slice(200) }, /4 channels.*5/],
    ['another dt', { ...noise, dt: 1.001e-3 }, /bins of 0\.001001 s.*0\.001 s/],
  ])('refuses %s', (_, chunk, message) => {
    const run = startPipeline(net);
    expect(() => run.process(chunk)).toThrow(message);
    expect(() => run.process(chunk)).toThrow(DataError);
  });

  it('refuses a chunk that starts before the end of the last, and runs on', () => {
    const run = startPipeline(net);
    const first = run.process(slice(noise, 0, 100));
    expect(() => run.process(slice(noise, 99, 100))).toThrow(/starts at 111000 µs.*at 112000 µs/);
    const expected = spikesOf(startPipeline(net), [noise]);
    const rest = spikesOf(run, [slice(noise, 100, 200)]);
    expect([...first.counts, ...rest]).toEqual(expected);
  });

  it('takes a dt that differs by rounding only', () => {
    const near = spikeRaster({ channels: 5, dt: 1e-3 * (1 + 1e-15), counts: noise.counts });
    expect(spikesOf(startPipeline(net), [near])).toEqual(spikesOf(startPipeline(net), [noise]));
  });
});
