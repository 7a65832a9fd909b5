/** The parameters by which an engine computes DynapSim neurons. */
import type { DynapSimParameters } from '../../neurons/dynap-sim/parameters.ts';
import type { DynapSimStage } from './definition.ts';

/** The parameters of DynapSim neurons. */
export function dynapSimNeurons({ parameters }: DynapSimStage): DynapSimParameters {
  return parameters;
}
