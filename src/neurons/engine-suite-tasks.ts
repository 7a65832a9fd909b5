/** Populations that the conformance suite of engines tries, and how their results are compared. */
import { InvalidArgumentError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { type Engine, referenceEngine } from './engine.ts';
import type { NeuronLayer } from './layer.ts';
import type { ModelExample } from './model.ts';
import { type ModelName, modelExampleOf, modelOf, type NeuronParameters } from './model-table.ts';

/** One thing that an engine must do. */
export interface EngineCase {
  /** What it is, in words. */
  readonly name: string;
  /** Tries it. @throws where the engine does otherwise */
  run(): void;
}

/** How the suite compares. */
export interface SuiteOptions {
  /**
   * Largest deviation from the reference, as a fraction of the largest value: 1e-4 if left out, which float32 holds.
   */
  readonly tolerance?: number;
}

/** The options with what was left out. */
export function settled({ tolerance = 1e-4 }: SuiteOptions): Required<SuiteOptions> {
  return { tolerance };
}

/** Fails the case where `holds` is false. */
export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** Fails the case where `make` is not refused. */
export function refused(make: () => unknown, what: string): void {
  try {
    make();
  } catch (cause) {
    check(cause instanceof InvalidArgumentError, `${what} throws ${String(cause)}`);
    return;
  }
  throw new Error(`${what} does not refuse it`);
}

/** A population, what it is given, and what it must do. */
export interface SuiteTask {
  readonly parameters: NeuronParameters;
  readonly neurons: number;
  readonly batch: number;
  readonly dt: number;
  /** Steps up to the first in which a hair's breadth would decide about a spike. */
  readonly steps: number;
  /** Values of a row of input: `batch × channels`. */
  readonly row: number;
  /** Weights `[pre][channel]`; none if nothing comes back. */
  readonly recurrent: Float64Array | undefined;
  /** `[steps][trial][channel]`. */
  readonly input: Float64Array;
}

/** Draws the example of a model. */
export function modelExample(
  model: ModelName,
  neurons: number,
  seed: number,
): ModelExample<NeuronParameters> {
  return modelExampleOf(model, neurons, randomStream(seed, 'engine suite', model, neurons));
}

/** What a task is drawn from. */
export interface TaskConfig {
  readonly seed: number;
  readonly neurons: number;
  readonly batch: number;
  readonly steps: number;
  readonly recurrent: boolean;
}

/** Draws a population of a model and its input; some steps have none. */
export function suiteTask(model: ModelName, config: TaskConfig): SuiteTask {
  const { seed, neurons, batch, recurrent } = config;
  const { parameters, input: drives, weight } = modelExample(model, neurons, seed);
  const random = randomStream(seed, 'engine suite task', model, neurons);
  const channels = drives.length * neurons;
  const row = batch * channels;
  const input = new Float64Array(config.steps * row);
  for (let t = 0; t < config.steps; t++) {
    if (random.uniform() < 0.3) continue;
    for (let i = t * row; i < (t + 1) * row; i++) {
      const { mean, deviation } = drives[Math.floor((i % channels) / neurons)]!;
      input[i] = mean + deviation * random.normal();
    }
  }
  const scale = weight.deviation / Math.sqrt(neurons);
  const weights = Float64Array.from(
    { length: neurons * channels },
    () => weight.mean + scale * random.normal(),
  );
  const task = {
    ...{ parameters, neurons, batch, row, input, dt: 1e-3, steps: config.steps },
    recurrent: recurrent ? weights : undefined,
  };
  const steps = sureSteps(task);
  return { ...task, steps, input: input.subarray(0, steps * row) };
}

/** How much more or less a decision about a spike must bear to be compared, as a fraction of the input. */
const hair = 3e-4;

/** Steps in which neurons that are driven a little more or less still give the same spikes. */
function sureSteps(task: SuiteTask): number {
  const { parameters, steps, batch, neurons } = task;
  if (!modelOf(parameters).spiking) return steps;
  const [own, ...others] = [1, 1 + hair, 1 - hair].map((factor) =>
    outputOf(layerOf(referenceEngine, task), {
      ...task,
      input: task.input.map((value) => factor * value),
    }),
  );
  const first = own!.findIndex((count, i) => others.some((other) => other[i] !== count));
  return first < 0 ? steps : Math.floor(first / (batch * neurons));
}

/** The population of a task. */
export function layerOf(engine: Engine, task: SuiteTask): NeuronLayer<unknown> {
  const { parameters, dt, recurrent, batch } = task;
  return engine.layer(parameters, { dt, recurrent, batch });
}

/** What leaves in all steps. */
export function outputOf(
  layer: NeuronLayer<unknown>,
  { input, row, batch, neurons }: SuiteTask,
): Float64Array {
  const output = new Float64Array((input.length / row) * batch * neurons);
  layer.run(input, output);
  return output;
}

/** The first task of such a shape of which at least half of the steps are sure. */
export function longTask(model: ModelName, shape: Omit<TaskConfig, 'seed'>): SuiteTask {
  for (let seed = 7; seed < 200; seed++) {
    const task = suiteTask(model, { ...shape, seed });
    if (2 * task.steps >= shape.steps) return task;
  }
  throw new Error(`the example of ${model} decides about spikes by a hair's breadth all the time`);
}

/** The tasks on which a model is tried: different sizes, trials, characters, with and without recurrence. */
export function suiteTasks(model: ModelName, steps = 80): SuiteTask[] {
  return [1, 2, 3, 4, 5, 9].flatMap((neurons) =>
    [false, true].map((recurrent, r) =>
      suiteTask(model, { seed: neurons + r, neurons, batch: 1 + (neurons % 3), steps, recurrent }),
    ),
  );
}

/** Fails the case where two arrays are not the same to the last bit. */
export function checkSame(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
): void {
  check(
    found.length === expected.length,
    `${what}: ${found.length} values, not ${expected.length}`,
  );
  for (let i = 0; i < expected.length; i++) {
    check(
      found[i] === expected[i] || (Number.isNaN(found[i]) && Number.isNaN(expected[i])),
      `${what}: value ${i} is ${found[i]}, not ${expected[i]}`,
    );
  }
}

/** Fails the case where two arrays differ by more than a fraction of the largest value. */
export function checkNear(
  found: Float64Array,
  expected: Float64Array,
  tolerance: number,
  what: string,
): void {
  check(
    found.length === expected.length,
    `${what}: ${found.length} values, not ${expected.length}`,
  );
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  for (let i = 0; i < expected.length; i++) {
    // Written so that NaN fails.
    check(
      Math.abs(found[i]! - expected[i]!) <= tolerance * largest,
      `${what}: value ${i} is ${found[i]}, not ${expected[i]}; the largest is ${largest}`,
    );
  }
}

/** Compares what leaves: spikes to the last one, potentials within the tolerance. */
export function checkOutput(
  { parameters }: SuiteTask,
  found: Float64Array,
  expected: Float64Array,
  tolerance: number,
  what: string,
): void {
  if (modelOf(parameters).spiking) checkSame(found, expected, what);
  else checkNear(found, expected, tolerance, what);
}
