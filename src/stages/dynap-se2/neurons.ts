/** The parameters by which an engine computes DYNAP-SE2 neurons. */
import type { DynapSe2Parameters } from '../../neurons/dynap-se2/parameters.ts';
import type { DynapSe2Stage } from './definition.ts';

/** The parameters of DYNAP-SE2 neurons. */
export function dynapSe2Neurons({ parameters }: DynapSe2Stage): DynapSe2Parameters {
  return parameters;
}
