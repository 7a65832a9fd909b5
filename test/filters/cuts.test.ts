import fc from 'fast-check';
import type { AerPacket, SignalRaster, SpikeRaster } from 'spikeline';
import { channels } from 'spikeline';
import * as events from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { channelStreams, cutPacket, cutPlaces, pixelStreams } from '#test/support/event-streams';
import { cut, cuts, rasters } from '#test/support/rasters';

/** A filter or a slicer, as what a stream is put through. */
type Through = (items: readonly unknown[]) => unknown[];

function ofFilter(make: () => events.Filter<never, unknown>): Through {
  return (items) => {
    const filter = make();
    const out = items.map((item) => filter(item as never));
    const last = filter.end?.();
    return last === undefined ? out : [...out, last];
  };
}

function ofSlicer(make: () => events.Slicer<never, unknown>): Through {
  return (items) => {
    const slicer = make();
    const out: unknown[] = [];
    const emit = (item: unknown) => out.push(item);
    for (const item of items) slicer.push(item as never, emit);
    slicer.end(emit);
    return out;
  };
}

/** Joins packets; checks that each keeps what the `until` of those before it promised. */
function joinPackets(packets: readonly AerPacket[]): unknown {
  let said = Number.NEGATIVE_INFINITY;
  const times: number[] = [];
  const addresses: number[] = [];
  for (const { timestamps, addresses: some, until } of packets) {
    for (const time of timestamps) expect(time).toBeGreaterThanOrEqual(said);
    expect(until).toBeGreaterThanOrEqual(Math.max(said, timestamps.at(-1) ?? said));
    expect(timestamps.buffer.byteLength).toBe(timestamps.byteLength);
    said = until;
    times.push(...timestamps);
    addresses.push(...some);
  }
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  return { times, addresses, space: packets[0]?.space, until: said };
}

/** Joins rasters, each of which must begin where the one before it ends. */
function joinRasters(all: readonly (SignalRaster | SpikeRaster)[]): unknown {
  const some = all.filter(({ steps }) => steps > 0);
  let step = 0;
  const rows: number[] = [];
  for (const raster of some) {
    expect(raster.startTime).toBe(events.binStart(step, raster.dt, some[0]!.startTime));
    step += raster.steps;
    rows.push(...('counts' in raster ? raster.counts : raster.values));
  }
  return { channels: some[0]?.channels, startTime: some[0]?.startTime, rows };
}

const nonEmpty = (packets: readonly AerPacket[]): unknown => {
  joinPackets(packets);
  return packets
    .filter(({ timestamps }) => timestamps.length > 0)
    .map(({ timestamps, addresses }) => [timestamps, addresses]);
};
const parts = (all: readonly Record<string, AerPacket>[]): unknown =>
  Object.keys(all[0] ?? {}).map((name) => joinPackets(all.map((each) => each[name]!)));
const asItIs = (all: readonly unknown[]): unknown => all;

type Case = readonly [through: Through, join: (out: never[]) => unknown];

const onPixels: Record<string, Case> = {
  crop: [ofFilter(() => events.cropFilter({ x: 1, y: 0, width: 3, height: 4 })), joinPackets],
  maskPixels: [ofFilter(() => events.maskPixelsFilter({ pixels: [{ x: 1, y: 2 }] })), joinPackets],
  downsample: [ofFilter(() => events.downsampleFilter(2)), joinPackets],
  flip: [ofFilter(() => events.flipFilter('both')), joinPackets],
  transpose: [ofFilter(() => events.transposeFilter()), joinPackets],
  polarity: [ofFilter(() => events.polarityFilter('on')), joinPackets],
  'polarity, inverted': [ofFilter(() => events.polarityFilter('invert')), joinPackets],
  refractory: [ofFilter(() => events.refractoryFilter({ period: 2e-3 })), joinPackets],
  denoise: [ofFilter(() => events.denoiseFilter({ window: 400e-6 })), joinPackets],
  hotPixels: [ofFilter(() => events.hotPixelsFilter({ rate: 400, window: 5e-3 })), joinPackets],
  toChannels: [ofFilter(() => events.toChannelsFilter()), joinPackets],
  'toChannels, merged': [
    ofFilter(() => events.toChannelsFilter({ polarity: 'merge' })),
    joinPackets,
  ],
  toFrame: [ofSlicer(() => events.toFrameSlicer({ window: 3e-3 })), asItIs],
  'toFrame, time surface': [
    ofSlicer(() =>
      events.toFrameSlicer({ window: 1 / 300, kind: 'timeSurface', tau: 4e-3, startTime: 0 }),
    ),
    asItIs,
  ],
};

