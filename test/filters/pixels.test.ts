import fc from 'fast-check';
import { type AerPacket, aerPacket, channels, DataError, type PixelSpace, pixels } from 'spikeline';
import * as events from 'spikeline/events';
import {
  chipWords,
  emptyPacket,
  type Filter,
  lossCounter,
  type Pixel,
  packPixel,
  unpackPixel,
} from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { camera, pixelStreams } from '#test/support/event-streams';

/** What should become of a pixel; undefined if it is left out. */
type Meaning = (pixel: Pixel) => Pixel | number | undefined;

type OnPixels = Filter<AerPacket<PixelSpace>, AerPacket>;

const cases: Record<string, readonly [make: () => OnPixels, meaning: Meaning]> = {
  crop: [
    () => events.cropFilter({ x: 2, y: 1, width: 3, height: 3 }),
    ({ x, y, polarity }) =>
      x >= 2 && x < 5 && y >= 1 && y < 4 ? { x: x - 2, y: y - 1, polarity } : undefined,
  ],
  'crop of all': [() => events.cropFilter({ x: 0, y: 0, width: 6, height: 5 }), (pixel) => pixel],
  maskPixels: [
    () =>
      events.maskPixelsFilter({
        pixels: [
          { x: 5, y: 4 },
          { x: 0, y: 1 },
        ],
      }),
    (pixel) =>
      (pixel.x === 5 && pixel.y === 4) || (pixel.x === 0 && pixel.y === 1) ? undefined : pixel,
  ],
  downsample: [
    () => events.downsampleFilter(4),
    ({ x, y, polarity }) => ({ x: Math.floor(x / 4), y: Math.floor(y / 4), polarity }),
  ],
  'flip, horizontal': [
    () => events.flipFilter('horizontal'),
    ({ x, y, polarity }) => ({ x: 5 - x, y, polarity }),
  ],
  'flip, vertical': [
    () => events.flipFilter('vertical'),
    ({ x, y, polarity }) => ({ x, y: 4 - y, polarity }),
  ],
  transpose: [() => events.transposeFilter(), ({ x, y, polarity }) => ({ x: y, y: x, polarity })],
  'polarity, on': [
    () => events.polarityFilter('on'),
    (pixel) => (pixel.polarity === 1 ? pixel : undefined),
  ],
  'polarity, off': [
    () => events.polarityFilter('off'),
    (pixel) => (pixel.polarity === 0 ? pixel : undefined),
  ],
  'polarity, merge': [() => events.polarityFilter('merge'), (pixel) => ({ ...pixel, polarity: 1 })],
  'polarity, invert': [
    () => events.polarityFilter('invert'),
    ({ x, y, polarity }) => ({ x, y, polarity: 1 - polarity }),
  ],
  toChannels: [() => events.toChannelsFilter(), ({ x, y, polarity }) => polarity * 30 + y * 6 + x],
  'toChannels, merge': [
    () => events.toChannelsFilter({ polarity: 'merge' }),
    ({ x, y }) => y * 6 + x,
  ],
};

describe.each(Object.entries(cases))('%s', (_, [make, meaning]) => {
  it('does with each pixel what it says, and keeps times', () => {
    fc.assert(
      fc.property(pixelStreams, (packet) => {
        const out = make()(packet);
        const expected = Array.from(packet.addresses, (address, i) => {
          const pixel = meaning(unpackPixel(camera, address));
          return pixel === undefined ? undefined : { time: packet.timestamps[i], pixel };
        }).filter((event) => event !== undefined);
        const got = Array.from(out.addresses, (address, i) => ({
          time: out.timestamps[i],
          pixel: out.space.kind === 'pixels' ? unpackPixel(out.space, address) : address,
        }));
        expect(got).toEqual(expected);
        expect(out.until).toBe(packet.until);
      }),
      { numRuns: 30 },
    );
  });
});

