/** Lab Streaming Layer beside pylsl, both ways: 8 channels at 1 kHz. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, map, Observable, switchMap, take, timer } from 'rxjs';
import { type Series, series } from 'spikeline/events';
import { toLsl } from 'spikeline/sinks';
import { fromLsl } from 'spikeline/sources';
import { pythons } from './peer.ts';
import { type BenchRow, row } from './rows.ts';

const script = fileURLToPath(new URL('peers/lsl.py', import.meta.url));
const channels = 8;
const rate = 1000;

interface Said {
  readonly [field: string]: unknown;
  readonly times: readonly number[];
  readonly values: readonly (readonly number[])[];
  /** Raw time of a sample, and the correction of pylsl then, seconds. */
  readonly corrections: readonly (readonly [number, number])[];
}

/** Starts pylsl; gives what it says, line by line. */
function other(python: string, ...args: readonly string[]) {
  const child = spawn(python, [script, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<Said> => JSON.parse((await lines.next()).value as string) as Said;
  return { heard, end: () => child.kill() };
}

/** Hears what pylsl sends; beside us, another pylsl hears the same. */
async function inwards(python: string, library: string, seconds: number) {
  const count = rate * seconds;
  const sender = other(python, 'send', 'bench-in', `${rate}`, `${channels}`, `${seconds}`);
  await sender.heard();
  const witness = other(python, 'hear', 'bench-in', `${count}`);
  await witness.heard();
  const source = fromLsl<Series>('bench-in', { library });
  // pylsl begins once its marks are heard: by then all hear its samples.
  const marks = timer(2000)
    .pipe(switchMap(() => fromLsl('bench-in-marks', { library })))
    .subscribe();
  const ours: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const subscription = source.subscribe({
      next({ timestamps }) {
        for (const time of timestamps) ours.push(time);
        if (ours.length < count) return;
        subscription.unsubscribe();
        resolve();
      },
      error: reject,
    });
  });
  marks.unsubscribe();
  const { times, corrections } = await witness.heard();
  sender.end();
  witness.end();
  const at = new Map(times.map((time, i) => [time, i]));
  // What pylsl would have made of the same sample.
  const apart = corrections.map(([time, correction]) =>
    Math.abs(ours[at.get(time)!]! / 1e3 - (time + correction) * 1e3),
  );
  return { lost: count - ours.length + source.losses.total, apart: Math.max(...apart) };
}

/** Sends what pylsl hears. */
async function outwards(python: string, library: string, seconds: number) {
  const count = rate * seconds;
  const listener = other(python, 'hear', 'bench-out', `${count}`);
  const block = rate / 100;
  const values = new Float64Array(block * channels);
  const blocks = new Observable<Series>((to) => {
    to.next(series([], [], channels, 0));
    listener.heard().then(() => {
      const going = timer(0, 10)
        .pipe(
          take(count / block),
          map((n) => {
            const first = n * block;
            const times = Array.from({ length: block }, (_, i) => (first + i) * (1e6 / rate));
            return series(
              times,
              values.map((_, i) => first + Math.floor(i / channels)),
              channels,
            );
          }),
        )
        .subscribe(to);
      to.add(going);
    }, to.error.bind(to));
  });
  const { sent } = await lastValueFrom(blocks.pipe(toLsl('bench-out', { library, linger: 1000 })));
  const heard = await listener.heard();
  listener.end();
  const wrong = heard.values.filter((sample, i) => sample.some((value) => value !== i)).length;
  return { lost: count - sent + (count - heard.values.length) + wrong };
}

/** Both ways for some seconds; nothing without a Python that has pylsl. */
export async function lsl(seconds: number, note: (text: string) => void): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-lsl-'));
  const settings = '[lab]\nKnownPeers = {127.0.0.1}\n[multicast]\nResolveScope = machine\n';
  writeFileSync(join(folder, 'lsl.cfg'), `${settings}[log]\nlevel = -2\n`);
  process.env['LSLAPICFG'] = join(folder, 'lsl.cfg');
  try {
    for (const python of pythons()) {
      let library: string;
      try {
        const quiet = { stdio: ['ignore', 'pipe', 'ignore'] as 'ignore'[] };
        library = execFileSync(python, [script, 'where'], quiet).toString().trim();
      } catch {
        continue;
      }
      note(`hearing ${channels} channels at ${rate} Hz for ${seconds} s`);
      const heard = await inwards(python, library, seconds);
      note(`sending them for ${seconds} s`);
      const sent = await outwards(python, library, seconds);
      const fields = { seconds, channels, rate };
      return [
        row('lsl.in.lost', heard.lost, 'samples', '<= 0', fields),
        row('lsl.in.apart', heard.apart, 'ms', '<= 1', { ...fields, beside: 'pylsl' }),
        row('lsl.out.lost', sent.lost, 'samples', '<= 0', fields),
      ];
    }
    note('skipped: no Python of SPIKELINE_PYTHON has pylsl (pip install pylsl)');
    return [];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
