/** The cases of the target suite: spikes, and what is recorded. */
import { aerPacket, emptyPacket } from '../events/aer-packet.ts';
import { chunkEnd } from '../events/bins.ts';
import { channels } from '../events/space.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import { expectSame, expectTrue, type NamedCases } from '../suite.ts';
import {
  isPacket,
  type Recorded,
  type TargetInput,
  type TargetOutput,
  type TargetRequest,
} from './target.ts';
import {
  binnedSpikes,
  inputStart,
  packetChunks,
  rasterChunks,
  silence,
  suiteInput,
  suiteNetwork,
  type TargetBench,
  total,
} from './target-bench.ts';

/** Fails unless outputs have the grids of the rasters that went in. */
function expectGrids(
  outputs: readonly TargetOutput[],
  inputs: readonly SpikeRaster[],
  width: number,
) {
  expectSame([outputs.length], [inputs.length], 'outputs for so many inputs');
  for (const [i, { steps, dt, startTime }] of inputs.entries()) {
    const output = outputs[i] as SpikeRaster;
    expectTrue(!isPacket(output), 'a raster gave a packet');
    const { channels: own } = output;
    expectSame(
      [output.steps, output.dt, output.startTime, own],
      [steps, dt, startTime, width],
      `grid ${i}`,
    );
  }
}

/** Fails unless packets follow each other, with all events before their `until`. */
function expectPackets(outputs: readonly TargetOutput[]): void {
  let said = Number.NEGATIVE_INFINITY;
  for (const output of outputs as readonly TargetInput[]) {
    expectTrue(isPacket(output), 'a packet gave a raster');
    if (!isPacket(output)) continue;
    for (const time of output.timestamps) {
      expectTrue(time >= said, `an event at ${time} came after everything before ${said} was said`);
    }
    const sorted = output.timestamps.every((time, i, all) => i === 0 || all[i - 1]! <= time);
    expectTrue(sorted, 'the events of a packet are not sorted by time');
    const last = output.timestamps.at(-1) ?? said;
    expectTrue(last <= output.until, `an event at ${last} lies after until, ${output.until}`);
    expectTrue(output.until >= said, `until went back from ${said} to ${output.until}`);
    said = output.until;
  }
}

/** Spikes for rasters and packets, however they are cut. */
export function spikeCases(bench: TargetBench): NamedCases {
  const { config, used, outputs } = bench;
  const { exact = true } = config;
  /** Fails unless spikes are the same; on a board with a clock of its own, unless there are some. */
  const expectAlike = (found: readonly number[], wanted: readonly number[], what: string): void => {
    if (exact) expectSame(found, wanted, what);
    else expectTrue(total(found) > 0, `${what}: there are no spikes`);
  };
  return {
    'gives rasters for rasters, on the same bins': () =>
      used(async ({ target }) => {
        const chunks = rasterChunks([40, 1, 30]);
        const found = await outputs(target, chunks);
        expectGrids(found, chunks, 1);
        expectTrue(total(binnedSpikes(found)) > 0, 'there are no spikes');
      }),
    'gives the same spikes however rasters are cut': () =>
      used(async ({ target }) => {
        const whole = binnedSpikes(await outputs(target, [suiteInput]));
        for (const sizes of [[1, 1, 1, 50], [60], new Array(120).fill(1)]) {
          expectAlike(binnedSpikes(await outputs(target, rasterChunks(sizes))), whole, 'spikes');
        }
      }),
    'gives packets for packets, with the same spikes, however they are cut': () =>
      used(async ({ target }) => {
        const whole = binnedSpikes(await outputs(target, [suiteInput]));
        for (const cuts of [[], [500], [20_000, 20_000, 20_001, 77_777], [119_500]]) {
          const found = await outputs(target, packetChunks(cuts));
          expectPackets(found);
          expectSame([found.length], [cuts.length + 1], 'packets for so many packets');
          expectAlike(binnedSpikes(found), whole, `spikes with cuts at ${cuts.join(', ')} µs`);
          const { until } = found.at(-1) as { readonly until: number };
          expectSame([until], [chunkEnd(suiteInput)], 'until at the end');
        }
      }),
    'lets time pass on empty packets': () =>
      used(async ({ target }) => {
        const space = channels(3);
        const parts = packetChunks([60_000]);
        const quiet = [10_000, 30_000, 60_000].map((cut) => emptyPacket(space, inputStart + cut));
        const first = aerPacket([inputStart], [0], space, inputStart + 1000);
        const found = await outputs(target, [first, ...quiet.slice(0, 2)]);
        expectPackets(found);
        const ends = found.map((output) => (output as { readonly until: number }).until);
        expectSame(
          ends,
          [1000, 10_000, 30_000].map((end) => inputStart + end),
          'until',
        );
        // An empty packet in the middle changes nothing.
        const [a, b] = parts as [TargetInput, TargetInput];
        const whole = binnedSpikes(await outputs(target, [a, b]));
        expectAlike(binnedSpikes(await outputs(target, [a, quiet[2]!, b])), whole, 'spikes');
      }),
    'runs the bin that has begun when packets end': () =>
      used(async ({ target }) => {
        const events = new Array(30).fill(inputStart);
        const packet = aerPacket(events, new Array(30).fill(0), channels(3));
        const found = await outputs(target, [packet, emptyPacket(channels(3), inputStart + 2500)]);
        const ends = found.map((output) => (output as { readonly until: number }).until);
        expectSame(
          ends,
          [0, 2000, 3000].map((end) => inputStart + end),
          'until',
        );
      }),
    'keeps absolute times, also those of long ago': () =>
      used(async ({ target }) => {
        const whole = binnedSpikes(await outputs(target, [suiteInput]));
        for (const startTime of [-5_000_000, 0, 1_600_000_000_000_000]) {
          const moved = { ...suiteInput, startTime };
          const rasters = (await outputs(target, [moved])) as SpikeRaster[];
          expectSame([rasters[0]!.startTime], [startTime], 'startTime');
          const back = rasters.map((raster) => ({ ...raster, startTime: inputStart }));
          expectAlike(binnedSpikes(back), whole, 'spikes');
          const packets = await outputs(target, packetChunks([50_000], moved), { startTime });
          expectPackets(packets);
          const { until } = packets.at(-1) as { readonly until: number };
          expectSame([until], [chunkEnd(moved)], 'until');
        }
      }),
    'takes a gap between rasters as silence': () =>
      used(async ({ target }) => {
        const [a, b, c] = rasterChunks([40, 40]) as [SpikeRaster, SpikeRaster, SpikeRaster];
        const filled = await outputs(target, [a, silence(40, 40), c]);
        expectTrue(b !== undefined, 'there is a middle');
        const gapped = await outputs(target, [a, c]);
        expectGrids(gapped, [a, c], 1);
        expectAlike(binnedSpikes(gapped), binnedSpikes([filled[0]!, filled[2]!]), 'spikes');
      }),
    'starts each run from rest': () =>
      used(async ({ target }) => {
        const runs = [await outputs(target, [suiteInput]), await outputs(target, [suiteInput])];
        expectAlike(binnedSpikes(runs[1]!), binnedSpikes(runs[0]!), 'spikes of a second run');
      }),
    'comes to rest on reset, and time goes on': () =>
      used(async ({ target }) => {
        const [a, b] = rasterChunks([60]) as [SpikeRaster, SpikeRaster];
        const alone = binnedSpikes(await outputs(target, [b]));
        const after = await outputs(target, [a, 'reset', b]);
        expectGrids(after, [a, b], 1);
        expectAlike(binnedSpikes([after[1]!]), alone, 'spikes after a reset');
        const carried = await outputs(target, [a, b]);
        if (exact) {
          const differs = String(binnedSpikes([carried[1]!])) !== String(alone);
          expectTrue(
            differs,
            'spikes do not depend on what was before: this network shows nothing',
          );
        }
        const [first, second] = packetChunks([60_000]) as [TargetInput, TargetInput];
        const packets = await outputs(target, [first, 'reset', second]);
        expectPackets(packets);
        expectAlike(binnedSpikes(packets.slice(1)), alone, 'spikes of packets after a reset');
      }),
  };
}

