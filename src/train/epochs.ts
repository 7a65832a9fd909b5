/** Learns whole epochs, and keeps the last state in which every number was finite. */
import type { Learner } from '../neurons/learner.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { stageWeights } from '../stages/stage.ts';
import type { Checkpoint } from './checkpoint.ts';

/** How far training has come: all but what it belongs to. */
export type Learnt = Omit<Checkpoint, 'belongsTo'>;

/** What came out not finite, and of which stages. */
export interface NotFinite {
  readonly what: string;
  readonly stages: readonly string[];
}

/** Learns epochs, each of which is known to be sound. */
export interface EpochRunner {
  /** The state after the last epoch that is done: the same until more are. */
  readonly learnt: Learnt;
  /** Learns as many epochs as there are rates; calls `fail` where one comes to numbers that are not finite. */
  learn(rates: Float64Array, fail: (found: NotFinite) => never): void | Promise<void>;
}

/** Epochs between two looks at most; a look copies all weights. */
const lookEvery = 256;

function finite(values: Float64Array): boolean {
  return values.every((value) => Number.isFinite(value));
}

/** Finds what is not finite in a state. */
function notFinite({ stages, output }: Pipeline, learnt: Learnt): NotFinite | undefined {
  const { loss, weights, mean, square } = learnt;
  const sound = finite(weights) && finite(mean) && finite(square);
  if (sound) return Number.isFinite(loss) ? undefined : { what: 'the loss', stages: [output] };
  const found: string[] = [];
  let at = 0;
  for (const stage of stages) {
    const end = at + (stageWeights(stage)?.values.length ?? 0);
    const own = [weights, mean, square].map((values) => values.subarray(at, end));
    if (!own.every(finite)) found.push(stage.name);
    at = end;
  }
  return { what: 'the weights', stages: found };
}

/** Learns epochs from a state on, the start or a checkpoint. */
export function epochRunner(pipeline: Pipeline, learner: Learner, start: Learnt): EpochRunner {
  let learnt = start;
  const look = (epoch: number): Learnt => ({
    epoch,
    loss: learner.loss,
    weights: learner.read('weights'),
    mean: learner.read('mean'),
    square: learner.read('square'),
  });
  const goBack = (): void => {
    for (const what of ['weights', 'mean', 'square'] as const) learner.write(what, learnt[what]);
  };
  const learn = (
    rates: Float64Array,
    fail: (found: NotFinite) => never,
    every = lookEvery,
  ): void | Promise<void> => {
    for (let at = 0; at < rates.length; ) {
      const some = rates.subarray(at, at + every);
      const rest = rates.subarray(at + some.length);
      const settle = (): void | Promise<void> => {
        const after = look(learnt.epoch + some.length);
        const found = notFinite(pipeline, after);
        if (found === undefined) {
          learnt = after;
          return undefined;
        }
        goBack();
        if (some.length === 1) return fail(found);
        // Once more, one by one: numbers that are not finite stay so, so that the first is found.
        return learn(some, fail, 1);
      };
      const running = learner.learn(learnt.epoch, some);
      if (running !== undefined) {
        return running.then(settle).then(() => learn(rest, fail, every));
      }
      const again = settle();
      if (again !== undefined) return again.then(() => learn(rest, fail, every));
      at += some.length;
    }
    return undefined;
  };
  return {
    get learnt() {
      return learnt;
    },
    learn,
  };
}
