// What differs between neurons with one lumped synapse and neurons with four dendrites. Everything that
// runs over steps is compiled once for each: `dendritic` is known where it is written.
import {
  COEFFICIENTS, DENDRITES, DENDRITIC_COEFFICIENTS, DENDRITIC_GRADIENT, DENDRITIC_STATE,
  DENDRITIC_TAPE, GRADIENT, STATE, TAPE,
} from '../layout';

/** Bytes of the coefficients of a vector. */
// @ts-ignore: decorator
@inline
export function coefficientBytes(dendritic: bool): usize {
  return dendritic ? DENDRITIC_COEFFICIENTS : COEFFICIENTS;
}

/** Bytes of the state of a vector. */
// @ts-ignore: decorator
@inline
export function stateBytes(dendritic: bool): usize {
  return dendritic ? DENDRITIC_STATE : STATE;
}

/** Bytes of the tape of one step of a vector. */
// @ts-ignore: decorator
@inline
export function tapeBytes(dendritic: bool): usize {
  return dendritic ? DENDRITIC_TAPE : TAPE;
}

/** Bytes of the gradient of a vector. */
// @ts-ignore: decorator
@inline
export function gradientBytes(dendritic: bool): usize {
  return dendritic ? DENDRITIC_GRADIENT : GRADIENT;
}

/** Vectors of weighted input of a row of `vectors` vectors of neurons: those of each dendrite in turn. */
// @ts-ignore: decorator
@inline
export function driveVectors(vectors: u32, dendritic: bool): u32 {
  return dendritic ? DENDRITES * vectors : vectors;
}
