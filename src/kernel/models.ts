/** The table of the neuron models that the kernel computes: a line for each, by the tag of its parameters. */
import { InvalidArgumentError } from '../errors.ts';
import { integrateAndFireModel } from '../neurons/integrate-and-fire/model.ts';
import { integratorModel } from '../neurons/integrator/model.ts';
import { liModel } from '../neurons/li/model.ts';
import { lifModel } from '../neurons/lif/model.ts';
import type { ModelName, NeuronParameters } from '../neurons/model-table.ts';
import { unknownName } from '../options.ts';
import { dendriticModel, lumpedModel } from './analog.ts';
import { eulerKernelModel } from './euler.ts';
import type { KernelModel, KernelNeurons, ModelLayout } from './model.ts';

const kernelModels: { readonly [name in ModelName]?: KernelModel<never, object> } = {
  dynapSim: lumpedModel,
  dynapSe2: dendriticModel,
  lif: eulerKernelModel(lifModel),
  integrateAndFire: eulerKernelModel(integrateAndFireModel),
  li: eulerKernelModel(liModel),
  integrator: eulerKernelModel(integratorModel),
};

/** Whether the kernel computes neurons of a model. */
export function kernelSupports(model: ModelName): boolean {
  return typeof model === 'string' && Object.hasOwn(kernelModels, model);
}

/**
 * The model that parameters belong to, as the kernel has it.
 *
 * @throws InvalidArgumentError if the kernel does not compute it
 */
export function kernelModelOf({ model }: NeuronParameters): KernelModel<NeuronParameters, object> {
  const found = kernelModels[model];
  if (found === undefined) {
    const { needed } = unknownName(model, Object.keys(kernelModels));
    throw new InvalidArgumentError('the kernel does not compute these neurons', [
      { path: 'model', code: 'unsupported', given: model, needed },
    ]);
  }
  // The compiler cannot follow that a row of the table is of the parameters whose tag it stands under.
  return found as object as KernelModel<NeuronParameters, object>;
}

/** What is to be known of parameters of any model that the kernel computes. */
export function kernelNeurons(parameters: NeuronParameters, dt: number): KernelNeurons<object> {
  return kernelModelOf(parameters).neurons(parameters, dt);
}

/** The layout of the neurons of some parameters. */
export function layoutOf(parameters: NeuronParameters): ModelLayout {
  return kernelModelOf(parameters).layout(parameters);
}