/** Addresses of pixels that there are not: beside the picture, below it, and far off. */
const nowhere = [(1 << 4) | (6 << 1), (5 << 4) | 2, 0xffff_fffe];

const counting: Record<string, (losses: events.Losses) => OnPixels> = {
  crop: (losses) => events.cropFilter({ x: 0, y: 0, width: 6, height: 5, losses }),
  maskPixels: (losses) => events.maskPixelsFilter({ pixels: [], losses }),
  flip: (losses) => events.flipFilter('both', { losses }),
  refractory: (losses) => events.refractoryFilter({ period: 0, losses }) as OnPixels,
  hotPixels: (losses) => events.hotPixelsFilter({ rate: 1e6, losses }),
  toChannels: (losses) => events.toChannelsFilter({ losses }),
};

describe.each(Object.entries(counting))('%s', (_, make) => {
  it('counts events of pixels that there are not', () => {
    const losses = lossCounter();
    const packet = {
      timestamps: Float64Array.of(1, 2, 3, 4, 5),
      addresses: Uint32Array.of(packPixel(camera, { x: 5, y: 4, polarity: 1 }), ...nowhere, 0),
      space: camera,
      until: 9,
    };
    expect(Array.from(make(losses)(packet).timestamps)).toEqual([1, 5]);
    expect(losses.byReason).toEqual({ unknownAddress: 3 });
  });

  it('refuses other addresses than pixels, what is no packet, and another picture', () => {
    const filter = make(lossCounter());
    filter(emptyPacket(camera));
    for (const bad of [
      undefined,
      {},
      { ...emptyPacket(camera), until: Number.NaN },
      ...[Number.NaN, Number.POSITIVE_INFINITY].map((time) => ({
        ...emptyPacket(camera, 5),
        timestamps: Float64Array.of(1, time),
        addresses: Uint32Array.of(0, 1),
      })),
      emptyPacket(pixels(9, 9)),
    ]) {
      expect(() => filter(bad as never)).toThrow(DataError);
    }
  });
});

describe('a picture that does not fit', () => {
  it('is refused by crop and maskPixels, with its size', () => {
    const crop = events.cropFilter({ x: 3, y: 0, width: 4, height: 1 });
    expect(() => crop(emptyPacket(camera))).toThrow(
      '4×1 pixels from (3, 0) on do not lie within 6×5 pixels',
    );
    const mask = events.maskPixelsFilter({ pixels: [{ x: 6, y: 0 }] });
    expect(() => mask(emptyPacket(camera))).toThrow('pixel (6, 0) is to be masked');
  });

  it('is too large to keep something of each of its pixels', () => {
    const huge = emptyPacket(pixels(32_768, 32_768));
    for (const make of [
      () => events.denoiseFilter({ window: 1 }),
      () => events.refractoryFilter({ period: 1 }),
      () => events.hotPixelsFilter({ rate: 1 }),
      () => events.maskPixelsFilter({ pixels: [] }),
    ]) {
      expect(() => (make() as OnPixels)(huge)).toThrow('are too many');
    }
  });
});

it('gives the largest pictures channels', () => {
  const filter = events.toChannelsFilter();
  const space = pixels(32_768, 32_768);
  const at = packPixel(space, { x: 32_767, y: 32_767, polarity: 1 });
  expect(filter(aerPacket([1], [at], space)).addresses[0]).toBe(2 ** 31 - 1);
  expect(() => events.transposeFilter()(emptyPacket(chipWords('toy')) as never)).toThrow(
    'pixels are needed',
  );
});

it('refuses to bin pixels, and says what to do', () => {
  const packet = emptyPacket(camera) as AerPacket as AerPacket<events.ChannelSpace>;
  const decode = events.rateDecoder({ tau: 1, dt: 1e-3 });
  expect(() => decode(packet)).toThrow('toChannels() gives each pixel a channel');
  expect(channels(1).kind).toBe('channels');
});
