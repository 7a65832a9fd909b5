import { lastValueFrom } from 'rxjs';
import { type Engine, kernel, type Pipeline, type TrainingSample, train } from 'spikeline';
import { defaultEngine } from 'spikeline/neurons';
import { pipelineWeights, type TrainingOptions } from 'spikeline/train';
import { hasTwoCores, onOneCore } from './core.ts';
import { inTurn, type Run, ratios, type Sample, secondsOf } from './measure.ts';
import { fastest, jaxLibrary, type Peer, rockpoolLibrary, startPeers } from './peer.ts';
import { type BenchRow, type Goal, row, table } from './rows.ts';
import { type Size, steps, trainingTask } from './tasks.ts';

/** A size, with epochs of one measurement, ours and theirs, and what its ratios must be. */
type Measured = Size & {
  readonly epochs: number;
  readonly peerEpochs: number;
  readonly goals: { readonly plain: Goal; readonly mismatch: Goal };
};

const sizes: readonly Measured[] = [
  {
    ...{ n: 2, inputs: 60, batch: 2, epochs: 10_000, peerEpochs: 600 },
    goals: { plain: '>= 30', mismatch: '>= 22' },
  },
  {
    ...{ n: 16, inputs: 60, batch: 8, epochs: 500, peerEpochs: 80 },
    goals: { plain: '>= 10', mismatch: '>= 8' },
  },
  {
    ...{ n: 128, inputs: 60, batch: 16, epochs: 20, peerEpochs: 6 },
    goals: { plain: '>= 6', mismatch: '>= 5' },
  },
  {
    ...{ n: 256, inputs: 120, batch: 8, epochs: 16, peerEpochs: 4 },
    goals: { plain: '>= 4.7', mismatch: '>= 4.5' },
  },
  {
    ...{ n: 1024, inputs: 120, batch: 2, epochs: 6, peerEpochs: 2 },
    goals: { plain: '>= 4.7', mismatch: '>= 4.5' },
  },
];

/** So small that networks stay as active as they are: what an epoch takes depends on it, for us. */
const learningRate = 1e-6;

/** What a chip of every epoch deviates by. */
const fraction = 0.2;

/** Relative difference of first losses beyond which the two do not train the same. */
const sameLoss = 1e-6;

/** Steps over which first losses are compared: after some more, a spike hangs on the rounding of float32. */
const comparedSteps = 25;

/** The first steps of samples. */
function beginnings(samples: readonly TrainingSample[]): TrainingSample[] {
  return samples.map(({ input, target }) => ({
    input: {
      ...input,
      steps: comparedSteps,
      counts: input.counts.subarray(0, comparedSteps * input.channels),
    },
    target: Array.from(target!).slice(0, (comparedSteps * target!.length) / input.steps),
  }));
}

/** The first loss of our training. */
async function firstLoss(net: Pipeline, samples: readonly TrainingSample[]): Promise<number> {
  const options = { epochs: 1, optimiser: { learningRate } };
  return (await lastValueFrom(train(net, samples, options))).loss;
}

/** Trains as a user does, and gives the rate: from the subscription to the last report, which holds the trained pipeline. */
function ours(
  net: Pipeline,
  samples: readonly TrainingSample[],
  epochs: number,
  options: Partial<TrainingOptions>,
): Run {
  return async () => {
    const all = { ...options, epochs, reportEvery: epochs, optimiser: { learningRate } };
    const training = train(net, samples, all);
    return epochs / (await secondsOf(() => lastValueFrom(training)));
  };
}

/** Numbers as the peer reads them. */
function base64(values: ArrayLike<number>): string {
  return Buffer.from(Float32Array.from(values).buffer).toString('base64');
}

/** The same network and samples, as the peer is told. */
function peerTask(net: Pipeline, samples: readonly TrainingSample[], size: Measured) {
  const { n, inputs, batch, peerEpochs: epochs } = size;
  const { steps } = samples[0]!.input;
  const weights = pipelineWeights(net);
  return {
    ...{ task: 'training', n, inputs, batch, steps, epochs, learningRate },
    wIn: base64(weights.subarray(0, inputs * n)),
    wRec: base64(weights.subarray(inputs * n)),
    input: base64(samples.flatMap(({ input }) => Array.from(input.counts))),
    target: base64(samples.flatMap(({ target }) => Array.from(target!))),
  };
}

/** Makes sure that the two train the same. */
async function compareLosses(
  { net, samples }: ReturnType<typeof trainingTask>,
  size: Measured,
  peers: readonly Peer[],
): Promise<void> {
  const first = beginnings(samples);
  const loss = await firstLoss(net, first);
  const task = peerTask(net, first, { ...size, peerEpochs: 1 });
  for (const peer of peers) {
    const theirs = Number((await peer.ask(task))['loss']);
    if (!(Math.abs(theirs / loss - 1) <= sameLoss)) {
      throw new Error(`first losses of ${size.n} neurons: ours ${loss}, ${peer.version} ${theirs}`);
    }
  }
}

