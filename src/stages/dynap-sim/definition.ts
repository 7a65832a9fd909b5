/** DynapSim neurons: how they are defined, checked and built. */
import type { Matrix, MatrixInput } from '../../matrix.ts';
import {
  type DynapSimParameters,
  type DynapSimParametersInput,
  dynapSimParameters,
  parameterNames,
  parameterProblems,
} from '../../neurons/dynap-sim/parameters.ts';
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

/** What a user says of a stage of DynapSim neurons. */
export interface DynapSimConfig extends DynapSimParametersInput {
  /** Number of neurons. */
  readonly neurons: number;
  /** Recurrent weights `[pre][post]`, acting one step later, in units of `Iscale` amperes. */
  readonly recurrent?: MatrixInput;
  /** Step, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

/** DynapSim neurons as written, not yet checked. */
export type DynapSimDefinition = DefinitionOf<'dynapSim', DynapSimConfig>;

/** A population of DynapSim neurons. */
export interface DynapSimStage extends StageBase {
  readonly kind: 'dynapSim';
  /** Step, seconds. */
  readonly dt: number;
  /** Parameters, one value per neuron. */
  readonly parameters: DynapSimParameters;
  /** Recurrent weights `[pre][post]`. */
  readonly recurrent?: Matrix;
}

/**
 * Defines a population of DynapSim neurons. Parameters that are left out take the chip's defaults;
 * currents are amperes, `dt` seconds.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * dynapSim({ neurons: 2, recurrent: [[0, -1], [-1, 0]], Idc: 1e-11 });
 * ```
 */
export function dynapSim(config: DynapSimConfig): DynapSimDefinition {
  return definitionOf('dynapSim', config);
}

/** How DynapSim neurons are defined, checked and built. */
export const dynapSimDefinition: DefinitionForm<DynapSimDefinition, DynapSimStage> = {
  emits: 'spikes',
  problems: (definition) => analogProblems(definition, 1, parameterProblems),
  outline: populationOutline,
  build({ kind, neurons, recurrent, dt = defaultStep, name: _, ...parameters }, base) {
    return {
      kind,
      ...base,
      dt,
      parameters: dynapSimParameters(parameters, neurons),
      ...builtRecurrence(recurrent),
    };
  },
  ...recurrentWeights,
  definition: (stage) => ({ kind: stage.kind, ...writtenAnalog(stage, parameterNames) }),
};
