// What differs between the models of neurons: sizes. Everything that runs over steps is compiled once for neurons with
// one lumped synapse, once for four dendrites, and once for all that forward Euler steps: `model` is known where it is
// written.
import {
  COEFFICIENTS, DENDRITIC_COEFFICIENTS, DENDRITIC_GRADIENT, DENDRITIC_STATE, DENDRITIC_TAPE,
  EULER_COEFFICIENTS, EULER_GRADIENT, EULER_STATE, EULER_TAPE, GRADIENT, LEFT, SPIKES, STATE, TAPE,
} from '../layout';
import { DENDRITES, DENDRITIC, LIF } from '../numbers';

/** Stands for all models that forward Euler steps; a workspace tells them apart. */
export const EULER: u32 = LIF;

/** One of three numbers: for a lumped synapse, for dendrites, and for forward Euler. */
// @ts-ignore: decorator
@inline
function choose(model: u32, lumped: usize, dendritic: usize, euler: usize): usize {
  return model == EULER ? euler : model == DENDRITIC ? dendritic : lumped;
}

/** Bytes of the coefficients of a vector. */
// @ts-ignore: decorator
@inline
export function coefficientBytes(model: u32): usize {
  return choose(model, COEFFICIENTS, DENDRITIC_COEFFICIENTS, EULER_COEFFICIENTS);
}

/** Bytes of the state of a vector. */
// @ts-ignore: decorator
@inline
export function stateBytes(model: u32): usize {
  return choose(model, STATE, DENDRITIC_STATE, EULER_STATE);
}

/** Where a state has what left in the last step. */
// @ts-ignore: decorator
@inline
export function leftAt(model: u32): usize {
  return choose(model, SPIKES, SPIKES, LEFT);
}

/** Bytes of the tape of one step of a vector. */
// @ts-ignore: decorator
@inline
export function tapeBytes(model: u32): usize {
  return choose(model, TAPE, DENDRITIC_TAPE, EULER_TAPE);
}

/** Bytes of the gradient of a vector. */
// @ts-ignore: decorator
@inline
export function gradientBytes(model: u32): usize {
  return choose(model, GRADIENT, DENDRITIC_GRADIENT, EULER_GRADIENT);
}

/** Vectors of weighted input of a row of `vectors` vectors of neurons: those of each dendrite in turn. */
// @ts-ignore: decorator
@inline
export function driveVectors(vectors: u32, model: u32): u32 {
  return model == DENDRITIC ? DENDRITES * vectors : vectors;
}
