/** Learns whole epochs, and keeps the last state in which every number was finite. */
import { firstNotFinite } from '../matrix.ts';
import type { Learner } from '../neurons/learner.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { stageNeurons, stageWeights } from '../stages/stage.ts';
import type { Checkpoint } from './checkpoint.ts';

/** How far training has come: all but what it belongs to. */
export type Learnt = Omit<Checkpoint, 'belongsTo'>;

/** What came out not finite, and of which stages. */
export interface NotFinite {
  readonly what: string;
  readonly stages: readonly string[];
}

/** Learns epochs, and keeps the last state that is known to be sound. */
export interface EpochRunner {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Loss of the last of them. */
  readonly loss: number;
  /** The state after them; while epochs run, or if it is not sound, the last one before that is known to be. */
  readonly learnt: Learnt;
  /** Learns as many epochs as there are rates; calls `fail` if one comes to numbers that are not finite. */
  learn(rates: Float64Array, fail: (found: NotFinite) => never): void | Promise<void>;
}

/** What an epoch runner is told. */
export interface EpochRunnerConfig {
  readonly pipeline: Pipeline;
  readonly learner: Learner;
  /** The start or a checkpoint. */
  readonly start: Learnt;
  /** Epochs in all: the state after the last one is always looked at. */
  readonly epochs: number;
}

/** Epochs between two looks at most. */
const lookEvery = 256;

/** The same of the smallest networks, whose looks take as long as some epochs; in between, epochs times weights. */
const rarely = 1024;
const weightEpochs = 2 ** 17;

/** A look copies all weights: of so many, it is worth an epoch. */
const weightsPerEpoch = 16_384;

const finite = (values: Float64Array): boolean => firstNotFinite(values) < 0;

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

/** Names of the stages of populations, by their number. */
function namesOf({ stages }: Pipeline, populations: readonly number[]): string[] {
  const own = stages.filter((stage) => stageNeurons(stage) !== undefined);
  return populations.map((k) => own[k]!.name);
}

/** Learns epochs from a state on. */
export function epochRunner(config: EpochRunnerConfig): EpochRunner {
  const { pipeline, learner, start, epochs } = config;
  const { length } = start.weights;
  const every = Math.max(1, Math.min(lookEvery, Math.ceil(length / weightsPerEpoch)));
  const most = Math.max(lookEvery, Math.min(rarely, Math.floor(weightEpochs / length)));
  let learnt = start;
  let loss = start.loss;
  let running = false;
  /** Populations whose currents were too large in what ran last. */
  let beyond: readonly number[] = [];
  /** Rates of the epochs since `learnt`, and how many there are. */
  let since: Float64Array[] = [];
  let ahead = 0;
  const epochNow = (): number => learnt.epoch + ahead;
  const forgetRates = (): void => {
    since = [];
    ahead = 0;
  };
  /** Keeps the state of now if it is sound, or says what is not. */
  const keep = (): NotFinite | undefined => {
    if (ahead === 0) return undefined;
    const now: Learnt = {
      epoch: epochNow(),
      loss: learner.loss,
      weights: learner.read('weights'),
      mean: learner.read('mean'),
      square: learner.read('square'),
    };
    const tooLarge = { what: 'the currents', stages: namesOf(pipeline, beyond) };
    const found = notFinite(pipeline, now) ?? (beyond.length > 0 ? tooLarge : undefined);
    if (found === undefined) {
      learnt = now;
      forgetRates();
    }
    return found;
  };
  const goBack = (): void => {
    for (const what of ['weights', 'mean', 'square'] as const) learner.write(what, learnt[what]);
    forgetRates();
    beyond = [];
    loss = learnt.loss;
  };
  /** Learns epochs at once, then goes on as `settle` says. */
  const run = (rates: Float64Array, settle: () => void | Promise<void>): void | Promise<void> => {
    running = true;
    const done = (): void | Promise<void> => {
      running = false;
      since.push(rates);
      ahead += rates.length;
      loss = learner.loss;
      beyond = learner.beyond?.() ?? [];
      return settle();
    };
    const learning = learner.learn(epochNow(), rates);
    return learning === undefined ? done() : learning.then(done);
  };
  /** Takes the epochs since the last sound state once more, one by one, so that the first that is not is found. */
  const replay = (fail: (found: NotFinite) => never): void | Promise<void> => {
    const rates = since.flatMap((own) => Array.from(own));
    goBack();
    const from = (at: number): void | Promise<void> => {
      for (let k = at; k < rates.length; k++) {
        const one = run(Float64Array.of(rates[k]!), () => {
          const found = keep();
          if (found === undefined) return;
          goBack();
          fail(found);
        });
        if (one !== undefined) return one.then(() => from(k + 1));
      }
      return undefined;
    };
    return from(0);
  };
  return {
    get epoch() {
      return epochNow();
    },
    get loss() {
      return loss;
    },
    get learnt() {
      if (!running) keep();
      return learnt;
    },
    learn: function learn(rates, fail): void | Promise<void> {
      for (let at = 0; at < rates.length; at += most) {
        const rest = rates.subarray(at + most);
        const portion = run(rates.subarray(at, at + most), () => {
          const due = ahead >= every || epochNow() >= epochs || !Number.isFinite(loss);
          return (due || beyond.length > 0) && keep() !== undefined ? replay(fail) : undefined;
        });
        if (portion !== undefined) return portion.then(() => learn(rest, fail));
      }
      return undefined;
    },
  };
}
