/** Which circuits of each neuron are switched on, and what a core shares of the currents of its neurons. */
import type { DynapSe2Parameters } from '../neurons/dynap-se2/parameters.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import { parameterValues } from '../neurons/parameter-set.ts';

/** Circuits that each neuron has switched on. */
export interface Switches {
  /** Whether the neuron has a DC input. */
  readonly dc: readonly boolean[];
  /** Whether it adapts. */
  readonly adaptation: readonly boolean[];
  /** Whether the membrane gates its NMDA dendrite. */
  readonly nmda: readonly boolean[];
}

/** Whether neurons have four dendrites, and so four input channels each. */
export function hasDendrites(parameters: AnalogParameters): parameters is DynapSe2Parameters {
  return parameters.model === 'dynapSe2';
}

/** Finds the circuits in use: what has no current is switched off, whatever its core shares. */
export function switchesOf(parameters: AnalogParameters): Switches {
  const { Idc, If_nmda, Igain_ahp, Iw_ahp } = parameters;
  const dendritic = hasDendrites(parameters);
  return {
    dc: Array.from(Idc, (current) => current > 0),
    adaptation: Array.from(Igain_ahp, (gain, n) => gain > 0 && Iw_ahp[n]! > 0),
    nmda: Array.from(If_nmda, (current) => dendritic && current > 0),
  };
}

/** Names of the currents among parameters; the dark current belongs to the silicon. */
export function currentNamesOf(parameters: AnalogParameters): string[] {
  return Object.keys(parameters).filter(
    (name) => name.startsWith('I') && name !== 'Io' && name !== 'Iscale',
  );
}

/**
 * The values of a parameter by its name.
 *
 * @throws RangeError if the model has none of the name
 */
export function valuesOf(parameters: AnalogParameters, name: string): Float64Array {
  const values = parameterValues(parameters, name);
  if (values === undefined) throw new RangeError(`${parameters.model} has no ${name}`);
  return values;
}

/** Prepares the mean of a parameter over some neurons, in which a circuit that is switched off has no say. */
export function meanOver(
  parameters: AnalogParameters,
  neurons: readonly number[],
): (name: string) => number {
  const { dc, adaptation, nmda } = switchesOf(parameters);
  const uses = (name: string): readonly boolean[] | undefined => {
    if (name === 'Idc') return dc;
    if (name === 'If_nmda') return nmda;
    return name.endsWith('_ahp') ? adaptation : undefined;
  };
  return (name) => {
    const values = valuesOf(parameters, name);
    const inUse = uses(name);
    const used = inUse === undefined ? neurons : neurons.filter((n) => inUse[n]!);
    const asked = used.length > 0 ? used : neurons;
    return asked.reduce((sum, n) => sum + values[n]!, 0) / asked.length;
  };
}
