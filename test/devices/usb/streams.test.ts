import fc from 'fast-check';
import { pixels, unpackPixel } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { davisReader } from '#src/devices/usb/cameras/davis-reader';
import { dvs128Reader, dvs128Space } from '#src/devices/usb/cameras/dvs128-reader';
import { spikeReader } from '#src/devices/usb/dynapse1/spikes';
import { type DavisEvent, davisWords, wordBytes } from '#test/usb-emulator/davis346';

const space = pixels(346, 260);
const readers = {
  'a DYNAP-SE1': () => spikeReader(),
  'a DAVIS346': () => davisReader({ space, swapped: false }),
  'a turned DAVIS346': () => davisReader({ space, swapped: true }),
  'a DVS128': () => dvs128Reader(),
};

/** Reads bytes in transfers of some lengths; what is left in one. */
function readIn(
  reader: ReturnType<(typeof readers)['a DVS128']>,
  bytes: Uint8Array,
  cuts: number[],
) {
  const events: number[][] = [];
  let at = 0;
  for (const length of [...cuts, bytes.length]) {
    const { times, words } = reader.read(bytes.subarray(at, at + length));
    at += length;
    for (const [i, word] of words.entries()) events.push([times[i]!, word]);
  }
  return events;
}

describe.each(Object.entries(readers))('the stream of %s', (_, make) => {
  const reader = make as (typeof readers)['a DVS128'];

  it('is the same however it is cut into transfers', () => {
    const word = fc.uint8Array({ maxLength: 400 });
    const cuts = fc.array(fc.integer({ min: 0, max: 30 }).map((n) => 4 * n));
    fc.assert(
      fc.property(word, cuts, (given, lengths) => {
        const bytes = given.subarray(0, given.length & ~3);
        expect(readIn(reader(), bytes, lengths)).toEqual(readIn(reader(), bytes, []));
      }),
    );
  });

  it('never goes back in time, whatever comes, and counts what it cannot read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const one = reader();
        const times = readIn(one, bytes, [7, 12]).map(([time]) => time!);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(one.now).toBeGreaterThanOrEqual(times.at(-1) ?? 0);
        expect(Number.isSafeInteger(one.now)).toBe(true);
      }),
    );
  });
});

describe('pixels of a DAVIS346', () => {
  const event = fc.tuple(
    fc.integer({ min: 0, max: 200_000 }),
    fc.integer({ min: 0, max: 345 }),
    fc.integer({ min: 0, max: 259 }),
    fc.integer({ min: 0, max: 1 }),
  );

  it('come out as they went in, over any number of wraps', () => {
    fc.assert(
      fc.property(fc.array(event), (steps) => {
        let now = 0;
        const events = steps.map(([step, x, y, p]): DavisEvent => {
          now += step;
          return [now, x, y, p];
        });
        const one = davisReader({ space, swapped: false });
        const found = readIn(one, wordBytes(davisWords(events)), [10, 64]).map(([time, word]) => {
          const { x, y, polarity } = unpackPixel(space, word!);
          return [time, x, y, polarity];
        });
        expect(found).toEqual(events);
        expect(one.counts.unknown + one.counts.outside).toBe(0);
      }),
    );
  });

  it('are counted where the sensor has none', () => {
    const one = davisReader({ space, swapped: false });
    const words = [0x3005, 0x1000 | 260, 0x1001, 0x3000 | 346, 0x3000 | 345];
    expect(one.read(wordBytes(words)).words).toHaveLength(1);
    expect(one.counts.outside).toBe(3);
  });

  it('leave frames, motion and triggers aside, counted', () => {
    const one = davisReader({ space, swapped: false });
    const { words } = one.read(
      wordBytes([8, 11, 0x4123, 13, 10, 5, 0x5012, 7, 2, 3, 4, 16, 17, 99]),
    );
    expect(words).toHaveLength(0);
    expect(one.counts).toMatchObject({ frames: 1, motion: 1, triggers: 5, unknown: 1 });
  });
});

describe('time', () => {
  it('goes on over wraps and resets of the clock', () => {
    const one = spikeReader();
    const spike = 0x1051;
    const { times, words } = one.read(
      wordBytes([0x800a, spike, 0x7003, spike, 0x8001, spike, 1, 0x8005, spike]),
    );
    const wrap = 3 * 32_768;
    expect([...times]).toEqual([10, wrap, wrap + 1, wrap + 6]);
    expect(one.epoch).toBe(wrap + 1);
    expect(one.counts.resets).toBe(1);
    expect([...words]).toEqual(new Array(4).fill(words[0]));
  });

  it('stays exact past 2^32 µs', () => {
    const one = spikeReader();
    for (let i = 0; i < 40; i++) one.read(wordBytes([0x7fff]));
    expect(one.now).toBe(40 * 4095 * 32_768);
  });
});

it('turns the pixels of a DVS128 the right way', () => {
  const { words } = dvs128Reader().read(Uint8Array.of(0xfe, 0x00, 1, 0, 0x01, 0x7f, 2, 0));
  expect([...words].map((word) => unpackPixel(dvs128Space, word))).toEqual([
    { x: 0, y: 127, polarity: 1 },
    { x: 127, y: 0, polarity: 0 },
  ]);
});
