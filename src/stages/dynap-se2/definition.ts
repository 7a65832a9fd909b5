import { z } from 'zod';
import { type Matrix, type MatrixInput, matrix, matrixRows } from '../../matrix.ts';
import {
  type DynapSe2Parameters,
  type DynapSe2ParametersInput,
  dendriteNames,
  dynapSe2ParameterNames,
  dynapSe2ParameterProblems,
  dynapSe2Parameters,
} from '../../neurons/dynap-se2/parameters.ts';
import { problemText } from '../../problems.ts';
import { countProblems, recurrentProblems, stepProblems } from '../checks.ts';
import type { StageDefinition } from '../stage.ts';
import {
  type DefinitionOf,
  defaultStep,
  recurrentWeights,
  type StageBase,
  type StageKind,
} from '../stage-kind.ts';
import { listed, savedMatrix } from '../values.ts';

/** What a user says of a stage of DYNAP-SE2 neurons. */
export interface DynapSe2Config extends DynapSe2ParametersInput {
  /** Number of neurons; four input channels belong to each. */
  readonly neurons: number;
  /**
   * Recurrent weights `[pre][channel]`, acting one step later, in units of `Iscale` amperes. Channel
   * `dendrite·neurons + post`, the dendrites in the order AMPA, GABA, NMDA, SHUNT.
   */
  readonly recurrent?: MatrixInput;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

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
 * on. {@link ampaGaba} spreads signed weights. In training, a dendrite that gets nothing at all learns
 * nothing; start its weights above zero. Parameters that are left out take the chip's defaults;
 * currents are amperes, `dt` seconds.
 *
 * @example
 * ```ts
 * const net = pipeline(
 *   linear({ weight: ampaGaba([[3, -1], [-2, 4]]) }),
 *   dynapSe2({ neurons: 2, Itau_gaba: 2e-11 }),
 * );
 * net.channelsOut; // 2
 * ```
 */
export function dynapSe2(config: DynapSe2Config): StageDefinition {
  return { kind: 'dynapSe2', ...config };
}

const channelsOf = (neurons: number): number => dendriteNames.length * neurons;

/** All about populations of DYNAP-SE2 neurons. */
export const dynapSe2Kind: StageKind<DefinitionOf<'dynapSe2', DynapSe2Config>, DynapSe2Stage> = {
  problems({ kind: _, neurons, recurrent, dt, name: __, ...parameters }) {
    const count = countProblems('neurons', neurons);
    return [
      ...count,
      ...stepProblems(dt),
      ...dynapSe2ParameterProblems(parameters, count.length === 0 ? neurons : 1).map(problemText),
      ...recurrentProblems(recurrent, neurons, channelsOf(neurons)),
    ];
  },
  outline: ({ neurons, dt = defaultStep }) => ({
    channelsIn: channelsOf(neurons),
    channelsOut: neurons,
    emits: 'spikes',
    dt,
  }),
  build({ kind, neurons, recurrent, dt = defaultStep, name: _, ...parameters }, base) {
    return {
      kind,
      ...base,
      dt,
      parameters: dynapSe2Parameters(parameters, neurons),
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
      ...listed(parameters, dynapSe2ParameterNames),
      ...(recurrent === undefined ? {} : { recurrent: matrixRows(recurrent) }),
    };
  },
  // Its parameters are checked when it is built.
  saved: z.looseObject({
    kind: z.literal('dynapSe2'),
    name: z.string(),
    neurons: z.number(),
    dt: z.number(),
    recurrent: savedMatrix.optional(),
  }),
};
