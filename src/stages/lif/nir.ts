/** Leaky integrate-and-fire neurons in NIR: LIF, or CubaLIF with a synapse. */
import type { NirCubaLif, NirLif } from '../../nir/graph/types.ts';
import { firingFieldsOf, firingOf } from '../firing-nir.ts';
import { cubaFieldsOf, leakyFieldsOf, membraneOf } from '../li/nir.ts';
import type { NirNodeForm } from '../nir-form.ts';
import { type LifDefinition, type LifStage, lif } from './definition.ts';

/** Leaky integrate-and-fire neurons in NIR. */
export const lifNir: NirNodeForm<NirLif | NirCubaLif, LifDefinition, LifStage> = {
  form: 'node',
  recurrent: true,
  types: ['LIF', 'CubaLIF'],
  definition: (node, { name, size, dt, recurrent }) =>
    lif({
      name,
      neurons: size,
      dt,
      ...membraneOf(node, size),
      ...firingOf(node, size),
      ...(recurrent === undefined ? {} : { recurrent }),
    }),
  node: (neurons) =>
    neurons.tauSyn === undefined
      ? { type: 'LIF', ...leakyFieldsOf(neurons), ...firingFieldsOf(neurons) }
      : { type: 'CubaLIF', ...cubaFieldsOf(neurons, neurons.tauSyn), ...firingFieldsOf(neurons) },
};
