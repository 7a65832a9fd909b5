import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { of } from 'rxjs';
import { dynapSim, linear, pipeline, pipelineToJson } from 'spikeline';
import { recordingEncoder } from 'spikeline/codecs';
import { poissonRaster, series } from 'spikeline/events';
import { openSession, readSession } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

const folder = emptyFolder();
const at = (name: string): string => join(folder, name);

const net = pipeline(
  linear({
    weight: [
      [9, 1],
      [1, 9],
    ],
  }),
  dynapSim({ neurons: 2, name: 'output' }),
);
writeFileSync(at('net.json'), pipelineToJson(net));
const noise = poissonRaster({ channels: 2, rate: 150, duration: 0.2, seed: 4 });
const encoder = recordingEncoder({ streams: [{ name: 'noise', kind: 'raster' }] });
writeFileSync(
  at('noise.spk'),
  Buffer.concat([encoder.push({ stream: 'noise', item: noise }), encoder.end()]),
);
const input = ['--input', at('noise.spk'), '--stream', 'noise'];

describe('a session of the command line', () => {
  it('is recorded, replayed on any target, and reported', async () => {
    const run = await runCli(['run', at('net.json'), ...input, '--record', at('first')]);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(readdirSync(at('first'))).toEqual(['pipeline.json', 'session.json', 'streams.spk']);

    const same = await runCli(['replay', at('first')]);
    expect(same.code).toBe(0);
    expect(same.stdout).toMatch(/1 inputs of simulator on simulator: identical to the last bit/);

    const chip = ['replay', at('first'), '--target', 'chip', '--within', '3', '--json'];
    const near = await runCli([...chip, '--limit', '1']);
    expect(near.code).toBe(0);
    const told = JSON.parse(near.stdout);
    expect(told).toMatchObject({
      recordedOn: 'simulator',
      identical: false,
      near: true,
      within: 0.003,
    });
    expect(told.distance).toBeGreaterThan(0);
    const far = await runCli([...chip, '--limit', `${told.distance / 2}`]);
    expect([far.code, JSON.parse(far.stdout).near]).toEqual([1, false]);

    const report = await runCli(['report', at('first')]);
    expect([report.code, report.stderr]).toEqual([0, '']);
    expect(report.stdout).toMatch(/on simulator/);
    expect(report.stdout).toMatch(/completed after/);
    expect(report.stdout).toMatch(/output 1 +\d/);
    expect(readdirSync(at('first'))).toEqual(
      expect.arrayContaining(['report.json', 'spikes.png', 'spikes.svg']),
    );
    const json = await runCli(['report', at('first'), '--json', '--out', at('elsewhere')]);
    const { streams } = JSON.parse(json.stdout);
    expect(streams.map(({ name }: { name: string }) => name)).toEqual(['input', 'output']);
    expect(streams[0].count).toBe(noise.counts.reduce((a, b) => a + b));
    expect(existsSync(at('elsewhere/spikes.svg'))).toBe(true);
  });

  it('is never overwritten, unless it is said', async () => {
    const words = ['run', at('net.json'), ...input, '--record', at('first')];
    const refused = await runCli(words);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /--record is .* it holds a session already; name another, or say --overwrite/,
    );
    expect((await runCli([...words, '--overwrite'])).code).toBe(0);
    const file = await runCli(['run', at('net.json'), ...input, '--record', at('net.json')]);
    expect(file.stderr).toMatch(/--record: .* would be written over, and is read/);
    const odd = await runCli(['play', at('noise.spk'), at('x.spk'), '--record', at('net.json')]);
    expect(odd.stderr).toMatch(/it is a file; a session is a folder/);
  });

  it('never takes the place of one that it reads, or of what else is written', async () => {
    cpSync(at('first'), at('own'), { recursive: true });
    const before = readdirSync(at('own')).map((name) => readFileSync(at(`own/${name}`)));
    symlinkSync(at('own/streams.spk'), at('other.spk'));
    const [into, recording] = [['--record', at('own'), '--overwrite'], at('own/streams.spk')];
    const words = [
      ['run', at('own/pipeline.json'), ...input, ...into],
      ['run', at('net.json'), '--input', recording, '--stream', 'input', ...into],
      ['play', at('other.spk'), at('y.spk'), ...into],
      ['record', recording, at('y.spk'), ...into],
      ['record', at('noise.spk'), recording, ...into],
    ];
    for (const given of words) {
      const refused = await runCli(given);
      expect(refused.code, given.join(' ')).toBe(2);
      expect(refused.stderr).toMatch(/--record is .* is used, and would be written over/);
    }
    expect(readdirSync(at('own')).map((name) => readFileSync(at(`own/${name}`)))).toEqual(before);
  });

  it('may be one recording, which run plays again', async () => {
    const words = ['--record', at('one.spk')];
    expect((await runCli(['run', at('net.json'), ...input, ...words])).code).toBe(0);
    const again = ['run', at('net.json'), '--input', at('one.spk'), '--stream', 'input', '--json'];
    const { stdout } = await runCli(again);
    expect(JSON.parse(stdout).input.spikes).toBe(noise.counts.reduce((a, b) => a + b));
    const report = await runCli(['report', at('one.spk'), '--out', at('one')]);
    expect(report.stdout).toMatch(/a recording alone/);
    const none = await runCli(['replay', at('one.spk')]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/no run of a pipeline/)]);
  });

  it('keeps what is played and recorded, and says what stopped it', async () => {
    const play = ['play', at('noise.spk'), at('copy.spk'), '--stream', 'noise', '--speed', 'max'];
    expect((await runCli([...play, '--record', at('played')])).code).toBe(0);
    writeFileSync(at('junk.bin'), 'these are no events'.repeat(10_000));
    const record = ['record', at('junk.bin'), at('again.spk'), '--record', at('recorded')];
    const kept = await runCli(record);
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringMatching(/no format that is known/)]);
    const failed = await readSession(at('recorded'));
    expect(failed.manifest!.ended).toMatchObject({ how: 'error' });
    await failed.close();
    const played = await readSession(at('played'));
    expect([...played.recording.streams.keys()]).toEqual(['played']);
    await played.close();
    const long = await runCli(
      ['record', 'udp://127.0.0.1:0', at('cut.spk'), '--record', at('cut')],
      (text, stop) => {
        if (text.startsWith('listening')) stop();
      },
    );
    expect(long.code).toBe(130);
    const cut = await readSession(at('cut'));
    expect(cut.manifest!.ended).toMatchObject({ how: 'signal', message: 'SIGINT' });
    await cut.close();
  });

  it('of values, latencies and marks is drawn and told', async () => {
    const session = openSession(at('values'), { seed: 3 });
    const values = series([0, 1000, 2000], [1, -1, 2, -2, 3, -3], 2);
    of(values).pipe(session.record('angle of arm')).subscribe();
    of(series([0, 1000, 2000], [10, 20, 4000]))
      .pipe(session.record('latency'))
      .subscribe();
    session.mark('push', 1500);
    session.end({ how: 'error', message: 'unplugged' });
    const { stdout } = await runCli(['report', at('values')]);
    expect(stdout).toMatch(/error \(unplugged\) after/);
    expect(stdout).toMatch(/latency +3 +20\.0 +40\d\d\.\d/);
    expect(stdout).toMatch(/push +0\.002/);
    for (const name of ['angle-of-arm.svg', 'latency.png']) {
      expect(readFileSync(at(`values/${name}`)).length).toBeGreaterThan(100);
    }
    rmSync(at('values/streams.spk'));
    const broken = await runCli(['report', at('values')]);
    expect([broken.code, broken.stderr]).toEqual([
      2,
      expect.stringMatching(/streams\.spk: cannot be read/),
    ]);
  });

  it('keeps what is read of it, and each picture by a name of its own', async () => {
    const session = openSession(at('names'), {});
    const names = ['a b', 'a-b', 'spikes', '__proto__'];
    for (const name of names)
      of(series([0, 1000], [1, 2]))
        .pipe(session.record(name))
        .subscribe();
    of(noise).pipe(session.record('noise')).subscribe();
    session.end();
    const { stdout } = await runCli(['report', at('names')]);
    for (const name of ['spikes', 'a-b', 'a-b-2', 'spikes-2', '__proto__']) {
      expect(stdout).toContain(`${name}.svg`);
      expect(existsSync(at(`names/${name}.svg`))).toBe(true);
    }
    for (const name of ['report.json', 'spikes.svg']) {
      const own = join(emptyFolder(), name);
      copyFileSync(at('noise.spk'), own);
      const { code, stderr } = await runCli(['report', own]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('and is read')]);
      expect(readFileSync(own)).toEqual(readFileSync(at('noise.spk')));
    }
  });

  it('that is none is refused', async () => {
    for (const words of [['replay'], ['report'], ['replay', at('nowhere')], ['report', folder]]) {
      expect((await runCli(words)).code).toBe(2);
    }
    const bad = ['replay', 'x', '--target', 'moon', '--run', '-1', '--within', 'x', '--limit', '2'];
    const { stderr } = await runCli(bad);
    for (const name of ['target', 'run', 'within', 'limit']) expect(stderr).toContain(`--${name}`);
  });
});
