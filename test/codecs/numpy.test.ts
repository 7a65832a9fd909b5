import fc from 'fast-check';
import { zipSync } from 'fflate';
import { spikeRaster } from 'spikeline';
import { decodeBytes, type NpyDecoderOptions, npy, npyOfRaster, npz } from 'spikeline/codecs';
import { describe, expect, it } from 'vitest';
import { anyCuts, anyDamage, attempt, damaged, decoded, read } from '#test/codecs/property';

/** An array as NumPy writes it. */
function array(descr: string, shape: string, data: Uint8Array, fortran = 'False'): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const length = text.length < 110 ? 128 : 192;
  const head = Buffer.alloc(length, ' ');
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length - 10, 0]);
  head.write(text, 10, 'latin1');
  head[length - 1] = 0x0a;
  return Uint8Array.from(Buffer.concat([head, data]));
}

function bytesOf(numbers: ArrayBufferView): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

const i8 = (...numbers: number[]) => bytesOf(BigInt64Array.from(numbers.map(BigInt)));
const f8 = (...numbers: number[]) => bytesOf(Float64Array.from(numbers));
const u1 = (...numbers: number[]) => Uint8Array.from(numbers);
const events = (bytes: Uint8Array, options?: NpyDecoderOptions) => read(npy, bytes, options).events;

/** Spikes of a raster, as `t channel`. */
function spikes(bytes: Uint8Array, options?: object): string[] {
  return decodeBytes(bytes, { options: options ?? {} }).packets.flatMap(
    ({ timestamps, addresses }) => Array.from(timestamps, (time, i) => `${time} ${addresses[i]}`),
  );
}

