import fc from 'fast-check';
import { type Destination, eventOf } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import {
  coreMask,
  coresOf,
  echoReply,
  echoTag,
  echoWord,
  eventWord,
  fpgaHop,
  monitorDestination,
  monitorReply,
} from '#src/chips/dynapse2/event';
import { reasonsOf } from '#test/events/reasons';
import { anyDestination } from './arbitraries.ts';

const all: Destination['core'] = [true, true, true, true];

describe('eventWord', () => {
  it('brings every event back from 24 bits', () => {
    fc.assert(
      fc.property(anyDestination, (event) => {
        const word = eventWord(event);
        expect(Number.isInteger(word) && word >= 0 && word < 2 ** 24).toBe(true);
        expect(eventOf(word)).toEqual(event);
      }),
    );
  });

  it('gives different events different words', () => {
    fc.assert(
      fc.property(anyDestination, anyDestination, (a, b) => {
        expect(eventWord(a) === eventWord(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  // Hashes computed with Rockpool's samna_alias classes.
  it.each([
    [[false, true, true, true], 5, -6, 1044, 15_471_636],
    [[false, false, false, true], 6, -1, 1772, 9_266_924],
    [[true, true, false, true], -6, 7, 1300, 11_658_516],
    [[true, false, true, false], 4, -7, 908, 5_964_684],
  ] as const)(
    'packs cores %s, hops %s and %s, tag %s as samna’s users do',
    (core, x, y, tag, word) => {
      expect(eventWord({ core, xHop: x, yHop: y, tag })).toBe(word);
    },
  );

  it.each([
    ['tag', 2048],
    ['tag', -1],
    ['tag', 0.5],
    ['xHop', 8],
    ['xHop', -8],
    ['yHop', 8],
    ['yHop', Number.NaN],
  ])('refuses a %s of %s', (field, value) => {
    const event = { core: all, xHop: 0, yHop: 0, tag: 0, [field]: value };
    expect(reasonsOf(() => eventWord(event))).toEqual([
      expect.stringContaining(`${field} is ${value}`),
    ]);
  });

  it('refuses everything wrong at once', () => {
    const core = [true, false] as unknown as Destination['core'];
    expect(reasonsOf(() => eventWord({ core, xHop: 9, yHop: -9, tag: 5000 }))).toHaveLength(4);
  });
});

describe('coreMask', () => {
  it('has core 0 as its lowest bit and comes back', () => {
    expect(coreMask([true, false, false, false])).toBe(1);
    expect(coreMask([false, false, false, true])).toBe(8);
    for (let mask = 0; mask < 16; mask++) expect(coreMask(coresOf(mask))).toBe(mask);
  });
});

describe('the words of the FPGA', () => {
  it('are an echo of tag 2047 to hop -7 that comes back one hop on', () => {
    expect(echoTag).toBe(2047);
    expect(fpgaHop).toBe(-7);
    expect(eventOf(echoWord)).toEqual({ core: all, xHop: -7, yHop: -7, tag: 2047 });
    expect(eventOf(echoReply)).toEqual({ core: all, xHop: -6, yHop: -7, tag: 2047 });
  });

  it('name a monitored neuron by its place, one hop further for each chip', () => {
    expect(monitorDestination(2, 3)).toEqual({ core: all, xHop: -7, yHop: 0, tag: 515 });
    expect(eventOf(monitorReply(0, 2, 3))).toEqual({ core: all, xHop: -6, yHop: 0, tag: 515 });
    expect(eventOf(monitorReply(3, 0, 9))).toMatchObject({ xHop: -3, tag: 9 });
    const words = [0, 1, 2, 3].flatMap((chip) =>
      [0, 1, 2, 3].flatMap((core) => [0, 1, 255].map((n) => monitorReply(chip, core, n))),
    );
    expect(new Set(words).size).toBe(48);
    expect(words).not.toContain(echoReply);
  });
});
