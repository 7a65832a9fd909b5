/** Samples that are gathered until enough of them can run side by side, here or on threads. */
import type { Subscriber } from 'rxjs';
import { type Gate, gate } from '../src/demand.ts';
import { DataError } from '../src/errors.ts';
import type { PackedRaster } from '../src/events/sample-set.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { readItem } from '../src/options.ts';
import type {
  BesideEvaluation,
  Evaluated,
  Evaluation,
  Sample,
} from '../src/pipeline/evaluation.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { checkGrid, checkRaster } from '../src/pipeline/run.ts';

/** Samples on their way, and what comes of them. */
export interface Batch {
  /** Takes a sample; runs all that wait once there are as many as run side by side. */
  take(sample: SpikeRaster): void;
  /** Takes a sample of a set likewise. */
  takePacked(sample: PackedRaster): void;
  /** Runs all that wait. */
  flush(): void;
  /** Ends the stream once all has been told. */
  end(): void;
  /** Ends it with a failure likewise. */
  fail(cause: unknown): void;
  readonly waiting: number;
  /** Whether threads run the samples, and whether there is room for more. */
  readonly beside: boolean;
  readonly room: Gate;
}

/** How samples are run, and how that ends. */
type Running = Pick<Batch, 'end' | 'fail' | 'room'> & {
  run(samples: readonly Sample[]): void;
};

function runningHere(evaluation: Evaluation, subscriber: Subscriber<Evaluated>): Running {
  return {
    room: gate(),
    run: (samples) => evaluation.run(samples, (output) => subscriber.next(output)),
    end: () => subscriber.complete(),
    fail: (cause) => subscriber.error(cause),
  };
}

/** Samples run on threads; what comes of them is told in their order. */
function runningBeside(beside: BesideEvaluation, subscriber: Subscriber<Evaluated>): Running {
  const room = gate();
  let underWay = 0;
  let told: Promise<void> = Promise.resolve();
  const then = (work: () => void | Promise<void>): void => {
    told = told.then(async () => {
      if (!subscriber.closed) await work();
    });
    told.catch((cause: unknown) => subscriber.error(cause));
  };
  return {
    room,
    run(samples) {
      underWay++;
      room.set(underWay < beside.most);
      const running = beside.run(samples);
      then(async () => {
        const { outputs, failure } = await running;
        underWay--;
        for (const output of outputs) subscriber.next(output);
        if (failure !== undefined) throw failure;
        room.set(true);
      });
    },
    end: () => then(() => subscriber.complete()),
    fail: (cause) => then(() => subscriber.error(cause)),
  };
}

/** Gathers samples, and runs them with an evaluation. */
export function batchOf(
  pipeline: Pipeline,
  evaluation: Evaluation,
  subscriber: Subscriber<Evaluated>,
): Batch {
  const { beside, size } = evaluation;
  const { run, end, fail, room } =
    beside === undefined ? runningHere(evaluation, subscriber) : runningBeside(beside, subscriber);
  let waiting: Sample[] = [];
  let taken = 0;
  const flush = (): void => {
    const samples = waiting;
    waiting = [];
    if (samples.length > 0 && !subscriber.closed) run(samples);
  };
  const check = (look: () => void): void => {
    try {
      look();
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      throw new DataError(`sample ${taken}: ${cause.message}`, { cause });
    }
  };
  const add = (sample: Sample): void => {
    taken++;
    waiting.push(sample);
    if (waiting.length >= size) flush();
  };
  return {
    beside: beside !== undefined,
    room,
    take(given) {
      const sample = readItem(given);
      check(() => checkRaster(sample, pipeline));
      const { steps, channels, dt, startTime, counts } = sample;
      add({ steps, channels, dt, startTime, counts });
    },
    takePacked(sample) {
      check(() => checkGrid(sample, pipeline));
      add(sample);
    },
    flush,
    end() {
      flush();
      end();
    },
    fail(cause) {
      // What came before is not lost.
      flush();
      fail(cause);
    },
    get waiting() {
      return waiting.length;
    },
  };
}