describe('a NumPy array', () => {
  it('of records is read in any order, type, title, padding and byte order', () => {
    const descr =
      "[('polarity', '|b1'), ('', '|V3'), (('row', 'y'), '>u2'), ('t', '>i8'), ('x', '<f4')]";
    const record = new DataView(new ArrayBuffer(18));
    record.setUint8(0, 7);
    record.setUint16(4, 260);
    record.setBigInt64(6, -5_000_000_000n);
    record.setFloat32(14, 12, true);
    expect(events(array(descr, '(1,)', bytesOf(record)))).toEqual(['-5000000000 12 260 1']);
  });

  it('of two dimensions is events if its columns are told, in either order', () => {
    const rows = f8(1.000001, 3, 4, 0, 2.5, 5, 6, 1);
    const columns = ['t', 'x', 'y', 'p'] as const;
    const told = { columns, timeUnit: 's' } as const;
    const right = ['1000001 3 4 0', '2500000 5 6 1'];
    expect(events(array("'<f8'", '(2, 4)', rows), told)).toEqual(right);
    const turned = f8(1.000001, 2.5, 3, 5, 4, 6, 0, 1);
    expect(events(array("'<f8'", '(2, 4)', turned, 'True'), told)).toEqual(right);
    expect(() => events(array("'<f8'", '(2, 4)', rows), { columns: ['t', 'x', 'y'] })).toThrow(
      '3 columns are told; this NumPy array has 4',
    );
  });

  it('of two dimensions is a raster if not, in either order', () => {
    const right = ['0 1', '10 0', '10 0', '10 2'];
    expect(spikes(array("'|u1'", '(2, 3)', u1(0, 1, 0, 2, 0, 1)), { step: 10 })).toEqual(right);
    expect(spikes(array("'|u1'", '(2, 3)', u1(0, 2, 1, 0, 0, 1), 'True'), { step: 10 })).toEqual(
      right,
    );
    const { packets, header } = decodeBytes(array("'|b1'", '(5, 1)', u1(0, 0, 0, 0, 0)));
    expect(packets).toMatchObject([{ until: 5 }]);
    expect(header).toMatchObject({ format: 'npy', variant: 'raster', fields: { steps: '5' } });
  });

  it('is written of a raster, in as few bytes as its counts need', () => {
    for (const [most, bytes] of [
      [255, 1],
      [256, 2],
      [65_536, 4],
    ] as const) {
      const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1, most, 0] });
      expect(npyOfRaster(raster).length).toBe(128 + 4 * bytes);
      if (most === 255) expect(spikes(npyOfRaster(raster)).length).toBe(256);
    }
  });

  it('takes the unit of times of NumPy, and cuts nanoseconds off', () => {
    const descr = "[('t', '<M8[ns]'), ('x', '|u1'), ('y', '|u1')]";
    const data = Buffer.concat([i8(5999), u1(1, 2)]);
    expect(events(array(descr, '(1,)', data))).toEqual(['5 1 2 1']);
    expect(events(array(descr, '(1,)', data), { timeUnit: 'ms' })).toEqual(['5999000 1 2 1']);
  });

  it('counts nanoseconds since 1970 to the last digit, in any type that holds them', () => {
    const times = [1_700_000_000_123_456_999n, 1_700_000_000_123_457_000n, 999n, -1n, -(2n ** 63n)];
    const right = ['1700000000123456', '1700000000123457', '0', '-1'];
    for (const type of ['<M8[ns]', '>M8[ns]', '<i8', '>i8', '<u8']) {
      const data = new DataView(new ArrayBuffer(10 * times.length));
      for (const [i, time] of times.entries()) data.setBigInt64(10 * i, time, type[0] === '<');
      const given = array(`[('t', '${type}'), ('x', '|u1'), ('y', '|u1')]`, '(5,)', bytesOf(data));
      const unit = type.includes('M8') ? {} : ({ timeUnit: 'ns' } as const);
      const found = events(given, unit).map((event) => event.split(' ')[0]);
      expect(found.slice(0, 3), type).toEqual(right.slice(0, 3));
      if (type !== '<u8') expect(found, type).toEqual(right);
    }
  });

  it('has names of events in the plural, and numbers of 16 bits', () => {
    const descr = "[('ts', '<u8'), ('xs', '<f2'), ('ys', '>f2'), ('ps', '|i1')]";
    const record = new DataView(new ArrayBuffer(13));
    record.setBigUint64(0, 5n, true);
    record.setUint16(8, 0x5d40, true); // 336
    record.setUint16(10, 0x3c00); // 1
    record.setInt8(12, -1);
    expect(events(array(descr, '(1,)', bytesOf(record)))).toEqual(['5 336 1 0']);
    // Nothing, the least and the largest number, one without end, and one that is none.
    const halves = Uint16Array.of(0, 0x3c00, 0x4000, 0x8000);
    expect(spikes(array("'<f2'", '(2, 2)', new Uint8Array(halves.buffer)))).toEqual([
      '0 1',
      '1 0',
      '1 0',
    ]);
    for (const bits of [1, 0x7c00, 0xfe00, 0xbc00]) {
      const cell = new Uint8Array(Uint16Array.of(bits).buffer);
      expect(() => spikes(array("'<f2'", '(1, 1)', cell)), String(bits)).toThrow('is no count');
    }
  });

  it('counts events that cannot be, and entries that are not there', () => {
    const descr = "[('t', '<f8'), ('x', '<f8'), ('y', '<f8')]";
    const data = f8(1, 2, 3, Number.NaN, 2, 3, 1, 2.5, 3, 1, -1, 3, 1, 99, 3, 1, 2);
    const size = { width: 99, height: 99 };
    expect(read(npy, array(descr, '(8,)', data), size)).toMatchObject({
      events: ['1 2 3 1'],
      skipped: { invalid: 2, outside: 2, cutOffBytes: 16, missingEntries: 3 },
    });
    expect(read(npy, array(descr, '(1,)', data)).skipped).toEqual({ trailingBytes: 112 });
  });

  it.each([
    ["'|O'", '(1,)', 'objects of Python'],
    ["[('t', '|O'), ('x', '|u1')]", '(1,)', 'objects of Python'],
    ["'<U5'", '(1,)', 'no numbers that are known'],
    ["'<f8'", '(1, 2, 3)', '3 dimensions is neither events nor a raster'],
    ["[('t', '<i8'), ('x', '|u1')]", '(1,)', 'no y; it has t, x'],
    ["[('t', '<i8', (3,))]", '(1,)', 'which is no number'],
    ["'<f8'", '(-1, 2)', 'cannot have the shape'],
    ["'<f8'", '(99999999, 99999999)', 'cannot have the shape'],
    ["'<f8'", '(1, 2', 'cannot be read'],
  ])('of %s and the shape %s is refused', (descr, shape, why) => {
    expect(() => decodeBytes(array(descr, shape, new Uint8Array(64)))).toThrow(why);
  });

  it('of a raster must hold counts, and no more than can be', () => {
    expect(() => spikes(array("'<f8'", '(1, 2)', f8(1, 0.5)))).toThrow(
      'channel 1 of this raster holds 0.5',
    );
    expect(() => spikes(array("'<i8'", '(1, 1)', i8(-1)))).toThrow('holds -1, which is no count');
    expect(() => spikes(array("'<i8'", '(1, 1)', i8(2 ** 50)))).toThrow('more than 8388608 spikes');
  });
});

