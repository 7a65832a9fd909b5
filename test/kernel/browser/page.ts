// What runs in the browser: asks the kernel for what it can do, lets it simulate and learn, and sends what came out.
import {
  dynapSim,
  kernel,
  linear,
  pipeline,
  poissonRaster,
  referenceEngine,
  startPipeline,
} from 'spikeline';
import { kernelFeatures } from 'spikeline/neurons';
import { startTraining } from 'spikeline/train';
import type { Found } from './found.ts';

const input = poissonRaster({ channels: 8, rate: 100, duration: 0.2, seed: 1 });
const weight = Array.from({ length: 8 }, (_, pre) => [1 + (pre % 3), 3 - (pre % 2), 2]);
const net = pipeline(linear({ weight }), dynapSim({ neurons: 3 }));
const samples = [0, 1, 2].map((k) => ({
  input,
  target: Float64Array.from({ length: 600 }, (_, i) => +(i % 3 === k)),
}));

async function lossAfterTraining(threads?: number): Promise<number> {
  const engine = threads === undefined ? kernel() : kernel({ threads });
  const training = startTraining(net, samples, { epochs: 30, engine });
  await training.advance(30);
  const { loss } = training;
  await training.close();
  return loss;
}

async function find(): Promise<Found> {
  const counts = (engine: typeof referenceEngine): number[] =>
    Array.from(startPipeline(net, engine).process(input).counts);
  return {
    features: kernelFeatures(),
    isolated: (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true,
    reference: counts(referenceEngine),
    kernel: counts(kernel()),
    alone: await lossAfterTraining(),
    oneThread: await lossAfterTraining(1),
    twoThreads: await lossAfterTraining(2),
  };
}

const send = (body: unknown): Promise<unknown> =>
  fetch('/found', { method: 'POST', body: JSON.stringify(body) });
find().then(send, (error: unknown) => send({ error: String(error) }));
