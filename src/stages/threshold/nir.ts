/** Stages that compare in NIR: Threshold. */
import { listOf, nirList } from '../../nir/graph/arrays.ts';
import type { NirThreshold } from '../../nir/graph/types.ts';
import type { NirNodeForm } from '../nir-form.ts';
import { type ThresholdDefinition, type ThresholdStage, threshold } from './definition.ts';

/** A stage that compares in NIR. */
export const thresholdNir: NirNodeForm<NirThreshold, ThresholdDefinition, ThresholdStage> = {
  form: 'node',
  types: ['Threshold'],
  definition: (node, { name, size }) =>
    threshold({ name, threshold: listOf(node.threshold, size) }),
  node: ({ threshold }) => ({ type: 'Threshold', threshold: nirList(threshold) }),
};
