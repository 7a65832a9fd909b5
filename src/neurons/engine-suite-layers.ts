/** What an engine's populations that run must do. */
import { type Engine, referenceEngine } from './engine.ts';
import {
  check,
  checkNear,
  checkOutput,
  checkSame,
  type EngineCase,
  layerOf,
  longTask,
  outputOf,
  refused,
  type SuiteTask,
  suiteTasks,
} from './engine-suite-tasks.ts';
import type { NeuronLayer } from './layer.ts';
import { type ModelName, modelOf } from './model-table.ts';
import { arraysOf } from './state.ts';

/** A signal as it is now. */
function signalOf(layer: NeuronLayer<unknown>, name: string, { batch, neurons }: SuiteTask) {
  const values = new Float64Array(batch * neurons);
  layer.readSignal(name, values);
  return values;
}

function rowAt({ input, row }: SuiteTask, t: number): Float64Array {
  return input.subarray(t * row, (t + 1) * row);
}

/** The same task in the steps from `from` up to `to`. */
function partOf(task: SuiteTask, from: number, to: number): SuiteTask {
  const { input, row } = task;
  return { ...task, steps: to - from, input: input.subarray(from * row, to * row) };
}

/** Follows the reference step by step: what leaves, and every state. */
function follow(engine: Engine, task: SuiteTask, tolerance: number): number {
  const [layer, reference] = [layerOf(engine, task), layerOf(referenceEngine, task)];
  let sum = 0;
  for (let t = 0; t < task.steps; t++) {
    const expected = Float64Array.from(reference.step(rowAt(task, t)));
    const found = Float64Array.from(layer.step(rowAt(task, t)));
    checkOutput(task, found, expected, tolerance, `step ${t}`);
    for (const name of reference.signals) {
      const [own, wanted] = [layer, reference].map((one) => signalOf(one, name, task));
      checkNear(own!, wanted!, tolerance, `step ${t}, ${name}`);
    }
    for (const value of expected) sum += Math.abs(value);
  }
  return sum;
}

/** What is tried on one task at a time. */
const onTask: Readonly<
  Record<string, (engine: Engine, task: SuiteTask, tolerance: number) => void>
> = {
  'gives the same in one run as step by step'(engine, task) {
    const layer = layerOf(engine, task);
    const stepwise: number[] = [];
    for (let t = 0; t < task.steps; t++) stepwise.push(...layer.step(rowAt(task, t)));
    checkSame(outputOf(layerOf(engine, task), task), stepwise, 'what leaves');
    if (!modelOf(task.parameters).spiking) return;
    const counts = new Uint32Array(stepwise.length);
    layerOf(engine, task).run(task.input, counts);
    checkSame(counts, stepwise, 'what leaves as whole numbers');
  },
  'gives the same however the stream is cut'(engine, task) {
    const whole = outputOf(layerOf(engine, task), task);
    const layer = layerOf(engine, task);
    const cuts = [0, 1, 2, 9, Math.max(9, Math.floor(task.steps / 2)), task.steps];
    const parts = cuts
      .slice(1)
      .flatMap((to, i) => [...outputOf(layer, partOf(task, cuts[i]!, to))]);
    checkSame(parts, whole, 'what leaves');
  },
  'leaves its input as it is'(engine, task) {
    const input = task.input.slice();
    const layer = layerOf(engine, task);
    layer.step(rowAt(task, 0));
    layer.run(task.input, new Float64Array(task.steps * task.batch * task.neurons));
    checkSame(task.input, input, 'the input');
  },
  'does the same again after a reset'(engine, task) {
    const layer = layerOf(engine, task);
    const first = outputOf(layer, task);
    layer.reset();
    checkSame(outputOf(layer, task), first, 'what leaves after the reset');
  },
  'goes on elsewhere from a state that was read'(engine, task, tolerance) {
    const half = Math.floor(task.steps / 2);
    const layer = layerOf(engine, task);
    outputOf(layer, partOf(task, 0, half));
    const state = layer.readState();
    const there = layerOf(engine, task);
    there.writeState(state);
    const rest = partOf(task, half, task.steps);
    const expected = outputOf(layer, rest);
    checkOutput(task, outputOf(there, rest), expected, tolerance, 'what leaves elsewhere');
    layer.writeState(state);
    checkOutput(task, outputOf(layer, rest), expected, tolerance, 'what leaves from there again');
  },
  'has states like those of the reference, copied when they are read'(engine, task, tolerance) {
    const [layer, reference] = [layerOf(engine, task), layerOf(referenceEngine, task)];
    outputOf(layer, task);
    outputOf(reference, task);
    const state = arraysOf(layer.readState() as object);
    const expected = arraysOf(reference.readState() as object);
    checkSameNames(Object.keys(state), Object.keys(expected), 'the state');
    const signals = modelOf(task.parameters).signals(task.parameters);
    checkSameNames([...layer.signals], [...signals], 'the signals');
    for (const name of signals) {
      checkNear(state[name]!, expected[name]!, tolerance, name);
      checkSame(signalOf(layer, name, task), state[name]!, `${name}, read as a signal`);
      state[name]!.fill(9);
      checkSame(signalOf(layer, name, task), arraysOf(layer.readState() as object)[name]!, name);
      const into = new Float64Array(state[name]!.length + 2).fill(7);
      layer.readSignal(name, into, 1);
      checkSame([into[0]!, into.at(-1)!], [7, 7], `beside ${name}`);
    }
    refused(() => layer.readSignal('nothing', new Float64Array(99)), 'a signal that is none');
  },
  'shares nothing between populations'(engine, task) {
    const expected = outputOf(layerOf(engine, task), task);
    const [busy, fresh] = [layerOf(engine, task), layerOf(engine, task)];
    outputOf(busy, task);
    checkSame(outputOf(fresh, task), expected, 'what leaves beside another');
  },
};

