/** Products of rows and matrices. */
import type { Matrix } from '../matrix.ts';

/** Adds a row of `input` times a matrix to a row of `output`; silent channels cost nothing. */
export function addProduct(
  { rows, columns, values }: Matrix,
  input: Float64Array | Uint32Array,
  output: Float64Array,
  from = 0,
  to = 0,
): void {
  for (let row = 0; row < rows; row++) {
    const factor = input[from + row]!;
    if (factor === 0) continue;
    for (let column = to, w = row * columns; column < to + columns; column++, w++) {
      output[column] = output[column]! + factor * values[w]!;
    }
  }
}
