import fc from 'fast-check';
import { aerPacket, channels, DataError, spikeRaster } from 'spikeline';
import type { StreamItem } from 'spikeline/events';
import { expect, it } from 'vitest';
import { itemLength } from '#src/events/items';
import { itemMessage, itemOf } from '#src/events/wire';
import { type Gap, opener, sealer } from '#src/nats/envelope';

const packet = (n: number): StreamItem =>
  aerPacket(
    Array.from({ length: n }, (_, i) => i),
    new Array(n).fill(0),
    channels(1),
  );

/** Envelopes of packets with so many events each. */
function sealed(sizes: readonly number[], maxBytes = 200): Uint8Array[][] {
  const made = sealer();
  return sizes.map((n) => {
    const message = itemMessage(packet(n), { stream: 0, sequence: made.sequence });
    return made.seal(message, n, maxBytes);
  });
}

/** What comes out of envelopes, and what is missing. */
function opened(envelopes: readonly Uint8Array[], whole = true) {
  const gaps: Gap[] = [];
  let repeated = 0;
  const own = opener({ gap: (gap) => gaps.push(gap), repeated: () => repeated++, whole });
  const sizes = envelopes.flatMap((bytes) => {
    const found = own.open(bytes.slice());
    if (found === undefined || found.message.kind === 'control') return [];
    return [itemLength(itemOf(found.message))];
  });
  const sum = (name: keyof Gap): number => gaps.reduce((total, gap) => total + gap[name], 0);
  return { sizes, messages: sum('messages'), elements: sum('elements'), repeated };
}

it('gives items back, however many envelopes they take', () => {
  const sizes = [0, 1, 40, 3, 17];
  const envelopes = sealed(sizes);
  expect(envelopes.map(({ length }) => length)).toEqual([1, 1, 3, 1, 2]);
  expect(opened(envelopes.flat())).toEqual({ sizes, messages: 0, elements: 0, repeated: 0 });
});

it('counts every message and event that does not come, whatever is lost', () => {
  const sizes = fc.array(fc.nat(40), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(sizes, fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }), (own, lost) => {
      const items = sealed(own);
      const all = items.flat();
      // The last comes, or nobody knows of it.
      const kept = all.filter((_, i) => i === all.length - 1 || !lost[i]);
      const found = opened(kept);
      let at = 0;
      const whole = items.map((parts) => parts.every((part) => kept.includes(part) && ++at > 0));
      const came = own.filter((_, i) => whole[i]);
      expect(found.sizes).toEqual(came);
      expect(found.messages).toBe(all.length - kept.length);
      const lastCame = whole.at(-1) === true;
      const total = own.reduce((sum, n, i) => sum + (whole[i] ? 0 : n), 0);
      if (lastCame) expect(found.elements).toBe(total);
    }),
  );
});

it('leaves out what comes twice, and lets one join in the middle', () => {
  const [a, b, c] = sealed([1, 2, 3]).flat() as [Uint8Array, Uint8Array, Uint8Array];
  expect(opened([a, b, a, b, c])).toMatchObject({ sizes: [1, 2, 3], messages: 0, repeated: 2 });
  expect(opened([b, c], false)).toMatchObject({ sizes: [2, 3], messages: 0 });
  expect(opened([b, c], true)).toMatchObject({ sizes: [2, 3], messages: 1, elements: 1 });
});

it('tells runs apart that share a subject', () => {
  const one = sealed([1, 2]).flat();
  const other = sealed([5, 6]).flat();
  const mixed = [one[0]!, other[0]!, one[1]!, other[1]!];
  expect(opened(mixed)).toMatchObject({ sizes: [1, 5, 2, 6], messages: 0 });
});

it('refuses what is none', () => {
  const junk = [new Uint8Array(0), new Uint8Array(24), new Uint8Array(100).fill(9)];
  const noMessage = new Uint8Array(100).fill(9);
  noMessage.set([1, 0]);
  for (const bytes of [...junk, noMessage]) expect(() => opened([bytes])).toThrow(DataError);
});

it('refuses to send what could not be read', () => {
  const sound = packet(3) as ReturnType<typeof aerPacket>;
  const bad = [
    { ...sound, timestamps: Float64Array.of(3, 2, 1) },
    { ...sound, addresses: Uint32Array.of(0, 0, 7) },
    { ...sound, addresses: Uint32Array.of(0) },
    { ...sound, space: undefined },
    { ...sound, until: Number.NaN },
  ];
  for (const item of bad) {
    const message = itemMessage(item as never, { stream: 0, sequence: 0 });
    expect(() => sealer().seal(message, 3, 1000)).toThrow(/^this item cannot go over the net/);
  }
});

it('carries rasters, and refuses what is too large for any net', () => {
  const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 1] });
  expect(itemLength(raster)).toBe(2);
  const huge = spikeRaster({ channels: 1, dt: 1e-3, counts: { steps: 2 ** 24 } });
  const header = { stream: 0, sequence: 0 };
  expect(() => sealer().seal(itemMessage(huge, header), 1, 2 ** 20)).toThrow(/too large/);
});
