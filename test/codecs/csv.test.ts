import fc from 'fast-check';
import { aerPacket, DataError, InvalidArgumentError, pixels } from 'spikeline';
import {
  type CsvDecoderOptions,
  type CsvEncoderOptions,
  codecOf,
  csv,
  decodeBytes,
} from 'spikeline/codecs';
import { describe, expect, it } from 'vitest';
import { withoutFastLoops } from '#src/codecs/loops';
import { read } from '#test/codecs/property';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const events = (text: string, options?: CsvDecoderOptions): string[] =>
  read(csv, bytes(text), options).events;

describe('CSV', () => {
  it('is read with columns, unit and pixels as its first line names them', () => {
    expect(read(csv, bytes('t,x@320,y@240,on\r\n5,1,2,1\r\n7,3,4,0\r\n'))).toMatchObject({
      events: ['5 1 2 1', '7 3 4 0'],
      header: { format: 'csv', width: 320, height: 240 },
    });
    expect(events('x;y;polarity;time [ms]\n1;2;-1;0.5\n3;4;1;7')).toEqual([
      '500 1 2 0',
      '7000 3 4 1',
    ]);
    expect(events('timestamp_s,x,y,quality,p\n1.000001,1,2,0.9,True\n')).toEqual(['1000001 1 2 1']);
    expect(events('# t x y p\n1 2 3 1\n')).toEqual(['1 2 3 1']);
    expect(events('t[ns]\tx\ty\n1999\t2\t3\n')).toEqual(['1 2 3 1']);
  });

  it('is read as t, x, y, p if no line names them, with the separator that is there', () => {
    for (const [separator, line] of [',', ';', '\t', ' '].map((one) => [
      one,
      `12${one}3${one}4${one}0`,
    ])) {
      expect(events(`${line}\n${line}`), separator).toEqual(['12 3 4 0', '12 3 4 0']);
    }
  });

  it('is read as it is told', () => {
    const told = {
      columns: ['x', 'skip', 't', 'y', 'p'],
      timeUnit: 'ms',
      width: 10,
      height: 10,
    } as const;
    expect(read(csv, bytes('1,9,3,4,0\n11,9,3,4,0\n'), told)).toMatchObject({
      events: ['3000 1 4 0'],
      skipped: { outside: 1 },
    });
    expect(events('a,b,c,d\n1,2,3,1\n', { columns: ['t', 'x', 'y', 'p'] })).toEqual(['1 2 3 1']);
    expect(events('1,2,3,1\n4,5,6,1\n', { header: true })).toEqual(['4 5 6 1']);
    expect(events('1|2|3|1\n', { separator: '|' })).toEqual(['1 2 3 1']);
  });

  it('is read however its names, values and blanks are written', () => {
    for (const text of [
      '\ufeff# made by hand\nt,x,y,p\n5,1,2,1\n',
      '"t";"x";"y";"p"\r\n"5";"1";"2";"1"\r\n',
      '   5   1  2 1\n',
      '5,   1,   2,   1\n',
      'sep=|\nt|x|y|p\n5|1|2|1\n',
      'timestamp_nanoseconds,xs,ys,ps\n5000,1,2,1\n',
      'time_in_ms,x,y,p\n0.005,1,2,1\n',
    ]) {
      expect(codecOf(bytes(text), true), text).toBe(csv);
      expect(events(text), text).toEqual(['5 1 2 1']);
    }
  });

  it("of Prophesee's programs tells the pixels, and has x, y, p, t if no line names them", () => {
    for (const names of ['', 'x,y,polarity,timestamp_us\n', 'polarity,x,y,t\n']) {
      const line = names.startsWith('p') ? '1,1,2,5\n' : '1,2,1,5\n';
      const text = `%geometry:320,240\n${names}${line}`;
      expect(codecOf(bytes(text)), text).toBe(csv);
      expect(read(csv, bytes(text)), text).toMatchObject({
        events: ['5 1 2 1'],
        header: { width: 320, height: 240 },
      });
    }
  });

  it('counts nanoseconds to the last digit', () => {
    const text = 't_ns,x,y\n1700000000123456999,1,2\n1700000000123457000.5,1,2\n999,1,2\n-1,1,2\n';
    expect(events(text).map((event) => event.split(' ')[0])).toEqual([
      '1700000000123456',
      '1700000000123457',
      '0',
      '-1',
    ]);
  });

  it('has times in seconds if the first has as many digits as only they need', () => {
    const times = (text: string, options?: CsvDecoderOptions) =>
      events(text, options).map((event) => Number(event.split(' ')[0]));
    expect(times('0.000000000 1 2 1\n0.000004000 1 2 1\n2.0 1 2 1\n')).toEqual([0, 4, 2e6]);
    expect(times('t,x,y,p\n1468939993.067416,1,2,1\n')).toEqual([1468939993067416]);
    expect(times('3.811000000000000000e-03 1.0e+00 2.0e+00 1.0e+00\n')).toEqual([3811]);
    expect(read(csv, bytes('0.003811 1 2 1\n')).header.fields).toMatchObject({ unit: 's' });
    // Whole numbers, few digits, and what is told, are microseconds.
    expect(times('9.000000000000000000e+00 1 2 1\n9.5e+00 1 2 1\n')).toEqual([9, 10]);
    expect(times('7,1,2,1\n7.123456,1,2,1\n')).toEqual([7, 7]);
    expect(times('1.250,1,2,1\n')).toEqual([1]);
    expect(times('t_us,x,y,p\n7.123456,1,2,1\n')).toEqual([7]);
    expect(times('7.123456,1,2,1\n', { timeUnit: 'ms' })).toEqual([7123]);
  });

  it('has the microsecond nearest to a time in seconds, to the last digit', () => {
    const times = (text: string, unit: 's' | 'ms') =>
      events(text, { timeUnit: unit }).map((event) => Number(event.split(' ')[0]));
    expect(times('1468939993.0674165,1,2,1\n0.0000004999,1,2,1\n3.,1,2,1\n', 's')).toEqual([
      1_468_939_993_067_417, 0, 3e6,
    ]);
    expect(times('9007199254.740991,1,2,1\n', 's')).toEqual([Number.MAX_SAFE_INTEGER]);
    expect(() => times('9007199254.740992,1,2,1\n', 's')).toThrow(/too large a time/);
    fc.assert(
      fc.property(
        fc.nat(2 ** 31),
        fc.nat(999_999_999),
        fc.integer({ min: 0, max: 9 }),
        (whole, part, n) => {
          const fraction = String(part).padStart(9, '0').slice(0, n);
          const exact = (scale: number) =>
            Number(
              (BigInt(`${whole}${fraction.padEnd(12, '0')}`) * BigInt(scale) + 10n ** 12n / 2n) /
                10n ** 12n,
            );
          const line = `${whole}.${fraction},1,2,-1\n`;
          expect(times(line.repeat(2), 's')).toEqual([exact(1e6), exact(1e6)]);
          expect(times(line, 'ms')).toEqual([exact(1e3)]);
        },
      ),
    );
  });

  it('takes blanks, signs, points, comments and empty lines', () => {
    const text = 't,x,y,p\n\n 1 , 2,3 ,+1\n# no event\n-7,2.0,3,-1\n1e3,2,3,0\n\r\n';
    expect(read(csv, bytes(text))).toMatchObject({
      events: ['1 2 3 1', '-7 2 3 0', '1000 2 3 0'],
      skipped: { comments: 1 },
    });
  });

  it('names the line that is no event, or counts it', () => {
    const bad =
      't,x,y,p\n1,2,3,1\n2,2,3\n3,a,3,1\n4,2,3,yes\n5,2,3,1\n6,-1,3,1\n99999999999999999,1,1,1\n';
    expect(() => events(bad)).toThrow(
      'line 3 of this CSV is no event: "2,2,3"; 3 values stand in it; 4',
    );
    const lines = bad.split('\n');
    const at = (line: number): string => [lines[0], lines[line]].join('\n');
    expect(() => events(at(3))).toThrow('"a" is no number');
    expect(() => events(at(4))).toThrow('"yes" is no polarity');
    expect(() => events(at(6))).toThrow('"-1" is no whole number');
    expect(() => events(at(7))).toThrow('is too large a time');
    expect(read(csv, bytes(bad), { badLines: 'count' })).toMatchObject({
      events: ['1 2 3 1', '5 2 3 1'],
      skipped: { badLines: 5 },
    });
    expect(() => events('time,x,q\n1,2,3\n')).toThrow('names no column of y; tell them by columns');
    expect(() => events('t,x,y,x\n')).toThrow('two columns of x');
  });

  it('refuses lines without end, wherever they are cut', () => {
    const long = `t,x,y,p\n1,2,3,1\n${'7'.repeat(5000)}`;
    expect(() => events(long)).toThrow('line 3 of this CSV has more than 4096 bytes');
    expect(() => events(`${long}\n`)).toThrow('line 3 of this CSV has more than 4096 bytes');
  });

  it.each<[CsvEncoderOptions, string]>([
    [{}, 't,x@4,y@4,on\n0,1,2,1\n12345678,3,0,0\n123456789012,0,0,1\n'],
    [{ header: false, lineEnd: '\r\n' }, '0,1,2,1\r\n12345678,3,0,0\r\n123456789012,0,0,1\r\n'],
    [
      { timeUnit: 's', columns: ['x', 'y', 'skip', 't'], separator: ';' },
      'x@4;y@4;;t_s\n1;2;0;0\n3;0;0;12.345678\n0;0;0;123456.789012\n',
    ],
    [{ timeUnit: 'ns' }, 't_ns,x@4,y@4,on\n0,1,2,1\n12345678000,3,0,0\n123456789012000,0,0,1\n'],
  ])('is written with %j', (options, text) => {
    const encoder = csv.encoder!(options);
    const packet = aerPacket([0, 12_345_678, 123_456_789_012], [19, 6, 1], pixels(4, 4));
    const written = Buffer.concat([encoder.push(packet), encoder.end()]).toString();
    expect(written).toBe(text);
    const times = events(written, options.header === false ? {} : {}).map(
      (one) => one.split(' ')[0],
    );
    expect(times).toEqual(['0', '12345678', '123456789012']);
  });

  it('is known by its names or its numbers', () => {
    for (const text of ['t,x,y,p\n', '1,2,3,1\n4,5,6,1\n', '# made by hand\n1 2 3\n', 'x;y;t\n']) {
      expect(codecOf(bytes(text)), text).toBe(csv);
    }
    for (const text of [
      'hello world\n',
      '{"t": 1}\n',
      '1,2\n',
      'a,b,c\n',
      '1,2,3',
      '% evt\n',
      'sep=,\n',
    ]) {
      expect(codecOf(bytes(text)), text).toBeUndefined();
    }
    expect(codecOf(bytes('1,2,3'), true)).toBe(csv);
  });

  it('is known by its first line, however much of it is seen at once', () => {
    const bad = bytes('t,x,y,p\n1,2,3,1\n2,\x00,\x7f,1\n');
    expect(codecOf(bad)).toBe(csv);
    expect(() => decodeBytes(bad)).toThrow('line 3 of this CSV is no event');
    expect(() => decodeBytes([...bad].map((byte) => Uint8Array.of(byte)))).toThrow(
      'line 3 of this CSV is no event',
    );
    expect(codecOf(bytes('1,2,3\x00\n'))).toBeUndefined();
  });

  it('is read alike eight digits at once and one by one, whatever stands in its lines', () => {
    const digits = (minLength: number, maxLength: number) =>
      fc.array(fc.nat(9), { minLength, maxLength }).map((all) => all.join(''));
    const field = fc.oneof(
      { weight: 9, arbitrary: digits(1, 4) },
      { weight: 4, arbitrary: digits(5, 18) },
      {
        weight: 3,
        arbitrary: fc.tuple(digits(0, 17), digits(0, 17)).map((both) => both.join('.')),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', '1.5', '-1', '-', ' 7', '9'.repeat(600), '/', ':3'),
      },
    );
    const line = fc.tuple(
      fc.array(field, { minLength: 4, maxLength: 5 }).map((all) => all.slice(0, 4).join(',')),
      fc.constantFrom('\n', '\n', '\n', '\r\n', '\r\r\n', ',\n', '\n\n'),
    );
    const sound = fc.tuple(digits(6, 10), digits(1, 3), digits(1, 3)).map((all) => all.join(','));
    const many = fc.tuple(fc.array(line, { maxLength: 40 }), fc.array(sound, { maxLength: 60 }));
    const options = fc.record({
      columns: fc.constantFrom(
        ...[
          ['t', 'x', 'y', 'p'],
          ['x', 'y', 'skip', 't'],
          ['skip', 'p', 't', 'y', 'x'],
          ['t', 'x', 'y'],
        ],
      ),
      timeUnit: fc.constantFrom('ns', 'us', 'ms', 's'),
      width: fc.constantFrom(100, 1280),
      height: fc.constant(720),
      badLines: fc.constant('count'),
      header: fc.constant(false),
    });
    fc.assert(
      fc.property(many, options, ([lines, rest], told) => {
        const given = bytes(
          `${lines.flat().join('')}${rest.map((one) => `${one},1\n`).join('')}1,`,
        );
        expect(read(csv, given, told)).toEqual(withoutFastLoops(() => read(csv, given, told)));
      }),
    );
  });

  it('is read to the end of its bytes, whatever was read before', () => {
    const options = { header: false, width: 2, height: 2 };
    expect(events('1,1,1,1\n'.repeat(200), options).length).toBe(200);
    // Of these bytes the loop is given parts that end within a line.
    expect(new Set(events('100,1,1,1\n'.repeat(200), options))).toEqual(new Set(['100 1 1 1']));
  });

  it('refuses options that cannot be', () => {
    for (const options of [
      { separator: 'ab' },
      { separator: '1' },
      { columns: ['t'] },
      { unit: 's' },
    ]) {
      expect(() => csv.decoder(options as CsvDecoderOptions)).toThrow(InvalidArgumentError);
    }
    expect(() => events('t,x\n1,2\n')).toThrow(DataError);
  });
});
