/** A dense matrix, row-major. Weights are `[pre][post]`: one row per presynaptic channel. */
export interface Matrix {
  /** Number of rows (presynaptic channels). */
  readonly rows: number;
  /** Number of columns (postsynaptic channels). */
  readonly columns: number;
  /** `rows × columns` entries, row after row. */
  readonly values: Float64Array;
}

/** What is accepted wherever a matrix is wanted. */
export type MatrixInput = Matrix | readonly (readonly number[])[];

/** Tells whether `input` is already a {@link Matrix}. */
export function isMatrix(input: MatrixInput): input is Matrix {
  return !Array.isArray(input);
}

/**
 * Copies rows of numbers into a {@link Matrix}; missing entries of ragged rows become NaN.
 *
 * @example
 * ```ts
 * matrix([[1, 2], [3, 4]]).values; // Float64Array [1, 2, 3, 4]
 * ```
 */
export function matrix(input: MatrixInput): Matrix {
  if (isMatrix(input)) return { ...input, values: input.values.map((value) => value + 0) };
  const rows = input.length;
  const columns = input[0]?.length ?? 0;
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    // Adding zero turns -0, which JSON does not know, into 0.
    for (let c = 0; c < columns; c++) values[r * columns + c] = (input[r]?.[c] ?? Number.NaN) + 0;
  }
  return { rows, columns, values };
}

/** Turns a matrix back into rows of numbers, for printing and JSON. */
export function matrixRows({ rows, columns, values }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, r) =>
    Array.from(values.subarray(r * columns, (r + 1) * columns)),
  );
}
