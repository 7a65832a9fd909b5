import fc from 'fast-check';
import { aerPacket, channels, DataError } from 'spikeline';
import { codecOf, codecs } from 'spikeline/codecs';
import { describe, expect, it } from 'vitest';
import { withoutFastLoops } from '#src/codecs/loops';
import { forms } from '#test/codecs/forms';
import {
  anyCuts,
  anyDamage,
  attempt,
  damaged,
  decoded,
  encoded,
  eventsOf,
  numRuns,
  packetsOf,
} from '#test/codecs/property';

for (const { ready } of codecs) await ready?.();

describe('every codec with an encoder', () => {
  it('is tried', () => {
    const tried = new Set(forms.map(({ codec }) => codec));
    expect(codecs.filter((codec) => codec.encoder && !tried.has(codec))).toEqual([]);
  });
});

it('says what holds channels, where a format holds pixels alone', () => {
  const told = codecs.flatMap(({ name, encoder }) => {
    if (encoder === undefined) return [];
    try {
      encoder().push(aerPacket([1], [2], channels(16)));
    } catch (cause) {
      return [[name, (cause as Error).message] as const];
    }
    return [];
  });
  expect(told.map(([name]) => name)).toContain('csv');
  for (const [name, message] of told) expect(message, name).toContain('spk');
});

it('text is of no format without a mark', () => {
  for (const text of [
    'hello\nworld\n',
    'a note of a few words, as README.txt has it\r\n',
    '{"a": 1}',
  ]) {
    expect(codecOf(new TextEncoder().encode(text), true), text).toBeUndefined();
  }
  expect(codecOf(new TextEncoder().encode('some words \n'.repeat(50)))).toBeUndefined();
});

describe.each(forms)('$name', (form) => {
  const { codec, decoderOptions, kept, space, tellsSpace } = form;
  const inputs = packetsOf(form);

  it('reads what it writes, in any cut of the bytes', () => {
    fc.assert(
      fc.property(inputs, anyCuts, (packets, cuts) => {
        const bytes = encoded(form, packets);
        expect(withoutFastLoops(() => encoded(form, packets))).toEqual(bytes);
        const whole = codec.decoder(decoderOptions);
        expect(eventsOf(decoded(whole, bytes))).toEqual(eventsOf(packets, kept));
        expect(whole.skipped).toEqual({});
        const cut = codec.decoder(decoderOptions);
        expect(eventsOf(decoded(cut, bytes, cuts))).toEqual(eventsOf(packets, kept));
        if (tellsSpace && packets.length > 0) expect(cut.header!.space).toEqual(space);
      }),
      { numRuns },
    );
  });

  it('writes no times that are not finite', () => {
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const timestamps = Float64Array.of(time);
      const packet = { timestamps, addresses: new Uint32Array(1), space, until: 0 };
      expect(() => codec.encoder!(form.encoderOptions).push(packet)).toThrow(DataError);
    }
  });

  it('is known by what it writes', () => {
    // Those without a mark are known by times that do not fall, and no long pauses.
    const calm = packetsOf({
      ...form,
      stepsBack: 0,
      counters: [1],
      longestPause: 1000,
      latest: 1000,
    });
    const [packets] = fc.sample(
      calm.filter((some) => some.length > 3),
      { numRuns: 1, seed: 1 },
    );
    const bytes = encoded(form, packets!);
    expect(codecOf(bytes, true)).toBe(codec);
  });

  it('gives the same events of damaged bytes in any cut, or says what is wrong', () => {
    fc.assert(
      fc.property(inputs, anyDamage, anyCuts, (packets, damage, cuts) => {
        const bytes = damaged(encoded(form, packets), damage);
        const whole = attempt(codec.decoder(decoderOptions), bytes, {});
        const cut = attempt(codec.decoder(decoderOptions), bytes, cuts);
        expect(cut).toEqual(whole);
        // Where there is no SIMD, JavaScript does the same.
        const slow = withoutFastLoops(() => attempt(codec.decoder(decoderOptions), bytes, cuts));
        expect(slow).toEqual(whole);
      }),
      { numRuns },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), anyCuts, (bytes, cuts) => {
        const whole = attempt(codec.decoder(decoderOptions), bytes, {});
        expect(attempt(codec.decoder(decoderOptions), bytes, cuts)).toEqual(whole);
      }),
      { numRuns },
    );
  });
});
