/** The parameters of neurons that a configuration was read back to. */
import type { ChipReading, CircuitModel } from '../../chips/family.ts';
import { dynapSe2Parameters } from '../../neurons/dynap-se2/parameters.ts';
import { dynapSimParameters } from '../../neurons/dynap-sim/parameters.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';

/** Completes the currents of a reading to parameters of a model. */
export function readParameters(
  reading: ChipReading,
  model: CircuitModel,
  neurons: number,
  Iscale: number,
): AnalogParameters {
  const given = { ...reading.parameters(model), Iscale };
  return model === 'dynapSim'
    ? dynapSimParameters(given, neurons)
    : dynapSe2Parameters(given, neurons);
}
