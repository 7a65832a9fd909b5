import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatWith, lastValueFrom, NEVER, of } from 'rxjs';
import { aerPacket, dynapSim, lif, linear, pipeline, pipelineToJson, pixels } from 'spikeline';
import { codecNamed, decodeBytes } from 'spikeline/codecs';
import { packPixel } from 'spikeline/events';
import { toUdp } from 'spikeline/sinks';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runCli, spawnCli } from './run-cli.ts';

const camera = pixels(8, 4);
const events = aerPacket(
  Array.from({ length: 64 }, (_, i) => 500 + 1000 * i),
  Array.from({ length: 64 }, (_, i) =>
    packPixel(camera, { x: i % 8, y: Math.floor(i / 8) % 4, polarity: i % 2 }),
  ),
  camera,
);
const folder = emptyFolder();
const at = (name: string): string => join(folder, name);
const encoder = codecNamed('dat').encoder!();
writeFileSync(at('wave.dat'), Buffer.concat([Buffer.from(encoder.push(events)), encoder.end()]));

/** Times of a file. */
function times(bytes: Uint8Array): number[] {
  return decodeBytes(bytes).packets.flatMap(({ timestamps }) => [...timestamps]);
}
const all = [...events.timestamps];

/** Runs a command that listens at a port and calls back once it does. */
function listening(args: readonly string[], then: (port: number, stop: () => void) => void) {
  return runCli(args, (text, stop) => {
    const [, port] = /listening at [a-z]+:\/\/[^:]+:(\d+)/.exec(text) ?? [];
    if (port !== undefined) then(Number(port), stop);
  });
}

describe('spikeline record', () => {
  it('keeps what comes over UDP, until its sender ends', async () => {
    const run = await listening(
      ['record', 'udp://127.0.0.1:0', at('udp.spk'), '--json'],
      (port) => {
        void lastValueFrom(of(events).pipe(toUdp({ port })));
      },
    );
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      written: { format: 'spk', count: 64 },
      losses: {},
    });
    expect(times(readFileSync(at('udp.spk')))).toEqual(all);
  });

  it('writes to standard output, with every word on standard error', async () => {
    const run = await runCli(['record', at('wave.dat'), '-']);
    expect([run.code, run.stdout, times(run.bytes!)]).toEqual([0, '', all]);
    expect(run.stderr).toContain('64 of');
    const json = await runCli(['record', at('wave.dat'), '-', '--json']);
    expect([json.code, json.stderr]).toEqual([2, expect.stringContaining('--json')]);
  });

  it('keeps what is whole at Ctrl-C', async () => {
    const run = await listening(['record', 'udp://127.0.0.1:0', at('cut.spk')], (_, stop) =>
      stop(),
    );
    expect(run.code).toBe(130);
    expect(run.stdout).toContain('0 of udp://127.0.0.1:0');
    expect((await runCli(['info', at('cut.spk'), '--json'])).stdout).toContain('"format": "spk"');
  });

  it('goes from a WebSocket that plays, and is the same', async () => {
    let recorded: ReturnType<typeof runCli> | undefined;
    const words = ['--speed', 'max', '--json'];
    const play = await listening(
      ['play', at('wave.dat'), 'ws://127.0.0.1:0?listen', ...words],
      (port) => {
        recorded = runCli(['record', `ws://127.0.0.1:${port}`, at('ws.spk')]);
      },
    );
    expect(play.code).toBe(0);
    expect(JSON.parse(play.stdout)).toMatchObject({
      played: 64,
      sinks: [{ sent: 64, dropped: 0 }],
    });
    expect((await recorded!).code).toBe(0);
    expect(times(readFileSync(at('ws.spk')))).toEqual(all);
  });

  it('is interrupted as a process, and the recording is whole', async () => {
    const args = ['record', 'udp://127.0.0.1:0', at('process.spk')];
    const run = await spawnCli(args, (text, kill) => {
      const [, port] = /:(\d+)\n/.exec(text) ?? [];
      if (port === undefined) return;
      // Its sender goes on for ever, so to say.
      const going = of(events).pipe(concatWith(NEVER), toUdp({ port: Number(port) }));
      const sending = going.subscribe();
      const looking = setInterval(() => {
        // What is on disk before the end is whole, too, once anything is.
        if (!existsSync(at('process.spk'))) return;
        const bytes = readFileSync(at('process.spk'));
        if (bytes.length === 0 || times(bytes).length < all.length) return;
        clearInterval(looking);
        sending.unsubscribe();
        kill('SIGINT');
      }, 20);
    });
    expect(run.code).toBe(130);
    expect(times(readFileSync(at('process.spk')))).toEqual(all);
  });

  it('gives all reasons at once', async () => {
    const odd = ['udp://nowhere', 'ftp://a/b', 'nats://a/?x=1', 'udp://127.0.0.1:1?form=x&with=2'];
    const reasons = [
      /udp:\/\/HOST:PORT is needed/,
      /a path or - is needed/,
      /SOURCE/,
      /form[\s\S]*/,
    ];
    for (const [i, source] of odd.entries()) {
      const run = await runCli(['record', source, at('none.spk'), '--for', '0', '--format=dad']);
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(reasons[i]!);
      expect(run.stderr).toMatch(/--for is .*seconds above 0/);
      expect(run.stderr).toContain('did you mean dat');
    }
  });
});

