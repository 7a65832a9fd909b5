import { type Engine, kernel, type Training } from 'spikeline';
import { startTraining } from 'spikeline/train';
import { onOneCore } from './core.ts';
import { inTurn, secondsOf, warmUp } from './measure.ts';
import { fastest, jaxLibrary, type Peer, startPeers } from './peer.ts';
import { type BenchRow, row } from './rows.ts';
import { type Size, steps, trainingTask } from './tasks.ts';

/** A size, with epochs of one measurement: ours, theirs. */
type Measured = Size & { readonly epochs: number; readonly jaxEpochs: number };

const sizes: readonly Measured[] = [
  { n: 2, inputs: 60, batch: 2, epochs: 10_000, jaxEpochs: 150 },
  { n: 16, inputs: 60, batch: 8, epochs: 500, jaxEpochs: 60 },
  { n: 128, inputs: 60, batch: 16, epochs: 20, jaxEpochs: 6 },
  { n: 256, inputs: 120, batch: 8, epochs: 16, jaxEpochs: 5 },
  { n: 1024, inputs: 120, batch: 2, epochs: 6, jaxEpochs: 2 },
];

/** So small that networks stay as active as they are: what an epoch takes depends on it, for us. */
const learningRate = 1e-6;

/** What trains a network of a size on some threads, and gives the rate of each run. */
function prepare({ epochs, ...size }: Measured) {
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

/** Prepares the fastest JAX for a size and a style; undefined if there is none. */
async function prepareJax(peers: readonly Peer[], size: Measured, style: 'equations' | 'tuned') {
  const { n, inputs, batch, jaxEpochs: epochs } = size;
  const task = { task: 'training', style, n, inputs, batch, steps, epochs, learningRate, seed: 0 };
  const peer = await fastest(peers, task);
  if (peer === undefined) return undefined;
  const run = async () => epochs / Number((await peer.ask({ run: true }))['seconds']);
  return { version: peer.version, run };
}

/** Rates of ours and of JAX, which have one core in turn. */
async function besideJax(size: Measured, plain: readonly Peer[], tuned: readonly Peer[]) {
  const ours = prepare(size);
  const run = ours.on(kernel());
  await warmUp(run);
  const equations = await prepareJax(plain, size, 'equations');
  const helped = await prepareJax(tuned, size, 'tuned');
  const rates = await inTurn<'ours', 'jax' | 'tuned'>({
    jax: equations?.run,
    tuned: helped?.run,
    ours: run,
  });
  await ours.close();
  const rate = rates.ours.median;
  const jax = rates.jax?.median ?? null;
  const tunedJax = rates.tuned?.median ?? null;
  return {
    low: rates.ours.low,
    high: rates.ours.high,
    ours: rate,
    // JAX from the equations, as the paper uses it, and how many times faster we are.
    jax,
    jaxVersion: equations?.version ?? null,
    ratio: jax === null ? null : rate / jax,
    // JAX with every help that a user of JAX has, and how many times faster we are.
    tunedJax,
    tunedVersion: helped?.version ?? null,
    tunedRatio: tunedJax === null ? null : rate / tunedJax,
  };
}

/** Two threads over one, all cores free; null if all trials share a vector, so that there is nothing to share out. */
async function gainOfTwo(size: Measured): Promise<number | null> {
  if (size.n * size.batch <= 4) return null;
  const ours = prepare(size);
  const rates = await inTurn({
    one: ours.on(kernel({ threads: 1 })),
    two: ours.on(kernel({ threads: 2 })),
  });
  await ours.close();
  return rates.two.median / rates.one.median;
}

/** Training, ours and JAX in turn, one core each: epochs per second. */
export async function training(note: (text: string) => void): Promise<BenchRow[]> {
  const beside = await onOneCore(note, async (core) => {
    const plain = await startPeers(jaxLibrary, core, note);
    const tuned = plain.length === 0 ? [] : await startPeers(jaxLibrary, core, note);
    const found: Awaited<ReturnType<typeof besideJax>>[] = [];
    for (const size of sizes) found.push(await besideJax(size, plain, tuned));
    for (const peer of [...plain, ...tuned]) peer.close();
    return found;
  });
  const rows: BenchRow[] = [];
  for (const [k, size] of sizes.entries()) {
    const { n, inputs, batch } = size;
    const threads = await gainOfTwo(size);
    const fields = { n, inputs, batch, ...beside[k]!, threads };
    rows.push(row(`training.${n}`, beside[k]!.ours, 'epochs/s', null, fields));
  }
  return rows;
}
