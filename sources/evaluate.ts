/** The source `evaluate`: what a pipeline makes of samples, each from rest. */
import {
  concatWith,
  ignoreElements,
  isObservable,
  NEVER,
  Observable,
  type Subscriber,
  tap,
  type Unsubscribable,
} from 'rxjs';
import { type Demand, demandOfSubscriber } from '../src/demand.ts';
import { DataError } from '../src/errors.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import { type Engine, engineCheck } from '../src/neurons/engine.ts';
import {
  anything,
  type OptionTable,
  optionProblems,
  readable,
  readItem,
  readOnce,
  refuse,
} from '../src/options.ts';
import { type Evaluated, type Evaluation, startEvaluation } from '../src/pipeline/evaluation.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { checkRaster, runProblems } from '../src/pipeline/run.ts';
import type { RecordedOf } from '../src/pipeline/target.ts';
import { type Problem, problem, within } from '../src/problems.ts';
import { serial } from '../src/serial.ts';
import { fromPull } from './from-pull.ts';
import { afterOthers } from './paced.ts';

/** Configuration of {@link evaluate}. */
export interface EvaluateConfig {
  /** What computes the neurons; the kernel if left out. */
  readonly engine?: Engine;
  /** What is given instead of the spikes of the last stage: outputs of stages, and states of neurons, such as `hidden:imem`. */
  readonly record?: readonly string[];
}

/** Samples: a list, or anything that gives one after the other. */
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

/** Samples on their way, and what comes of them. */
interface Batch {
  /** Takes a sample; runs all that wait once there are as many as run side by side. */
  take(sample: SpikeRaster): void;
  /** Runs all that wait. */
  flush(): void;
  readonly waiting: number;
}

function batchOf(
  pipeline: Pipeline,
  evaluation: Evaluation,
  subscriber: Subscriber<Evaluated>,
): Batch {
  let waiting: SpikeRaster[] = [];
  let taken = 0;
  const flush = (): void => {
    const samples = waiting;
    waiting = [];
    if (samples.length === 0 || subscriber.closed) return;
    evaluation.run(samples, (output) => subscriber.next(output));
  };
  return {
    take(given) {
      const sample = readItem(given);
      try {
        checkRaster(sample, pipeline);
      } catch (cause) {
        // What came before is not lost.
        flush();
        if (!(cause instanceof DataError)) throw cause;
        throw new DataError(`sample ${taken}: ${cause.message}`, { cause });
      }
      taken++;
      waiting.push(sample);
      if (waiting.length >= evaluation.size) flush();
    },
    flush,
    get waiting() {
      return waiting.length;
    },
  };
}

/** Pulls samples, as fast as their results are taken. */
function pullAll(
  samples: Iterable<SpikeRaster>,
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
          batch.flush();
          subscriber.complete();
          return;
        }
        batch.take(value);
        if (batch.waiting > 0) continue;
        if (demand?.open === false) {
          turn = { unsubscribe: demand.whenOpen(pull) };
          return;
        }
        if (performance.now() - begin > turnTime) {
          turn = afterOthers(pull);
          return;
        }
      }
    } catch (cause) {
      subscriber.error(cause);
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
        subscriber.error(cause);
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
    const end = (): void => {
      batch.flush();
      subscriber.complete();
    };
    samples
      .pipe(
        tap({
          next: (sample) => guarded(() => take(sample)),
          error: () => guarded(() => batch.flush()),
          complete: () => guarded(end),
        }),
        ignoreElements(),
        concatWith(NEVER),
      )
      .subscribe(subscriber);
  });
}

/**
 * Runs a pipeline on samples, such as those of a test set, each from rest, and gives the spikes of its last stage for each, in
 * their order; with `record`, one object of named signals for each. Many samples run side by side, and a pipeline is made
 * ready once, however often it is evaluated. Samples may differ in length. Of an iterable, no more are asked for than run side by side, and
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
  const found = isObservable(samples)
    ? asTheyCome(samples, begin)
    : Symbol.asyncIterator in samples
      ? asTheyCome(fromPull(samples, { consume: (sample) => [sample] }), begin)
      : new Observable<Evaluated>((subscriber) => {
          pullAll(samples, begin(subscriber), subscriber, demandOfSubscriber());
        });
  return found as Observable<never>;
}
