import { z } from 'zod';
import { type Matrix, type MatrixInput, matrix, matrixRows } from '../../matrix.ts';
import { sizeOf, weightProblems } from '../checks.ts';
import type { StageDefinition } from '../stage.ts';
import type { DefinitionOf, StageBase, StageKind } from '../stage-kind.ts';
import { type PerNeuron, perNeuron, savedMatrix, savedValues, valueProblems } from '../values.ts';

/** What a user says of a linear stage. */
export interface LinearConfig {
  /** Weights `[pre][post]`, in units of `Iscale` amperes. */
  readonly weight: MatrixInput;
  /** Added to each post channel, or to all, in every step; nothing where left out. */
  readonly bias?: PerNeuron;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

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
 * @example
 * ```ts
 * linear({ weight: [[1, 0], [0, 1]] });
 * ```
 */
export function linear(config: LinearConfig): StageDefinition {
  return { kind: 'linear', ...config };
}

/** All about linear stages. */
export const linearKind: StageKind<DefinitionOf<'linear', LinearConfig>, LinearStage> = {
  problems: ({ weight, bias }) => [
    ...weightProblems('weight', weight),
    ...(bias === undefined ? [] : valueProblems('bias', bias, sizeOf(weight).columns)),
  ],
  outline({ weight }) {
    const { rows, columns } = sizeOf(weight);
    return { channelsIn: rows, channelsOut: columns, emits: 'weighted' };
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
  saved: z.strictObject({
    kind: z.literal('linear'),
    name: z.string(),
    weight: savedMatrix,
    bias: savedValues.optional(),
  }),
};
