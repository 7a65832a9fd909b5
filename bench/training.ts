import { type Engine, kernel, startTraining, type Training } from 'spikeline';
import { type Jax, startJax } from './jax.ts';
import {
  median,
  repetitions,
  type Size,
  secondsOf,
  steps,
  trainingTask,
  warmUp,
} from './measure.ts';

/** One size, in epochs per second. */
interface TrainingRow extends Size {
  readonly ours: number;
  /** JAX from the equations, as the paper uses it, and how many times faster we are. */
  readonly jax: number | null;
  readonly ratio: number | null;
  /** JAX with every help that a JAX user has, and how many times faster we are. */
  readonly tunedJax: number | null;
  readonly tunedRatio: number | null;
  /** Two threads over one; null where all trials share a vector, so that there is nothing to share out. */
  readonly threads: number | null;
}

/** Sizes, with epochs of one measurement: ours, theirs. */
const sizes: readonly (Size & { readonly epochs: number; readonly jaxEpochs: number })[] = [
  { n: 2, inputs: 60, batch: 2, epochs: 10_000, jaxEpochs: 150 },
  { n: 16, inputs: 60, batch: 8, epochs: 500, jaxEpochs: 60 },
  { n: 128, inputs: 60, batch: 16, epochs: 20, jaxEpochs: 6 },
  { n: 256, inputs: 120, batch: 8, epochs: 16, jaxEpochs: 5 },
  { n: 1024, inputs: 120, batch: 2, epochs: 6, jaxEpochs: 2 },
];

/** So small that networks stay as active as they are: what an epoch takes depends on it, for us. */
const learningRate = 1e-6;

/** Prepares JAX for a size and gives what measures one run of it, in epochs per second. */
async function prepareJax(
  jax: Jax,
  size: Size,
  epochs: number,
  style: 'equations' | 'tuned',
): Promise<() => Promise<number>> {
  const { n, inputs, batch } = size;
  await jax.ask({
    task: 'training',
    style,
    n,
    inputs,
    batch,
    steps,
    epochs,
    learningRate,
    seed: 0,
  });
  return async () => {
    const { seconds } = await jax.ask({ run: true });
    return epochs / (seconds as number);
  };
}

async function measure(
  size: (typeof sizes)[number],
  plain: Jax | undefined,
  tuned: Jax | undefined,
): Promise<TrainingRow> {
  const { n, inputs, batch, epochs, jaxEpochs } = size;
  const { net, samples } = trainingTask(size);
  const trainings: Training[] = [];
  const ours = (engine: Engine): (() => Promise<number>) => {
    const training = startTraining(net, samples, {
      epochs: 1e9,
      engine,
      optimiser: { learningRate },
    });
    trainings.push(training);
    return async () => epochs / (await secondsOf(() => training.advance(epochs)));
  };
  const runs: readonly (readonly [string, () => Promise<number>])[] = [
    ...(plain ? [['jax', await prepareJax(plain, size, jaxEpochs, 'equations')] as const] : []),
    ...(tuned ? [['tuned', await prepareJax(tuned, size, jaxEpochs, 'tuned')] as const] : []),
    ['ours', ours(kernel())],
    ['one thread', ours(kernel({ threads: 1 }))],
    ['two threads', ours(kernel({ threads: 2 }))],
  ];
  const rates = new Map<string, number[]>(runs.map(([name]) => [name, []]));
  await warmUp(runs.find(([name]) => name === 'ours')![1]);
  for (let round = 0; round <= repetitions; round++) {
    // In turn, so that whatever else the machine does meets them all; the first round warms up.
    for (const [name, run] of runs) {
      const rate = await run();
      if (round > 0) rates.get(name)!.push(rate);
    }
  }
  await Promise.all(trainings.map((training) => training.close()));
  const rate = (name: string): number | null => {
    const found = rates.get(name);
    return found === undefined ? null : median(found);
  };
  const rateOfOurs = rate('ours')!;
  const [jax, tunedJax] = [rate('jax'), rate('tuned')];
  return {
    ...{ n, inputs, batch, ours: rateOfOurs, jax },
    ratio: jax === null ? null : rateOfOurs / jax,
    tunedJax,
    tunedRatio: tunedJax === null ? null : rateOfOurs / tunedJax,
    threads: n * batch > 4 ? rate('two threads')! / rate('one thread')! : null,
  };
}

/** Training, ours and JAX in turn, one core each: epochs per second. */
export async function training(note: (text: string) => void): Promise<TrainingRow[]> {
  const plain = await startJax();
  const tuned = typeof plain === 'string' ? plain : await startJax();
  if (typeof plain === 'string') note(plain);
  const peers = [plain, tuned].map((peer) => (typeof peer === 'string' ? undefined : peer));
  const rows: TrainingRow[] = [];
  for (const size of sizes) rows.push(await measure(size, peers[0], peers[1]));
  for (const peer of peers) peer?.close();
  return rows;
}
