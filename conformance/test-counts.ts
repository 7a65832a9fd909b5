import { channelCounts, type SpikeRaster } from '../src/events/spike-raster.ts';
import type { Engine } from '../src/neurons/engine.ts';
import { startEvaluation } from '../src/pipeline/evaluation.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { onEachEngine } from './engines.ts';
import { readJson } from './files.ts';
import type { CaseOutcome, Kind } from './kind.ts';
import { caseNetwork } from './network-case.ts';
import { recordedPatterns, recordedRasters } from './recorded.ts';

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

/** Share of rasters on which any spike count differs. */
function compare(
  name: string,
  net: Pipeline,
  rasters: readonly SpikeRaster[],
  theirs: Rows,
  engine: Engine,
): CaseOutcome {
  if (theirs.length !== rasters.length) {
    return { name, error: 1, note: `${theirs.length} counts for ${rasters.length} rasters` };
  }
  const evaluation = startEvaluation(net, engine);
  const own: string[] = [];
  for (let at = 0; at < rasters.length; at += evaluation.size) {
    evaluation.run(rasters.slice(at, at + evaluation.size), (raster) => {
      own.push(channelCounts(raster as SpikeRaster).join());
    });
  }
  const other = own.filter((counts, i) => counts !== theirs[i]!.join());
  return { name, error: other.length / Math.max(1, rasters.length) };
}

/**
 * Spike counts of trained networks on recorded rasters. In float32 a decision that is very close may fall
 * otherwise: one raster in a thousand may differ.
 */
export const testCounts: readonly Kind[] = onEachEngine({
  kind: 'test counts',
  tolerances: { reference: 0, kernel: 1e-3 },
  needs: ['training/test_counts_float64.json', 'training/train.json'],
  run(folder, { engine }) {
    const counts = readJson<Counts>(folder, 'training', 'test_counts_float64.json');
    const { snapshots } = readJson<Snapshots>(folder, 'training', 'train.json');
    const patterns = recordedPatterns(`${folder}/training`);
    const count = counts.test_spike_counts_500ms.length;
    const tests = recordedRasters(`${folder}/training`, count, patterns[0].dt);
    const epoch = Number(/epoch (\d+)/.exec(counts.weights)?.[1]);
    const snapshot = snapshots.find((taken) => taken.epoch === epoch) ?? snapshots.at(-1)!;
    const trained = caseNetwork(snapshot.w_in, snapshot.w_rec, {}, 1e-3);
    const outcomes = [
      compare('frozen patterns', trained, patterns, counts.FN_spike_counts_500ms, engine),
      compare('random rasters', trained, tests, counts.test_spike_counts_500ms, engine),
    ];
    const { shipped_weights: shipped } = counts;
    if (shipped === undefined) return outcomes;
    const net = caseNetwork(shipped.w_in, shipped.w_rec, {}, 1e-3);
    const name = 'random rasters, shipped weights';
    return [...outcomes, compare(name, net, tests, shipped.test_spike_counts_500ms, engine)];
  },
});
