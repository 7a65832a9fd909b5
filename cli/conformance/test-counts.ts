import { channelCounts, type Pipeline, type SpikeRaster, startPipeline } from 'spikeline';
import { readData } from '../frozen-noise/data.ts';
import { readJson } from './files.ts';
import { caseNetwork } from './network-case.ts';
import type { CaseOutcome, Kind } from './report.ts';

type Rows = readonly (readonly number[])[];

interface Counts {
  readonly weights: string;
  readonly test_spike_counts_500ms: Rows;
  readonly FN_spike_counts_500ms: Rows;
  readonly shipped_weights?: {
    readonly w_in: Rows;
    readonly w_rec: Rows;
    readonly test_spike_counts_500ms: Rows;
  };
}

interface Snapshots {
  readonly snapshots: readonly {
    readonly epoch: number;
    readonly w_in: Rows;
    readonly w_rec: Rows;
  }[];
}

function compare(
  name: string,
  net: Pipeline,
  rasters: readonly SpikeRaster[],
  theirs: Rows,
): CaseOutcome {
  const run = startPipeline(net);
  let error = theirs.length === rasters.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [i, raster] of rasters.entries()) {
    run.reset();
    const ours = channelCounts(run.process(raster));
    error = Math.max(
      error,
      ...ours.map((count, n) => Math.abs(count - (theirs[i]?.[n] ?? Number.NaN))),
    );
  }
  return { name, error };
}

/** Spike counts of trained networks on recorded rasters. */
export const testCounts: Kind = {
  kind: 'test counts',
  tolerance: 0,
  needs: ['training/test_counts_float64.json', 'training/train.json'],
  run(folder) {
    const counts = readJson<Counts>(folder, 'training', 'test_counts_float64.json');
    const { snapshots } = readJson<Snapshots>(folder, 'training', 'train.json');
    const data = readData(`${folder}/training`, 0, counts.test_spike_counts_500ms.length);
    const epoch = Number(/epoch (\d+)/.exec(counts.weights)?.[1]);
    const snapshot = snapshots.find((taken) => taken.epoch === epoch) ?? snapshots.at(-1)!;
    const trained = caseNetwork(snapshot.w_in, snapshot.w_rec, {}, 1e-3);
    const outcomes = [
      compare('frozen patterns', trained, data.patterns, counts.FN_spike_counts_500ms),
      compare('random rasters', trained, data.tests, counts.test_spike_counts_500ms),
    ];
    const { shipped_weights: shipped } = counts;
    if (shipped === undefined) return outcomes;
    const net = caseNetwork(shipped.w_in, shipped.w_rec, {}, 1e-3);
    return [
      ...outcomes,
      compare('random rasters, shipped weights', net, data.tests, shipped.test_spike_counts_500ms),
    ];
  },
};
