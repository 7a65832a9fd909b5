/** Integrators in NIR: I. */
import { listOf, nirList } from '../../nir/graph/arrays.ts';
import type { NirIntegrator } from '../../nir/graph/types.ts';
import type { NirNodeForm } from '../nir-form.ts';
import { type IntegratorDefinition, type IntegratorStage, integrator } from './definition.ts';

/** Integrators in NIR. */
export const integratorNir: NirNodeForm<NirIntegrator, IntegratorDefinition, IntegratorStage> = {
  form: 'node',
  types: ['I'],
  definition: ({ r }, { name, size, dt }) =>
    integrator({ name, neurons: size, dt, resistance: listOf(r, size) }),
  node: ({ resistance }) => ({ type: 'I', r: nirList(resistance) }),
};
