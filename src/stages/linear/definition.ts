/** The linear stage: a matrix of weights and a bias. */
import { type Matrix, type MatrixInput, matrix, matrixRows } from '../../matrix.ts';
import { anything, optionProblems } from '../../options.ts';
import { perNeuronValues, sizeOf, stageName, weights } from '../checks.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  definitionOf,
  type StageBase,
} from '../stage-kind.ts';
import { type PerNeuron, perNeuron } from '../values.ts';

/** What a user says of a linear stage. */
export interface LinearConfig {
  /** Weights `[pre][post]`, in units of `Iscale` amperes. */
  readonly weight: MatrixInput;
  /** Added to each post channel, or to all, in every step; nothing if left out. */
  readonly bias?: PerNeuron;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** A linear stage as written, not yet checked. */
export type LinearDefinition = DefinitionOf<'linear', LinearConfig>;

/** Multiplies spikes by a matrix of weights and adds a bias. */
export interface LinearStage extends StageBase {
  readonly kind: 'linear';
  /** Weights `[pre][post]`. */
  readonly weight: Matrix;
  /** Added to each post channel in every step. */
  readonly bias?: Float64Array;
}

/**
 * Defines a linear stage: out[post] = Σ weight[pre][post]·in[pre] + bias[post] (Linear and, with a
 * bias, Affine of NIR). Training changes its weights and leaves its bias.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * linear({ weight: [[1, 0], [0, 1]] });
 * ```
 */
export function linear(config: LinearConfig): LinearDefinition {
  return definitionOf('linear', config);
}

/** How linear stages are defined, checked and built. */
export const linearDefinition: DefinitionForm<LinearDefinition, LinearStage> = {
  emits: 'weighted',
  problems: (definition) =>
    optionProblems<LinearDefinition>(
      definition,
      {
        kind: anything,
        weight: weights(),
        bias: perNeuronValues(sizeOf(definition.weight).columns),
        name: stageName,
      },
      'weight',
    ),
  outline({ weight }) {
    const { rows, columns } = sizeOf(weight);
    return { inputs: [rows], channelsOut: columns };
  },
  build: ({ kind, weight, bias }, base) => ({
    kind,
    ...base,
    weight: matrix(weight),
    ...(bias === undefined ? {} : { bias: perNeuron(bias, base.channelsOut) }),
  }),
  weights: ({ weight }) => weight,
  withWeights: (stage, weight) => ({ ...stage, weight }),
  definition: ({ kind, name, weight, bias }) => ({
    kind,
    name,
    weight: matrixRows(weight),
    ...(bias === undefined ? {} : { bias: Array.from(bias) }),
  }),
};
