/** What stages become on a chip: how a kind of stage tells the compiler, which asks no stage for its kind. */
import type { Matrix } from '../matrix.ts';
import type { LayoutName } from '../neurons/dynap-sim/parameters.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import type { Problem } from '../problems.ts';

/** Constants of the chip that neurons are converted for; those of the defaults if left out. */
export type ChipConstants = { readonly [name in LayoutName | 'Iscale']?: number };

/** What a stage becomes on a chip. */
export type ChipForm =
  | ChipWeights
  | ChipFactors
  | ChipPopulation
  /** What enters leaves as it is, at the same time: several inputs are added. */
  | { readonly form: 'sum' }
  /** The channels of all inputs, one after the other. */
  | { readonly form: 'concatenation'; readonly channels: readonly number[] }
  /** There is no such thing on a chip; problems have paths within the stage. */
  | { readonly form: 'none'; readonly problems: readonly Problem[] };

/** Weights from each channel that enters to each that leaves. */
export interface ChipWeights {
  readonly form: 'weights';
  /** `[pre][post]`, units of `Iscale`. */
  readonly weight: Matrix;
}

/** A factor for each channel. */
export interface ChipFactors {
  readonly form: 'factors';
  readonly factors: Float64Array;
}

/** Neurons that a chip has. */
export interface ChipPopulation {
  readonly form: 'population';
  /** Parameters of neurons that a chip has, one value per neuron. */
  readonly parameters: AnalogParameters;
  /** Recurrent weights `[pre][channel]`, what is taken over included. */
  readonly recurrent?: Matrix;
  /** Factor on all that enters each neuron, which the weights before it take over; 1 if there is none. */
  readonly takenOver?: Float64Array;
  /** Whether its neurons were made for the chip from others, and so weights must lead to them. */
  readonly converted: boolean;
}