const onChannels: Record<string, Case> = {
  refractory: [ofFilter(() => events.refractoryFilter({ period: 2e-3 })), joinPackets],
  remap: [
    ofFilter(() => events.remapFilter({ table: [3, -1, 0, 1], space: channels(4) })),
    joinPackets,
  ],
  splitByAddress: [
    ofFilter(() => events.splitByAddressFilter({ parts: { a: [4, 0], b: [2] } })),
    parts,
  ],
  delayEvents: [ofFilter(() => events.delayEventsFilter({ delay: -1e-3 })), joinPackets],
  jitter: [ofFilter(() => events.jitterFilter({ sigma: 700e-6, seed: 3 })), joinPackets],
  rate: [ofFilter(() => events.rateFilter({ dt: 1 / 700 })), joinRasters],
  timeSlice: [ofSlicer(() => events.timeSlicer({ window: 2e-3 })), asItIs],
  'timeSlice with gaps': [
    ofSlicer(() => events.timeSlicer({ window: 1 / 700, maxGap: 2e-3 })),
    nonEmpty,
  ],
  countSlice: [ofSlicer(() => events.countSlicer({ events: 7 })), nonEmpty],
  'rateDecode, tau': [ofFilter(() => events.rateDecoder({ tau: 5e-3, dt: 1e-3 })), joinRasters],
  'rateDecode, window': [
    ofFilter(() => events.rateDecoder({ window: 5e-3, dt: 1e-3, startTime: 0 })),
    joinRasters,
  ],
  populationDecode: [
    ofFilter(() => events.populationDecoder({ values: [1, 2, 3, 4, 5], tau: 5e-3, dt: 1e-3 })),
    joinRasters,
  ],
  'mergeByTime of one': [
    ofSlicer(() => {
      const merger = events.timeMerger(1);
      return {
        push: (packet, emit) => merger.push(0, packet, emit),
        end: (emit) => merger.end(0, emit),
      };
    }),
    joinPackets,
  ],
};

const onRasters: Record<string, Case> = {
  rateDecode: [ofFilter(() => events.rateDecoder({ tau: 5e-3 })), joinRasters],
  populationDecode: [
    ofFilter(() =>
      events.populationDecoder({
        values: [
          [1, 0],
          [0, 1],
          [2, 3],
        ],
        window: 5e-3,
        method: 'sum',
      }),
    ),
    joinRasters,
  ],
  rateEncode: [
    ofFilter(() => events.rateEncoder({ range: [0, 4], neurons: 3, rate: 900, tuning: 'bumps' })),
    joinRasters,
  ],
  'rateEncode at random': [
    ofFilter(() =>
      events.rateEncoder({ range: [0, 4], neurons: 2, rate: 900, spikes: 'poisson', seed: 2 }),
    ),
    joinRasters,
  ],
  deltaEncode: [ofFilter(() => events.deltaEncoder({ threshold: 0.75 })), joinRasters],
};

const runs = Number(process.env['SPIKELINE_RUNS'] ?? 12);

/** Runs whole and cut; what goes in and what has come out are not written again. */
function check([through, join]: Case, whole: unknown, pieces: readonly unknown[]): void {
  const expected = join(through([whole]) as never[]);
  const before = structuredClone(pieces);
  const copies: unknown[] = [];
  const out = through(pieces);
  copies.push(structuredClone(out));
  expect(pieces).toEqual(before);
  expect(join(out as never[])).toEqual(expected);
  through(pieces);
  expect(out).toEqual(copies[0]);
}

describe.each(Object.entries(onPixels))('%s of pixels', (_, each) => {
  it('does not depend on how the stream is cut', () => {
    fc.assert(
      fc.property(pixelStreams, cutPlaces, (whole, places) => {
        check(each, whole, cutPacket(whole, places));
      }),
      { numRuns: runs },
    );
  });
});

describe.each(Object.entries(onChannels))('%s of channels', (_, each) => {
  it('does not depend on how the stream is cut', () => {
    fc.assert(
      fc.property(channelStreams, cutPlaces, (whole, places) => {
        check(each, whole, cutPacket(whole, places));
      }),
      { numRuns: runs },
    );
  });
});

describe.each(Object.entries(onRasters))('%s of rasters', (name, each) => {
  it('does not depend on how the stream is cut', () => {
    fc.assert(
      fc.property(rasters({ channels: 3, maxCount: 5 }), cuts, (raster, sizes) => {
        const signal = ({ counts, ...grid }: SpikeRaster): SignalRaster => ({
          ...grid,
          values: Float64Array.from(counts, (count) => count * 0.9),
        });
        const as = (one: SpikeRaster) => (name.includes('Encode') ? signal(one) : one);
        check(each, as(raster), cut(raster, sizes).map(as));
      }),
      { numRuns: runs },
    );
  });
});
