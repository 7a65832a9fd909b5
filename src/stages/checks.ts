/** Checks that several kinds of stages share. */
import { firstNotFinite, type Matrix, type MatrixInput } from '../matrix.ts';
import { type Check, number, text } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';

/** Neurons of a stage at most: with 24 parameters each, this fills 200 MB. */
const mostNeurons = 2 ** 20;

/** Checks a number of neurons or channels. */
export const count: Check = number({ min: 1, max: mostNeurons, whole: true });

/** Checks the name of a stage: a colon stands before a state of its neurons, as in `hidden:imem`. */
export const stageName: Check = (given) => {
  const problems = text(given);
  if (problems.length > 0) return problems;
  const name = given as string;
  return name !== '' && !name.includes(':')
    ? []
    : [problem('', 'out-of-range', name, 'a name needs a character, and no colon')];
};

/** Checks a step. */
export const step: Check = number({ above: 0, unit: 'seconds' });

/** The number of neurons or channels, where it is sound. */
export function soundCount(given: unknown): number | undefined {
  return count(given).length === 0 ? (given as number) : undefined;
}

/** Whether something is a {@link Matrix}, as far as its fields tell. */
function isMatrixLike(given: unknown): given is Matrix {
  const { rows, columns, values } = (given ?? {}) as Partial<Matrix>;
  return typeof rows === 'number' && typeof columns === 'number' && values instanceof Float64Array;
}

/** A list of some kind, but no text. */
export function isList(given: unknown): given is ArrayLike<unknown> {
  const { length } = (given ?? {}) as { length?: unknown };
  return typeof given === 'object' && Number.isSafeInteger(length) && (length as number) >= 0;
}

/** Rows and columns of a matrix, sound or not, as far as they can be told. */
export function sizeOf(given: unknown): {
  rows: number | undefined;
  columns: number | undefined;
} {
  if (isMatrixLike(given)) return { rows: given.rows, columns: given.columns };
  if (!Array.isArray(given)) return { rows: undefined, columns: undefined };
  const [first] = given as readonly unknown[];
  return { rows: given.length, columns: isList(first) ? first.length : undefined };
}

const matrixNeeded = 'rows of numbers or a matrix is needed';

function shapeProblems(given: unknown): Problem[] {
  if (isMatrixLike(given)) {
    const { rows, columns, values } = given;
    return values.length === rows * columns
      ? []
      : [problem('values.length', 'wrong-shape', values.length, `${rows}×${columns} are needed`)];
  }
  if (!Array.isArray(given)) return [problem('', 'wrong-type', given, matrixNeeded)];
  const rows: readonly unknown[] = given;
  const odd = Array.from(rows).findIndex((row) => !Array.isArray(row));
  if (odd >= 0) return [problem(`[${odd}]`, 'wrong-type', rows[odd], 'a row of numbers is needed')];
  const widths = rows.map((row) => (row as readonly unknown[]).length);
  const ragged = widths.findIndex((width) => width !== widths[0]);
  if (ragged < 0) return [];
  const needed = `${widths[0]} entries are needed, as in the first row`;
  return [problem(`[${ragged}].length`, 'wrong-shape', widths[ragged], needed)];
}

function entryProblems(given: MatrixInput, columns: number): Problem[] {
  const bad = (value: unknown): boolean => !Number.isFinite(value);
  const at = (r: number, c: number, value: unknown): Problem[] => {
    const code = typeof value === 'number' ? 'not-finite' : 'wrong-type';
    return [problem(`[${r}][${c}]`, code, value, 'a finite number is needed')];
  };
  if (isMatrixLike(given)) {
    const i = firstNotFinite(given.values);
    return i < 0 ? [] : at(Math.floor(i / columns), i % columns, given.values[i]);
  }
  for (const [r, row] of (given as readonly (readonly number[])[]).entries()) {
    const c = Array.from(row).findIndex(bad);
    if (c >= 0) return at(r, c, row[c]);
  }
  return [];
}

/** Checks a matrix of weights, of a size where one is given. */
export function weights(size: { readonly rows?: number; readonly columns?: number } = {}): Check {
  return (given) => {
    const shape = shapeProblems(given);
    if (shape.length > 0) return shape;
    const { rows = 0, columns = 0 } = sizeOf(given);
    const [wantedRows, wantedColumns] = [size.rows ?? rows, size.columns ?? columns];
    if (rows * columns === 0 || rows !== wantedRows || columns !== wantedColumns) {
      const needed =
        size.rows === undefined
          ? 'one row and one column at least are needed'
          : `${wantedRows}×${wantedColumns} is needed`;
      return [problem('', 'wrong-shape', `${rows}×${columns}`, needed)];
    }
    return entryProblems(given as MatrixInput, columns);
  };
}

/** Checks weights between the neurons of one population, of `channels` input channels. */
export function recurrence(
  neurons: number | undefined,
  channels: number | undefined = neurons,
): Check {
  return weights(
    neurons === undefined || channels === undefined ? {} : { rows: neurons, columns: channels },
  );
}

/** Checks one value for all neurons or channels, or one for each of `length`. */
export function perNeuronValues(
  length: number | undefined,
  neededOf: (value: number) => string | undefined = () => undefined,
): Check {
  const one = (value: unknown): Problem[] => {
    if (typeof value !== 'number') {
      return [problem('', 'wrong-type', value, 'a finite number is needed')];
    }
    if (!Number.isFinite(value)) {
      return [problem('', 'not-finite', value, 'a finite number is needed')];
    }
    const needed = neededOf(value);
    return needed === undefined ? [] : [problem('', 'out-of-range', value, needed)];
  };
  return (given) => {
    if (typeof given === 'number') return one(given);
    if (!isList(given)) {
      return [problem('', 'wrong-type', given, 'a number, or one for each, is needed')];
    }
    if (length === undefined) return [];
    if (given.length !== length) {
      return [problem('length', 'wrong-shape', given.length, `${length} values are needed`)];
    }
    const values = Array.from(given);
    const at = values.findIndex((value) => one(value).length > 0);
    return at < 0 ? [] : within(`[${at}]`, one(values[at]));
  };
}

/** Checks a list of one value for each channel, as many as there are. */
export const channelValues: Check = (given) => {
  if (!isList(given)) return [problem('', 'wrong-type', given, 'a list of numbers is needed')];
  const length = within('length', count(given.length));
  return length.length > 0 ? length : perNeuronValues(given.length)(given);
};

/** Length of a list, where it is one. */
export function lengthOf(given: unknown): number | undefined {
  return isList(given) ? given.length : undefined;
}

/** Says what a time constant must be that forward Euler steps by `dt`, if it is not. */
export function tauNeeded(dt: number): (tau: number) => string | undefined {
  // Above dt = 2·tau, what should decay grows: its factor per step, 1 - dt/tau, is below -1.
  return (tau) => {
    if (!(tau > 0)) return 'seconds above 0 are needed';
    return dt > 2 * tau
      ? `steps of ${dt} s make it diverge; it must be at least ${dt / 2} s, or dt smaller`
      : undefined;
  };
}
