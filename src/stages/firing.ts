import type { z } from 'zod';
import { type Matrix, type MatrixInput, matrix, matrixRows } from '../matrix.ts';
import { recurrentProblems } from './checks.ts';
import {
  filledIn,
  listed,
  optionalProblems,
  type PerNeuron,
  savedMatrix,
  savedValues,
} from './values.ts';

/** What a user says of how neurons fire. */
export interface FiringConfig {
  /** Potential above which a neuron fires; 1 where left out. */
  readonly threshold?: PerNeuron;
  /** Potential after a spike; 0 where left out. */
  readonly reset?: PerNeuron;
  /** Recurrent weights `[pre][post]`, acting one step later. */
  readonly recurrent?: MatrixInput;
}

/** How neurons fire, one value per neuron. */
export interface Firing {
  /** Potential above which a neuron fires. */
  readonly threshold: Float64Array;
  /** Potential after a spike. */
  readonly reset: Float64Array;
  /** Recurrent weights `[pre][post]`. */
  readonly recurrent?: Matrix;
}

const defaults = { threshold: 1, reset: 0 };

/** Lists what is wrong with how `neurons` neurons fire. */
export function firingProblems(config: FiringConfig, neurons: number): string[] {
  return [
    ...optionalProblems(config, defaults, neurons),
    ...recurrentProblems(config.recurrent, neurons),
  ];
}

/** Completes how `neurons` neurons fire. */
export function buildFiring(config: FiringConfig, neurons: number): Firing {
  const { recurrent } = config;
  return {
    ...filledIn(config, defaults, neurons),
    ...(recurrent === undefined ? {} : { recurrent: matrix(recurrent) }),
  };
}

/** The definition of how neurons fire. */
export function firingDefinition(stage: Firing): FiringConfig {
  const { recurrent } = stage;
  return {
    ...listed(stage, ['threshold', 'reset']),
    ...(recurrent === undefined ? {} : { recurrent: matrixRows(recurrent) }),
  };
}

/** What neurons that fire have in a file. */
export const savedFiring: { readonly [name in keyof FiringConfig]-?: z.ZodType } = {
  threshold: savedValues.optional(),
  reset: savedValues.optional(),
  recurrent: savedMatrix.optional(),
};
