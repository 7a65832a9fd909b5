import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecNamed, eventDigest } from 'spikeline/codecs';
import { type AerPacket, pixelBits, pixels } from 'spikeline/events';
import { expect, it } from 'vitest';
import { python, withWitnesses } from '#test/support/witnesses';

/** Events of a camera: single ones, rows of neighbours, pauses around all counters. */
function cameraPackets(pauses: readonly number[]): AerPacket[] {
  const space = pixels(1280, 720);
  const { yShift } = pixelBits(space);
  const times: number[] = [];
  const addresses: number[] = [];
  let time = 5;
  for (let i = 0; i < 6000; i++) {
    time += i % 97 === 0 ? pauses[(i / 97) % pauses.length]! : (i * 7) % 13;
    const [x, y] = [(i * 131) % 1200, (i * 37) % 720];
    const neighbours = i % 5 === 0 ? 12 : 1;
    for (let k = 0; k < neighbours; k++) {
      times.push(time);
      addresses.push(((y << yShift) | ((x + 2 * k) << 1) | (i & 1)) >>> 0);
    }
  }
  const timestamps = Float64Array.from(times);
  return [{ timestamps, addresses: Uint32Array.from(addresses), space, until: times.at(-1)! }];
}

const short = [1, 63, 64, 127, 128, 4095, 4096];
const files = [
  { name: 'dat', codec: 'dat', file: 'ours.dat', pauses: [...short, 2 ** 25, 2 ** 29] },
  { name: 'evt2', codec: 'evt2', file: 'two.raw', pauses: [...short, 2 ** 25] },
  { name: 'evt21', codec: 'evt21', file: 'twoone.raw', pauses: [...short, 2 ** 25] },
  { name: 'evt3', codec: 'evt3', file: 'three.raw', pauses: [...short, 2 ** 23, 2 ** 25] },
  { name: 'es', codec: 'es', file: 'dvs.es', pauses: [...short, 2 ** 15] },
  { name: 'atis', codec: 'es', file: 'atis.es', pauses: short, options: { kind: 'atis' } },
  ...(['none', 'lz4', 'zstd'] as const).map((compression) => ({
    ...{ name: compression === 'none' ? 'aedat4' : compression, codec: 'aedat4' },
    ...{ file: `${compression}.aedat4`, pauses: [...short, 2 ** 40], options: { compression } },
  })),
  { name: 'csv', codec: 'csv', file: 'ours.csv', pauses: [...short, 2 ** 40] },
  { name: 'npy', codec: 'npy', file: 'ours.npy', pauses: [...short, 2 ** 40] },
  ...[false, true].map((compress) => ({
    ...{ name: compress ? 'deflated' : 'npz', codec: 'npz', file: `${compress}.npz` },
    ...{ pauses: [...short, 2 ** 40], options: { compress } },
  })),
];

await codecNamed('aedat4').ready?.();

withWitnesses('what we write', () => {
  it('is read alike by the libraries of others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spikeline-witness-'));
    try {
      const asked = files.map(({ name, file }) => ({
        name,
        path: join(folder, file),
        height: 720,
      }));
      const digests = files.map(({ name, codec, file, pauses, options }) => {
        const packets = cameraPackets(pauses);
        const encoder = codecNamed(codec).encoder!(options);
        const parts = packets.map((packet) => encoder.push(packet));
        writeFileSync(join(folder, file), Buffer.concat([...parts, encoder.end()]));
        const digest = eventDigest();
        for (const packet of packets) digest.add(packet);
        return [name, digest.summary().digest] as const;
      });
      const script = join(import.meta.dirname, 'witness.py');
      const answers = JSON.parse(
        execFileSync(python!, [script, JSON.stringify(asked)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      ) as Record<string, Record<string, string>>;
      for (const [name, digest] of digests) {
        const readers = Object.keys(answers[name]!);
        expect([name, answers[name]]).toEqual([
          name,
          Object.fromEntries(readers.map((reader) => [reader, digest])),
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
