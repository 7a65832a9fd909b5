import fc from 'fast-check';
import { lastValueFrom, toArray } from 'rxjs';
import {
  evaluate,
  kernel,
  type Pipeline,
  referenceEngine,
  type Samples,
  type SpikeRaster,
  sampleSet,
  startPipeline,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { compiledChain } from '#src/pipeline/chain';
import '#test/support/properties';
import { type ChainConfig, randomChain, randomInput } from './chains.ts';

const engine = kernel();

const chains = fc
  .record({
    seed: fc.nat(1e6),
    sizes: fc.array(fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 17, 33), { minLength: 1, maxLength: 3 }),
    channels: fc.constantFrom(1, 3, 16, 40, 65, 130),
  })
  .map((config) => ({ ...config, net: randomChain(config) }));

/** How far thresholds may be off, of what float32 may take the other way. */
const unsure = 2e-4;

/** The spikes of all populations by the reference. */
function referenceSpikes(net: Pipeline, input: SpikeRaster) {
  const record = net.stages.filter(({ emits }) => emits === 'spikes').map(({ name }) => name);
  const running = startPipeline(net, referenceEngine, { record });
  running.process(input);
  return Object.entries(running.recorded as Readonly<Record<string, SpikeRaster>>);
}

/** Steps before the first in which a neuron would fire otherwise if thresholds were a little higher or lower. */
function sureSteps(config: ChainConfig, input: SpikeRaster): number {
  const [low, high] = [-unsure, unsure].map((tilt) =>
    referenceSpikes(randomChain({ ...config, tilt }), input),
  );
  let sure = input.steps;
  for (const [k, [, { counts, channels }]] of low!.entries()) {
    const other = high![k]![1].counts;
    const at = counts.findIndex((count, i) => count !== other[i]);
    if (at >= 0) sure = Math.min(sure, Math.floor(at / channels));
  }
  return sure;
}

function run(net: Pipeline, chunks: readonly SpikeRaster[], record: readonly string[] = []) {
  const running = startPipeline(net, engine, { record });
  return chunks.flatMap((chunk) => Array.from(running.process(chunk).counts));
}

/** A state that can be recorded of the last population. */
function stateOf({ stages }: Pipeline): string {
  return stages.at(-1)!.parameters === undefined ? 'potential' : 'imem';
}

async function outputs(net: Pipeline, samples: Samples): Promise<number[][]> {
  const found = await lastValueFrom(evaluate(net, samples, { engine }).pipe(toArray()));
  return found.map(({ counts }) => Array.from(counts));
}

describe('populations one after the other in the kernel', () => {
  it('fire as those of the reference do, whatever weighs the spikes between them', () => {
    let compared = 0;
    let fired = 0;
    fc.assert(
      fc.property(chains, fc.nat(1000), ({ net, ...config }, seed) => {
        expect(compiledChain(net, engine)).toBeDefined();
        const input = randomInput(config.channels, 60, seed);
        const sure = sureSteps(config, input);
        const expected = referenceSpikes(net, input);
        const found = startPipeline(net, engine, { record: expected.map(([name]) => name) });
        found.process(input);
        for (const [name, raster] of expected) {
          const [own, wanted] = [found.recorded[name] as SpikeRaster, raster].map(({ counts }) =>
            Array.from(counts.subarray(0, sure * raster.channels)),
          );
          expect(own).toEqual(wanted);
          fired += own!.reduce((sum, count) => sum + count, 0);
        }
        compared += sure;
      }),
      { numRuns: 30 },
    );
    // Something was compared, and something fired.
    expect(compared / 30).toBeGreaterThan(30);
    expect(fired).toBeGreaterThan(1000);
  });

  it('fire alike in any batch, in any cut, and with states recorded, to the last spike', async () => {
    await fc.assert(
      fc.asyncProperty(
        chains,
        fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 70 })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 30 }),
        async ({ net, channels }, given, cut) => {
          const samples = given.map(([seed, steps]) => randomInput(channels, steps, seed));
          const all = await outputs(net, samples);
          expect(all.length).toBe(samples.length);
          expect(await outputs(net, sampleSet(samples))).toEqual(all);
          for (const [i, sample] of samples.slice(0, 3).entries()) {
            const { steps, counts } = sample;
            const part = (from: number, to: number): SpikeRaster => ({
              ...sample,
              steps: to - from,
              startTime: from * 1000,
              counts: counts.slice(from * channels, to * channels),
            });
            const at = Math.min(cut, steps);
            expect(all[i]).toEqual(run(net, [sample]));
            expect(all[i]).toEqual(run(net, [part(0, at), part(at, steps)]));
            expect(all[i]).toEqual(run(net, [sample], [`${net.output}:${stateOf(net)}`]));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('give what enters them as the reference does, but for rounding', () => {
    const net = randomChain({ seed: 5, sizes: [5, 2], channels: 9 });
    const names = net.stages.map(({ name }) => name);
    const record = [...names, `${net.output}:${stateOf(net)}`];
    const input = randomInput(9, 40, 3);
    const [own, expected] = [engine, referenceEngine].map((one) => {
      const running = startPipeline(net, one, { record });
      running.process(input);
      return running.recorded;
    });
    for (const name of record) {
      const [found, wanted] = [own, expected].map((recorded) => {
        const raster = recorded![name]!;
        return Array.from('values' in raster ? raster.values : raster.counts);
      });
      const most = Math.max(...wanted!.map(Math.abs));
      for (const [i, value] of wanted!.entries()) {
        expect(Math.abs(found![i]! - value)).toBeLessThanOrEqual(1e-5 * most);
      }
    }
  });

  it('are made ready once for a pipeline, and run from their own states', async () => {
    const net = randomChain({ seed: 8, sizes: [6, 3], channels: 4 });
    expect(compiledChain(net, kernel())).toBe(compiledChain(net, engine));
    const chunk = (k: number): SpikeRaster => randomInput(4, 20, k % 2, k * 20_000);
    const alone = run(net, [chunk(0), chunk(1), chunk(2), chunk(3)]);
    const [first, second] = [startPipeline(net, engine), startPipeline(net, engine)];
    const turns: number[][][] = [];
    for (const k of [0, 1, 2, 3]) {
      const own = Array.from(first.process(chunk(k)).counts);
      const other = Array.from(second.process(chunk(k)).counts);
      await outputs(net, [chunk(1), chunk(0)]);
      turns.push([own, other]);
    }
    expect(turns.flatMap(([own]) => own)).toEqual(alone);
    expect(turns.flatMap(([, other]) => other)).toEqual(alone);
    first.reset();
    expect([0, 1, 2, 3].flatMap((k) => Array.from(first.process(chunk(k)).counts))).toEqual(alone);
  });
});
