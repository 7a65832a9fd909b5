/** The source `evaluate`: what a pipeline makes of samples, each from rest. */
import {
  catchError,
  concatWith,
  ignoreElements,
  isObservable,
  NEVER,
  Observable,
  type Subscriber,
  tap,
  type Unsubscribable,
} from 'rxjs';
import { type Demand, demandOfSubscriber, onDemand } from '../src/demand.ts';
import { packedSamples } from '../src/events/sample-set.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import { type Engine, engineCheck } from '../src/neurons/engine.ts';
import {
  anything,
  type OptionTable,
  optionProblems,
  readable,
  readOnce,
  refuse,
} from '../src/options.ts';
import { type Evaluated, startEvaluation } from '../src/pipeline/evaluation.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { runProblems } from '../src/pipeline/run.ts';
import type { RecordedOf } from '../src/pipeline/target.ts';
import { type Problem, problem, within } from '../src/problems.ts';
import { serial } from '../src/serial.ts';
import { afterOthers } from '../src/turns.ts';
import { fromPull } from './from-pull.ts';
import { type Batch, batchOf } from './sample-batch.ts';

/** Configuration of {@link evaluate}. */
export interface EvaluateConfig {
  /** What computes the neurons; the kernel if left out. */
  readonly engine?: Engine;
  /** What is given instead of the spikes of the last stage: outputs of stages, and states of neurons, such as `hidden:imem`. */
  readonly record?: readonly string[];
}

/** Samples: a list, a `SampleSet`, or anything that gives one after the other. */
export type Samples = Iterable<SpikeRaster> | AsyncIterable<SpikeRaster> | Observable<SpikeRaster>;

const table: OptionTable<EvaluateConfig> = {
  engine: engineCheck,
  // Which names there are depends on the pipeline.
  record: anything,
};

/** Milliseconds after which timers and the outside have a turn. */
const turnTime = 16;

function sampleProblems(samples: unknown): Problem[] {
  const has = (name: symbol | string): boolean =>
    typeof Reflect.get(samples as object, name) === 'function';
  return readable(() => {
    const is =
      typeof samples === 'object' &&
      samples !== null &&
      [Symbol.iterator, Symbol.asyncIterator, 'subscribe'].some(has);
    const needed = 'rasters are needed: a list, an iterable or an observable of them';
    return is ? [] : [problem('samples', 'wrong-type', samples, needed)];
  });
}

/** Pulls samples, as fast as their results are taken. */
function pullAll<Item>(
  samples: Iterable<Item>,
  take: (sample: Item) => void,
  batch: Batch,
  subscriber: Subscriber<Evaluated>,
  demand: Demand | undefined,
): void {
  const iterator = samples[Symbol.iterator]();
  let turn: Unsubscribable | undefined;
  let ended = false;
  const pull = (): void => {
    const begin = performance.now();
    try {
      while (!subscriber.closed) {
        const { done = false, value } = iterator.next();
        if (done) {
          ended = true;
          batch.end();
          return;
        }
        take(value);
        if (batch.waiting > 0) continue;
        const full = [demand, batch.room].find((one) => one?.open === false);
        if (full !== undefined) {
          turn = { unsubscribe: full.whenOpen(pull) };
          return;
        }
        if (performance.now() - begin > turnTime) {
          turn = afterOthers(pull);
          return;
        }
      }
    } catch (cause) {
      batch.fail(cause);
    }
  };
  subscriber.add(() => {
    turn?.unsubscribe();
    if (!ended) iterator.return?.();
  });
  pull();
}

/** Takes samples as they come: what has come in a turn runs side by side. */
function asTheyCome(
  samples: Observable<SpikeRaster>,
  begin: (subscriber: Subscriber<Evaluated>) => Batch,
): Observable<Evaluated> {
  return new Observable((subscriber) => {
    const batch = begin(subscriber);
    let turn: Unsubscribable | undefined;
    const guarded = serial<() => void>((work) => {
      if (subscriber.closed) return;
      try {
        work();
      } catch (cause) {
        batch.fail(cause);
      }
    });
    subscriber.add(() => turn?.unsubscribe());
    const flush = (): void => {
      turn = undefined;
      guarded(() => batch.flush());
    };
    const take = (sample: SpikeRaster): void => {
      batch.take(sample);
      if (batch.waiting > 0) turn ??= afterOthers(flush);
    };
    const taken = samples.pipe(
      tap({
        next: (sample) => guarded(() => take(sample)),
        complete: () => guarded(() => batch.end()),
      }),
      ignoreElements(),
      catchError((cause: unknown) => {
        guarded(() => batch.fail(cause));
        return NEVER;
      }),
      concatWith(NEVER),
    );
    // Where threads are behind, sources that can wait are held back.
    onDemand(batch.beside ? batch.room : undefined, () => taken.subscribe(subscriber));
  });
}

/**
 * Runs a pipeline on samples, such as those of a test set, each from rest, and gives the spikes of its last stage for each, in
 * their order; with `record`, one object of named signals for each. Many samples run side by side, and a pipeline is made
 * ready once, however often it is evaluated; `sampleSet` does the same for samples. They may differ in length. Of an iterable, no more are asked for than run side by side, and
 * none before the results of those before have been taken; an observable is held back if it can wait. Errors with a
 * `DataError` at a sample that does not fit the pipeline, after the results of those before.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4, 1]] }), dynapSim({ neurons: 2, name: 'output' }));
 * const samples = [1, 2, 3].map((seed) => poissonRaster({ channels: 1, rate: 90, duration: 0.2, seed }));
 * evaluate(net, samples).pipe(map((raster) => Array.from(channelCounts(raster)).length)); // emits 2, 2, 2
 * evaluate(net, samples, { record: ['output:imem'] }).pipe(map((signals) => signals['output:imem'].steps), take(1)); // emits 200
 * ```
 */
export function evaluate(
  pipeline: Pipeline,
  samples: Samples,
  config?: EvaluateConfig & { readonly record?: undefined },
): Observable<SpikeRaster>;
export function evaluate<const Names extends readonly string[]>(
  pipeline: Pipeline,
  samples: Samples,
  config: EvaluateConfig & { readonly record: Names },
): Observable<RecordedOf<SpikeRaster, Names>>;
export function evaluate(
  pipeline: Pipeline,
  samples: Samples,
  config: EvaluateConfig = {},
): Observable<never> {
  config = readOnce(config, table);
  refuse('this cannot be evaluated', () => [
    ...runProblems(pipeline, config?.record),
    ...sampleProblems(samples),
    ...within('options', optionProblems(config, table)),
  ]);
  const { engine = defaultEngine(), record } = config;
  const begin = (subscriber: Subscriber<Evaluated>): Batch =>
    batchOf(pipeline, startEvaluation(pipeline, engine, record), subscriber);
  const packed = packedSamples(samples);
  const found = isObservable(samples)
    ? asTheyCome(samples, begin)
    : Symbol.asyncIterator in samples
      ? asTheyCome(fromPull(samples, { consume: (sample) => [sample] }), begin)
      : new Observable<Evaluated>((subscriber) => {
          const batch = begin(subscriber);
          const demand = demandOfSubscriber();
          if (packed === undefined) pullAll(samples, batch.take, batch, subscriber, demand);
          else pullAll(packed, batch.takePacked, batch, subscriber, demand);
        });
  return found as Observable<never>;
}
