import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import { fromFile, toChannels, toRaster } from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { type AerPacket, pixelBits, pixels } from 'spikeline/events';
import { crop, denoise } from 'spikeline/operators';
import { freeMemory } from './measure.ts';
import { type BenchRow, row } from './rows.ts';

const space = pixels(1280, 720);
const packetEvents = 50_000;

/** Edges of 16×16 pixels that move over a camera at 10 million events/s, an eighth of all events noise. */
function* cameraPackets(count: number): Generator<AerPacket> {
  const { yShift } = pixelBits(space);
  let state = 1;
  const below = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * most);
  };
  let [left, top] = [0, 0];
  for (let done = 0; done < count; done += packetEvents) {
    const timestamps = new Float64Array(packetEvents);
    const addresses = new Uint32Array(packetEvents);
    for (let i = 0; i < packetEvents; i++) {
      timestamps[i] = Math.floor((done + i) / 10);
      if (i % 128 === 0) [left, top] = [below(1264), below(704)];
      const [x, y] = i % 8 === 0 ? [below(1280), below(720)] : [left + below(16), top + below(16)];
      addresses[i] = (y << yShift) | (x << 1) | (i & 1);
    }
    yield { timestamps, addresses, space, until: timestamps.at(-1)! };
  }
}

function writeDat(path: string, count: number): void {
  const encoder = codecNamed('dat').encoder!();
  const parts = Array.from(cameraPackets(count), (packet) => Uint8Array.from(encoder.push(packet)));
  writeFileSync(path, Buffer.concat([...parts, encoder.end()]));
}

/** Million events/s of processor time, from a file to a raster, and by how much memory grows. */
async function fileToRaster(path: string, count: number, passes: number): Promise<BenchRow[]> {
  const through = (loop: number, look: () => void) =>
    lastValueFrom(
      fromFile(path, { loop }).pipe(
        crop({ x: 480, y: 200, width: 320, height: 240 }),
        denoise({ window: 1e-3 }),
        toChannels({ polarity: 'merge' }),
        toRaster({ channels: 320 * 240, dt: 1e-2, chunkSteps: 1 }),
        tap(look),
      ),
    );
  const rates: number[] = [];
  for (let round = 0; round < 12; round++) {
    const begin = process.cpuUsage();
    await through(1, () => {});
    const { user, system } = process.cpuUsage(begin);
    rates.push(count / (user + system));
  }
  const sizes: number[] = [];
  let chunks = 0;
  // A chunk is 10 ms, 100 thousand events.
  const every = Math.ceil((passes * count) / 1e5 / 50);
  await through(passes, () => {
    if (++chunks % every !== 0) return;
    freeMemory();
    sizes.push(process.memoryUsage().rss / 2 ** 20);
  });
  // The first tenth fills what is kept.
  const settled = sizes.slice(Math.ceil(sizes.length / 10));
  const growth = settled.length === 0 ? null : Math.max(...settled) - settled[0]!;
  return [
    row('file.to.raster', Math.max(...rates), 'M events/s', '>= 30'),
    row('file.to.raster.growth', growth, 'MB', '<= 20', {
      'million events': (passes * count) / 1e6,
    }),
  ];
}

/** Streams of events from files, through operators. */
export async function streams(quick: boolean): Promise<BenchRow[]> {
  const count = quick ? 2_000_000 : 10_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-bench-'));
  const path = join(folder, 'events.dat');
  try {
    writeDat(path, count);
    return await fileToRaster(path, count, quick ? 5 : 100);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
