/** What an engine's learner must do, if it has one. */
import { randomStream } from '../random.ts';
import { type Engine, referenceEngine } from './engine.ts';
import {
  check,
  checkNear,
  checkSame,
  type EngineCase,
  modelExample,
} from './engine-suite-tasks.ts';
import type { LearningProblem, SparseSpikes } from './learner.ts';
import { type ModelName, modelOf } from './model-table.ts';

const [neurons, channels, steps, trials] = [3, 4, 40, 5];

/** What belongs to one trial of values that stand `[steps][trials][width]`. */
function ofTrial(values: Float64Array, width: number, trial: number): Float64Array {
  return Float64Array.from(
    { length: steps * width },
    (_, i) => values[(Math.floor(i / width) * trials + trial) * width + (i % width)]!,
  );
}

/** Spikes of a trial, none or one in each place, as sparse rows. */
function sparse(counts: Float64Array): SparseSpikes {
  const entries = [...counts.keys()].filter((i) => counts[i] !== 0);
  const starts = new Uint32Array(steps + 1);
  for (const i of entries) starts[Math.floor(i / channels) + 1]! += 1;
  for (let t = 0; t < steps; t++) starts[t + 1] = starts[t + 1]! + starts[t]!;
  return {
    starts,
    columns: Uint32Array.from(entries, (i) => i % channels),
    counts: new Float64Array(entries.length).fill(1),
  };
}

/** Spikes at random, a population behind a matrix, and targets; and the same input as dense counts. */
function learningTask(model: ModelName, seed: number) {
  const { parameters, input: drives } = modelExample(model, neurons, seed);
  const random = randomStream(seed, 'engine suite learner', model);
  const columns = drives.length * neurons;
  const counts = Float64Array.from({ length: steps * trials * channels }, () =>
    random.uniform() < 0.3 ? 1 : 0,
  );
  const weights = Float64Array.from({ length: channels * columns }, (_, i) => {
    const { mean, deviation } = drives[Math.floor((i % columns) / neurons)]!;
    return mean + 0.5 * deviation * random.normal();
  });
  const targets = Float64Array.from({ length: steps * trials * neurons }, () =>
    random.uniform() < 0.2 ? 1 : 0,
  );
  const problem: LearningProblem = {
    ...{ steps, trials, channels, weights, dt: 1e-3 },
    inputs: Array.from({ length: trials }, (_, trial) => sparse(ofTrial(counts, channels, trial))),
    layers: [{ neurons, rows: channels, recurrent: false, parameters }],
    loss: {
      kind: 'squaredError',
      targets: Array.from({ length: trials }, (_, trial) => ofTrial(targets, neurons, trial)),
      silenceWeight: 1,
    },
    ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-16 },
  };
  return { problem, counts, columns, targets };
}

/** Loss, spikes and gradient of the reference. */
function expectedOf({ problem, counts, columns, targets }: ReturnType<typeof learningTask>) {
  const { parameters } = problem.layers[0]!;
  const options = { dt: problem.dt, steps, batch: trials, neurons };
  const layer = referenceEngine.differentiable(parameters, options);
  const rows = steps * trials;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < channels; c++) {
      if (counts[r * channels + c] === 0) continue;
      for (let n = 0; n < columns; n++) {
        const at = r * columns + n;
        layer.input[at] = layer.input[at]! + problem.weights[c * columns + n]!;
      }
    }
  }
  layer.forward(undefined);
  let loss = 0;
  for (let i = 0; i < targets.length; i++) {
    const error = layer.output[i]! - targets[i]!;
    loss += (error * error) / targets.length;
    layer.outputGradient[i] = (2 * error) / targets.length;
  }
  layer.backward(undefined, undefined);
  const gradient = new Float64Array(problem.weights.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < channels; c++) {
      if (counts[r * channels + c] === 0) continue;
      for (let n = 0; n < columns; n++) {
        const at = c * columns + n;
        gradient[at] = gradient[at]! + layer.inputGradient[r * columns + n]!;
      }
    }
  }
  return { loss, spikes: layer.output, gradient };
}

/** What any engine's learner must do with neurons of a model; nothing if it has none. */
export function learnerCases(engine: Engine, model: ModelName, tolerance: number): EngineCase[] {
  const { learner: make } = engine;
  if (make === undefined) return [];
  const { spiking } = modelOf(modelExample(model, 1, 0).parameters);
  return [
    {
      name: `${model}: has the loss, the output and the gradient of the reference when it learns`,
      run() {
        let compared = 0;
        for (let seed = 1; seed <= 6; seed++) {
          const task = learningTask(model, seed);
          const learner = make(task.problem);
          learner.evaluate();
          const { loss, spikes, gradient } = expectedOf(task);
          const found = learner.spikes();
          // A spike that a hair's breadth decides about is no one's mistake; one in six such tasks would be.
          if (!spiking || found.every((count, i) => count === spikes[i])) {
            compared++;
            checkNear(found, spikes, tolerance, 'what leaves');
            checkNear(Float64Array.of(learner.loss), Float64Array.of(loss), tolerance, 'the loss');
            checkNear(learner.read('gradient'), gradient, 10 * tolerance, 'the gradient');
          }
          void learner.close();
        }
        check(compared >= 4, `its spikes are those of the reference in ${compared} of 6 tasks`);
      },
    },
    {
      name: `${model}: keeps what is written into its learner`,
      run() {
        const learner = make(learningTask(model, 1).problem);
        for (const what of ['weights', 'mean', 'square'] as const) {
          const values = learner.read(what).map((_, i) => Math.fround(0.25 * i));
          learner.write(what, values);
          checkSame(learner.read(what), values, what);
        }
        void learner.close();
      },
    },
  ];
}
