// The side of the past: prepares a task with the sources of f1bb240, by the names that they had.
import { pathToFileURL } from 'node:url';
import { Subject } from 'rxjs';
import {
  learningRate,
  type Numbers,
  rowsOf,
  sparseOnes,
  type Task,
  targetOf,
  trialSteps,
} from './task.ts';

/** What is used of the old package. */
interface Old {
  readonly randomStream: (seed: number, ...labels: (string | number)[]) => Numbers;
  readonly pipeline: (...stages: unknown[]) => unknown;
  readonly linear: (config: unknown) => unknown;
  readonly dynapSim: (config: unknown) => unknown;
  readonly poissonRaster: (config: unknown) => unknown;
  readonly dynapSimParameters: (given: unknown, n: number) => unknown;
  readonly kernel: () => {
    layer(
      parameters: unknown,
      recurrent: Float64Array,
      dt: number,
    ): { run(input: Float64Array, counts: Uint32Array): void };
  };
  readonly startTraining: (
    net: unknown,
    samples: unknown,
    options: unknown,
  ) => { advance(epochs: number): unknown };
}

/** Prepares a task with the sources in a folder; each call of what comes back does it once. */
export async function prepare(folder: string, task: Task): Promise<() => unknown> {
  const load = (path: string): Promise<unknown> => import(pathToFileURL(`${folder}/${path}`).href);
  const old = (await load('index.ts')) as Old;
  const { n } = task;
  const random = old.randomStream(0, 'beside', n);
  if (task.kind === 'training') {
    const net = old.pipeline(
      old.linear({ weight: rowsOf(random, task.inputs, n) }),
      old.dynapSim({ neurons: n, recurrent: rowsOf(random, n, n) }),
    );
    const samples = Array.from({ length: task.batch }, (_, b) => ({
      input: old.poissonRaster({ channels: task.inputs, rate: 50, duration: 0.5, seed: b }),
      target: targetOf(n, task.batch, b),
    }));
    const options = { epochs: 1e9, engine: old.kernel(), optimiser: { learningRate } };
    const training = old.startTraining(net, samples, options);
    return () => training.advance(task.epochs);
  }
  const recurrent = rowsOf(random, n, n, 1 / Math.sqrt(n));
  if (task.kind === 'forward') {
    const layer = old
      .kernel()
      .layer(old.dynapSimParameters({}, n), Float64Array.from(recurrent.flat()), 1e-3);
    const input = sparseOnes(random, n * trialSteps);
    const counts = new Uint32Array(input.length);
    return () => {
      for (let k = 0; k < task.runs; k++) layer.run(input, counts);
    };
  }
  const operators = (await load('operators/index.ts')) as {
    dynapSim(config: unknown): (input: Subject<unknown>) => { subscribe(): void };
  };
  const input = new Subject<unknown>();
  operators.dynapSim({ neurons: n, recurrent })(input).subscribe();
  const chunks = Array.from({ length: 64 }, () => sparseOnes(random, n));
  let step = 0;
  return () => {
    for (let k = 0; k < task.steps; k++, step++) {
      const values = chunks[step % chunks.length]!;
      input.next({ steps: 1, channels: n, dt: 1e-3, startTime: step * 1000, values });
    }
  };
}
