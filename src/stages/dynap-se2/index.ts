/** All about DYNAP-SE2 neurons. */
import { populationForm } from '../population.ts';
import type { StageKind } from '../stage-kind.ts';
import { dynapSe2Chip } from './chip.ts';
import { type DynapSe2Definition, type DynapSe2Stage, dynapSe2Definition } from './definition.ts';
import { dynapSe2Neurons } from './neurons.ts';
import { dynapSe2Nir } from './nir.ts';

/** The row of DYNAP-SE2 neurons. */
export const dynapSe2Kind: StageKind<DynapSe2Definition, DynapSe2Stage> = {
  ...dynapSe2Definition,
  ...populationForm(dynapSe2Neurons),
  chip: dynapSe2Chip,
  nir: dynapSe2Nir,
};
