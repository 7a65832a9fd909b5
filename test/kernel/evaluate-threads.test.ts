import { from, lastValueFrom, type Observable, take, toArray } from 'rxjs';
import {
  dynapSim,
  evaluate,
  kernel,
  linear,
  pipeline,
  type SpikeRaster,
  sampleSet,
} from 'spikeline';
import { describe, expect, it, vi } from 'vitest';
import { threadPool } from '#src/kernel/pool';
import type { KernelThreadListener } from '#src/kernel/worker';
import { randomChain, randomInput } from '#test/pipeline/chains';
import { watch } from '#test/support/watch';

const engine = kernel({ threads: 2 });

async function outputs(of: Observable<SpikeRaster>): Promise<number[][]> {
  return (await lastValueFrom(of.pipe(toArray()))).map(({ counts }) => Array.from(counts));
}

describe('evaluation on threads', () => {
  it.each([
    ['of a few neurons', [5, 2], 70],
    ['of many', [33, 17], 23],
    ['of several populations', [3, 9, 4], 41],
  ])('gives what one thread gives, in its order: %s', async (_, sizes, count) => {
    const net = randomChain({ seed: 5, sizes, channels: 12 });
    const samples = Array.from({ length: count }, (_, seed) =>
      randomInput(12, 20 + (seed % 7) * 9, seed),
    );
    const expected = await outputs(evaluate(net, samples));
    expect(expected.flat().some((n) => n > 0)).toBe(true);
    const all = [samples, from(samples), new Set(samples), sampleSet(samples)].map((given) =>
      outputs(evaluate(net, given, { engine })),
    );
    for (const found of await Promise.all(all)) expect(found).toEqual(expected);
    const record = [
      `${net.output}:${net.stages.at(-1)!.parameters === undefined ? 'potential' : 'imem'}`,
    ];
    const [own, other] = await Promise.all(
      [engine, kernel()].map((one) =>
        lastValueFrom(evaluate(net, samples.slice(0, 9), { engine: one, record }).pipe(toArray())),
      ),
    );
    expect(own).toEqual(other);
  });

  it('asks for no more samples than threads can have', async () => {
    const net = randomChain({ seed: 2, sizes: [33], channels: 3 });
    let asked = 0;
    let closed = 0;
    function* endless() {
      try {
        for (;;) yield randomInput(3, 10, asked++);
      } finally {
        closed++;
      }
    }
    const found = await outputs(evaluate(net, endless(), { engine }).pipe(take(6)));
    expect([found.length, asked <= 40, closed]).toEqual([6, true, 1]);
  });

  it('ends at a sample that fails, after the results of those before', async () => {
    const loud = pipeline(linear({ weight: [[1e30]] }), dynapSim({ neurons: 1, name: 'loud' }));
    const quiet = { ...randomInput(1, 10, 1), counts: new Uint32Array(10) };
    const spike = { ...quiet, counts: quiet.counts.map((_, i) => +(i === 3)) };
    const wide = { ...quiet, channels: 2, counts: new Uint32Array(20) };
    for (const [bad, message] of [
      [spike, /in loud currents come out/],
      [wide, /sample 2: the raster has 2 channels/],
    ] as const) {
      const seen = watch(evaluate(loud, [quiet, quiet, bad, quiet], { engine }));
      while (seen.ended === 'no') await new Promise(setImmediate);
      expect(seen.values.length).toBe(2);
      expect(`${seen.error}`).toMatch(message);
    }
  });
});

describe('a pool of workers', () => {
  /** Workers that do what they are told when a test says so. */
  function pretended() {
    const listeners: KernelThreadListener[] = [];
    const sent: unknown[][] = [];
    let ended = 0;
    const start = async (listener: KernelThreadListener) => {
      listeners.push(listener);
      const own: unknown[] = [];
      sent.push(own);
      return { send: (message: unknown) => void own.push(message), end: async () => void ended++ };
    };
    return { start, listeners, sent, ended: () => ended };
  }
  const order = { call: 'runChain', given: [1, 2, 3, 4] } as const;
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('starts no more workers than are needed, hands memory over once, and ends them when nobody asks', async () => {
    const { start, listeners, sent, ended } = pretended();
    const pool = threadPool(2, start, 20);
    const [here, there] = [
      { module: {}, memory: {} },
      { module: {}, memory: {} },
    ];
    const all = [here, here, there].map((memory) => pool.run(memory, order));
    await turn();
    expect([pool.running, sent.map((own) => own.length)]).toEqual([2, [2, 2]]);
    listeners[0]!.finished();
    await all[0];
    expect(sent[0]!.length).toBe(4);
    listeners[0]!.finished();
    listeners[1]!.finished();
    await Promise.all(all);
    const again = pool.run(there, order);
    expect(sent[0]!.length).toBe(5);
    listeners[0]!.finished();
    await again;
    while (ended() < 2) await turn();
    expect(pool.running).toBe(0);
  });

  it('does not keep the process while it rests', async () => {
    const { start, listeners } = pretended();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const pool = threadPool(1, start, 60_000);
    const done = pool.run({ module: {}, memory: {} }, order);
    await turn();
    listeners[0]!.finished();
    await done;
    const own = timers.mock.calls.findLastIndex(([, delay]) => delay === 60_000);
    const timer = timers.mock.results[own]!.value as NodeJS.Timeout;
    timers.mockRestore();
    expect([pool.running, timer.hasRef()]).toEqual([1, false]);
    clearTimeout(timer);
  });

  it('fails what a worker had in hand when it dies, and goes on with others', async () => {
    const { start, listeners } = pretended();
    const pool = threadPool(1, start, 20);
    const first = pool.run({ module: {}, memory: {} }, order);
    const second = pool.run({ module: {}, memory: {} }, order);
    await turn();
    listeners[0]!.died(new Error('out of luck'));
    await expect(first).rejects.toThrow(/out of luck/);
    await expect(second).rejects.toThrow(/out of luck/);
    const third = pool.run({ module: {}, memory: {} }, order);
    await turn();
    listeners[1]!.finished();
    await third;
  });
});
