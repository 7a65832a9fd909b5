/** Stages that add in NIR: a Scale of ones, to which several edges lead. */
import { nirList } from '../../nir/graph/arrays.ts';
import type { NirForm } from '../nir-form.ts';
import type { AddDefinition, AddStage } from './definition.ts';

/** A stage that adds in NIR. */
export const addNir: NirForm<AddDefinition, AddStage> = {
  form: 'sum',
  node: ({ channelsOut }) => ({
    type: 'Scale',
    scale: nirList(new Float64Array(channelsOut).fill(1)),
  }),
};
