/** Integrate-and-fire neurons in NIR: IF. */
import { listOf, nirList } from '../../nir/graph/arrays.ts';
import type { NirIntegrateAndFire } from '../../nir/graph/types.ts';
import { firingFieldsOf, firingOf } from '../firing-nir.ts';
import type { NirNodeForm } from '../nir-form.ts';
import {
  type IntegrateAndFireDefinition,
  type IntegrateAndFireStage,
  integrateAndFire,
} from './definition.ts';

/** Integrate-and-fire neurons in NIR. */
export const integrateAndFireNir: NirNodeForm<
  NirIntegrateAndFire,
  IntegrateAndFireDefinition,
  IntegrateAndFireStage
> = {
  form: 'node',
  recurrent: true,
  types: ['IF'],
  definition: (node, { name, size, dt, recurrent }) =>
    integrateAndFire({
      name,
      neurons: size,
      dt,
      resistance: listOf(node.r, size),
      ...firingOf(node, size),
      ...(recurrent === undefined ? {} : { recurrent }),
    }),
  node: (neurons) => ({ type: 'IF', r: nirList(neurons.resistance), ...firingFieldsOf(neurons) }),
};
