/** DYNAP-SE2 neurons in NIR: there are none. */
import type { NirForm } from '../nir-form.ts';
import { noCircuit } from '../no-circuit-nir.ts';
import type { DynapSe2Definition, DynapSe2Stage } from './definition.ts';

/** Why DYNAP-SE2 neurons have no form in NIR. */
export const dynapSe2Nir: NirForm<DynapSe2Definition, DynapSe2Stage> = noCircuit;
