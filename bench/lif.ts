import { lastValueFrom } from 'rxjs';
import {
  lif as lifNeurons,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  spikeRaster,
  type TrainingSample,
  train,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { pipelineWeights } from 'spikeline/train';
import { onOneCore } from './core.ts';
import { inTurn, type Run, ratios, secondsOf } from './measure.ts';
import { fastest, type Peer, snnLibraries, snnLibrary, startPeers } from './peer.ts';
import { type BenchRow, row } from './rows.ts';

/** A network, trials in a batch, and steps of training in one measurement: ours and theirs. */
interface Size {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly batch: number;
  readonly epochs: number;
  readonly peerEpochs: number;
}

const small = { inputs: 64, hidden: 128, outputs: 10 };
const sizes: readonly Size[] = [
  { ...small, batch: 1, epochs: 2000, peerEpochs: 20 },
  { ...small, batch: 32, epochs: 100, peerEpochs: 15 },
  { ...small, batch: 128, epochs: 25, peerEpochs: 8 },
  { ...small, hidden: 512, batch: 32, epochs: 30, peerEpochs: 8 },
  { inputs: 700, hidden: 256, outputs: 20, batch: 32, epochs: 20, peerEpochs: 5 },
];

const steps = 100;
const dt = 1e-3;
/** Time constant of all membranes, steps; what enters adds to the potential as it is. */
const tau = 20;
/** Share of bins that hold an input spike. */
const rate = 0.05;
const temperature = 0.1;
/** So small that networks stay as active as they are: what a step takes depends on it, for us. */
const learningRate = 1e-6;
/** Relative difference of first losses beyond which two do not train the same. */
const sameLoss = 1e-6;

/** A network whose hidden neurons and output neurons fire in some percent of all steps, and a batch for it. */
function task({ inputs, hidden, outputs, batch }: Size): {
  readonly net: Pipeline;
  readonly samples: readonly TrainingSample[];
} {
  const random = randomStream(0, 'lif', inputs, hidden, batch);
  const weight = (rows: number, columns: number, scale: number): number[][] =>
    Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => Math.fround(scale * random.normal())),
    );
  const neurons = { tauMem: tau * dt, resistance: tau };
  const net = pipeline(
    linear({
      weight: weight(inputs, hidden, 1.8 / Math.sqrt((inputs * rate * tau) / 2)),
      name: 'in',
    }),
    lifNeurons({ ...neurons, neurons: hidden, name: 'hidden' }),
    linear({
      weight: weight(hidden, outputs, 2 / Math.sqrt((hidden * 0.08 * tau) / 2)),
      name: 'between',
    }),
    lifNeurons({ ...neurons, neurons: outputs, name: 'out' }),
  );
  const samples = Array.from({ length: batch }, (_, b) => ({
    input: spikeRaster({
      channels: inputs,
      dt,
      counts: Uint32Array.from({ length: steps * inputs }, () => +(random.uniform() < rate)),
    }),
    label: b % outputs,
  }));
  return { net, samples };
}

const loss = rateCrossEntropy(temperature);

/** Trains as a user does, and gives the rate: from the subscription to the last report, which holds the trained pipeline. */
function ours(net: Pipeline, samples: readonly TrainingSample[], epochs: number): Run {
  return async () => {
    const options = { epochs, reportEvery: epochs, loss, optimiser: { learningRate } };
    return epochs / (await secondsOf(() => lastValueFrom(train(net, samples, options))));
  };
}

async function firstLoss(net: Pipeline, samples: readonly TrainingSample[]): Promise<number> {
  const options = { epochs: 1, loss, optimiser: { learningRate } };
  return (await lastValueFrom(train(net, samples, options))).loss;
}

/** Numbers as the peers read them. */
function base64(values: ArrayLike<number>): string {
  return Buffer.from(Float32Array.from(values).buffer).toString('base64');
}

/** The same network and batch, as the peers are told. */
function peerTask(net: Pipeline, samples: readonly TrainingSample[], size: Size) {
  const { inputs, hidden, outputs, batch, peerEpochs: epochs } = size;
  const weights = pipelineWeights(net);
  return {
    ...{
      task: 'lif',
      inputs,
      hidden,
      outputs,
      batch,
      steps,
      epochs,
      tau,
      temperature,
      learningRate,
    },
    w1: base64(weights.subarray(0, inputs * hidden)),
    w2: base64(weights.subarray(inputs * hidden)),
    input: base64(samples.flatMap(({ input }) => Array.from(input.counts))),
    labels: samples.map(({ label }) => label),
  };
}

/** Peers of each library, whose name they are under. */
type Peers = Readonly<Record<string, readonly Peer[]>>;

/** One size: training steps per second of ours and of each library in turn. */
async function besidePeers(size: Size, peers: Peers, rounds: number): Promise<BenchRow> {
  const { inputs, hidden, outputs, batch, epochs, peerEpochs } = size;
  const { net, samples } = task(size);
  const first = await firstLoss(net, samples);
  const told = peerTask(net, samples, size);
  const runs: Record<string, Run> = {};
  const versions: Record<string, string> = {};
  let active: Readonly<Record<string, unknown>> = {};
  for (const library of snnLibraries) {
    const peer = await fastest(peers[library]!, told);
    if (peer === undefined) continue;
    const { ready } = peer;
    if (!(Math.abs(Number(ready['loss']) / first - 1) <= sameLoss)) {
      throw new Error(
        `first losses of ${hidden} neurons: ours ${first}, ${peer.version} ${ready['loss']}`,
      );
    }
    active = { hiddenSpiking: ready['hidden'], outputSpiking: ready['outputs'] };
    versions[library] = peer.version;
    runs[library] = async () => peerEpochs / Number((await peer.ask({ run: true }))['seconds']);
  }
  const { ours: own, ...others } = await inTurn<'ours', string>(
    { ...runs, ours: ours(net, samples, epochs) },
    rounds,
  );
  const ranked = Object.entries(others).sort(([, a], [, b]) => b!.median - a!.median);
  const [best, rates] = ranked[0] ?? [undefined, undefined];
  const ratio = rates === undefined ? undefined : ratios(own, rates);
  return row(
    `lif.${inputs}-${hidden}-${outputs}.${batch}.ratio`,
    ratio?.median ?? null,
    'times',
    '>= 1.2',
    {
      low: ratio?.low ?? null,
      high: ratio?.high ?? null,
      // Training steps per second.
      ours: own.median,
      ...Object.fromEntries(
        snnLibraries.map((library) => [library, others[library]?.median ?? null]),
      ),
      fastest: best === undefined ? null : versions[best],
      loss: first,
      ...active,
    },
  );
}

/** Training of LIF networks as a user calls it, ours and that of three libraries in turn, on one core each. */
export function lif(rounds: number, note: (text: string) => void): Promise<BenchRow[]> {
  return onOneCore(note, async (core) => {
    const peers: Record<string, Peer[]> = {};
    for (const library of snnLibraries) {
      peers[library] = await startPeers(snnLibrary(library), core, note);
    }
    try {
      const rows: BenchRow[] = [];
      for (const size of sizes) rows.push(await besidePeers(size, peers, rounds));
      return rows;
    } finally {
      for (const peer of Object.values(peers).flat()) peer.close();
    }
  });
}
