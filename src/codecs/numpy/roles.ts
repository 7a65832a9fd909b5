/** Which numbers of NumPy arrays are times, columns, rows and polarities; and which array is a raster. */
import { DataError } from '../../errors.ts';
import { type EventField, fieldNames } from '../field-names.ts';
import type { NpyArray, NpyField, ReadNumber } from './array.ts';

/** What a column of an array of numbers holds. */
export type NpyColumn = 't' | 'x' | 'y' | 'p' | 'skip';

/** Numbers of events, one after the other. */
export interface Numbers {
  readonly read: ReadNumber;
  /** Reads a thousandth of one, where that is more exact. */
  readonly readThousandth: ReadNumber | undefined;
  /** Where the first stands in its bytes. */
  readonly offset: number;
  /** Bytes from one to the next. */
  readonly stride: number;
  /** Microseconds of one, if its type says so. */
  readonly micros: number | undefined;
}

/** The numbers of events. */
export interface EventNumbers {
  readonly t: Numbers;
  readonly x: Numbers;
  readonly y: Numbers;
  /** All events are ON if it is missing. */
  readonly p: Numbers | undefined;
}

const roles: Readonly<Record<string, EventField>> = {
  ...fieldNames,
  times: 't',
  polarities: 'p',
};

/** What a name means; undefined if nothing that is known. */
export function roleOf(name: string): EventField | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(roles, lower) ? roles[lower] : undefined;
}

/** An array that has been found to hold events, or counts of spikes. */
export type Meaning =
  | {
      readonly kind: 'events';
      readonly numbers: EventNumbers;
      readonly count: number;
      readonly rowBytes: number;
    }
  | { readonly kind: 'raster'; readonly steps: number; readonly channels: number };

/**
 * Finds out what an array holds.
 *
 * @param columns what its columns hold, if it has two dimensions and they are events
 * @throws DataError if it is neither
 */
export function meaningOf(array: NpyArray, columns: readonly NpyColumn[] | undefined): Meaning {
  const { isRecord, shape, itemBytes, fields, fortran } = array;
  if (isRecord) {
    if (shape.length > 1)
      throw new DataError(`records of ${shape.length} dimensions are no events`);
    const numbers = byName(fields.map((field) => [field.name, inRecord(field, itemBytes)]));
    return { kind: 'events', numbers, count: array.count, rowBytes: itemBytes };
  }
  const [rows = 0, width = 0] = shape;
  if (shape.length !== 2) {
    throw new DataError(
      `a NumPy array of ${shape.length} dimensions is neither events nor a raster of [steps, channels]`,
    );
  }
  if (columns === undefined) {
    if (width < 1) throw new DataError('a raster without channels holds nothing');
    return { kind: 'raster', steps: rows, channels: width };
  }
  if (columns.length !== width) {
    throw new DataError(`${columns.length} columns are told; this NumPy array has ${width}`);
  }
  const [field] = fields;
  const numbers = byName(
    columns.map((column, i) => [
      column,
      {
        read: field!.read,
        readThousandth: field!.readThousandth,
        micros: undefined,
        offset: itemBytes * (fortran ? i * rows : i),
        stride: itemBytes * (fortran ? 1 : width),
      },
    ]),
  );
  return { kind: 'events', numbers, count: rows, rowBytes: itemBytes * width };
}

function inRecord({ read, readThousandth, offset, micros }: NpyField, stride: number): Numbers {
  return { read, readThousandth, offset, stride, micros };
}

/**
 * Finds the numbers of events by their names.
 *
 * @throws DataError if some are missing
 */
export function byName(
  named: readonly (readonly [name: string, numbers: Numbers])[],
): EventNumbers {
  const found: { [role in 't' | 'x' | 'y' | 'p']?: Numbers } = {};
  for (const [name, numbers] of named) {
    const role = roleOf(name);
    if (role !== undefined) found[role] ??= numbers;
  }
  const { t, x, y, p } = found;
  if (t === undefined || x === undefined || y === undefined) {
    const missing = (['t', 'x', 'y'] as const).filter((role) => found[role] === undefined);
    const names = named.map(([name]) => name).join(', ');
    throw new DataError(`this NumPy array has no ${missing.join(', ')}; it has ${names}`);
  }
  return { t, x, y, p };
}
