/** Matrices whose rows or columns are times factors. */
import type { Matrix } from '../matrix.ts';

/** The same matrix with each row times a factor of its own. */
export function scaleRows({ rows, columns, values }: Matrix, factors: Float64Array): Matrix {
  return {
    rows,
    columns,
    // Adding zero turns -0, which JSON does not know, into 0.
    values: values.map((value, i) => value * factors[Math.floor(i / columns)]! + 0),
  };
}

/** The same matrix with each column times a factor of its own. */
export function scaleColumns({ rows, columns, values }: Matrix, factors: Float64Array): Matrix {
  return { rows, columns, values: values.map((value, i) => value * factors[i % columns]! + 0) };
}
