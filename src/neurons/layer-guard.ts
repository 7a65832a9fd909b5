/** Tells parameters and options of a population from anything else, when an engine is asked for one. */
import { InvalidArgumentError } from '../errors.ts';
import { firstNotFinite } from '../matrix.ts';
import { number, readable } from '../options.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import type { Random } from '../random.ts';
import type { DifferentiableOptions, LayerOptions } from './layer.ts';
import {
  type ModelName,
  modelExampleOf,
  modelNames,
  modelOf,
  type NeuronParameters,
} from './model-table.ts';
import { arraysOf } from './state.ts';

/** Values of a population in all at most, trials and steps included: a gigabyte. */
const mostValues = 2 ** 27;

const trials = number({ min: 1, max: 2 ** 20, whole: true });
const steps = number({ min: 1, max: 2 ** 26, whole: true });
const width = number({ above: 0, max: 1e9, unit: 'seconds' });

/** Draws the same each time, and nothing that may be left out. */
const plain: Random = { uniform: () => 0.75, normal: () => 0, poisson: () => 0, integer: () => 0 };

/** Parameters as a model needs them, of one neuron. */
function exampleOf(model: ModelName): NeuronParameters {
  return modelExampleOf(model, 1, plain).parameters;
}

const figure = number();

/** Lists what keeps the numbers that all neurons of a population share from being some. */
function sharedFaults(parameters: NeuronParameters, example: NeuronParameters): Problem[] {
  return Object.entries(example).flatMap(([name, value]) =>
    typeof value === 'number' ? within(name, figure(Reflect.get(parameters, name))) : [],
  );
}

/** Lists what keeps something from being the parameters of `lanes` neurons, or of as many as they say. */
function parameterFaults(parameters: NeuronParameters, lanes: number | undefined): Problem[] {
  const model: unknown = (parameters as Partial<NeuronParameters> | null | undefined)?.model;
  if (typeof model !== 'string' || !(modelNames as readonly string[]).includes(model)) {
    const needed = `one of ${modelNames.join(', ')} is needed`;
    return [problem('model', 'unknown', model, needed)];
  }
  const example = exampleOf(model as ModelName);
  const names = new Set([...Object.keys(arraysOf(example)), ...Object.keys(arraysOf(parameters))]);
  let length = lanes;
  const faults = [...names].flatMap((name) => {
    const values: unknown = Reflect.get(parameters, name);
    if (!(values instanceof Float64Array)) {
      return [problem(name, 'wrong-type', values, 'a Float64Array is needed')];
    }
    length ??= values.length;
    if (values.length === length && length > 0) {
      const at = firstNotFinite(values);
      return at < 0
        ? []
        : [problem(`${name}[${at}]`, 'not-finite', values[at], 'a finite number is needed')];
    }
    const needed = `${length} values are needed, one for each neuron`;
    return [problem(`${name}.length`, 'wrong-shape', values.length, needed)];
  });
  return [...faults, ...sharedFaults(parameters, example)];
}

function recurrentFaults(
  recurrent: unknown,
  { model, neurons }: { readonly model: ModelName; readonly neurons: number },
): Problem[] {
  if (recurrent === undefined) return [];
  if (!(recurrent instanceof Float64Array)) {
    return [problem('recurrent', 'wrong-type', recurrent, 'a Float64Array is needed')];
  }
  const { channels } = modelOf({ model } as NeuronParameters);
  const length = neurons * neurons * channels;
  if (recurrent.length !== length) {
    const needed = `${neurons}×${neurons * channels} are needed`;
    return [problem('recurrent.length', 'wrong-shape', recurrent.length, needed)];
  }
  const at = firstNotFinite(recurrent);
  const needed = 'a finite number is needed';
  return at < 0 ? [] : [problem(`recurrent[${at}]`, 'not-finite', recurrent[at], needed)];
}

/** Lists what is too much of a population of so many values in all. */
function sizeFaults(what: string, values: number, most: number): Problem[] {
  const needed = `${most} values in all are the most; take fewer neurons, trials or steps`;
  return values <= most ? [] : [problem(what, 'too-large', values, needed)];
}

function refused(found: readonly Problem[]): void {
  if (found.length > 0) throw new InvalidArgumentError('there is no such population', found);
}

/**
 * Refuses what is no population that runs.
 *
 * @throws InvalidArgumentError with all problems
 */
export function checkLayer(parameters: NeuronParameters, options: LayerOptions): void {
  refused(
    readable(() => {
      const { dt, recurrent, batch = 1 } = (options ?? {}) as Partial<LayerOptions>;
      const own = [
        ...parameterFaults(parameters, undefined),
        ...within('dt', width(dt)),
        ...within('batch', trials(batch)),
      ];
      if (own.length > 0) return own;
      const { model } = parameters;
      const neurons = modelOf(parameters).neurons(parameters);
      return [
        ...sizeFaults('batch', batch * neurons, mostValues),
        ...recurrentFaults(recurrent, { model, neurons }),
      ];
    }),
  );
}

/**
 * Refuses what is no population that can be differentiated.
 *
 * @param most values in all; an engine that knows how much it can hold says so itself
 * @throws InvalidArgumentError with all problems
 */
export function checkDifferentiable(
  parameters: NeuronParameters,
  options: DifferentiableOptions,
  most: number = mostValues,
): void {
  refused(
    readable(() => {
      const given = (options ?? {}) as Partial<DifferentiableOptions>;
      const { dt, batch, neurons } = given;
      const own = [
        ...parameterFaults(parameters, undefined),
        ...within('dt', width(dt)),
        ...within('batch', trials(batch)),
        ...within('steps', steps(given.steps)),
        ...(neurons === undefined ? [] : within('neurons', trials(neurons))),
      ];
      if (own.length > 0) return own;
      const { neurons: count, channels } = modelOf(parameters);
      const lanes = count(parameters);
      const each = neurons ?? lanes;
      if (lanes !== each && lanes !== each * batch!) {
        const needed = `one value for each of ${each} neurons, or for each in each of ${batch} trials, is needed`;
        own.push(fault('parameters', 'wrong-shape', needed));
      }
      const values = given.steps! * batch! * each;
      own.push(...sizeFaults('steps', values * channels, most));
      for (const name of ['input', 'inputGradient'] as const) {
        const room = given[name];
        if (room === undefined) continue;
        if (room instanceof Float64Array && room.length === values * channels) continue;
        const needed = `a Float64Array of ${values * channels} values is needed`;
        own.push(problem(name, 'wrong-shape', room, needed));
      }
      return own;
    }),
  );
}
