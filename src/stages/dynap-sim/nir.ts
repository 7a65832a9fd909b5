/** DynapSim neurons in NIR: there are none. */
import type { NirForm } from '../nir-form.ts';
import { noCircuit } from '../no-circuit-nir.ts';
import type { DynapSimDefinition, DynapSimStage } from './definition.ts';

/** Why DynapSim neurons have no form in NIR. */
export const dynapSimNir: NirForm<DynapSimDefinition, DynapSimStage> = noCircuit;
