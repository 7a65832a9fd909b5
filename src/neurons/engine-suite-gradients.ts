/** What an engine's differentiable populations must do. */
import { randomStream } from '../random.ts';
import { type Engine, referenceEngine } from './engine.ts';
import {
  check,
  checkNear,
  checkOutput,
  checkSame,
  type EngineCase,
  layerOf,
  longTask,
  modelExample,
  outputOf,
  refused,
  type SuiteTask,
  suiteTasks,
} from './engine-suite-tasks.ts';
import type { DifferentiableLayer } from './layer.ts';
import { type ModelName, modelOf, type NeuronParameters } from './model-table.ts';
import { arraysOf } from './state.ts';

type Layer = DifferentiableLayer<NeuronParameters, unknown>;

/** The differentiable population of a task, with its input. */
function taped(engine: Engine, task: SuiteTask, parameters = task.parameters): Layer {
  const { dt, steps, batch, neurons } = task;
  const layer: Layer = engine.differentiable(parameters, { dt, steps, batch, neurons });
  layer.input.set(task.input);
  return layer;
}

/** A gradient with respect to what leaves; of one sign, so that sums of few entries keep their digits. */
function slopes({ steps, batch, neurons }: SuiteTask): Float64Array {
  const random = randomStream(steps, 'slopes', neurons);
  return Float64Array.from({ length: steps * batch * neurons }, () => 0.2 + random.uniform());
}

/** Runs forward and back; the gradient of the recurrent weights, if there are any. */
function goBack(layer: Layer, task: SuiteTask): Float64Array | undefined {
  const { recurrent } = task;
  const gradient = recurrent && new Float64Array(recurrent.length);
  layer.forward(recurrent);
  layer.outputGradient.set(slopes(task));
  layer.backward(recurrent, gradient);
  return gradient;
}

/** Compares forward and back of two populations that were given the same. */
function checkPair(found: Layer, expected: Layer, task: SuiteTask, tolerance: number): void {
  const [own, wanted] = [goBack(found, task), goBack(expected, task)];
  checkOutput(task, found.output, expected.output, tolerance, 'what leaves');
  checkNear(found.inputGradient, expected.inputGradient, tolerance, 'gradient of the input');
  if (own && wanted) checkNear(own, wanted, tolerance, 'gradient of the recurrent weights');
}

/** Parameters of all trials in a row, each trial's own. */
function perTrial(trials: readonly NeuronParameters[]): NeuronParameters {
  const all = trials.map((parameters) => arraysOf(parameters));
  const joined = Object.keys(all[0]!).map((name) => [
    name,
    Float64Array.from(all.flatMap((arrays) => [...arrays[name]!])),
  ]);
  return { ...trials[0]!, ...Object.fromEntries(joined) };
}

