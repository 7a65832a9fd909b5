import { lastValueFrom, of } from 'rxjs';
import {
  channelCounts,
  type Engine,
  evaluate,
  kernel,
  type Pipeline,
  poissonRaster,
  runOn,
  type Samples,
  type SpikeRaster,
  sampleSet,
  simulator,
} from 'spikeline';
import { defaultEngine } from 'spikeline/neurons';
import { pipelineWeights } from 'spikeline/train';
import { hasTwoCores, onOneCore } from './core.ts';
import { inTurn, type Run, ratios, secondsOf, warmUp } from './measure.ts';
import { fastest, type Peer, rockpoolLibrary, startPeers } from './peer.ts';
import { type BenchRow, type Goal, row } from './rows.ts';
import { trainingTask } from './tasks.ts';

/** What is evaluated, by whom, and how many times as fast as Rockpool that must be. */
interface Measured {
  readonly name: string;
  readonly n: number;
  readonly inputs: number;
  readonly rasters: number;
  readonly steps: number;
  readonly goal: Goal;
  /** Runs of one measurement, ours and theirs. */
  readonly runs: number;
  readonly ours: (net: Pipeline, rasters: readonly SpikeRaster[]) => Run;
}

/** Evaluates as a user does: all samples in, all results out. */
function evaluateAll(net: Pipeline, samples: Samples): () => Promise<unknown> {
  return () => lastValueFrom(evaluate(net, samples));
}

function runThrough(net: Pipeline, [raster]: readonly SpikeRaster[]): () => unknown {
  return () => lastValueFrom(of(raster!).pipe(runOn(simulator(), net)));
}

/** The rate of so many runs, each of some rasters. */
function rateOf(work: () => unknown, runs: number, rasters: number): Run {
  return async () => {
    const seconds = await secondsOf(async () => {
      for (let k = 0; k < runs; k++) await work();
    });
    return (runs * rasters) / seconds;
  };
}

const batch = { rasters: 1000, steps: 500, runs: 1 };

/** Sets that are packed beforehand, as Rockpool's are on the device beforehand; and rasters as they are made, under the same goals. */
const measured: readonly Measured[] = [
  { name: '2', n: 2, inputs: 60, ...batch, goal: '>= 2.5', ours: packed(1) },
  { name: '16', n: 16, inputs: 60, ...batch, goal: '>= 2.5', ours: packed(1) },
  { name: '256', n: 256, inputs: 120, ...batch, goal: '>= 4', ours: packed(1) },
  { name: '2.list', n: 2, inputs: 60, ...batch, goal: '>= 2.5', ours: listed(1) },
  { name: '16.list', n: 16, inputs: 60, ...batch, goal: '>= 2.5', ours: listed(1) },
  { name: '256.list', n: 256, inputs: 120, ...batch, goal: '>= 4', ours: listed(1) },
  {
    name: '2.long',
    n: 2,
    inputs: 60,
    rasters: 1,
    steps: 50_000,
    runs: 20,
    goal: '>= 1.5',
    ours: listed(20),
  },
  {
    ...{ name: '2.runon', n: 2, inputs: 60, rasters: 1, steps: 500, runs: 500, goal: '>= 2' },
    ours: (net, rasters) => rateOf(runThrough(net, rasters), 500, 1),
  },
];

function packed(runs: number): Measured['ours'] {
  return (net, rasters) => rateOf(evaluateAll(net, sampleSet(rasters)), runs, rasters.length);
}

function listed(runs: number): Measured['ours'] {
  return (net, rasters) => rateOf(evaluateAll(net, rasters), runs, rasters.length);
}

/** Places of all spikes, `[raster][step][channel]`, each as often as it is there. */
function placesOf(rasters: readonly SpikeRaster[]): Uint32Array {
  const places: number[] = [];
  let first = 0;
  for (const { counts } of rasters) {
    for (let i = 0; i < counts.length; i++) {
      for (let left = counts[i]!; left > 0; left--) places.push(first + i);
    }
    first += counts.length;
  }
  return Uint32Array.from(places);
}

