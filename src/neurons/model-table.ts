/** What the table of neuron models says, and the types that follow from it. */
import { InvalidArgumentError } from '../errors.ts';
import { problem } from '../problems.ts';
import type { Random } from '../random.ts';
import type { ModelExample, ModelParameters, NeuronModel } from './model.ts';
import * as models from './models.ts';

type Models = typeof models;

/** Name of a neuron model: the tag of its parameters. */
export type ModelName = keyof Models;

// What is in the table is a model, and its parameters carry the tag under which it stands there.
const table: { readonly [name in ModelName]: object } = models satisfies {
  readonly [name in ModelName]: NeuronModel<ModelParameters & { readonly model: name }, object>;
};

type Of<Model> =
  Model extends NeuronModel<infer Parameters, infer State>
    ? { readonly parameters: Parameters; readonly state: State }
    : never;

/** Parameters of a population of neurons of any model. */
export type NeuronParameters = Of<Models[ModelName]>['parameters'];

/** Parameters of the models of silicon, whose transistors differ from chip to chip. */
export type AnalogParameters = Extract<NeuronParameters, { readonly Io: Float64Array }>;

/** State of a population with these parameters. */
export type StateOf<Parameters extends NeuronParameters> = Parameters extends NeuronParameters
  ? Of<Models[Parameters['model']]>['state']
  : never;

/** Names of all models. */
export const modelNames: readonly ModelName[] = Object.keys(table) as ModelName[];

/** Whether parameters are those of transistors, which differ from chip to chip. */
export function isAnalog(parameters: NeuronParameters): parameters is AnalogParameters {
  return modelOf(parameters).mismatch;
}

/** Draws a population of a model to try engines on. */
export function modelExampleOf(
  model: ModelName,
  neurons: number,
  random: Random,
): ModelExample<NeuronParameters> {
  const { example } = table[model] as NeuronModel<NeuronParameters, object>;
  return example(neurons, random);
}

/** The model that parameters belong to. */
export function modelOf<Parameters extends NeuronParameters>(
  parameters: Parameters,
): NeuronModel<Parameters, StateOf<Parameters>> {
  const model: ModelName | undefined = (parameters as Parameters | null | undefined)?.model;
  if (model === undefined || !Object.hasOwn(table, model)) {
    throw new InvalidArgumentError('these are no parameters of neurons', [
      problem('model', 'unknown', model, `one of ${modelNames.join(', ')} is needed`),
    ]);
  }
  // The compiler cannot follow that a row of the table is of the parameters whose tag it stands under.
  return table[model] as NeuronModel<Parameters, StateOf<Parameters>>;
}
