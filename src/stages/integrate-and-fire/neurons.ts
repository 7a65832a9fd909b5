/** The parameters by which an engine computes integrate-and-fire neurons. */
import type { IntegrateAndFireParameters } from '../../neurons/integrate-and-fire/parameters.ts';
import type { IntegrateAndFireStage } from './definition.ts';

/** The parameters of integrate-and-fire neurons. */
export function integrateAndFireNeurons(stage: IntegrateAndFireStage): IntegrateAndFireParameters {
  const { resistance, threshold, reset } = stage;
  return { model: 'integrateAndFire', resistance, threshold, reset };
}
