// The side of the present: prepares a task with what is in this tree.
import { Subject } from 'rxjs';
import { dynapSim, kernel, linear, pipeline, poissonRaster, type SignalRaster } from 'spikeline';
import { dynapSimParameters, randomStream } from 'spikeline/neurons';
import { applyDynapSim as stepThrough } from 'spikeline/operators';
import { startTraining } from 'spikeline/train';
import { learningRate, rowsOf, sparseOnes, type Task, targetOf, trialSteps } from './task.ts';

/** Prepares a task; each call of what comes back does it once. */
export function prepare(task: Task): () => unknown {
  const { n } = task;
  const random = randomStream(0, 'beside', n);
  if (task.kind === 'training') {
    const net = pipeline(
      linear({ weight: rowsOf(random, task.inputs, n) }),
      dynapSim({ neurons: n, recurrent: rowsOf(random, n, n) }),
    );
    const samples = Array.from({ length: task.batch }, (_, b) => ({
      input: poissonRaster({ channels: task.inputs, rate: 50, duration: 0.5, seed: b }),
      target: targetOf(n, task.batch, b),
    }));
    const options = { epochs: 1e9, engine: kernel(), optimiser: { learningRate } };
    const training = startTraining(net, samples, options);
    return () => training.advance(task.epochs);
  }
  const recurrent = rowsOf(random, n, n, 1 / Math.sqrt(n));
  if (task.kind === 'forward') {
    const layer = kernel().layer(dynapSimParameters({}, n), {
      recurrent: Float64Array.from(recurrent.flat()),
      dt: 1e-3,
    });
    const input = sparseOnes(random, n * trialSteps);
    const counts = new Uint32Array(input.length);
    return () => {
      for (let k = 0; k < task.runs; k++) layer.run(input, counts);
    };
  }
  const input = new Subject<SignalRaster>();
  input.pipe(stepThrough({ neurons: n, recurrent })).subscribe();
  const chunks = Array.from({ length: 64 }, () => sparseOnes(random, n));
  let step = 0;
  return () => {
    for (let k = 0; k < task.steps; k++, step++) {
      const values = chunks[step % chunks.length]!;
      input.next({ steps: 1, channels: n, dt: 1e-3, startTime: step * 1000, values });
    }
  };
}
