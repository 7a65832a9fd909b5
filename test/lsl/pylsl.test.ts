import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EMPTY, lastValueFrom, Observable, type Subscription } from 'rxjs';
import { type Marks, marks, type Series, series } from 'spikeline/events';
import { toLsl } from 'spikeline/sinks';
import { fromLsl } from 'spikeline/sources';
import { afterAll, describe, expect, it } from 'vitest';
import { python, withWitnesses } from '#test/support/witnesses';

const peer = join(import.meta.dirname, '../../bench/peers/lsl.py');

/** The library that came with pylsl. */
const library = python === undefined ? '' : execFileSync(python, [peer, 'where']).toString().trim();
const folder = mkdtempSync(join(tmpdir(), 'spikeline-lsl-'));
// A sandbox may have no multicast: both sides look for each other on this machine.
const settings =
  '[lab]\nKnownPeers = {127.0.0.1}\n[multicast]\nResolveScope = machine\n[log]\nlevel = -2\n';
writeFileSync(join(folder, 'lsl.cfg'), settings);
process.env['LSLAPICFG'] = join(folder, 'lsl.cfg');
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Starts the other side; gives what it says, line by line. */
function other(...args: readonly string[]) {
  const child = spawn(python!, [peer, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<Record<string, unknown>> =>
    JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
  return { heard, child };
}

/** Subscribes, and gathers what comes; `until` resolves once what is wanted is there. */
function gather<Item extends Series | Marks>(source: Observable<Item>) {
  const items: Item[] = [];
  let look = (): void => {};
  let fail = (_: unknown): void => {};
  const subscription: Subscription = source.subscribe({
    next(item) {
      items.push(item);
      look();
    },
    error: (cause) => fail(cause),
  });
  const until = (enough: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      fail = reject;
      look = () => enough() && resolve();
      look();
    });
  const samples = (): number => items.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
  return { items, samples, until, stop: () => subscription.unsubscribe() };
}

withWitnesses('beside pylsl', () => {
  it('hears every sample of an instrument that begins again, and what is missing', async () => {
    const [rate, seconds] = [1000, 0.7];
    const args = ['send', 'camera', `${rate}`, '8', `${seconds}`];
    const first = other(...args);
    await first.heard();
    const source = fromLsl<Series>('camera', { library });
    const eight = gather(source);
    const mark = gather(fromLsl<Marks>('camera-marks', { library }));
    const said = await first.heard();
    const wanted = rate * seconds;
    await eight.until(() => eight.samples() === wanted);
    await mark.until(() => mark.samples() === 1);
    expect(mark.items.find(({ labels }) => labels.length > 0)!.labels).toEqual(['done']);
    expect(said['sent']).toBe(wanted);
    const values = (): number[] => eight.items.flatMap((item) => [...item.values]);
    expect(values()).toEqual(Array.from({ length: wanted * 8 }, (_, i) => Math.floor(i / 8)));
    // One machine, one clock: what we make of it is that of who sent, to a millisecond.
    const times = (): number[] => eight.items.flatMap((item) => [...item.timestamps]);
    expect(Math.abs(times()[0]! / 1e6 - Number(said['first']))).toBeLessThan(1e-3);
    expect(source.losses.total).toBe(0);
    first.child.kill('SIGKILL');
    const again = other(...args);
    await again.heard();
    await again.heard();
    await eight.until(() => eight.samples() > wanted && values().at(-1) === wanted - 1);
    eight.stop();
    mark.stop();
    const all = times();
    const pause = (all[wanted]! - all[wanted - 1]!) / 1e6;
    expect(source.losses.byReason['restarted']).toBeGreaterThanOrEqual(1);
    expect(source.losses.byReason['lost']).toBe(Math.round(pause * rate) - 1);
  });

  it('is heard with every value, text and time', async () => {
    const sending = new Observable<Series>((to) => {
      const listening = async (): Promise<void> => {
        const listener = other('hear', 'decoded', '3');
        await listener.heard();
        to.next(series([1e6, 1.5e6, 1.75e6], [1, -1, 2, -2, 3, -3], 2));
        answer = await listener.heard();
        to.complete();
      };
      listening().catch((cause: unknown) => to.error(cause));
      // The stream is there from its first item on.
      to.next(series([], [], 2, 0));
    });
    let answer: Record<string, unknown> = {};
    const counts = await lastValueFrom(sending.pipe(toLsl('decoded', { library, linger: 0 })));
    expect(counts).toEqual({ sent: 3, unheard: 0 });
    expect(answer['values']).toEqual([
      [1, -1],
      [2, -2],
      [3, -3],
    ]);
    const times = answer['times'] as number[];
    expect(times[1]! - times[0]!).toBeCloseTo(0.5, 6);
    expect(times[2]! - times[0]!).toBeCloseTo(0.75, 6);
    await lastValueFrom(EMPTY.pipe(toLsl('none', { library, linger: 0 })), { defaultValue: 0 });
    const unheard = await lastValueFrom(
      new Observable<Marks>((to) => {
        to.next(marks([5], ['go']));
        to.complete();
      }).pipe(toLsl('marks', { library, linger: 0 })),
    );
    expect(unheard).toEqual({ sent: 0, unheard: 1 });
  });
});

describe('without liblsl', () => {
  it('says where it is to be had', async () => {
    const none = fromLsl('x', { library: '/nowhere/liblsl.so' });
    await expect(lastValueFrom(none)).rejects.toThrow(/liblsl.*cannot be opened/);
    const sent = EMPTY.pipe(toLsl('x', { library: '/nowhere/liblsl.so' }));
    await expect(lastValueFrom(sent)).rejects.toThrow('PYLSL_LIB');
    expect(() => fromLsl(5 as never, { wait: -1 })).toThrow(/stream[\s\S]*wait/);
    expect(() => toLsl('a', { labels: [1] as never, time: 'x' as never })).toThrow(/labels/);
  });
});