describe('what fails', () => {
  it('leaves no file, and one that was there as it was', async () => {
    writeFileSync(at('nothing.dat'), '');
    writeFileSync(at('junk.dat'), 'x'.repeat(3000));
    writeFileSync(at('kept.dat'), 'kept');
    for (const [input, why] of [
      ['nothing.dat', 'there are no bytes'],
      ['junk.dat', 'of no format that is known'],
    ] as const) {
      for (const words of [
        ['convert', at(input), at('out-1.dat')],
        ['record', at(input), at('out-1.spk')],
        ['play', at(input), at('out-1.dat'), at('out-2.csv')],
        ['convert', at(input), at('kept.dat'), '--overwrite'],
      ]) {
        const run = await runCli(words);
        expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(why)]);
      }
    }
    const left = readdirSync(folder).filter((name) => name.startsWith('out-'));
    expect([left, readFileSync(at('kept.dat'), 'utf8')]).toEqual([[], 'kept']);
  });

  it('is two sinks that are one file', async () => {
    const run = await runCli(['play', at('wave.dat'), at('one.dat'), join(folder, '.', 'one.dat')]);
    expect([run.code, run.stderr]).toEqual([
      2,
      expect.stringMatching(/SINK 2 is .*; SINK 1 writes there; name another/),
    ]);
  });
});

describe('spikeline play', () => {
  it('plays to several sinks at once, filtered', async () => {
    const sinks = [at('a.es'), at('b.csv')];
    const run = await runCli(['play', at('wave.dat'), ...sinks, '--speed=100', '--polarity=on']);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/a\.es.*count 32[\s\S]*b\.csv.*count 32/);
    const on = all.filter((_, i) => i % 2 === 1);
    for (const path of sinks) expect(times(readFileSync(path))).toEqual(on);
  });

  it('loops until Ctrl-C, and keeps what is whole', async () => {
    let stopped: (() => void) | undefined;
    const running = runCli(
      ['play', at('wave.dat'), 'ws://127.0.0.1:0?listen', '--loop', '--json'],
      (_, stop) => {
        stopped = stop;
      },
    );
    await expect.poll(() => stopped).toBeDefined();
    stopped!();
    const { code, stdout } = await running;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ stopped: 'SIGINT' });
  });

  it('gives all reasons at once', async () => {
    const args = ['play', at('none.dat'), '-', at('a.es'), '--speed=max', '--json', '--loop'];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    for (const word of ['no such file', 'cannot hold back', '--json', 'is there already']) {
      expect(stderr).toContain(word);
    }
    expect((await runCli(['play', at('wave.dat')])).stderr).toContain('where it goes');
    expect((await runCli(['play', '-', at('x.es'), '--loop'])).stderr).toContain('read once');
  });
});

