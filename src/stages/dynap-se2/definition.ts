/** DYNAP-SE2 neurons: how they are defined, checked and built. */
import type { Matrix, MatrixInput } from '../../matrix.ts';
import {
  type DynapSe2Parameters,
  type DynapSe2ParametersInput,
  dendriteNames,
  dynapSe2ParameterNames,
  dynapSe2ParameterProblems,
  dynapSe2Parameters,
} from '../../neurons/dynap-se2/parameters.ts';
import { analogProblems, writtenAnalog } from '../analog.ts';
import { builtRecurrence } from '../firing.ts';
import { populationOutline } from '../population-outline.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  defaultStep,
  definitionOf,
  recurrentWeights,
  type StageBase,
} from '../stage-kind.ts';

/** What a user says of a stage of DYNAP-SE2 neurons. */
export interface DynapSe2Config extends DynapSe2ParametersInput {
  /** Number of neurons; four input channels belong to each. */
  readonly neurons: number;
  /**
   * Recurrent weights `[pre][channel]`, acting one step later, in units of `Iscale` amperes. Channel
   * `dendrite·neurons + post`, the dendrites in the order AMPA, GABA, NMDA, SHUNT.
   */
  readonly recurrent?: MatrixInput;
  /** Step, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

/** DYNAP-SE2 neurons as written, not yet checked. */
export type DynapSe2Definition = DefinitionOf<'dynapSe2', DynapSe2Config>;

/** A population of DYNAP-SE2 neurons with their four dendrites. */
export interface DynapSe2Stage extends StageBase {
  readonly kind: 'dynapSe2';
  /** Step, seconds. */
  readonly dt: number;
  /** Parameters, one value per neuron. */
  readonly parameters: DynapSe2Parameters;
  /** Recurrent weights `[pre][channel]`. */
  readonly recurrent?: Matrix;
}

/**
 * Defines a population of DYNAP-SE2 neurons: the full circuit, in which AMPA, GABA, NMDA and SHUNT have a
 * synapse each. It takes `4 × neurons` channels, channel `dendrite·neurons + neuron` in this order of the
 * dendrites, and gives `neurons`: the columns of the weights before it say which dendrite a connection ends
 * on. `ampaGaba` spreads signed weights. In training, a dendrite that gets nothing at all learns
 * nothing; start its weights above zero. Parameters that are left out take the chip's defaults;
 * currents are amperes, `dt` seconds.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * const net = pipeline(
 *   linear({ weight: ampaGaba([[3, -1], [-2, 4]]) }),
 *   dynapSe2({ neurons: 2, Itau_gaba: 2e-11 }),
 * );
 * net.channelsOut; // 2
 * ```
 */
export function dynapSe2(config: DynapSe2Config): DynapSe2Definition {
  return definitionOf('dynapSe2', config);
}

const channelsOf = (neurons: number): number => dendriteNames.length * neurons;

/** How DYNAP-SE2 neurons are defined, checked and built. */
export const dynapSe2Definition: DefinitionForm<DynapSe2Definition, DynapSe2Stage> = {
  emits: 'spikes',
  problems: (definition) =>
    analogProblems(definition, dendriteNames.length, dynapSe2ParameterProblems),
  outline({ neurons, dt }) {
    const { channelsOut, ...own } = populationOutline({
      neurons,
      ...(dt === undefined ? {} : { dt }),
    });
    const inputs = [channelsOut === undefined ? undefined : channelsOf(channelsOut)];
    return { ...own, channelsOut, inputs };
  },
  build({ kind, neurons, recurrent, dt = defaultStep, name: _, ...parameters }, base) {
    return {
      kind,
      ...base,
      dt,
      parameters: dynapSe2Parameters(parameters, neurons),
      ...builtRecurrence(recurrent),
    };
  },
  ...recurrentWeights,
  definition: (stage) => ({ kind: stage.kind, ...writtenAnalog(stage, dynapSe2ParameterNames) }),
};
