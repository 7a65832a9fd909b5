/** Whole epochs in the kernel, on the thread that asks or on workers. */
import { KernelThreadError } from '../errors.ts';
import type { Learner, LearningProblem, WeightArray } from '../neurons/learner.ts';
import { isAnalog, type NeuronParameters } from '../neurons/model-table.ts';
import { readSpikes } from './block-layout.ts';
import type { KernelCode } from './code.ts';
import { pad, unpad } from './matrix-layout.ts';
import { kernelNeurons } from './models.ts';
import { barrierRound, barrierStop, layOutNetwork, type NetworkLayout } from './network.ts';
import { overflow, refuseOverflow } from './overflow.ts';
import {
  type KernelThread,
  type KernelThreadListener,
  type StartThread,
  startThread,
  threadDied,
} from './worker.ts';

/** Collects what is kept for every weight. */
function readWeights({ kernel, matrices }: NetworkLayout, what: WeightArray): Float64Array {
  const size = matrices.reduce((sum, { runs, neurons }) => sum + runs * neurons, 0);
  const out = new Float64Array(size);
  let at = 0;
  for (const matrix of matrices) {
    const own = out.subarray(at, at + matrix.runs * matrix.neurons);
    unpad(kernel.f32, matrix[what], own, matrix.neurons, kernel.lanes);
    at += own.length;
  }
  return out;
}

function writeWeights(place: NetworkLayout, what: WeightArray, values: Float64Array): void {
  if (what === 'weights') refuseOverflow(values, 'weights');
  let at = 0;
  for (const matrix of place.matrices) {
    const size = matrix.runs * matrix.neurons;
    const { f32, lanes } = place.kernel;
    pad(f32, matrix[what], values.subarray(at, at + size), matrix.neurons, lanes);
    if (what === 'weights') place.kernel.exports.publish(matrix.record);
    at += size;
  }
}

/** A weight that stands at a bound, as float32 has it, is at the bound. */
function exactBounds(weights: Float64Array, { min, max }: LearningProblem): Float64Array {
  for (const bounds of [max, min]) {
    if (bounds === undefined) continue;
    for (const [i, bound] of bounds.entries()) {
      if (weights[i] === Math.fround(bound)) weights[i] = bound;
    }
  }
  return weights;
}

/** 1 - beta^step, without a power where that is 1, as it soon is. */
function corrections(beta: number): (step: number) => number {
  const last = Math.log(2 ** -54) / Math.log(beta);
  return (step) => (step > last ? 1 : 1 - beta ** step);
}

/** Writes the rates of the steps of some epochs, and which samples they take. */
function writeSteps(
  place: NetworkLayout,
  { beta1, beta2, batches }: LearningProblem,
  first: number,
  rates: Float64Array,
): void {
  const { f32, u32 } = place.kernel;
  const { size = 0, steps = 1 } = batches ?? {};
  const [ofMean, ofSquare] = [corrections(beta1), corrections(beta2)];
  let at = place.epochs / 4;
  for (let k = 0; k < rates.length; k++) {
    for (let step = (first + k) * steps + 1; step <= (first + k + 1) * steps; step++, at += 2) {
      f32[at] = rates[k]! / ofMean(step);
      f32[at + 1] = 1 / ofSquare(step);
    }
    if (batches !== undefined) {
      u32.set(batches.order(first + k), place.order / 4 + k * steps * size);
    }
  }
}

/** The mean over some steps of what the blocks contributed to them. */
function lossOf(place: NetworkLayout, steps: number): number {
  const { blocks } = place.layers[0]!;
  const sum = place.kernel.f64
    .subarray(place.losses / 8, place.losses / 8 + blocks.length)
    .reduce((total, value) => total + value, 0);
  return sum / steps;
}

/** How some epochs, whose rates stand in memory, are done. */
type RunEpochs = (first: number, count: number) => void | Promise<void>;

