import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { meanSquaredError } from 'spikeline';
import { pipelineLoss, useBackend } from 'spikeline/tfjs';
import { onOneCore } from './core.ts';
import { inTurn, secondsOf, warmUp } from './measure.ts';
import { fastest, jaxLibrary, type Peer, startPeers } from './peer.ts';
import { type BenchRow, row } from './rows.ts';
import { steps, trainingTask } from './tasks.ts';

const size = { n: 2, inputs: 60, batch: 2 };
const [ourSteps, jaxSteps] = [500, 150];

async function onBackend(backend: 'wasm' | 'cpu', jax: Peer | undefined): Promise<BenchRow> {
  await useBackend([backend]);
  const { net, samples } = trainingTask(size);
  const problem = pipelineLoss(net, samples, { loss: meanSquaredError() });
  const adam = tf.train.adam(6e-3, 0.9, 0.999, 1e-16);
  const run = (): void => {
    for (let k = 0; k < ourSteps; k++) {
      adam.minimize(() => problem.loss(), false, [problem.weights]);
    }
  };
  await warmUp(run, 1);
  const rates = await inTurn<'ours', 'jax'>({
    ours: async () => ourSteps / (await secondsOf(run)),
    jax: jax && (async () => jaxSteps / Number((await jax.ask({ run: true }))['seconds'])),
  });
  problem.dispose();
  const { ours } = rates;
  const theirs = rates.jax?.median ?? null;
  return row(`tfjs.${backend}`, ours.median, 'steps/s', null, {
    backend,
    low: ours.low,
    high: ours.high,
    ours: ours.median,
    jax: theirs,
    jaxVersion: jax?.version ?? null,
    ratio: theirs === null ? null : ours.median / theirs,
  });
}

/** `pipelineLoss` with `tf.train.adam`, on every backend that there is, and JAX in turn. */
export function tfjs(note: (text: string) => void): Promise<BenchRow[]> {
  return onOneCore(note, async (core) => {
    const peers = await startPeers(jaxLibrary, core, note);
    const task = { task: 'training', ...size, steps, epochs: jaxSteps, seed: 0 };
    const jax = await fastest(peers, task);
    const rows = [await onBackend('wasm', jax), await onBackend('cpu', jax)];
    for (const peer of peers) peer.close();
    return rows;
  });
}
