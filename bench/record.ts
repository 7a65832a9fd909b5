// What a recording has when its process is killed at 5 million events/s, and when the disk is full.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromFile } from 'spikeline';
import type { AerPacket } from 'spikeline/events';
import { noteBytes, perMicrosecond, space } from './recorder.ts';
import { type BenchRow, row } from './rows.ts';

/** What was found of a recording. */
interface Found {
  /** Events that were made, and the seconds it took. */
  readonly made: number;
  readonly seconds: number;
  /** Events that can be read, and how many of them are not those that were made. */
  readonly kept: number;
  readonly wrong: number;
  /** What the recorder said at its end. */
  readonly said: string | undefined;
}

/** Records in a process of its own; kills it after a while, or waits until it ends by itself. */
async function record(folder: string, notes: string, killAfter?: number): Promise<Found> {
  const path = join(folder, 'events.spk');
  const script = fileURLToPath(new URL('recorder.ts', import.meta.url));
  const child = fork(script, [path, notes]);
  let said: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  child.on('message', ({ failed }: { readonly failed?: string }) => {
    said = failed;
    if (failed !== undefined || killAfter === undefined) return;
    timer = setTimeout(() => child.kill('SIGKILL'), killAfter * 1000);
  });
  await once(child, 'exit');
  clearTimeout(timer);
  const note = readFileSync(notes);
  const [made, seconds] = new Float64Array(note.buffer, note.byteOffset, noteBytes / 8);
  const read = await checked(path);
  rmSync(path);
  return { made: made!, seconds: seconds!, said, ...read };
}

/** Reads what can be read. */
async function checked(path: string): Promise<{ readonly kept: number; readonly wrong: number }> {
  let [kept, wrong] = [0, 0];
  await fromFile<AerPacket>(path).forEach(({ timestamps, addresses }) => {
    for (let i = 0; i < timestamps.length; i++, kept++) {
      const right =
        timestamps[i] === Math.floor(kept / perMicrosecond) &&
        addresses[i] === kept % space.channels;
      if (!right) wrong++;
    }
  });
  return { kept, wrong };
}

/** Milliseconds of events. */
const millisecondsOf = (events: number): number => events / perMicrosecond / 1000;

async function killed(folder: string, times: number, note: (text: string) => void) {
  const found: Found[] = [];
  for (let i = 0; i < times; i++) {
    // Now and then, at no particular moment.
    const one = await record(folder, join(folder, 'notes'), 3 + 0.137 * i);
    const lost = millisecondsOf(one.made - one.kept).toFixed(1);
    note(`  kill -9: ${one.made} events made, ${one.kept} of them can be read, ${lost} ms lost`);
    found.push(one);
  }
  const rate = Math.min(...found.map(({ made, seconds }) => made / seconds / 1e6));
  const lost = Math.max(...found.map(({ made, kept }) => millisecondsOf(made - kept)));
  const wrong = found.reduce((sum, one) => sum + one.wrong, 0);
  return [
    row('record.rate', rate, 'million events/s', '>= 4.95', { times }),
    row('record.killed.lost', lost, 'ms', '<= 100'),
    row('record.killed.wrong', wrong, 'events', '<= 0'),
  ];
}

/** A disk of 16 MB, in memory; undefined if this user may not make one. */
function smallDisk(folder: string): string | undefined {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk], { stdio: 'ignore' });
    return disk;
  } catch {
    return undefined;
  }
}

async function fullDisk(folder: string, note: (text: string) => void): Promise<BenchRow> {
  const disk = smallDisk(folder);
  if (disk === undefined) {
    note('  no small disk can be mounted here; root can');
    return row('record.full.lost', null, 'ms', '<= 100');
  }
  try {
    const { made, kept, wrong, said } = await record(disk, join(folder, 'notes'));
    note(`  full disk: ${said}; ${made} events made, ${kept} of them can be read`);
    const lost = said === undefined || wrong > 0 ? null : millisecondsOf(made - kept);
    return row('record.full.lost', lost, 'ms', '<= 100', { events: kept });
  } finally {
    execFileSync('umount', [disk]);
  }
}

/** Recordings that end badly. */
export async function recordings(
  quick: boolean,
  note: (text: string) => void,
): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-bench-'));
  try {
    return [...(await killed(folder, quick ? 1 : 5, note)), await fullDisk(folder, note)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
