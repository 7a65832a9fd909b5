/** How neurons fire: what LIF and IF neurons have in common. */
import { type Matrix, type MatrixInput, matrix, matrixRows } from '../matrix.ts';
import type { FiringParameters } from '../neurons/lif/parameters.ts';
import { filledIn, listed, type PerNeuron, type ValueFields } from './values.ts';

/** Values of neurons that fire. */
export interface FiringValues {
  /** Potential above which a neuron fires; 1 if left out. */
  readonly threshold?: PerNeuron;
  /** Potential after a spike; 0 if left out. */
  readonly reset?: PerNeuron;
}

/** What a user says of how neurons fire. */
export interface FiringConfig extends FiringValues {
  /** Recurrent weights `[pre][post]`, acting one step later. */
  readonly recurrent?: MatrixInput;
}

/** How neurons fire, one value per neuron. */
export interface Firing extends FiringParameters {
  /** Recurrent weights `[pre][post]`. */
  readonly recurrent?: Matrix;
}

/** The values of neurons that fire. */
export const firingFields: ValueFields<FiringValues> = {
  threshold: { default: 1 },
  reset: { default: 0 },
};

/** Recurrent weights, if there are any. */
export function builtRecurrence(recurrent: MatrixInput | undefined): { recurrent?: Matrix } {
  return recurrent === undefined ? {} : { recurrent: matrix(recurrent) };
}

/** Recurrent weights as rows, if there are any. */
export function writtenRecurrence(recurrent: Matrix | undefined): { recurrent?: number[][] } {
  return recurrent === undefined ? {} : { recurrent: matrixRows(recurrent) };
}

/** Completes how `neurons` neurons fire. */
export function buildFiring(config: FiringConfig, neurons: number): Firing {
  const { recurrent, ...values } = config;
  const filled = filledIn(firingFields, values, neurons) as FiringParameters;
  return { ...filled, ...builtRecurrence(recurrent) };
}

/** The definition of how neurons fire. */
export function firingDefinition({ recurrent, ...stage }: Firing): FiringConfig {
  return {
    ...listed<FiringValues>(firingFields, stage),
    ...writtenRecurrence(recurrent),
  };
}