/** How many times as fast as a peer we are, round by round. */
function ratioRow(
  name: string,
  { n, inputs, batch }: Measured,
  goal: Goal | null,
  rates: { readonly ours: Sample; readonly peer?: Sample },
  peer: Peer | undefined,
): BenchRow {
  const ratio = rates.peer === undefined ? undefined : ratios(rates.ours, rates.peer);
  return row(name, ratio?.median ?? null, 'times', goal, {
    ...{ n, inputs, batch, steps, engine: defaultEngine().name },
    low: ratio?.low ?? null,
    high: ratio?.high ?? null,
    // Epochs per second.
    ours: rates.ours.median,
    theirs: rates.peer?.median ?? null,
    peer: peer?.version ?? null,
  });
}

/** One size beside Rockpool, plain or with mismatch: epochs/s of both in turn. */
async function besideRockpool(
  size: Measured,
  { net, samples }: ReturnType<typeof trainingTask>,
  peers: readonly Peer[],
  mismatched: boolean,
  rounds: number,
): Promise<BenchRow> {
  const { epochs, peerEpochs, goals } = size;
  const task = peerTask(net, samples, size);
  const peer = await fastest(peers, mismatched ? { ...task, mismatch: fraction } : task);
  const rate = async () => peerEpochs / Number((await peer!.ask({ run: true }))['seconds']);
  const mismatch = { fraction, every: 1 };
  const rates = await inTurn<'ours', 'peer'>(
    { peer: peer && rate, ours: ours(net, samples, epochs, mismatched ? { mismatch } : {}) },
    rounds,
  );
  const goal = mismatched ? goals.mismatch : goals.plain;
  const name = `training.${size.n}${mismatched ? '.mismatch' : ''}.ratio`;
  return ratioRow(name, size, goal, rates, peer);
}

/** One size beside JAX with every help that its users have, which is less than Rockpool computes. */
async function besideTuned(
  size: Measured,
  peers: readonly Peer[],
  rounds: number,
): Promise<BenchRow> {
  const { n, inputs, batch, epochs, peerEpochs } = size;
  const { net, samples } = trainingTask(size);
  const task = { task: 'training', style: 'tuned', n, inputs, batch, steps, seed: 0, learningRate };
  const peer = await fastest(peers, { ...task, epochs: peerEpochs });
  const rate = async () => peerEpochs / Number((await peer!.ask({ run: true }))['seconds']);
  const rates = await inTurn<'ours', 'peer'>(
    { peer: peer && rate, ours: ours(net, samples, epochs, {}) },
    rounds,
  );
  return ratioRow(`training.${n}.tuned.ratio`, size, null, rates, peer);
}

/** Two threads over one, all cores free. */
async function gainOfTwo(size: Measured, rounds: number): Promise<BenchRow> {
  const { n, inputs, batch } = size;
  const { net, samples } = trainingTask(size);
  // So long that it does not count what starting workers takes, some 50 ms.
  const epochs = 5 * size.epochs;
  const on = (engine: Engine) => ours(net, samples, epochs, { engine });
  const rates = await inTurn(
    { one: on(kernel({ threads: 1 })), two: on(kernel({ threads: 2 })) },
    rounds,
  );
  const gain = ratios(rates.two, rates.one);
  const goal = n >= 128 ? '>= 1.6' : null;
  return row(`training.${n}.threads`, gain.median, 'times', goal, {
    ...{ n, inputs, batch, steps, epochs, low: gain.low, high: gain.high, ours: rates.one.median },
  });
}

/** Training as a user calls it, ours and that of the peers in turn, on one core each; then two threads beside one. */
export async function training(rounds: number, note: (text: string) => void): Promise<BenchRow[]> {
  const rows = await onOneCore(note, async (core) => {
    const rockpools = await startPeers(rockpoolLibrary, core, note);
    const jaxes = await startPeers(jaxLibrary, core, note);
    try {
      const found: BenchRow[] = [];
      const add = (one: BenchRow): void => {
        found.push(one);
        note(table([one]));
      };
      for (const size of sizes) {
        const task = trainingTask(size);
        await compareLosses(task, size, rockpools);
        for (const mismatched of [false, true]) {
          add(await besideRockpool(size, task, rockpools, mismatched, rounds));
        }
        add(await besideTuned(size, jaxes, rounds));
      }
      return found;
    } finally {
      for (const peer of [...rockpools, ...jaxes]) peer.close();
    }
  });
  // With two neurons all trials share a vector: there is nothing to share out.
  if (!hasTwoCores(note)) return rows;
  for (const size of sizes.slice(1)) rows.push(await gainOfTwo(size, rounds));
  return rows;
}