const txyp = {
  't.npy': array("'<i8'", '(2,)', i8(10, 1e15)),
  'x.npy': array("'<u2'", '(2,)', bytesOf(Uint16Array.of(1, 700))),
  'y.npy': array("'|u1'", '(2,)', u1(3, 4)),
  'p.npy': array("'|b1'", '(2,)', u1(0, 1)),
};

describe('a zip file of NumPy arrays', () => {
  it.each([0, 6] as const)('is read as t, x, y and p, packed at level %i', (level) => {
    expect(read(npz, zipSync(txyp, { level })).events).toEqual([
      '10 1 3 0',
      '1000000000000000 700 4 1',
    ]);
  });

  it('is read as the one array that is in it, or that is asked for', () => {
    const raster = npyOfRaster(spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1, 2, 0] }));
    const right = ['0 1', '1 0', '1 0'];
    expect(spikes(zipSync({ 'spikes.npy': raster, 'readme.txt': u1(1) }))).toEqual(right);
    const several = zipSync({ 'spikes.npy': raster, ...txyp });
    expect(spikes(several, { take: 'spikes' })).toEqual(right);
    expect(decodeBytes(several).skipped).toEqual({ otherArrays: 1 });
    expect(() => spikes(several, { take: 'spike' })).toThrow('did you mean spikes?');
    expect(() => spikes(zipSync({ 'a.npy': raster, 'b.npy': raster }))).toThrow(
      'tell which by take',
    );
  });

  it('refuses one that unpacks to far more than it should', () => {
    const lies = zipSync(txyp, { level: 9 });
    const at = Buffer.from(lies).indexOf(Uint8Array.of(0x50, 0x4b, 1, 2));
    new DataView(lies.buffer, lies.byteOffset).setUint32(at + 24, 2 ** 31, true);
    expect(() => decodeBytes(lies)).toThrow('far more than such a file should hold');
  });

  it('says what is wrong with it', () => {
    const sound = zipSync(txyp);
    expect(() => decodeBytes(sound.subarray(0, -40))).toThrow('its directory is missing');
    const other = zipSync({ ...txyp, 'y.npy': array("'|u1'", '(1,)', u1(3)) });
    expect(() => decodeBytes(other)).toThrow('array y has 1 entries, another 2');
    expect(() => decodeBytes(zipSync({ 'a.txt': u1(1) }))).toThrow('has the arrays none');
  });

  it('takes any damage', () => {
    const sound = zipSync(txyp, { level: 6 });
    fc.assert(
      fc.property(anyDamage, anyCuts, (damage, cuts) => {
        const bytes = damaged(sound, damage);
        expect(attempt(npz.decoder(), bytes, cuts)).toEqual(attempt(npz.decoder(), bytes, {}));
      }),
      { numRuns: Number(process.env['SPIKELINE_CODEC_RUNS'] ?? 40) },
    );
    expect(decoded(npz.decoder(), sound, { every: 7 }).length).toBe(1);
  });
});
