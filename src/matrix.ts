import { InvalidArgumentError } from './errors.ts';
import { listProblems, readable, readItem } from './options.ts';
import { type Problem, problem } from './problems.ts';

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
  const junk = matrixProblem(input);
  if (junk !== undefined) throw new InvalidArgumentError('this is no matrix', [junk]);
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

/** Says what keeps something from being a matrix or rows, if anything does; entries of rows may be of any number. */
function matrixProblem(input: unknown): Problem | undefined {
  const [found] = readable(() => {
    const own = faultIn(input);
    return own === undefined ? [] : [own];
  });
  return found;
}

/** Entries of a matrix at most: a gigabyte. */
export const mostWeights: number = 2 ** 27;

function faultIn(input: unknown): Problem | undefined {
  const needed = 'rows of numbers or a matrix is needed';
  if (Array.isArray(input)) {
    const rows: readonly unknown[] = input;
    const columns = Math.max(1, Number(lengthOf(rows[0]) ?? 1));
    if (!(rows.length * columns <= mostWeights)) {
      const given = `${rows.length}×${columns}`;
      return problem('', 'too-large', given, `${mostWeights} entries are the most`);
    }
    const odd = Array.from(rows).findIndex((row) => !isRow(row));
    return odd < 0 ? undefined : problem(`[${odd}]`, 'wrong-type', rows[odd], needed);
  }
  const { rows, columns, values } = (input ?? {}) as Partial<Record<keyof Matrix, unknown>>;
  const sound =
    values instanceof Float64Array &&
    typeof rows === 'number' &&
    typeof columns === 'number' &&
    Number.isInteger(rows) &&
    rows >= 0 &&
    values.length === rows * columns;
  return sound ? undefined : problem('', 'wrong-type', input, needed);
}

/** Whether something is a list of numbers; holes are missing entries. */
function isRow(row: unknown): boolean {
  const values = row instanceof Float64Array || row instanceof Float32Array;
  if (values || !Array.isArray(row)) return values;
  return row.length <= mostWeights && row.every((value) => typeof value === 'number');
}

function lengthOf(row: unknown): number | undefined {
  return (row as { readonly length?: number } | null | undefined)?.length;
}

/** Turns a matrix back into rows of numbers, for printing and JSON. */
export function matrixRows(given: Matrix): number[][] {
  given = readItem(given);
  const junk =
    listProblems(given).length === 0
      ? problem('', 'wrong-type', given, 'a matrix is needed')
      : matrixProblem(given);
  if (junk !== undefined) throw new InvalidArgumentError('this is no matrix', [junk]);
  const { rows, columns, values } = given;
  return Array.from({ length: rows }, (_, r) =>
    Array.from(values.subarray(r * columns, (r + 1) * columns)),
  );
}

/** Place of the first value that is not finite; -1 if all are. A call per value would cost ten times more. */
export function firstNotFinite(values: Float64Array): number {
  // What is not finite stays so in any sum: four of pairs at a time tell soonest. One that overflows is looked at again.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length & ~7;
  for (let i = 0; i < whole; i += 8) {
    a += values[i]! + values[i + 4]!;
    b += values[i + 1]! + values[i + 5]!;
    c += values[i + 2]! + values[i + 6]!;
    d += values[i + 3]! + values[i + 7]!;
  }
  for (let i = whole; i < values.length; i++) a += values[i]!;
  if (Number.isFinite(a + b + c + d)) return -1;
  for (let i = 0; i < values.length; i++) {
    if (!(Math.abs(values[i]!) < Number.POSITIVE_INFINITY)) return i;
  }
  return -1;
}
