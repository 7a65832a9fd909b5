/** Linear stages in NIR: Linear, or Affine with a bias. */
import { listOf, matrixOf, nirList, nirMatrix } from '../../nir/graph/arrays.ts';
import type { NirAffine, NirLinear } from '../../nir/graph/types.ts';
import type { NirNodeForm } from '../nir-form.ts';
import { type LinearDefinition, type LinearStage, linear } from './definition.ts';

/** A linear stage in NIR. */
export const linearNir: NirNodeForm<NirLinear | NirAffine, LinearDefinition, LinearStage> = {
  form: 'node',
  types: ['Linear', 'Affine'],
  definition: (node, { name, size }) =>
    linear({
      name,
      weight: matrixOf(node.weight),
      ...(node.type === 'Affine' ? { bias: listOf(node.bias, size) } : {}),
    }),
  withBias(definition, added) {
    const { bias: own = 0 } = definition;
    const both = added.map((value, i) => value + (typeof own === 'number' ? own : own[i]!));
    return { ...definition, bias: both };
  },
  node: ({ weight, bias }) =>
    bias === undefined
      ? { type: 'Linear', weight: nirMatrix(weight) }
      : { type: 'Affine', weight: nirMatrix(weight), bias: nirList(bias) },
};
