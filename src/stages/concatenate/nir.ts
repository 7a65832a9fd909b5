/** Stages that concatenate in NIR: there is no such node. */
import type { NirForm } from '../nir-form.ts';
import type { ConcatenateDefinition, ConcatenateStage } from './definition.ts';

/** Why a stage that concatenates has no form in NIR. */
export const concatenateNir: NirForm<ConcatenateDefinition, ConcatenateStage> = {
  form: 'none',
  needed: 'NIR puts no channels side by side; give each branch a linear of its own and add them',
};
