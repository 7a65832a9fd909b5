import { from, lastValueFrom, type Observable, Subject, take, tap } from 'rxjs';
import {
  DataError,
  dynapSim,
  evaluate,
  InvalidArgumentError,
  kernel,
  lif,
  linear,
  type Pipeline,
  parallel,
  pipeline,
  referenceEngine,
  type SpikeRaster,
  sampleSet,
  spikeRaster,
  startPipeline,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { randomChain, randomInput } from '#test/pipeline/chains';
import { expectSame } from '#test/support/same';
import { type Seen, watch } from '#test/support/watch';

const net = randomChain({ seed: 4, sizes: [5, 2], channels: 6 });
const samples = Array.from({ length: 70 }, (_, seed) => randomInput(6, 30, seed));

function alone(of: Pipeline, sample: SpikeRaster): number[] {
  return Array.from(startPipeline(of).process(sample).counts);
}

const expected = samples.map((sample) => alone(net, sample));

function collected(of: Observable<SpikeRaster>): Promise<number[][]> {
  const found: number[][] = [];
  return new Promise((resolve, reject) => {
    of.subscribe({
      next: ({ counts }) => found.push(Array.from(counts)),
      error: reject,
      complete: () => resolve(found),
    });
  });
}

async function* later(count: number, closed: () => void = () => {}) {
  try {
    for (let k = 0; k < count; k++) {
      await Promise.resolve();
      yield samples[k % samples.length]!;
    }
  } finally {
    closed();
  }
}

/** What is seen of a stream until it ends. */
async function ended<T>(of: Observable<T>): Promise<Seen<T>> {
  const seen = watch(of);
  while (seen.ended === 'no') await new Promise(setImmediate);
  return seen;
}

describe('evaluate', () => {
  it.each([
    ['a list', samples],
    ['an iterable', new Set(samples)],
    ['a set that was packed', sampleSet(samples)],
    ['an async iterable', later(samples.length)],
    ['an observable', from(samples)],
  ])('gives what comes of each sample, in their order, of %s', async (_, given) => {
    expect(await collected(evaluate(net, given))).toEqual(expected);
  });

  it('gives the same of graphs that no engine runs as one, and by the reference', async () => {
    const branched = pipeline(
      parallel(
        [
          linear({
            weight: Array.from({ length: 6 }, () => [9]),
          }),
          lif({ neurons: 1, tauMem: 5e-3 }),
        ],
        [linear({ weight: Array.from({ length: 6 }, () => [8, 3]) }), dynapSim({ neurons: 2 })],
        { join: 'concatenate' },
      ),
    );
    const found = await collected(evaluate(branched, samples.slice(0, 5)));
    const packed = await collected(evaluate(branched, sampleSet(samples.slice(0, 5))));
    expect(packed).toEqual(found);
    expect(found).toEqual(samples.slice(0, 5).map((sample) => alone(branched, sample)));
    expect(found.flat().some((count) => count > 0)).toBe(true);
    const reference = await collected(
      evaluate(net, samples.slice(0, 3), { engine: referenceEngine }),
    );
    expect(reference).toEqual(
      samples
        .slice(0, 3)
        .map((sample) => Array.from(startPipeline(net, referenceEngine).process(sample).counts)),
    );
  });

  it('keeps the grid of each sample and gives signals by name', async () => {
    const named = pipeline(
      linear({
        weight: [
          [5, 0],
          [0, 5],
        ],
      }),
      dynapSim({ neurons: 2, name: 'out' }),
    );
    const given = [3, 0, 50].map((steps, k) => ({
      ...randomInput(2, steps, k),
      startTime: k * 1e6,
    }));
    const grids: unknown[] = [];
    const results = evaluate(named, given, { record: ['out', 'out:imem'] });
    await lastValueFrom(
      results.pipe(
        tap(({ out, 'out:imem': imem }) => {
          grids.push([out.steps, out.channels, out.startTime, imem.values.length, imem.dt]);
        }),
      ),
    );
    expect(grids).toEqual(
      given.map(({ steps, startTime }) => [steps, 2, startTime, 2 * steps, 1e-3]),
    );
  });

  it('gives the spikes of two neurons in any number of steps', async () => {
    const given = [1, 2, 63, 64, 65, 131].map((steps) => randomInput(6, steps, steps));
    const all = await collected(evaluate(net, given));
    expect(all).toEqual(given.map((sample) => alone(net, sample)));
    expect(all.every((counts, k) => counts.length === 2 * given[k]!.steps)).toBe(true);
  });

  it('gives the same of a set that was packed where samples are long, silent, and loud', async () => {
    // So many channels that few steps are taken at a time.
    const channels = 3000;
    const wide = randomChain({ seed: 3, sizes: [3], channels });
    const given = [50, 0, 21, 90].map((steps, seed) => randomInput(channels, steps, seed));
    const loud = spikeRaster({ channels, dt: 1e-3, counts: { steps: 40 } });
    loud.counts[21 * channels + 5] = 3;
    loud.counts[22 * channels + 7] = 2 ** 32 - 1;
    const rasters = [...given, loud];
    const all = await collected(evaluate(wide, rasters.slice(0, 4)));
    expect(await collected(evaluate(wide, sampleSet(rasters.slice(0, 4))))).toEqual(all);
    expect(all.flat().some((count) => count > 0)).toBe(true);
    expectSame(Array.from(sampleSet(rasters)), rasters);
  });

  it.each([
    [255, 1],
    [256, 255],
    [257, 256],
    [300, 1],
  ])(
    'gives the same of a set of %i channels with up to %i spikes in a bin',
    async (channels, most) => {
      const few = randomChain({ seed: 3, sizes: [3], channels });
      const rasters = [50, 3, 90].map((steps, seed) => {
        const raster = randomInput(channels, steps, seed);
        raster.counts[2 * channels + channels - 1] = most;
        return raster;
      });
      const all = await collected(evaluate(few, rasters));
      expect(await collected(evaluate(few, sampleSet(rasters)))).toEqual(all);
      expect(all.flat().some((count) => count > 0)).toBe(true);
      expectSame(Array.from(sampleSet(rasters)), rasters);
    },
  );

  it('ends at a sample of a set that does not fit, after the results of those before', async () => {
    const set = sampleSet([samples[0]!, randomInput(5, 10, 0), samples[1]!]);
    const seen = await ended(evaluate(net, set));
    expect(seen.values.length).toBe(1);
    expect(`${seen.error}`).toMatch(/sample 1: the raster has 5 channels/);
  });

  it('packs no rasters that are none, and says all that is wrong with them', () => {
    const broken = { ...samples[0]!, counts: new Uint32Array(3) };
    const call = (): unknown => sampleSet([samples[1]!, broken, 3 as never]);
    expect(call).toThrow(InvalidArgumentError);
    expect(call).toThrow(/rasters\[1\].*counts.*rasters\[2\]/s);
    expect(() => sampleSet(3 as never)).toThrow(/a list or an iterable of rasters/);
  });

  it('asks for no more samples than run side by side, and for none that nobody wants', async () => {
    let asked = 0;
    let closed = 0;
    function* endless() {
      try {
        for (;;) yield samples[asked++ % samples.length]!;
      } finally {
        closed++;
      }
    }
    expect((await collected(evaluate(net, endless()).pipe(take(3)))).length).toBe(3);
    expect([asked <= 64, closed]).toEqual([true, 1]);
    const wide = randomChain({ seed: 1, sizes: [33], channels: 6 });
    asked = 0;
    await collected(evaluate(wide, endless()).pipe(take(3)));
    expect(asked).toBe(3);
    let done = 0;
    await collected(
      evaluate(
        net,
        later(1e9, () => done++),
      ).pipe(take(40)),
    );
    await new Promise(setImmediate);
    expect(done).toBe(1);
  });

  it('holds back what can wait while its results are worked on', async () => {
    let asked = 0;
    function* counted() {
      for (; asked < 200; asked++) yield samples[asked % samples.length]!;
    }
    let worked = 0;
    const most: number[] = [];
    const results = evaluate(net, counted());
    // As many as are under way, whatever is asked: the results of a batch are handed over before the next is asked for.
    await collected(results.pipe(tap(() => most.push(asked - worked++))));
    expect([worked, Math.max(...most) <= 32]).toEqual([200, true]);
  });

  it('gives results of a live stream without waiting for more samples', async () => {
    const live = new Subject<SpikeRaster>();
    const found: number[] = [];
    const subscription = evaluate(net, live).subscribe((raster) => found.push(raster.steps));
    live.next(samples[0]!);
    live.next(samples[1]!);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(found).toEqual([30, 30]);
    expect(live.observed).toBe(true);
    subscription.unsubscribe();
    expect(live.observed).toBe(false);
  });

  it('ends at a sample that does not fit, after the results of those before', async () => {
    const bad = randomInput(5, 10, 0);
    const seen = await ended(evaluate(net, [...samples.slice(0, 3), bad, samples[4]!]));
    expect(seen.values.length).toBe(3);
    expect(seen.error).toBeInstanceOf(DataError);
    expect(`${seen.error}`).toMatch(/sample 3: the raster has 5 channels but the pipeline takes 6/);
  });

  it('ends at a sample whose currents are beyond float32, after the results of those before', async () => {
    const loud = pipeline(linear({ weight: [[1e30]] }), dynapSim({ neurons: 1, name: 'loud' }));
    const quiet = { ...randomInput(1, 10, 1), counts: new Uint32Array(10) };
    const spike = { ...quiet, counts: quiet.counts.map((_, i) => +(i === 3)) };
    const seen = await ended(evaluate(loud, [quiet, quiet, spike, quiet]));
    expect(seen.values.length).toBe(2);
    expect(`${seen.error}`).toMatch(/in loud currents come out that are beyond/);
  });

  it('refuses what is no pipeline, no samples, and no option, all at once', () => {
    const call = (): unknown =>
      evaluate({} as Pipeline, 3 as never, { engine: kernel(), recorded: [] } as never);
    expect(call).toThrow(InvalidArgumentError);
    expect(call).toThrow(/samples.*list/s);
    expect(call).toThrow(/recorded/);
  });

  it('refuses a list of thousands of millions of holes at once', () => {
    expect(() => sampleSet(new Array(2 ** 32 - 1))).toThrow(InvalidArgumentError);
  });
});
