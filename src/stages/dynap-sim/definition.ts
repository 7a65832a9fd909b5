import { z } from 'zod';
import { type Matrix, type MatrixInput, matrix, matrixRows } from '../../matrix.ts';
import {
  type DynapSimParameters,
  type DynapSimParametersInput,
  dynapSimParameters,
  parameterNames,
  parameterProblems,
} from '../../neurons/dynap-sim/parameters.ts';
import { problemText } from '../../problems.ts';
import { countProblems, recurrentProblems, stepProblems } from '../checks.ts';
import type { StageDefinition } from '../stage.ts';
import {
  type DefinitionOf,
  defaultStep,
  populationOutline,
  recurrentWeights,
  type StageBase,
  type StageKind,
} from '../stage-kind.ts';
import { listed, savedMatrix } from '../values.ts';

/** What a user says of a stage of DynapSim neurons. */
export interface DynapSimConfig extends DynapSimParametersInput {
  /** Number of neurons. */
  readonly neurons: number;
  /** Recurrent weights `[pre][post]`, acting one step later, in units of `Iscale` amperes. */
  readonly recurrent?: MatrixInput;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

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
 * @example
 * ```ts
 * dynapSim({ neurons: 2, recurrent: [[0, -1], [-1, 0]], Idc: 1e-11 });
 * ```
 */
export function dynapSim(config: DynapSimConfig): StageDefinition {
  return { kind: 'dynapSim', ...config };
}

/** All about populations of DynapSim neurons. */
export const dynapSimKind: StageKind<DefinitionOf<'dynapSim', DynapSimConfig>, DynapSimStage> = {
  problems({ kind: _, neurons, recurrent, dt, name: __, ...parameters }) {
    const count = countProblems('neurons', neurons);
    return [
      ...count,
      ...stepProblems(dt),
      ...parameterProblems(parameters, count.length === 0 ? neurons : 1).map(problemText),
      ...recurrentProblems(recurrent, neurons),
    ];
  },
  outline: (config) => populationOutline(config, 'spikes'),
  build({ kind, neurons, recurrent, dt = defaultStep, name: _, ...parameters }, base) {
    return {
      kind,
      ...base,
      dt,
      parameters: dynapSimParameters(parameters, neurons),
      ...(recurrent === undefined ? {} : { recurrent: matrix(recurrent) }),
    };
  },
  ...recurrentWeights,
  definition({ kind, name, channelsOut, dt, parameters, recurrent }) {
    return {
      kind,
      name,
      neurons: channelsOut,
      dt,
      Iscale: parameters.Iscale,
      ...listed(parameters, parameterNames),
      ...(recurrent === undefined ? {} : { recurrent: matrixRows(recurrent) }),
    };
  },
  // Its parameters are checked when it is built.
  saved: z.looseObject({
    kind: z.literal('dynapSim'),
    name: z.string(),
    neurons: z.number(),
    dt: z.number(),
    recurrent: savedMatrix.optional(),
  }),
};