function learnerOf(
  problem: LearningProblem,
  place: NetworkLayout,
  runEpochs: RunEpochs,
  close: () => Promise<void>,
): Learner {
  const { kernel, learner } = place;
  let loss = Number.NaN;
  const useParameters = (k: number, parameters: NeuronParameters): void => {
    const neurons = kernelNeurons(parameters, problem.dt);
    const done = new Set<number>();
    for (const { coefficients: at, lanes } of place.layers[k]!.blocks) {
      if (!done.has(at)) neurons.write(kernel.f32, at / 4, lanes);
      done.add(at);
    }
  };
  for (const [k, { parameters }] of problem.layers.entries()) useParameters(k, parameters);
  // What is evaluated before the first epoch.
  if (problem.batches !== undefined) kernel.u32.set(problem.batches.order(0), place.order / 4);
  const drawn = [...problem.layers.keys()].filter((k) => isAnalog(problem.layers[k]!.parameters));
  const beyond = (): number[] => {
    const words = kernel.u32.subarray(place.beyond / 4, place.beyond / 4 + place.layers.length);
    const found = Array.from(words.keys()).filter((k) => words[k] !== 0);
    words.fill(0);
    return found;
  };
  return {
    get loss() {
      return loss;
    },
    read: (what) => {
      const values = readWeights(place, what);
      return what === 'weights' ? exactBounds(values, problem) : values;
    },
    write: (what, values) => writeWeights(place, what, values),
    spikes() {
      const { blocks, neurons } = place.layers.at(-1)!;
      const { steps, trials } = problem;
      return readSpikes(
        kernel,
        blocks,
        new Float64Array(steps * trials * neurons),
        trials,
        neurons,
      );
    },
    setParameters(parameters) {
      for (const [i, k] of drawn.entries()) useParameters(k, parameters[i]!);
    },
    beyond,
    evaluate() {
      kernel.exports.evaluate(learner);
      loss = lossOf(place, 1);
      if (beyond().length > 0) throw overflow();
    },
    learn: function learn(first, rates): void | Promise<void> {
      if (rates.length === 0) return undefined;
      const some = rates.subarray(0, place.epochsAtOnce);
      writeSteps(place, problem, first, some);
      const rest = (): void | Promise<void> => {
        loss = lossOf(place, problem.batches?.steps ?? 1);
        return learn(first + some.length, rates.subarray(some.length));
      };
      const running = runEpochs(first, some.length);
      return running === undefined ? rest() : running.then(rest);
    },
    close,
  };
}

/** Makes a learner whose epochs run inside the kernel, on the thread that asks for them. */
export function kernelLearner(problem: LearningProblem, code: KernelCode): Learner {
  refuseOverflow(problem.weights, 'weights');
  const place = layOutNetwork(problem, 1, false, code);
  const { kernel, learner, epochs } = place;
  return learnerOf(
    problem,
    place,
    (first, count) => {
      kernel.exports.learnEpochs(learner, 0, first, epochs, count);
    },
    async () => {},
  );
}

/**
 * Makes a learner whose epochs run on `threads` workers that share its memory. The thread that asks stays
 * free. Numbers do not depend on how many there are. Where one dies, all are ended and the run fails.
 */
export function threadedLearner(
  problem: LearningProblem,
  threads: number,
  code: KernelCode,
  start: StartThread = startThread,
): Learner {
  refuseOverflow(problem.weights, 'weights');
  const place = layOutNetwork(problem, threads, true, code);
  const { kernel, learner, epochs, barrier } = place;
  const stop = new Int32Array(kernel.memory.buffer, barrier, 3);
  let workers: Promise<unknown> | undefined;
  const started: KernelThread[] = [];
  let failure: Error | undefined;
  let waiting: { left: number; resolve(): void; reject(cause: Error): void } | undefined;

  const endAll = async (): Promise<void> => {
    Atomics.store(stop, barrierStop, 1);
    Atomics.notify(stop, barrierRound);
    // Whoever is still on the way is waited for, so that nobody is left behind.
    await workers?.catch(() => {});
    await Promise.all(started.splice(0).map((thread) => thread.end()));
  };
  const fail = (cause: unknown): void => {
    if (failure !== undefined) return;
    failure = threadDied(cause);
    const lost = waiting;
    waiting = undefined;
    void endAll().then(() => lost?.reject(failure!));
  };
  const listener: KernelThreadListener = {
    finished() {
      if (waiting === undefined || --waiting.left > 0) return;
      const done = waiting;
      waiting = undefined;
      done.resolve();
    },
    died: fail,
  };
  const startAll = async (): Promise<void> => {
    const starting = Array.from({ length: threads }, async () => {
      const one = await start(listener);
      started.push(one);
      one.send(kernel.task);
    });
    const results = await Promise.allSettled(starting);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  return learnerOf(
    problem,
    place,
    async (first, count) => {
      if (failure !== undefined) throw failure;
      workers ??= startAll();
      try {
        await workers;
      } catch (cause) {
        failure ??= threadDied(cause);
        await endAll();
      }
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve, reject) => {
        waiting = { left: threads, resolve, reject };
        for (const [number, thread] of started.entries()) {
          thread.send({ call: 'learnEpochs', given: [learner, number, first, epochs, count] });
        }
      });
    },
    async () => {
      failure ??= new KernelThreadError('the training is closed');
      waiting?.reject(failure);
      await endAll();
    },
  );
}
