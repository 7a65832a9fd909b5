import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aerPacket, channels, pixels } from 'spikeline';
import { codecNamed, eventDigest, recordingEncoder } from 'spikeline/codecs';
import { marks } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

const packet = aerPacket([10, 2500, 2500], [0, 1, 3], pixels(2, 2));
const digest = eventDigest();
digest.add(packet);
const known = digest.summary();

function encoded(format: string): Uint8Array {
  const encoder = codecNamed(format).encoder!();
  return Buffer.concat([Buffer.from(encoder.push(packet)), encoder.end()]);
}

describe('spikeline info', () => {
  const folder = emptyFolder();
  const file = join(folder, 'wave.bin');

  it('says what a file holds, whatever its name', async () => {
    for (const format of ['dat', 'evt2', 'evt3', 'es', 'aedat31', 'csv']) {
      writeFileSync(file, encoded(format));
      const { code, stdout, stderr } = await runCli(['info', file, '--json']);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({ format, ...known });
    }
    writeFileSync(file, encoded('dat'));
    const { stdout } = await runCli(['info', file]);
    for (const word of ['dat', '2 × 2', '3, 1205', known.digest, '0.002500 s']) {
      expect(stdout).toContain(word);
    }
    expect(stdout.split('\n')[0]).toBe(file);
  });

  it('counts what is no event', async () => {
    const { stdout } = await runCli(['info', '-', '--json'], undefined, [
      encoded('dat').subarray(0, -3),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ events: 2, skipped: { cutOffBytes: 5 } });
  });

  it('lists the streams of a recording', async () => {
    const encoder = recordingEncoder({
      streams: [
        { name: 'said', kind: 'marks' },
        { name: 'camera', kind: 'events' },
        { name: 'spikes', kind: 'events' },
      ],
    });
    const parts = [
      encoder.push({ stream: 'said', item: marks([5], ['go']) }),
      encoder.push({ stream: 'camera', item: packet }),
      encoder.push({ stream: 'spikes', item: aerPacket([7], [1], channels(2)) }),
      encoder.end(),
    ];
    // In two cuts, from standard input.
    const all = Buffer.concat(parts);
    const cuts = [all.subarray(0, 1000), all.subarray(1000)];
    const { stdout } = await runCli(['info', '-', '--json'], undefined, cuts);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'spk',
      width: 2,
      ...known,
      streams: [
        { name: 'said', kind: 'marks', items: 1 },
        { name: 'camera', kind: 'events', items: 1, events: 3, digest: known.digest },
        { name: 'spikes', kind: 'events', events: 1, firstTimestamp: 7 },
      ],
    });
    const text = (await runCli(['info', '-'], undefined, cuts)).stdout;
    expect(text).toMatch(/standard input[\s\S]*camera\s+events\s+1\s+3\s+10\s+2500/);
  });

  it('ends with 2 and all reasons at what cannot be read', async () => {
    const missing = await runCli(['info', join(folder, 'none.dat')]);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toMatch(/none\.dat.*there is no such file/);
    const whole = await runCli(['info', folder]);
    expect([whole.code, whole.stderr]).toEqual([2, expect.stringMatching(/it is a folder/)]);
    writeFileSync(file, 'hello, this is no file of events at all');
    const odd = await runCli(['info', file]);
    expect(odd.code).toBe(2);
    expect(odd.stderr).toMatch(/wave\.bin.*no format that is known/);
    const bad = await runCli(['info', '--format', 'dta', '--options', '[1]']);
    expect(bad.code).toBe(2);
    for (const word of ['did you mean dat', '--options is "[1]"', 'FILE is []']) {
      expect(bad.stderr).toContain(word);
    }
    expect((await runCli(['info', '-'])).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toContain('hello');
  });
});
