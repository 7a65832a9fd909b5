import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { of, Subject } from 'rxjs';
import { type AerPacket, aerPacket, channels, pixels } from 'spikeline';
import { decodeBytes } from 'spikeline/codecs';
import { openSession } from 'spikeline/loop';
import { StorageError } from 'spikeline/problems';
import { toFile } from 'spikeline/sinks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { fullDisk } from '#test/support/full-disk';
import { TestClock } from '#test/support/test-clock';
import { until } from '#test/support/until';
import { watch } from '#test/support/watch';

afterEach(() => vi.restoreAllMocks());

/** Events of a packet: those of 5 ms at 5 million a second. */
const size = 25_000;

/** The packet of so many milliseconds, which it counts in its times. */
function packetOf(time: number, count: number = size): AerPacket {
  const from = 1000 * time;
  const timestamps = Array.from({ length: count }, (_, i) => from + Math.floor(i / 5));
  const addresses = timestamps.map((_, i) => i % 16);
  return aerPacket(timestamps, addresses, count === size ? channels(16) : pixels(4, 2));
}

/** How many events can be read of a file as it is. */
function eventsIn(path: string): number {
  const bytes = new Uint8Array(readFileSync(path));
  if (bytes.length === 0) return 0;
  return decodeBytes(bytes).packets.reduce((sum, { addresses }) => sum + addresses.length, 0);
}

describe('a recording that is being made', () => {
  it('lacks 50 ms at most, whenever its process is killed', async () => {
    for (const [every, count] of [
      [5, size],
      [7, 40],
    ] as const) {
      const clock = new TestClock();
      const path = join(emptyFolder(), 'out.spk');
      const input = new Subject<AerPacket>();
      const seen = watch(input.pipe(toFile(path, { clock })));
      input.next(packetOf(0, count));
      await until(() => existsSync(path));
      for (let time = every; time < 90; time += every) {
        await clock.pass(every);
        input.next(packetOf(time, count));
        // A process that is killed leaves what the system has: this file.
        const events = eventsIn(path);
        const due = Math.max(0, Math.floor((time - 50) / every) + 1);
        expect([events % count, events >= count * due]).toEqual([0, true]);
      }
      seen.unsubscribe();
    }
  });

  it('is one at a time: nobody else writes there, though it has nothing yet', async () => {
    const folder = emptyFolder();
    const path = join(folder, 'out.dat');
    const lock = join(folder, '.out.dat.lock');
    const first = new Subject<AerPacket>();
    const seen = watch(first.pipe(toFile(path)));
    await until(() => existsSync(lock));
    const second = watch(of(packetOf(0, 40)).pipe(toFile(path, { overwrite: true })));
    await until(() => second.ended !== 'no');
    expect(second.error).toMatchObject({
      message: expect.stringContaining('another run writes there'),
    });
    first.next(packetOf(0, 8));
    first.complete();
    await until(() => seen.ended !== 'no');
    expect([seen.ended, eventsIn(path)]).toEqual(['completed', 8]);
    // Whoever has ended, failed or left gives it free.
    const refused = watch(of(packetOf(0, 40)).pipe(toFile(path)));
    await until(() => refused.ended !== 'no');
    expect(refused.error).toMatchObject({ message: expect.stringContaining('there already') });
    const left = watch(new Subject<AerPacket>().pipe(toFile(path, { overwrite: true })));
    await until(() => existsSync(lock));
    left.unsubscribe();
    await until(() => !existsSync(lock));
    const third = watch(of(packetOf(0, 40)).pipe(toFile(path, { overwrite: true })));
    await until(() => third.ended !== 'no');
    expect([third.ended, eventsIn(path)]).toEqual(['completed', 40]);
    expect(readdirSync(folder)).toEqual(['out.dat']);
  });

  it('ends with what was whole, and says why, when the disk is full', async () => {
    for (const [name, count] of [
      ['out.spk', size],
      ['out.dat', 40],
    ] as const) {
      const path = join(emptyFolder(), name);
      fullDisk(count === size ? 2_000_001 : 1001);
      const input = new Subject<AerPacket>();
      const seen = watch(input.pipe(toFile(path, { clock: new TestClock() })));
      let packets = 0;
      await until(() => {
        if (seen.ended === 'no') input.next(packetOf(5 * packets++, count));
        return seen.ended !== 'no';
      });
      vi.restoreAllMocks();
      expect(seen.error).toBeInstanceOf(StorageError);
      expect(seen.error).toMatchObject({ message: expect.stringContaining('no space left') });
      const events = eventsIn(path);
      expect([events > 0, events < packets * count, events % count]).toEqual([true, true, 0]);
      expect(readFileSync(path).length % (count === size ? 8 : 1)).toBe(0);
    }
  });

  it('errs when the disk is full, though nothing comes', async () => {
    const clock = new TestClock();
    fullDisk(700);
    const session = openSession(join(emptyFolder(), 'run.spk'), { clock });
    const input = new Subject<AerPacket>();
    const seen = watch(input.pipe(session.record('input')));
    input.next(packetOf(0, 40));
    expect(seen.values.length).toBe(1);
    clock.advance(60);
    expect(seen.error).toMatchObject({ message: expect.stringContaining('no space left') });
    expect(() => session.end()).toThrow(/no space left/);
  });
});
