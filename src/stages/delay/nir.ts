/** Stages that delay in NIR: Delay. */
import { listOf, nirList } from '../../nir/graph/arrays.ts';
import type { NirDelay } from '../../nir/graph/types.ts';
import type { NirNodeForm } from '../nir-form.ts';
import { type DelayDefinition, type DelayStage, delay } from './definition.ts';

/** A stage that delays in NIR. */
export const delayNir: NirNodeForm<NirDelay, DelayDefinition, DelayStage> = {
  form: 'node',
  types: ['Delay'],
  definition: (node, { name, size, dt }) =>
    delay({ name, channels: size, dt, delay: listOf(node.delay, size) }),
  node: ({ delay }) => ({ type: 'Delay', delay: nirList(delay) }),
};
