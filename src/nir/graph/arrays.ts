/** Arrays of NIR as rows, lists and matrices of stages, and back. */
import type { Matrix } from '../../matrix.ts';
import type { NirArray } from './types.ts';

/** Turns weights `[post, pre]` into a matrix `[pre][post]`. */
export function matrixOf({ shape, values }: NirArray): Matrix {
  const [columns, rows] = [shape.at(-2)!, shape.at(-1)!];
  const turned = new Float64Array(rows * columns);
  for (let post = 0; post < columns; post++) {
    // Adding zero turns -0, which JSON does not know, into 0.
    for (let pre = 0; pre < rows; pre++)
      turned[pre * columns + post] = values[post * rows + pre]! + 0;
  }
  return { rows, columns, values: turned };
}

/** Turns a matrix `[pre][post]` into weights `[post, pre]`. */
export function nirMatrix({ rows, columns, values }: Matrix): NirArray {
  const turned = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
  return { shape: [columns, rows], values: turned };
}

/** A number for each of `size` channels; a single one counts for all. */
export function listOf({ values }: NirArray, size: number): number[] {
  return values.length === 1 ? new Array<number>(size).fill(values[0]!) : Array.from(values);
}

/** Numbers in a row as an array. */
export function nirList(values: Float64Array): NirArray {
  return { shape: [values.length], values };
}
