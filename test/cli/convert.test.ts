import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AerPacket, aerPacket, type PixelSpace, pixels } from 'spikeline';
import { codecNamed, decodeBytes, recordingEncoder } from 'spikeline/codecs';
import { packPixel, unpackPixel } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

const camera = pixels(8, 4);
/** Pixel (i mod 8, i div 8 mod 4), ON every other time, each 1 ms. */
const events = aerPacket(
  Array.from({ length: 64 }, (_, i) => 500 + 1000 * i),
  Array.from({ length: 64 }, (_, i) =>
    packPixel(camera, { x: i % 8, y: Math.floor(i / 8) % 4, polarity: i % 2 }),
  ),
  camera,
);

function encoded(format: string, packet: AerPacket = events): Buffer {
  const encoder = codecNamed(format).encoder!();
  return Buffer.concat([Buffer.from(encoder.push(packet)), encoder.end()]);
}

/** Times and pixels of bytes. */
function decoded(bytes: Uint8Array): (readonly [number, number, number, number])[] {
  return decodeBytes(bytes).packets.flatMap(({ timestamps, addresses, space }) =>
    [...timestamps].map((time, i) => {
      const { x, y, polarity } = unpackPixel(space as PixelSpace, addresses[i]!);
      return [time, x, y, polarity] as const;
    }),
  );
}

