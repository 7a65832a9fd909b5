/** Runs a pipeline on samples, each from rest, many side by side. */
import { DataError } from '../errors.ts';
import { reals, wholes } from '../events/blocks.ts';
import { type PackedRaster, unpackRaster } from '../events/sample-set.ts';
import type { Grid, SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import type { ChainGroup } from '../neurons/chain.ts';
import type { Engine } from '../neurons/engine.ts';
import { type CompiledChain, compiledChain } from './chain.ts';
import type { Pipeline } from './pipeline.ts';
import { type RecordedSignal, recordedSignal } from './record.ts';
import { startPipeline } from './run.ts';

/** What comes of a sample: the spikes of the last stage, or what was to be recorded, by name. */
export type Evaluated = SpikeRaster | Readonly<Record<string, SpikeRaster | SignalRaster>>;

/** A sample that was checked: a raster, or what is in one. */
export type Sample = SpikeRaster | PackedRaster;

/** Whether it is a list of what is in a raster; what is given as a raster has no such field. */
export function isPacked(sample: Sample): sample is PackedRaster {
  return 'starts' in sample;
}

/** A pipeline that is ready to run on samples. */
export interface Evaluation {
  /** Samples that are best handed over together. */
  readonly size: number;
  /**
   * Runs samples from rest and calls back with what comes of each, in their order.
   *
   * @throws DataError if currents come out of one that are beyond what the engine knows; those before it have been told
   */
  run(samples: readonly Sample[], found: (output: Evaluated) => void): void;
  /** Runs samples beside the thread that asks; absent where there are no threads. */
  readonly beside?: BesideEvaluation;
}

/** What threads make of samples. */
export interface BesideEvaluation {
  /** Times that samples can be handed over without waiting for those before. */
  readonly most: number;
  /** Gives what comes of samples, and why no more comes of them if one fails. */
  run(
    samples: readonly Sample[],
  ): Promise<{ readonly outputs: Evaluated[]; readonly failure?: unknown }>;
}

/** Evaluates one sample after the other, where an engine does not run the pipeline as one. */
function oneByOne(
  pipeline: Pipeline,
  engine: Engine,
  record: readonly string[] | undefined,
): Evaluation {
  const run = startPipeline(pipeline, engine, record === undefined ? {} : { record });
  return {
    size: 1,
    run(samples, found) {
      for (const sample of samples) {
        run.reset();
        const output = run.process(isPacked(sample) ? unpackRaster(sample) : sample);
        found(record === undefined ? output : run.recorded);
      }
    },
  };
}

/** A signal as it comes out of a chain. */
interface ChainSignal extends RecordedSignal {
  readonly link: number;
  readonly enters: boolean;
  readonly channels: number;
  readonly spiking: boolean;
}

/** Values of a sample that are filled slice by slice. */
type Filled = Uint32Array | Float64Array;

function signalsOf(
  pipeline: Pipeline,
  { places }: CompiledChain,
  record: readonly string[],
): ChainSignal[] {
  return record.map((name) => {
    const signal = recordedSignal(pipeline, name);
    const { channelsOut, emits } = pipeline.stages.find((own) => own.name === signal.stage)!;
    const spiking = signal.state === undefined && emits === 'spikes';
    return { ...signal, ...places.get(signal.stage)!, channels: channelsOut, spiking };
  });
}

/** Room for a signal of so many steps. */
function roomFor({ channels, spiking }: ChainSignal, steps: number): Filled {
  return spiking ? wholes(steps * channels) : reals(steps * channels);
}

/** Copies what came out of a slice of so many steps, from step `from` of a trial on, for a signal by its number. */
type TakeSlice = (trial: number, k: number, into: Filled, from: number, steps: number) => void;

/** Most slices are as long as those before: what is seen of a trial is made anew only for others. */
function sliceTaker(group: ChainGroup, signals: readonly ChainSignal[]): TakeSlice {
  const seen: (Uint32Array | Float32Array)[] = [];
  return (trial, k, into, from, steps) => {
    const { link, enters, channels, state } = signals[k]!;
    if (state !== undefined) {
      group.readSignal(link, trial, state, into as Float64Array, from * channels);
      return;
    }
    const number = trial * signals.length + k;
    let values = seen[number];
    if (values?.length !== steps * channels) {
      const all = enters ? group.entered(link, trial) : group.spikes(link, trial);
      values = all.subarray(0, steps * channels);
      seen[number] = values;
    }
    into.set(values, from * channels);
  };
}

/** What a group is to run next. */
interface GroupRun {
  readonly trials: number;
  readonly from: number;
  readonly steps: number;
}

/** Evaluates samples side by side, on a chain. */
function sideBySide(
  pipeline: Pipeline,
  compiled: CompiledChain,
  record: readonly string[] | undefined,
): Evaluation {
  const { chain } = compiled;
  const { runBeside, groups } = chain;
  const signals = signalsOf(pipeline, compiled, record ?? [pipeline.output]);
  // A state is read after every step.
  const stepped = signals.some(({ state }) => state !== undefined);
  const takers = groups.map((group) => sliceTaker(group, signals));
  const begin = (group: ChainGroup, trials: number): void => {
    for (let link = 0; link < chain.links; link++) {
      const own = signals.filter((signal) => signal.link === link && signal.state === undefined);
      group.keep(
        link,
        own.some(({ enters }) => !enters),
        own.some(({ enters }) => enters),
      );
    }
    group.rest(trials);
  };
  const take = (
    takeSlice: TakeSlice,
    samples: readonly Grid[],
    filled: readonly Filled[][],
    at: number,
    steps: number,
  ): void => {
    for (let trial = 0; trial < samples.length; trial++) {
      const own = Math.min(steps, samples[trial]!.steps - at);
      if (own <= 0) continue;
      for (let k = 0; k < signals.length; k++) {
        takeSlice(trial, k, filled[trial]![k]!, at, own);
      }
    }
  };
  /** Brings samples through a group: gives what it is to run, and goes on when that is done. */
  function* bring(
    number: number,
    samples: readonly Sample[],
  ): Generator<GroupRun, readonly Filled[][]> {
    const group = groups[number]!;
    const trials = samples.length;
    const filled = samples.map(({ steps }) => signals.map((signal) => roomFor(signal, steps)));
    const longest = samples.reduce((most, { steps }) => Math.max(most, steps), 0);
    begin(group, trials);
    for (let from = 0; from < longest; from += chain.steps) {
      const to = Math.min(longest, from + chain.steps);
      for (let trial = 0; trial < trials; trial++) {
        const sample = samples[trial]!;
        const end = Math.min(to, sample.steps);
        if (isPacked(sample)) group.enterList(trial, sample, from, end, to - from);
        else group.enter(trial, sample.counts, from, end, to - from);
      }
      const width = stepped ? 1 : to - from;
      for (let t = from; t < to; t += width) {
        yield { trials, from: t - from, steps: width };
        group.check(trials);
        take(takers[number]!, samples, filled, t, width);
      }
    }
    return filled;
  }
  const rasterOf = (
    { steps, dt, startTime }: Grid,
    { channels }: ChainSignal,
    values: Filled,
  ): SpikeRaster | SignalRaster =>
    values instanceof Uint32Array
      ? { steps, channels, dt, startTime, counts: values }
      : { steps, channels, dt, startTime, values };
  const outputOf = (grid: Grid, filled: readonly Filled[]): Evaluated =>
    record === undefined
      ? (rasterOf(grid, signals[0]!, filled[0]!) as SpikeRaster)
      : Object.fromEntries(
          signals.map((signal, k) => [signal.name, rasterOf(grid, signal, filled[k]!)]),
        );
  const here = groups[0]!;
  const runHere = (samples: readonly Sample[]): readonly Filled[][] => {
    compiled.resident?.leave();
    compiled.resident = undefined;
    const bringing = bring(0, samples);
    for (;;) {
      const { done, value } = bringing.next();
      if (done === true) return value;
      here.run(value.trials, value.from, value.steps);
    }
  };
  const run: Evaluation['run'] = (samples, found) => {
    let filled: readonly Filled[][];
    try {
      filled = runHere(samples);
    } catch (cause) {
      if (!(cause instanceof DataError) || samples.length === 1) throw cause;
      // One of them fails: those before it do not.
      for (const sample of samples) run([sample], found);
      return;
    }
    for (const [trial, sample] of samples.entries()) found(outputOf(sample, filled[trial]!));
  };
  if (runBeside === undefined) return { size: chain.trials, run };

  const { free, waiting } = compiled;
  const bringBeside = async (samples: readonly Sample[]): Promise<readonly Filled[][]> => {
    while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const number = free.pop()!;
    try {
      const bringing = bring(number, samples);
      for (;;) {
        const { done, value } = bringing.next();
        if (done === true) return value;
        await runBeside(number, value.trials, value.from, value.steps);
      }
    } finally {
      free.push(number);
      waiting.shift()?.();
    }
  };
  const beside: BesideEvaluation = {
    most: groups.length - 1,
    async run(samples) {
      const outputs: Evaluated[] = [];
      try {
        const filled = await bringBeside(samples);
        for (const [trial, sample] of samples.entries()) {
          outputs.push(outputOf(sample, filled[trial]!));
        }
        return { outputs };
      } catch (cause) {
        if (!(cause instanceof DataError) || samples.length === 1)
          return { outputs, failure: cause };
        for (const sample of samples) {
          const one = await beside.run([sample]);
          outputs.push(...one.outputs);
          if (one.failure !== undefined) return { outputs, failure: one.failure };
        }
        return { outputs };
      }
    },
  };
  return { size: chain.trials, run, beside };
}

/** Makes a pipeline, which was checked, ready to run on samples, which were too. */
export function startEvaluation(
  pipeline: Pipeline,
  engine: Engine,
  record?: readonly string[],
): Evaluation {
  const compiled = compiledChain(pipeline, engine);
  return compiled === undefined
    ? oneByOne(pipeline, engine, record)
    : sideBySide(pipeline, compiled, record);
}