describe('spikeline run', () => {
  const net = pipeline(
    linear({
      weight: [
        [9, 0],
        [0, 9],
      ],
    }),
    lif({ neurons: 2, tauMem: 0.01, name: 'output' }),
  );
  writeFileSync(at('net.json'), pipelineToJson(net));
  const words = ['--input', at('wave.dat'), '--downsample=4'];

  it('runs on pixels, and what is recorded runs again to the same', async () => {
    const first = await runCli([
      'run',
      at('net.json'),
      ...words,
      ...['--output', at('spikes.spk'), '--record', at('both.spk'), '--json'],
    ]);
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    const told = JSON.parse(first.stdout) as Record<string, object>;
    expect(told).toMatchObject({
      target: 'simulator',
      input: { spikes: 64, channels: 2 },
      output: { channels: 2, format: 'spk' },
      losses: { target: {} },
    });
    const spikes = times(readFileSync(at('spikes.spk')));
    expect(spikes.length).toBeGreaterThan(10);
    const info = await runCli(['info', at('both.spk'), '--json']);
    expect(JSON.parse(info.stdout)).toMatchObject({
      events: 64,
      streams: [
        { name: 'input', kind: 'events', events: 64 },
        { name: 'output', kind: 'events', events: spikes.length },
      ],
    });
    const again = await runCli(['run', at('net.json'), '--input', at('both.spk'), '--output', '-']);
    expect(again.code).toBe(0);
    expect(times(again.bytes!)).toEqual(spikes);
    expect(again.stderr).toMatch(/of stream on simulator[\s\S]*in .*both\.spk\s+64[\s\S]*out 1/);
  });

  it('runs on a chip and elsewhere', async () => {
    const analog = pipeline(
      linear({ weight: [[8], [8]] }),
      dynapSim({ neurons: 1, Ispkthr: 1e-8, name: 'output' }),
    );
    writeFileSync(at('analog.json'), pipelineToJson(analog));
    const args = ['run', at('analog.json'), ...words, '--json'];
    const board = ['--chips', '1', '--mismatch', '0'];
    const onChip = await runCli([...args, '--target', 'chip', ...board]);
    expect([onChip.code, onChip.stderr]).toEqual([0, '']);
    expect(JSON.parse(onChip.stdout)).toMatchObject({
      target: 'chip',
      input: { spikes: 64 },
      output: { channels: 1, spikes: expect.any(Number) as number },
    });
    const nobody = await runCli([...args, '--target', 'nats://127.0.0.1:1/chip']);
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('nats-server')]);
    const cannot = await runCli(['run', at('net.json'), ...words, '--target', 'nats://a@b/c']);
    expect(cannot.stderr).toContain('NATS_CREDS');
  });

  it('makes rasters, and says what does not fit', async () => {
    const raster = await runCli(['run', at('net.json'), ...words, '--bins=10', '--json']);
    expect(JSON.parse(raster.stdout)).toMatchObject({ input: { spikes: 64 }, duration: 0.064 });
    const wide = await runCli(['run', at('net.json'), '--input', at('wave.dat')]);
    expect([wide.code, wide.stderr]).toEqual([
      2,
      expect.stringContaining(
        '8×4 pixels come, and the pipeline takes 2 channels: 2 pixels are needed, or 1 of two polarities',
      ),
    ]);
  });

  it('gives all reasons at once', async () => {
    const { code, stderr } = await runCli([
      'run',
      at('wave.dat'),
      ...['--target', 'fpga', '--seed', '3', '--bins', '0', '--speed', 'x', '--denoise', '-1'],
      ...['--output', at('no.way'), '--record', at('wave.dat')],
    ]);
    expect(code).toBe(2);
    for (const word of [
      'PIPELINE',
      '--target is "fpga"',
      '--seed is',
      '--bins is',
      '--speed is',
      '--denoise',
      '--input: ',
      '--output',
      'would be written over, and is read',
    ]) {
      expect(stderr).toContain(word);
    }
  });
});
