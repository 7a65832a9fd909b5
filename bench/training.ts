import { type Engine, kernel, type Training } from 'spikeline';
import { startTraining } from 'spikeline/train';
import { onOneCore } from './core.ts';
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

/** Median rates of several runs, taken in turn, so that whatever else the machine does meets them all. */
async function ratesInTurn<Name extends string>(
  runs: readonly (readonly [Name, () => Promise<number>])[],
): Promise<ReadonlyMap<Name, number>> {
  const rates = new Map<Name, number[]>(runs.map(([name]) => [name, []]));
  for (let round = 0; round <= repetitions; round++) {
    for (const [name, run] of runs) {
      const rate = await run();
      // The first round warms up.
      if (round > 0) rates.get(name)!.push(rate);
    }
  }
  return new Map([...rates].map(([name, found]) => [name, median(found)]));
}

/** What trains a network of a size on some threads, and gives the rate of each run. */
function prepare({ epochs, ...size }: (typeof sizes)[number]) {
  const { net, samples } = trainingTask(size);
  const trainings: Training[] = [];
  return {
    on(engine: Engine): () => Promise<number> {
      const options = { epochs: 1e9, engine, optimiser: { learningRate } };
      const training = startTraining(net, samples, options);
      trainings.push(training);
      return async () => epochs / (await secondsOf(() => training.advance(epochs)));
    },
    close: () => Promise.all(trainings.map((training) => training.close())),
  };
}

/** Rates of ours and of JAX, which have one core in turn. */
async function besideJax(
  size: (typeof sizes)[number],
  plain: Jax | undefined,
  tuned: Jax | undefined,
): Promise<Omit<TrainingRow, 'threads'>> {
  const { n, inputs, batch, jaxEpochs } = size;
  const ours = prepare(size);
  const run = ours.on(kernel());
  await warmUp(run);
  const rates = await ratesInTurn<'jax' | 'tuned' | 'ours'>([
    ...(plain ? [['jax', await prepareJax(plain, size, jaxEpochs, 'equations')] as const] : []),
    ...(tuned ? [['tuned', await prepareJax(tuned, size, jaxEpochs, 'tuned')] as const] : []),
    ['ours', run],
  ]);
  await ours.close();
  const rate = rates.get('ours')!;
  const [jax, tunedJax] = [rates.get('jax') ?? null, rates.get('tuned') ?? null];
  return {
    ...{ n, inputs, batch, ours: rate, jax },
    ratio: jax === null ? null : rate / jax,
    tunedJax,
    tunedRatio: tunedJax === null ? null : rate / tunedJax,
  };
}

/** Two threads over one, all cores free; null where there is a single block. */
async function gainOfTwo(size: (typeof sizes)[number]): Promise<number | null> {
  if (size.n * size.batch <= 4) return null;
  const ours = prepare(size);
  const rates = await ratesInTurn([
    ['one', ours.on(kernel({ threads: 1 }))],
    ['two', ours.on(kernel({ threads: 2 }))],
  ]);
  await ours.close();
  return rates.get('two')! / rates.get('one')!;
}

/** Training, ours and JAX in turn, one core each: epochs per second. */
export async function training(note: (text: string) => void): Promise<TrainingRow[]> {
  const beside = await onOneCore(note, async (core) => {
    const plain = await startJax(core);
    const tuned = typeof plain === 'string' ? plain : await startJax(core);
    if (typeof plain === 'string') note(plain);
    const peers = [plain, tuned].map((peer) => (typeof peer === 'string' ? undefined : peer));
    const rows: Omit<TrainingRow, 'threads'>[] = [];
    for (const size of sizes) rows.push(await besideJax(size, peers[0], peers[1]));
    for (const peer of peers) peer?.close();
    return rows;
  });
  const rows: TrainingRow[] = [];
  for (const [k, size] of sizes.entries()) {
    rows.push({ ...beside[k]!, threads: await gainOfTwo(size) });
  }
  return rows;
}
