import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { aerPacket, pixels } from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { fromFile } from 'spikeline/sources';
import { afterEach, describe, expect, it } from 'vitest';
import { openPipe } from '#src/files/pipe';
import { emptyFolder } from '#test/support/folders';
import { until } from '#test/support/until';

const threadsOfNode: { isMainThread: boolean } = createRequire(import.meta.url)(
  'node:worker_threads',
);

/** Lets the product believe that it runs in the main thread, or in a worker. */
function inMainThread(main: boolean): void {
  threadsOfNode.isMainThread = main;
  syncBuiltinESMExports();
}

const times = Array.from({ length: 300 }, (_, i) => 100 * i);

afterEach(() => inMainThread(true));

/** A file of events. */
function fileOf(): string {
  const encoder = codecNamed('dat').encoder!();
  const packet = aerPacket(
    times,
    times.map((_, i) => 2 * (i % 64)),
    pixels(16, 8),
  );
  const path = join(emptyFolder(), 'in');
  writeFileSync(path, Buffer.concat([encoder.push(packet), encoder.end()]));
  return path;
}

/** Makes a named pipe. */
function pipeOf(): string {
  const path = join(emptyFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

/** Whether this process holds a file open. */
function isOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((one) => {
    try {
      return readlinkSync(`/proc/self/fd/${one}`) === path;
    } catch {
      return false;
    }
  });
}

/** The times of what comes through a pipe. */
async function through(path: string): Promise<number[]> {
  const packets = lastValueFrom(fromFile(path).pipe(toArray()));
  execFile('cp', [fileOf(), path]);
  return (await packets).flatMap(({ timestamps }) => [...timestamps]);
}

describe.skipIf(process.platform !== 'linux')('fromFile of a named pipe', () => {
  it('reads it while it is written, and leaves it at once while nobody writes', async () => {
    const path = pipeOf();
    expect(await through(path)).toEqual(times);
    await until(() => !isOpen(path));
    const reading = fromFile(path).subscribe();
    await until(() => isOpen(path));
    reading.unsubscribe();
    await until(() => !isOpen(path));
  });

  it('reads it like any file in a worker, which would close its number again when it ends', async () => {
    inMainThread(false);
    const path = pipeOf();
    expect(await openPipe(path)).toBeUndefined();
    expect(await through(path)).toEqual(times);
    await until(() => !isOpen(path));
  });
});