/** The gradient by central differences of the sum of what leaves times the slopes. */
function finiteDifferences(task: SuiteTask, layer: Layer, values: Float64Array): Float64Array {
  const weights = slopes(task);
  const loss = (): number => {
    layer.forward(task.recurrent);
    return layer.output.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };
  return values.map((value, i) => {
    // So long that float32 has digits left of the difference.
    const step = 0.1;
    values[i] = value + step;
    const above = loss();
    values[i] = value - step;
    const below = loss();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Goes forward and back in pieces. */
function inPieces(layer: Layer, task: SuiteTask): Float64Array | undefined {
  const { recurrent, steps } = task;
  const gradient = recurrent && new Float64Array(recurrent.length);
  const cuts = [0, 1, 2, Math.floor(steps / 2), steps];
  layer.output.fill(-1);
  for (let i = 1; i < cuts.length; i++) {
    layer.forward(recurrent, cuts[i - 1]!, cuts[i]!);
    const later = layer.output.subarray(cuts[i]! * task.batch * task.neurons);
    check(
      later.every((value) => value === -1),
      'it runs steps that were not asked for',
    );
  }
  layer.outputGradient.set(slopes(task));
  for (let i = cuts.length - 1; i > 0; i--) {
    layer.backward(recurrent, gradient, cuts[i - 1]!, cuts[i]!);
  }
  return gradient;
}

/** What any engine's differentiable populations of a model must do. */
export function differentiableCases(
  engine: Engine,
  model: ModelName,
  tolerance: number,
): EngineCase[] {
  const all = suiteTasks(model, 40);
  const pair = [false, true].map((recurrent) =>
    longTask(model, { neurons: 3, batch: 2, steps: 40, recurrent }),
  );
  const { spiking } = modelOf(pair[0]!.parameters);
  /** Another set of parameters of the same shape: a synapse too many would be another kind of neuron. */
  const others = (parameters: NeuronParameters): NeuronParameters => {
    const shape = Object.keys(arraysOf(parameters)).join();
    for (let seed = 100; ; seed++) {
      const other = modelExample(model, 3, seed).parameters;
      if (Object.keys(arraysOf(other)).join() === shape) return other;
    }
  };
  const cases: Record<string, () => void> = {
    'goes forward and back as the reference does'() {
      let moved = 0;
      for (const task of all) {
        const expected = taped(referenceEngine, task);
        checkPair(taped(engine, task), expected, task, tolerance);
        moved += expected.inputGradient.filter((value) => value !== 0).length;
      }
      check(moved > 20, 'there was no gradient to compare');
    },
    'gives what it gives where it only runs, run after run'() {
      for (const task of pair) {
        const layer = taped(engine, task);
        layer.forward(task.recurrent);
        const first = layer.output.slice();
        const running = outputOf(layerOf(engine, task), task);
        checkOutput(task, first, running, tolerance, 'what leaves');
        const gradient = goBack(layer, task);
        const back = layer.inputGradient.slice();
        checkSame(layer.output, first, 'what leaves in the next run');
        const again = goBack(layer, task);
        checkSame(layer.inputGradient, back, 'the gradient of the next run');
        if (gradient && again) checkSame(again, gradient, 'the gradient of the next run');
      }
    },
    'reads its input and writes its gradient where it is told'() {
      for (const task of pair) {
        const { dt, steps, batch, neurons, input } = task;
        const inputGradient = new Float64Array(input.length);
        const options = { dt, steps, batch, neurons, input, inputGradient };
        const layer: Layer = engine.differentiable(task.parameters, options);
        goBack(layer, task);
        const own = taped(engine, task);
        goBack(own, task);
        check(layer.input === input && layer.inputGradient === inputGradient, 'it uses others');
        checkSame(layer.output, own.output, 'what leaves');
        checkSame(inputGradient, own.inputGradient, 'the gradient');
      }
    },
    'adds to the gradient of the recurrent weights'() {
      const [, task] = pair;
      const layer = taped(engine, task!);
      const gradient = goBack(layer, task!)!;
      const sum = gradient.map(() => 1);
      layer.forward(task!.recurrent);
      layer.backward(task!.recurrent, sum);
      const largest = gradient.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
      const added = gradient.map((value) => 1 + value);
      checkNear(sum, added, 1e-12 * largest, 'the sum');
    },
    'uses other parameters from the next run on'() {
      for (const task of pair) {
        const other = others(task.parameters);
        const layer = taped(engine, task);
        layer.forward(task.recurrent);
        layer.setParameters(other);
        const gradient = goBack(layer, task);
        const fresh = taped(engine, task, other);
        const expected = goBack(fresh, task);
        checkSame(layer.output, fresh.output, 'what leaves');
        checkSame(layer.inputGradient, fresh.inputGradient, 'the gradient');
        if (gradient && expected) checkSame(gradient, expected, 'the gradient of the weights');
      }
    },
    'takes parameters of every trial'() {
      const [task] = pair;
      const chips = [task!.parameters, others(task!.parameters)];
      const found = taped(engine, task!, perTrial(chips));
      checkPair(found, taped(referenceEngine, task!, perTrial(chips)), task!, tolerance);
    },
    'starts from a state that it is given'() {
      for (const task of pair) {
        const before = layerOf(referenceEngine, task);
        outputOf(before, task);
        const layers = [engine, referenceEngine].map((one) => {
          const layer = taped(one, task);
          layer.setStart(before.readState());
          return layer;
        });
        layers[1]!.forward(task.recurrent);
        const expected = outputOf(before, task);
        checkSame(layers[1]!.output, expected, 'what leaves of the reference');
        // From another start, other steps are sure; the first is compared.
        layers[0]!.forward(task.recurrent);
        const first = task.batch * task.neurons;
        const [own, wanted] = [layers[0]!.output, expected].map((all) => all.slice(0, first));
        checkOutput(task, own!, wanted!, tolerance, 'what leaves in the first step');
      }
    },
    [engine.ranges
      ? 'runs part of its steps, and goes back through them'
      : 'refuses to run part of its steps']() {
      for (const task of pair) {
        const layer = taped(engine, task);
        if (!engine.ranges) {
          refused(() => layer.forward(task.recurrent, 0, 1), 'forward');
          layer.forward(task.recurrent);
          refused(() => layer.backward(task.recurrent, undefined, 0, 1), 'backward');
          continue;
        }
        const whole = taped(engine, task);
        const [gradient, expected] = [inPieces(layer, task), goBack(whole, task)];
        checkSame(layer.output, whole.output, 'what leaves');
        checkSame(layer.inputGradient, whole.inputGradient, 'the gradient');
        if (gradient && expected) checkSame(gradient, expected, 'the gradient of the weights');
      }
    },
  };
  if (!spiking) {
    cases['has the gradient of finite differences'] = () => {
      for (const task of pair) {
        const layer = taped(engine, task);
        goBack(layer, task);
        const found = layer.inputGradient.slice();
        const expected = finiteDifferences(task, layer, layer.input);
        checkNear(found, expected, Math.max(tolerance, 1e-6), 'gradient of the input');
      }
    };
  }
  return Object.entries(cases).map(([name, run]) => ({ name: `${model}: ${name}`, run }));
}
