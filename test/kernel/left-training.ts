/**
 * Trains on threads, or on the own one if none are given, an epoch of which takes some tenths of a second, and leaves while they
 * are at work: the process, or a worker in which all of that runs.
 */
import { pathToFileURL } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import { dynapSim, kernel, linear, pipeline, poissonRaster, train } from 'spikeline';
import { randomStream } from 'spikeline/neurons';

const [threads = '0', where] = process.argv.slice(2);
const engine = kernel(threads === '0' ? {} : { threads: Number(threads) });

function trainLong(): void {
  const random = randomStream(1, 'weights');
  const rows = (count: number, width: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal() * 3));
  const net = pipeline(
    linear({ weight: rows(20, 700) }),
    dynapSim({ neurons: 700, recurrent: rows(700, 700) }),
  );
  const samples = [0, 1, 2, 3].map((seed) => ({
    input: poissonRaster({ channels: 20, rate: 50, duration: 0.5, seed }),
    target: new Float64Array(500 * 700),
  }));
  train(net, samples, { epochs: 1e6, reportEvery: 1e6, engine }).subscribe();
}

if (where === 'worker' && isMainThread) {
  const own = JSON.stringify(pathToFileURL(process.argv[1]!).href);
  // A worker does not know of tsx, with which this runs where it is no bundle.
  const begin = `import('tsx/esm/api').then(({ register }) => register()).then(() => import(${own}))`;
  const worker = new Worker(begin, { eval: true, argv: [threads, where] });
  setTimeout(async () => {
    await worker.terminate();
    process.stdout.write(engine.name);
    process.exitCode = 7;
  }, 2500);
} else {
  trainLong();
  if (isMainThread) {
    setTimeout(() => {
      process.stdout.write(engine.name);
      process.exit(7);
    }, 1500);
  }
}
