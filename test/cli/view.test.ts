import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aerPacket, channels, pixels } from 'spikeline';
import { codecNamed, recordingEncoder } from 'spikeline/codecs';
import { chipWords, packPixel } from 'spikeline/events';
import { expect, it } from 'vitest';
import { gathering } from '#cli/view/overview';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

const camera = pixels(40, 30);
const events = aerPacket(
  Array.from({ length: 400 }, (_, i) => 2000 * i),
  Array.from({ length: 400 }, (_, i) =>
    packPixel(camera, { x: i % 40, y: i % 40 < 20 ? 3 : 12, polarity: i % 40 < 20 ? 1 : 0 }),
  ),
  camera,
);
const folder = emptyFolder();
const at = (name: string): string => join(folder, name);
const encoder = codecNamed('es').encoder!();
writeFileSync(at('wave.es'), Buffer.concat([Buffer.from(encoder.push(events)), encoder.end()]));

it('gathers any number of events in little room', () => {
  const all = gathering();
  const far = pixels(5000, 5000);
  const address = (x: number, y: number, on: number) => packPixel(far, { x, y, polarity: on });
  all.add(aerPacket([7, 8], [address(0, 0, 1), address(300, 20, 0)], far));
  all.add(aerPacket([3_600_000_000], [address(4999, 1, 1)], far));
  const { rate, picture, first, events: count } = all.overview();
  expect([first, count, picture.side]).toEqual([7, 3, 32]);
  expect(rate.counts.length * rate.width).toBeGreaterThan(3.5e9);
  expect(rate.counts.reduce((sum, one) => sum + one)).toBe(3);
  expect([picture.on[0]![0], picture.off[0]![9], picture.on[0]![156]]).toEqual([1, 1, 1]);
  expect([picture.on.length, picture.on[0]!.length]).toEqual([1, 157]);
});

it('shows rate and picture as text', async () => {
  const { code, stdout, stderr } = await runCli(['view', at('wave.es')]);
  expect([code, stderr]).toEqual([0, '']);
  for (const word of ['400 events', '500 events/s at most', '1 × 2 pixels a character', '@@@@']) {
    expect(stdout).toContain(word);
  }
  const json = await runCli(['view', at('wave.es'), '--polarity=on', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ events: 200, first: 0, rate: { width: 2000 } });
  const nothing = await runCli(['view', at('wave.es'), '--from', '100']);
  expect(nothing.stdout).toContain('no events');
});

it('draws them, and never over anything unless told', async () => {
  const run = await runCli(['view', at('wave.es'), '--png', at('wave.png')]);
  expect([run.code, run.stderr, run.stdout]).toEqual([0, '', `${at('wave.png')}\n`]);
  expect(readFileSync(at('wave.png')).subarray(1, 4).toString()).toBe('PNG');
  const again = await runCli(['view', at('wave.es'), '--png', at('wave.png')]);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
  const over = await runCli(['view', at('wave.es'), '--png', at('wave.es'), '--overwrite']);
  expect([over.code, over.stderr]).toEqual([
    2,
    expect.stringContaining('written over, and is read'),
  ]);
});

it('shows when the spikes of a chip are', async () => {
  const recording = recordingEncoder({ streams: [{ name: 'spikes', kind: 'events' }] });
  const spikes = aerPacket([5, 6, 1007], [0, 3, 2 ** 31], chipWords('dynapse2'));
  const bytes = [recording.push({ stream: 'spikes', item: spikes }), recording.end()];
  const { stdout, code } = await runCli(['view', '-', '--json'], undefined, bytes);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ rate: { counts: [2, 1] }, picture: { on: [[3]] } });
});

it('shows channels as one row', async () => {
  const recording = recordingEncoder({ streams: [{ name: 'spikes', kind: 'events' }] });
  const spikes = aerPacket([5, 6, 7], [0, 3, 3], channels(4));
  const bytes = [recording.push({ stream: 'spikes', item: spikes }), recording.end()];
  const { stdout, code } = await runCli(['view', '-', '--json'], undefined, bytes);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ picture: { side: 1, on: [[1, 0, 0, 2]] } });
});
