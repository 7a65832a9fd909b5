/** Stages that scale in NIR: Scale. */
import { listOf, nirList } from '../../nir/graph/arrays.ts';
import type { NirScale } from '../../nir/graph/types.ts';
import type { NirNodeForm } from '../nir-form.ts';
import { type ScaleDefinition, type ScaleStage, scale } from './definition.ts';

/** A stage that scales in NIR. */
export const scaleNir: NirNodeForm<NirScale, ScaleDefinition, ScaleStage> = {
  form: 'node',
  types: ['Scale'],
  definition: (node, { name, size }) => scale({ name, scale: listOf(node.scale, size) }),
  node: ({ scale }) => ({ type: 'Scale', scale: nirList(scale) }),
};
