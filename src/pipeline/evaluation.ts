/** Runs a pipeline on samples, each from rest, many side by side. */
import { DataError } from '../errors.ts';
import { reals, wholes } from '../events/blocks.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import type { ChainGroup } from '../neurons/chain.ts';
import type { Engine } from '../neurons/engine.ts';
import { type CompiledChain, compiledChain } from './chain.ts';
import type { Pipeline } from './pipeline.ts';
import { type RecordedSignal, recordedSignal } from './record.ts';
import { startPipeline } from './run.ts';

/** What comes of a sample: the spikes of the last stage, or what was to be recorded, by name. */
export type Evaluated = SpikeRaster | Readonly<Record<string, SpikeRaster | SignalRaster>>;

/** A pipeline that is ready to run on samples. */
export interface Evaluation {
  /** Samples that are best handed over together. */
  readonly size: number;
  /**
   * Runs samples from rest and calls back with what comes of each, in their order.
   *
   * @throws DataError if currents come out of one that are beyond what the engine knows; those before it have been told
   */
  run(samples: readonly SpikeRaster[], found: (output: Evaluated) => void): void;
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
        const output = run.process(sample);
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

/** Copies what came out of a slice of `steps` steps, from step `from` of a trial on. */
function takeSlice(
  group: ChainGroup,
  trial: number,
  { link, enters, channels, state }: ChainSignal,
  into: Filled,
  from: number,
  steps: number,
): void {
  if (state !== undefined) {
    group.readSignal(link, trial, state, into as Float64Array, from * channels);
    return;
  }
  const values = enters ? group.entered(link, trial) : group.spikes(link, trial);
  into.set(values.subarray(0, steps * channels), from * channels);
}

/** Evaluates samples side by side, on a chain. */
function sideBySide(
  pipeline: Pipeline,
  compiled: CompiledChain,
  record: readonly string[] | undefined,
): Evaluation {
  const { chain } = compiled;
  const group = chain.groups[0]!;
  const signals = signalsOf(pipeline, compiled, record ?? [pipeline.output]);
  // A state is read after every step.
  const stepped = signals.some(({ state }) => state !== undefined);
  const begin = (trials: number): void => {
    compiled.resident?.leave();
    compiled.resident = undefined;
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
  const runSlice = (
    samples: readonly SpikeRaster[],
    filled: Filled[][],
    from: number,
    to: number,
  ) => {
    const take = (at: number, steps: number): void => {
      for (let trial = 0; trial < samples.length; trial++) {
        const own = Math.min(steps, samples[trial]!.steps - at);
        if (own <= 0) continue;
        for (let k = 0; k < signals.length; k++) {
          takeSlice(group, trial, signals[k]!, filled[trial]![k]!, at, own);
        }
      }
    };
    for (let trial = 0; trial < samples.length; trial++) {
      const { counts, steps } = samples[trial]!;
      group.enter(trial, counts, from, Math.min(to, steps), to - from);
    }
    if (!stepped) {
      group.run(samples.length, 0, to - from);
      group.check(samples.length);
      take(from, to - from);
      return;
    }
    for (let t = from; t < to; t++) {
      group.run(samples.length, t - from, 1);
      group.check(samples.length);
      take(t, 1);
    }
  };
  const runAll = (samples: readonly SpikeRaster[]): Filled[][] => {
    const filled = samples.map(({ steps }) =>
      signals.map(({ channels, spiking }) =>
        spiking ? wholes(steps * channels) : reals(steps * channels),
      ),
    );
    const longest = samples.reduce((most, { steps }) => Math.max(most, steps), 0);
    begin(samples.length);
    for (let from = 0; from < longest; from += chain.steps) {
      runSlice(samples, filled, from, Math.min(longest, from + chain.steps));
    }
    return filled;
  };
  const outputOf = ({ steps, dt, startTime }: SpikeRaster, filled: Filled[]): Evaluated => {
    const rasters = signals.map(({ channels }, k): SpikeRaster | SignalRaster => {
      const values = filled[k]!;
      const grid = { steps, channels, dt, startTime };
      return values instanceof Uint32Array ? { ...grid, counts: values } : { ...grid, values };
    });
    if (record === undefined) return rasters[0] as SpikeRaster;
    return Object.fromEntries(signals.map(({ name }, k) => [name, rasters[k]!]));
  };
  return {
    size: chain.trials,
    run(samples, found) {
      let filled: Filled[][];
      try {
        filled = runAll(samples);
      } catch (cause) {
        if (!(cause instanceof DataError) || samples.length === 1) throw cause;
        // One of them fails: those before it do not.
        for (const sample of samples) this.run([sample], found);
        return;
      }
      for (const [trial, sample] of samples.entries()) found(outputOf(sample, filled[trial]!));
    },
  };
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
