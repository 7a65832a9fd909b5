/** The parameters by which an engine computes integrators. */
import type { IntegratorParameters } from '../../neurons/integrator/parameters.ts';
import type { IntegratorStage } from './definition.ts';

/** The parameters of integrators. */
export function integratorNeurons({ resistance }: IntegratorStage): IntegratorParameters {
  return { model: 'integrator', resistance };
}
