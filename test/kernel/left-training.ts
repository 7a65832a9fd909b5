/** Trains on threads, an epoch of which takes some tenths of a second, and leaves while they are at work. */
import { dynapSim, kernel, linear, pipeline, poissonRaster, train } from 'spikeline';
import { randomStream } from 'spikeline/neurons';

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
const threads = Number(process.argv[2]);
const engine = kernel({ threads });
train(net, samples, { epochs: 1e6, reportEvery: 1e6, engine }).subscribe();
setTimeout(() => {
  process.stdout.write(engine.name);
  process.exit(7);
}, 1500);