function checkSameNames(found: string[], expected: string[], what: string): void {
  const [own, wanted] = [found, expected].map((names) => [...names].sort().join(', '));
  check(own === wanted, `${what}: ${own} in place of ${wanted}`);
}

/** Trial `trial` of a task by itself. */
function trialOf(task: SuiteTask, trial: number): SuiteTask {
  const own = task.row / task.batch;
  const rows = Array.from({ length: task.steps }, (_, t) => [
    ...rowAt(task, t).subarray(trial * own, (trial + 1) * own),
  ]);
  return { ...task, batch: 1, row: own, input: Float64Array.from(rows.flat()) };
}

function trialsApart(engine: Engine, task: SuiteTask, tolerance: number): void {
  const together = outputOf(layerOf(engine, task), task);
  for (let trial = 0; trial < task.batch; trial++) {
    const alone = trialOf(task, trial);
    const own = together.filter((_, i) => Math.floor(i / task.neurons) % task.batch === trial);
    checkOutput(task, own, outputOf(layerOf(engine, alone), alone), tolerance, `trial ${trial}`);
  }
}

/** What any engine's populations of a model that run must do. */
export function layerCases(engine: Engine, model: ModelName, tolerance: number): EngineCase[] {
  const all = suiteTasks(model);
  const crowd = [false, true].map((recurrent) =>
    longTask(model, { neurons: 3, batch: 3, steps: 60, recurrent }),
  );
  return [
    {
      name: `${model}: gives what the reference gives, step by step, and has its states`,
      run() {
        const sum = all.reduce((total, task) => total + follow(engine, task, tolerance), 0);
        check(sum > 20, 'nothing ever left, so that nothing was compared');
      },
    },
    ...Object.entries(onTask).map(([name, run]) => ({
      name: `${model}: ${name}`,
      run() {
        for (const task of crowd) run(engine, task, tolerance);
      },
    })),
    {
      name: `${model}: keeps trials apart`,
      run() {
        for (const task of crowd) trialsApart(engine, task, tolerance);
      },
    },
    {
      name: `${model}: counts recurrent weights of zero as none, and others not`,
      run() {
        const [none, some] = crowd;
        const zero = { ...none!, recurrent: new Float64Array(some!.recurrent!.length) };
        const expected = outputOf(layerOf(engine, none!), none!);
        checkSame(outputOf(layerOf(engine, zero), zero), expected, 'what leaves');
        const given = { ...none!, recurrent: some!.recurrent };
        const other = outputOf(layerOf(engine, given), given);
        check(
          other.some((value, i) => value !== expected[i]),
          'recurrent weights change nothing',
        );
      },
    },
  ];
}
