/** Runs the stages of a pipeline on slices of time, in the order in which they are computed. */
import type { Engine } from '../neurons/engine.ts';
import { runStage } from '../stages/stage.ts';
import type { StageRun } from '../stages/stage-run.ts';
import type { Pipeline } from './pipeline.ts';
import { readerOf, type SliceRun } from './slice-run.ts';
import { blocksOf, placesOf, sourcesOf } from './walk.ts';

/** Values that pass from stage to stage at a time, unless one step holds more. */
const sliceValues = 65_536;

/** What enters a stage one step later than it left another. */
interface Delayed {
  /** What enters, at the place of the step in which it does. */
  readonly rows: Float64Array;
  /** Brings the steps from `from` up to `to` of what enters. */
  bring(from: number, to: number): void;
  /** Keeps the last of `steps` steps for the next slice. */
  keep(steps: number): void;
  reset(): void;
}

/** Holds what `source()` gives back for one step. */
function delayedRows(source: () => Float64Array, channels: number, steps: number): Delayed {
  const rows = new Float64Array(steps * channels);
  const last = new Float64Array(channels);
  return {
    rows,
    bring(from, to) {
      const given = source();
      for (let i = from * channels; i < to * channels; i++) {
        rows[i] = i < channels ? last[i]! : given[i - channels]!;
      }
    },
    keep(count) {
      const given = source();
      const at = (count - 1) * channels;
      for (let c = 0; c < channels; c++) last[c] = given[at + c]!;
    },
    reset: () => void last.fill(0),
  };
}

/** A state that is read after every step. */
interface Watch {
  readonly signal: string;
  readonly values: Float64Array;
}

/** Starts the stages of a pipeline at rest. */
export function graphRun(pipeline: Pipeline, engine: Engine): SliceRun {
  const { stages, channelsIn } = pipeline;
  const widest = Math.max(channelsIn, ...stages.map((stage) => stage.channelsOut));
  const steps = Math.max(1, Math.floor(sliceValues / widest));
  const input = new Float64Array(steps * channelsIn);
  const places = placesOf(pipeline);
  const runs: StageRun[] = [];
  const watches: Watch[][] = stages.map(() => []);
  const delays = stages.map((): Delayed[] => []);
  for (const [place, sources] of sourcesOf(pipeline).entries()) {
    const inputs = sources.map(({ from, delayed }) => {
      if (from === null) return input;
      if (!delayed) return runs[from]!.output;
      const held = delayedRows(() => runs[from]!.output, stages[from]!.channelsOut, steps);
      delays[place]!.push(held);
      return held.rows;
    });
    runs.push(runStage(stages[place]!, inputs, { engine, steps }));
  }
  const blocks = blocksOf(pipeline);
  const held = delays.flat();

  /** Runs one stage through the steps from `from` up to `to`. */
  const advance = (place: number, from: number, to: number): void => {
    const run = runs[place]!;
    const watched = watches[place]!;
    for (const delayed of delays[place]!) delayed.bring(from, to);
    if (watched.length === 0) {
      run.run(from, to);
      return;
    }
    const { channelsOut } = stages[place]!;
    for (let t = from; t < to; t++) {
      run.run(t, t + 1);
      for (const { signal, values } of watched) run.readSignal?.(signal, values, t * channelsOut);
    }
  };
  let count = 0;
  return {
    steps,
    enter(counts, from, to) {
      count = to - from;
      if (counts === undefined) input.fill(0, 0, count * channelsIn);
      else if (from === 0 && counts.length === count * channelsIn) input.set(counts);
      else input.set(counts.subarray(from * channelsIn, to * channelsIn));
    },
    listen(name) {
      const place = places.get(name)!;
      return readerOf(runs[place]!.output, stages[place]!.channelsOut);
    },
    watch(name, signal) {
      const place = places.get(name)!;
      const values = new Float64Array(steps * stages[place]!.channelsOut);
      watches[place]!.push({ signal, values });
      return readerOf(values, stages[place]!.channelsOut);
    },
    run() {
      for (const { first, end, stepped } of blocks) {
        if (!stepped) {
          for (let place = first; place < end; place++) advance(place, 0, count);
          continue;
        }
        for (let t = 0; t < count; t++) {
          for (let place = first; place < end; place++) advance(place, t, t + 1);
        }
      }
      for (const delayed of held) delayed.keep(count);
    },
    reset() {
      for (const run of runs) run.reset();
      for (const delayed of held) delayed.reset();
    },
  };
}
