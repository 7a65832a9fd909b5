import { dynapSimCoefficients } from '../neuron/coefficients.ts';
import type { Learner, LearningProblem, WeightArray } from '../neuron/learner.ts';
import { vectorsOf, writeCoefficients } from './coefficients.ts';
import * as layout from './layout.ts';
import { epochRoom, type NetworkPlace, padded, placeNetwork } from './network.ts';

/** Float of the first value of a row. */
function rowStart(base: number, row: number, columns: number): number {
  return base / 4 + row * vectorsOf(columns) * layout.LANES;
}

/** Collects what is kept for every weight. */
function readWeights({ kernel, matrices }: NetworkPlace, what: WeightArray): Float64Array {
  const size = matrices.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const out = new Float64Array(size);
  let at = 0;
  for (const matrix of matrices) {
    for (let r = 0; r < matrix.rows; r++, at += matrix.columns) {
      const from = rowStart(matrix[what], r, matrix.columns);
      out.set(kernel.f32.subarray(from, from + matrix.columns), at);
    }
  }
  return out;
}

function writeWeights(place: NetworkPlace, what: WeightArray, values: Float64Array): void {
  let at = 0;
  for (const matrix of place.matrices) {
    const size = matrix.rows * matrix.columns;
    const rows = padded(values.subarray(at, at + size), matrix.rows, matrix.columns);
    place.kernel.f32.set(rows, matrix[what] / 4);
    if (what === 'weights') place.kernel.exports.publish(matrix.record);
    at += size;
  }
}

/** Spreads the spikes of the last population, which stand by channel, over steps. */
function readSpikes(place: NetworkPlace, steps: number, trials: number): Float64Array {
  const { f32, u32 } = place.kernel;
  const { neurons, blocks } = place.layers.at(-1)!;
  const out = new Float64Array(steps * trials * neurons);
  for (const [b, { fired, lanes }] of blocks.entries()) {
    const [starts, indices, counts] = fired.map((pointer) => pointer / 4) as [number, number, number];
    for (let lane = 0; lane < lanes.length; lane++) {
      if (lanes[lane]! < 0) continue;
      const trial = b * place.pack + Math.floor(lane / neurons);
      for (let k = u32[starts + lane]!; k < u32[starts + lane + 1]!; k++) {
        // Row 0 is what acted in the first step.
        const t = u32[indices + k]! - 1;
        if (t >= 0) out[(t * trials + trial) * neurons + (lane % neurons)] = f32[counts + k]!;
      }
    }
  }
  return out;
}

/** Writes the rates of some epochs. */
function writeRates(place: NetworkPlace, { beta1, beta2 }: LearningProblem, first: number, rates: Float64Array): void {
  for (const [k, rate] of rates.entries()) {
    const epoch = first + k + 1;
    place.kernel.f32.set(
      [rate / (1 - beta1 ** epoch), 1 / (1 - beta2 ** epoch)],
      place.epochs / 4 + 2 * k,
    );
  }
}

/** Sums what the blocks contributed. */
function lossOf(place: NetworkPlace): number {
  const { blocks } = place.layers[0]!;
  return place.kernel.f64
    .subarray(place.losses / 8, place.losses / 8 + blocks.length)
    .reduce((sum, value) => sum + value, 0);
}

/** Makes a learner whose epochs run inside the kernel, on the thread that asks for them. */
export function kernelLearner(problem: LearningProblem): Learner {
  const place = placeNetwork(problem, 1, false);
  const { kernel, learner } = place;
  let loss = Number.NaN;
  const self: Learner = {
    get loss() {
      return loss;
    },
    read: (what) => readWeights(place, what),
    write: (what, values) => writeWeights(place, what, values),
    spikes: () => readSpikes(place, problem.steps, problem.trials),
    setParameters(parameters) {
      for (const [k, { blocks }] of place.layers.entries()) {
        const coefficients = dynapSimCoefficients(parameters[k]!, problem.dt);
        const done = new Set<number>();
        for (const { coefficients: at, lanes } of blocks) {
          if (!done.has(at)) writeCoefficients(kernel.f32, at / 4, coefficients, lanes);
          done.add(at);
        }
      }
    },
    evaluate() {
      kernel.exports.evaluate(learner, 0);
      loss = lossOf(place);
    },
    async learn(first, rates) {
      for (let done = 0; done < rates.length; done += epochRoom) {
        const some = rates.subarray(done, done + epochRoom);
        writeRates(place, problem, first + done, some);
        kernel.exports.learnEpochs(learner, 0, place.epochs, some.length);
      }
      loss = lossOf(place);
    },
    close: () => {},
  };
  self.setParameters(problem.layers.map(({ parameters }) => parameters));
  return self;
}
