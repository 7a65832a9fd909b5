/** The source `train`: the training of a pipeline, report by report. */
import { Observable, type SchedulerLike, type Unsubscribable } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import {
  type Check,
  faultsOf,
  having,
  isObject,
  number,
  readOnce,
  refuse,
} from '../src/options.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { type Problem, problem, within } from '../src/problems.ts';
import type { Checkpoint } from '../src/train/checkpoint.ts';
import type { TrainingSample } from '../src/train/sample.ts';
import { prepareTraining, type ReportedTraining } from '../src/train/training.ts';
import type { TrainingOptions } from '../src/train/training-options.ts';
import { afterOthers } from '../src/turns.ts';

/** Configuration of {@link train}. */
export interface TrainConfig extends TrainingOptions {
  /** Epochs between two reports; 100 if left out. */
  readonly reportEvery?: number;
  /** Gives way to other work between reports; if left out, each has a turn of the event loop. */
  readonly scheduler?: SchedulerLike;
}

/** How far training has come. */
export interface TrainingProgress {
  /** Epochs done. */
  readonly epoch: number;
  /** Epochs to do in all. */
  readonly epochs: number;
  /** Loss of the last epoch. */
  readonly loss: number;
  /** Learning rate of the next epoch. */
  readonly learningRate: number;
  /** The pipeline as trained so far. */
  readonly pipeline: Pipeline;
  /** Everything needed to go on from here, with the same result to the last bit. */
  readonly checkpoint: Checkpoint;
}

const reports = number({ min: 1, whole: true });
const schedulers = having('a scheduler of RxJS', 'schedule', 'now');
const anyOptions: Check = (config) =>
  isObject(config) ? [] : [problem('', 'wrong-type', config, 'an object of options is needed')];

/** How far training has come. Few look at a checkpoint, which is three copies of all weights: it is made when somebody does. */
function progressOf(training: ReportedTraining): TrainingProgress {
  const { epoch, epochs, loss, learningRate } = training;
  const pipeline = training.pipeline();
  const checkpointNow = training.checkpointOfNow();
  let checkpoint: Checkpoint | undefined;
  return {
    ...{ epoch, epochs, loss, learningRate, pipeline },
    get checkpoint() {
      checkpoint ??= checkpointNow();
      return checkpoint;
    },
  };
}

/**
 * Trains all weights of a pipeline by gradients through time and reports as it goes. The last report holds the trained
 * pipeline. Unsubscribing stops it. Errors if an engine fails, with a `TrainingError` if currents, losses or weights
 * leave what numbers can hold.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * const input = poissonRaster({ channels: 4, rate: 50, duration: 0.1, seed: 0 });
 * const net = pipeline(linear({ weight: [[1], [1], [1], [1]] }), dynapSim({ neurons: 1 }));
 * train(net, [{ input, target: new Float64Array(100) }], { epochs: 10 });
 * ```
 */
export function train(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  config: TrainConfig,
): Observable<TrainingProgress> {
  config = readOnce(config);
  refuse('training cannot start', () => within('options', faultsOf(config, anyOptions)));
  const { reportEvery = 100, scheduler, ...options } = config;
  const problems: Problem[] = [
    ...within('reportEvery', reports(reportEvery)),
    ...(scheduler === undefined ? [] : within('scheduler', schedulers(scheduler))),
  ];
  let prepared: ReportedTraining | undefined;
  try {
    prepared = prepareTraining(pipeline, samples, options);
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    problems.push(...cause.problems);
  }
  if (problems.length > 0) throw new InvalidArgumentError('training cannot start', problems);
  return new Observable((subscriber) => {
    const training = prepared ?? prepareTraining(pipeline, samples, options);
    prepared = undefined;
    const report = (): void => {
      subscriber.next(progressOf(training));
      if (training.epoch >= training.epochs) subscriber.complete();
    };
    let waiting: Unsubscribable | undefined;
    const goOn = (): void => {
      if (subscriber.closed) return;
      report();
      if (!subscriber.closed) wait();
    };
    const advance = (): void => {
      turns++;
      if (subscriber.closed) return;
      try {
        const advancing = training.advance(reportEvery);
        if (advancing === undefined) goOn();
        else advancing.then(goOn).catch((cause) => subscriber.error(cause));
      } catch (cause) {
        subscriber.error(cause);
      }
    };
    let turns = 0;
    /** Each turn is an action of its own: schedulers of RxJS do not all take one that is scheduled again later. */
    const wait = (): void => {
      const turn = turns;
      const action = scheduler === undefined ? afterOthers(advance) : scheduler.schedule(advance);
      // A scheduler may have done it, and what follows, at once.
      if (turns === turn) waiting = action;
    };
    subscriber.add(() => {
      waiting?.unsubscribe();
      training.close().catch(() => {});
    });
    wait();
  });
}