describe('spikeline convert', () => {
  const folder = emptyFolder();
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('wave.bin'), encoded('dat'));
  const all = decoded(encoded('dat'));

  it('writes the same events in another format, by name or as it is told', async () => {
    const run = await runCli(['convert', at('wave.bin'), at('wave.es')]);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(
      /^64 events of .*wave\.bin in .*; 64 in .*wave\.es \(es, \d+ bytes\)\n$/,
    );
    expect(decoded(readFileSync(at('wave.es')))).toEqual(all);
    const raw = await runCli(['convert', at('wave.es'), at('wave.raw'), '--format=evt3', '--json']);
    expect(JSON.parse(raw.stdout)).toMatchObject({
      read: 64,
      written: { format: 'evt3', count: 64 },
      losses: {},
    });
    expect(decoded(readFileSync(at('wave.raw')))).toEqual(all);
  });

  it('reads and writes - with every word on standard error', async () => {
    const bytes = encoded('evt2');
    const cuts = [bytes.subarray(0, 100), bytes.subarray(100)];
    const run = await runCli(['convert', '-', '-', '--format', 'csv'], undefined, cuts);
    expect([run.code, run.stdout]).toEqual([0, '']);
    expect(run.stderr).toContain('64 events of standard input');
    expect(decoded(run.bytes!)).toEqual(all);
  });

  it('applies filters in the order of the help', async () => {
    const words = ['--crop', '2,1,4,2', '--polarity=on', '--flip=horizontal', '--transpose'];
    const run = await runCli(['convert', at('wave.bin'), at('part.es'), ...words]);
    expect(run.stderr).toBe('');
    const kept = all
      .filter(([, x, y, on]) => x >= 2 && x < 6 && y >= 1 && y < 3 && on === 1)
      .map(([time, x, y, on]) => [time, y - 1, 3 - (x - 2), on]);
    expect(kept.length).toBe(8);
    expect(decoded(readFileSync(at('part.es')))).toEqual(kept);
    const coarse = ['--downsample=4', '--refractory', '1.5', '--denoise=1000', '--hot-pixels=1e4'];
    await runCli(['convert', at('wave.bin'), at('coarse.spk'), ...coarse, '--from', '0.01']);
    const packets = decodeBytes(readFileSync(at('coarse.spk'))).packets;
    expect(packets[0]!.space).toEqual(pixels(2, 1));
  });

  it('cuts a stretch of time after the first event', async () => {
    const run = await runCli(['convert', at('wave.bin'), '-', '--from=0.01', '--to', '0.0125']);
    expect(run.code).toBe(0);
    expect(decoded(run.bytes!).map(([time]) => time)).toEqual([10_500, 11_500, 12_500]);
  });

  it('keeps the pixels of a stretch of time without events', async () => {
    {
      const run = await runCli(['convert', at('wave.bin'), '-', '--format=dat', '--from=100']);
      expect(run.code).toBe(0);
      expect(decodeBytes(run.bytes!)).toMatchObject({
        packets: [],
        header: { width: camera.width, height: camera.height },
      });
    }
  });

  it('takes one stream out of a recording', async () => {
    const encoder = recordingEncoder({
      streams: [
        { name: 'left', kind: 'events' },
        { name: 'right', kind: 'events' },
      ],
    });
    const parts = [
      encoder.push({ stream: 'left', item: aerPacket([1], [1], camera) }),
      encoder.push({ stream: 'right', item: events }),
      encoder.end(),
    ];
    writeFileSync(at('two.spk'), Buffer.concat(parts));
    const run = await runCli(['convert', at('two.spk'), at('right.dat'), '--stream', 'right']);
    expect(run.stderr).toBe('');
    expect(decoded(readFileSync(at('right.dat')))).toEqual(all);
    const none = await runCli(['convert', at('two.spk'), at('none.dat'), '--stream', 'middle']);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/two\.spk.*no stream middle; there are left, right/),
    ]);
  });

  it('keeps all that has come at Ctrl-C, what waits for its order too', async () => {
    let stop = (): void => {};
    async function* input() {
      yield encoded('dat');
      // Whoever asks for more waits for ever.
      stop();
      await new Promise(() => {});
    }
    const run = await runCli(['convert', '-', at('stopped.dat')], undefined, input(), (given) => {
      stop = given;
    });
    expect(run.code).toBe(130);
    expect(decoded(readFileSync(at('stopped.dat')))).toEqual(all);
  });

  it('puts events in order that are as late as they may be, and counts others', async () => {
    const lines = ['t,x@8,y@4,on\n1000000,1,1,1\n1005000,1,1,1\n', '980000,2,1,0\n1040000,3,1,1\n'];
    const cuts = lines.map((text) => Buffer.from(text));
    for (const [words, times, losses] of [
      [[], [1e6, 1_005_000, 1_040_000], { late: 1 }],
      [['--lateness', '30'], [980_000, 1e6, 1_005_000, 1_040_000], {}],
    ] as const) {
      const out = at(`in-order-${times.length}.dat`);
      const run = await runCli(['convert', '-', out, '--json', ...words], undefined, cuts);
      expect(JSON.parse(run.stdout)).toMatchObject({ losses });
      expect(decoded(readFileSync(out)).map(([time]) => time)).toEqual(times);
    }
    const odd = await runCli(['convert', '-', at('odd.dat'), '--lateness=-1']);
    expect([odd.code, odd.stderr]).toEqual([
      2,
      expect.stringMatching(/--lateness is .*milliseconds from 0/),
    ]);
  });

  it('never writes over an input, nor over anything unless told', async () => {
    const same = await runCli([
      'convert',
      at('wave.bin'),
      at('wave.bin'),
      '--format=es',
      '--overwrite',
    ]);
    expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('would be written over')]);
    writeFileSync(at('own.creds'), 'a secret');
    const creds = ['--credentials', at('own.creds'), '--overwrite', '--format=es'];
    const secret = await runCli(['convert', at('wave.bin'), at('own.creds'), ...creds]);
    expect([secret.code, secret.stderr]).toEqual([2, expect.stringContaining('and is read')]);
    expect(readFileSync(at('own.creds'), 'utf8')).toBe('a secret');
    writeFileSync(at('there.es'), 'mine');
    const there = await runCli(['convert', at('wave.bin'), at('there.es')]);
    expect([there.code, there.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    expect(readFileSync(at('there.es'), 'utf8')).toBe('mine');
    expect(readFileSync(at('wave.bin')).equals(encoded('dat'))).toBe(true);
    const over = await runCli(['convert', at('wave.bin'), at('there.es'), '--overwrite']);
    expect(over.code).toBe(0);
    expect(decoded(readFileSync(at('there.es')))).toEqual(all);
  });

  it('gives all reasons at once, before anything is read or written', async () => {
    const words = ['--crop=1,2,3', '--polarity=up', '--denoise=x', '--downsample=1.5', '--from=-1'];
    const { code, stderr, stdout } = await runCli([
      'convert',
      at('missing.dat'),
      at('new/none.xyz'),
      ...words,
      '--options=[]',
      '--input-format=dad',
    ]);
    expect([code, stdout]).toEqual([2, '']);
    for (const word of [
      '--crop',
      '--polarity',
      '--denoise',
      '--downsample',
      '--from is',
      '--options is',
      'did you mean dat',
      'there is no such file',
      'OUT',
    ]) {
      expect(stderr).toContain(word);
    }
    expect(existsSync(at('new'))).toBe(false);
    const words2 = await runCli(['convert', '-', '--json']);
    expect(words2.stderr).toContain('two names are needed');
    const json = await runCli(['convert', at('wave.bin'), '-', '--json']);
    expect(json.stderr).toContain('--json: standard output has the events');
    const odd = await runCli(['convert', at('wave.bin'), 'ftp://x/y']);
    expect(odd.stderr).toContain('udp://, ws://, nats://');
  });

  it('says of each option what was given, and what is needed', async () => {
    const told = async (...words: string[]): Promise<string> => {
      const { code, stderr } = await runCli(['convert', at('wave.bin'), ...words]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await told('x.es', '--crop=1,2,3')).toContain('--crop is "1,2,3"; X,Y,W,H is needed');
    expect(await told('x.es', '--crop=1,2,a,4')).toContain('--crop is "1,2,a,4"; X,Y,W,H');
    expect(await told('x.es', '--denoise=x')).toContain('--denoise is "x"; a number is needed');
    expect(await told('x.es', '--to=0')).toContain(
      '--to is "0"; a number of seconds is needed, above 0',
    );
    expect(await told('x.es', '--from=2', '--to=1')).toContain('above 2, where --from begins');
    expect(await told('x.raw')).toMatch(
      /OUT: .*x\.raw may be any of evt2, evt21, evt3; say which by --format/,
    );
    expect(await told('x')).toMatch(/OUT: the name of .*x says none; .*; say which by --format/);
    expect(await told('x.es', '--format=ess')).toContain(
      '--format is "ess"; there is no such name',
    );
    expect(await told('x.es', '--options={"kind":"x"}')).toContain('OUT.kind is "x"; one of');
    expect(await told('udp://127.0.0.1:1?from=x')).toContain(
      'OUT is "from"; there is no such name',
    );
    expect(await told('')).toContain('two names are needed');
  });

  it('names the file that is damaged, and says what cannot be cropped', async () => {
    writeFileSync(at('odd.bin'), 'not a file of events');
    const odd = await runCli(['convert', at('odd.bin'), at('odd.es')]);
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringMatching(/odd\.bin.*no format/)]);
    const outside = await runCli(['convert', at('wave.bin'), at('out.es'), '--crop=4,0,8,4']);
    expect([outside.code, outside.stderr]).toEqual([
      2,
      expect.stringContaining('do not lie within'),
    ]);
    writeFileSync(at('cut.dat'), encoded('dat').subarray(0, -3));
    const cut = await runCli(['convert', at('cut.dat'), at('cut.es')]);
    expect([cut.code, cut.stdout]).toEqual([0, expect.stringMatching(/cutOffBytes\s+5/)]);
  });
});
