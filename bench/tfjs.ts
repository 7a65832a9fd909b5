import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { meanSquaredError } from 'spikeline';
import { type BackendName, pipelineLoss, useBackend } from 'spikeline/tfjs';
import { onOneCore } from './core.ts';
import { startJax } from './jax.ts';
import { median, repetitions, secondsOf, steps, trainingTask, warmUp } from './measure.ts';

/** Training with an optimiser of tensorflow.js, in steps per second. */
interface TfjsRow {
  readonly backend: BackendName;
  readonly ours: number;
  readonly jax: number | null;
  readonly ratio: number | null;
}

const size = { n: 2, inputs: 60, batch: 2 };

async function measure(note: (text: string) => void, core: string | undefined): Promise<TfjsRow[]> {
  const jax = await startJax(core);
  if (typeof jax === 'string') note(jax);
  else await jax.ask({ task: 'training', ...size, steps, epochs: 150, seed: 0 });
  const { net, samples } = trainingTask(size);
  const rows: TfjsRow[] = [];
  for (const backend of ['wasm', 'cpu'] as const) {
    await useBackend([backend]);
    const problem = pipelineLoss(net, samples, { loss: meanSquaredError() });
    const adam = tf.train.adam(6e-3, 0.9, 0.999, 1e-16);
    const run = (): void => {
      for (let k = 0; k < 500; k++) {
        adam.minimize(() => problem.loss(), false, [problem.weights]);
      }
    };
    await warmUp(run, 1);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < repetitions; round++) {
      ours.push(500 / (await secondsOf(run)));
      if (typeof jax === 'string') continue;
      const { seconds } = await jax.ask({ run: true });
      theirs.push(150 / (seconds as number));
    }
    problem.dispose();
    const rate = median(ours);
    const jaxRate = theirs.length > 0 ? median(theirs) : null;
    rows.push({
      backend,
      ours: rate,
      jax: jaxRate,
      ratio: jaxRate === null ? null : rate / jaxRate,
    });
  }
  if (typeof jax !== 'string') jax.close();
  return rows;
}

/** `pipelineLoss` with `tf.train.adam`, on every backend that there is, and JAX in turn. */
export function tfjs(note: (text: string) => void): Promise<TfjsRow[]> {
  return onOneCore(note, (core) => measure(note, core));
}