/** What is recorded, and what cannot be. */
export function recordCases(bench: TargetBench): NamedCases {
  const { config, used, outputs } = bench;
  const { states = [], exact = true } = config;
  return {
    'records the spikes of any population, over the same time': () =>
      used(async ({ target }) => {
        const record = ['hidden', 'output'];
        const plain = binnedSpikes(await outputs(target, [suiteInput]));
        const chunks = rasterChunks([50]);
        for (const inputs of [chunks, packetChunks([50_000])]) {
          const found = await outputs(target, inputs, { record });
          expectSame([found.length], [inputs.length], 'outputs for so many inputs');
          for (const output of found) expectSame(Object.keys(output), record, 'names of signals');
          expectTrue(total(binnedSpikes(found, 'hidden')) > 0, 'hidden has no spikes');
          if (exact) expectSame(binnedSpikes(found, 'output'), plain, 'output');
        }
        const rasters = (await outputs(target, chunks, { record })) as Recorded[];
        expectGrids(
          rasters.map(({ hidden }) => hidden as SpikeRaster),
          chunks,
          2,
        );
      }),
    'counts no spikes of a hidden population as lost': () =>
      used(async ({ target }) => {
        await outputs(target, rasterChunks([50]));
        const { losses } = target as { readonly losses?: { readonly total: number } };
        if (losses !== undefined) expectSame([losses.total], [0], 'losses');
      }),
    'says beforehand what it cannot record': () =>
      used(async ({ target }) => {
        expectSame([target.unsupported(suiteNetwork).length], [0], 'problems of a plain run');
        const bad: Record<string, TargetRequest> = {
          'a population that does not exist': { record: ['nobody'] },
          'a state that does not exist': { record: ['output:temper'] },
          'values as spikes': { record: [suiteNetwork.stages[0]!.name] },
          nothing: { record: [] },
          junk: { record: 7 as never },
          ...(states.length === 0 && { 'a state that it cannot see': { record: ['output:imem'] } }),
        };
        for (const [what, request] of Object.entries(bad)) {
          const problems = target.unsupported(suiteNetwork, request);
          expectTrue(problems.length > 0, `it said nothing of ${what}`);
          for (const { path, needed } of problems) {
            expectTrue(path !== '' && needed !== '', `its word on ${what} is empty`);
          }
        }
      }),
    ...(states.length > 0 && {
      'records states, one value for each step': () =>
        used(async ({ target }) => {
          const wanted = [...states, 'output'];
          const chunks = rasterChunks([50, 1]);
          const whole = (await outputs(target, [suiteInput], { record: wanted })) as Recorded[];
          for (const inputs of [chunks, packetChunks([50_000, 50_700])]) {
            const found = (await outputs(target, inputs, { record: wanted })) as Recorded[];
            for (const name of states) {
              const parts = found.map((output) => output[name] as SignalRaster);
              const all = parts.flatMap(({ values }) => [...values]);
              expectSame(all, (whole[0]![name] as SignalRaster).values, name);
              const steps = parts.reduce((sum, part) => sum + part.steps, 0);
              expectSame(
                [steps, parts[0]!.startTime],
                [suiteInput.steps, inputStart],
                `grid of ${name}`,
              );
              expectTrue(new Set(all).size > 2, `${name} does not change`);
            }
          }
        }),
    }),
  };
}