function base64({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function taskOf({ n, inputs, runs }: Measured, net: Pipeline, rasters: readonly SpikeRaster[]) {
  const weights = Float32Array.from(pipelineWeights(net));
  return {
    ...{ task: 'evaluate', n, inputs, runs, rasters: rasters.length, steps: rasters[0]!.steps },
    wIn: base64(weights.subarray(0, inputs * n)),
    wRec: base64(weights.subarray(inputs * n)),
    events: base64(placesOf(rasters)),
  };
}

/** Steps over which counts are compared: after some more, a spike hangs on the rounding of float32. */
const comparedSteps = 25;

/** Share of counts that may hang on the rounding of float32 all the same: one spike more makes others. */
const unsureShare = 1e-3;

/** The first steps of a raster. */
function beginning({ counts, ...grid }: SpikeRaster): SpikeRaster {
  const steps = Math.min(comparedSteps, grid.steps);
  return { ...grid, steps, counts: counts.subarray(0, steps * grid.channels) };
}

/** Makes sure that both give the same spikes, and ours the same of a set that was packed. */
async function compare(
  size: Measured,
  net: Pipeline,
  rasters: readonly SpikeRaster[],
  peers: readonly Peer[],
) {
  const first = rasters.map(beginning);
  const ownOf = async (samples: Samples): Promise<number[]> => {
    const counts: number[] = [];
    await evaluate(net, samples).forEach((raster) => {
      counts.push(...channelCounts(raster));
    });
    return counts;
  };
  const own = await ownOf(first);
  const again = await ownOf(sampleSet(first));
  if (own.some((count, i) => count !== again[i])) throw new Error(`${size.name}: sets differ`);
  if (!own.some((count) => count > 0)) throw new Error(`${size.name}: nothing fires`);
  for (const peer of peers) {
    const answer = await peer.ask({ ...taskOf(size, net, first), runs: 1 });
    const bytes = Buffer.from(`${answer['counts']}`, 'base64');
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const other = own.filter((count, i) => count !== theirs[i]).length;
    if (theirs.length !== own.length || other > unsureShare * own.length) {
      throw new Error(`${size.name}: ${other} of ${own.length} counts of ${peer.version} differ`);
    }
  }
}

async function besideRockpool(
  size: Measured,
  peers: readonly Peer[],
  rounds: number,
): Promise<BenchRow> {
  const { name, n, inputs, rasters: count, steps, goal } = size;
  const { net } = trainingTask({ n, inputs, batch: 1 });
  const rasters = Array.from({ length: count }, (_, seed) =>
    poissonRaster({ channels: inputs, rate: 50, duration: steps / 1000, seed }),
  );
  await compare(size, net, rasters, peers);
  const peer = await fastest(peers, taskOf(size, net, rasters));
  const run = size.ours(net, rasters);
  await warmUp(run);
  const rates = await inTurn<'ours', 'peer'>(
    {
      peer:
        peer &&
        (async () => {
          const { seconds, rasters: done } = await peer.ask({ run: true });
          return Number(done) / Number(seconds);
        }),
      ours: run,
    },
    rounds,
  );
  const ratio = rates.peer === undefined ? undefined : ratios(rates.ours, rates.peer);
  return row(`evaluate.${name}.ratio`, ratio?.median ?? null, 'times', goal, {
    ...{ n, inputs, rasters: count, steps, engine: defaultEngine().name },
    low: ratio?.low ?? null,
    high: ratio?.high ?? null,
    // Rasters per second.
    ours: rates.ours.median,
    theirs: rates.peer?.median ?? null,
    peer: peer?.version ?? null,
  });
}

/**
 * Two threads beside none, all cores free: the thread that asks then makes lists and takes results while two others compute.
 * Beside one thread, which lets two cores work already, they gain less: `besideOne`.
 */
async function gainOfTwo(n: number, rounds: number): Promise<BenchRow> {
  const { net } = trainingTask({ n, inputs: 60, batch: 1 });
  const samples = sampleSet(
    Array.from({ length: 64 }, (_, seed) =>
      poissonRaster({ channels: 60, rate: 50, duration: 0.5, seed }),
    ),
  );
  const on = (engine: Engine): Run =>
    rateOf(() => lastValueFrom(evaluate(net, samples, { engine })), 2, samples.length);
  const [none, one, two] = [kernel(), kernel({ threads: 1 }), kernel({ threads: 2 })].map(on);
  const rates = await inTurn({ none: none!, one: one!, two: two! }, rounds);
  const gain = ratios(rates.two, rates.none);
  return row(`evaluate.${n}.threads`, gain.median, 'times', n >= 128 ? '>= 1.6' : null, {
    ...{ n, inputs: 60, rasters: samples.length, steps: 500, low: gain.low, high: gain.high },
    ...{ ours: rates.none.median, besideOne: ratios(rates.two, rates.one).median },
  });
}

/** Test sets as a user evaluates them, ours and Rockpool in turn, on one core; then two threads beside one. */
export async function evaluation(
  rounds: number,
  note: (text: string) => void,
): Promise<BenchRow[]> {
  const rows = await onOneCore(note, async (core) => {
    const peers = await startPeers(rockpoolLibrary, core, note);
    try {
      const found: BenchRow[] = [];
      for (const size of measured) found.push(await besideRockpool(size, peers, rounds));
      return found;
    } finally {
      for (const peer of peers) peer.close();
    }
  });
  if (!hasTwoCores(note)) return rows;
  for (const n of [16, 128, 256]) rows.push(await gainOfTwo(n, rounds));
  return rows;
}
