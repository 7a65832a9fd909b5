/** What the columns of a CSV of events are: as it is told, or as its first line says. */
import { DataError } from '../../errors.ts';
import { fieldNames } from '../field-names.ts';

/** What a column holds: time, column, row, polarity, or nothing of interest. */
export type CsvColumn = 't' | 'x' | 'y' | 'p' | 'skip';

/** Unit of times. */
export type CsvTimeUnit = 'ns' | 'us' | 'ms' | 's';

/** Microseconds of each unit. */
export const microsOf: Readonly<Record<CsvTimeUnit, number>> = {
  ns: 1e-3,
  us: 1,
  ms: 1e3,
  s: 1e6,
};

/** How the lines of a file are to be read. */
export interface CsvLayout {
  readonly columns: readonly CsvColumn[];
  /** Byte between values. */
  readonly separator: number;
  readonly unit: CsvTimeUnit;
  /** Whether somebody has named the unit; the first time decides if not. */
  readonly isUnitNamed: boolean;
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** What a comment before all lines tells. */
export interface CsvGeometry {
  readonly width: number;
  readonly height: number;
  /** What the columns hold if no line names them. */
  readonly columns: readonly CsvColumn[];
}

/** What is told of a file. */
export interface CsvTold {
  readonly columns?: readonly CsvColumn[] | undefined;
  readonly separator?: string | undefined;
  readonly unit?: CsvTimeUnit | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Separators, as likely as they are. */
const separators = [',', ';', '\t', ' ', '|'] as const;

const names: Readonly<Record<string, CsvColumn>> = {
  ...fieldNames,
  col: 'x',
  column: 'x',
  row: 'y',
};

const units: Readonly<Record<string, CsvTimeUnit>> = {
  ns: 'ns',
  nsec: 'ns',
  nanosecond: 'ns',
  nanoseconds: 'ns',
  us: 'us',
  µs: 'us',
  μs: 'us',
  usec: 'us',
  microsecond: 'us',
  microseconds: 'us',
  ms: 'ms',
  msec: 'ms',
  millisecond: 'ms',
  milliseconds: 'ms',
  s: 's',
  sec: 's',
  second: 's',
  seconds: 's',
};

/** A column as its name tells it: `t`, `x@346`, `timestamp_us`, `time [ms]`. */
interface NamedColumn {
  readonly column: CsvColumn;
  readonly unit: CsvTimeUnit | undefined;
  readonly side: number | undefined;
}

function namedColumn(text: string): NamedColumn {
  const name = text.toLowerCase();
  const [, word = '', rest = ''] = /^([a-z]+)(.*)$/.exec(name) ?? [];
  const column = Object.hasOwn(names, word) ? names[word]! : 'skip';
  const unit = rest.match(/[a-zµμ]+/g)?.find((one) => Object.hasOwn(units, one)) ?? '';
  const side = Number(/@(\d{1,5})/.exec(rest)?.[1] ?? Number.NaN);
  return {
    column,
    unit: column === 't' && Object.hasOwn(units, unit) ? units[unit] : undefined,
    side: side >= 1 && side <= 65_536 ? side : undefined,
  };
}

/** The separator that a line has most of. */
function separatorOf(line: string): string {
  const counts = separators.map((one) => partsOf(line, one).length);
  return separators[counts.indexOf(Math.max(...counts))]!;
}

/** The parts of a line, out of their quotes. Several blanks between two are as one. */
export function partsOf(line: string, separator: string): string[] {
  const parts = separator === ' ' ? line.trim().split(/ +/) : line.split(separator);
  return parts.map(unquoted);
}

function unquoted(part: string): string {
  const text = part.trim();
  const [first] = text;
  if (first !== '"' && first !== "'") return text;
  return text.length > 1 && text.endsWith(first) ? text.slice(1, -1).trim() : text;
}

/** What a comment of Prophesee's programs tells, such as `%geometry:1280,720`: the pixels, and an order of columns of their own. */
export function geometryOf(line: string): CsvGeometry | undefined {
  const [, width, height] = /^%\s*geometry:\s*(\d{1,5})[,x](\d{1,5})\s*$/.exec(line) ?? [];
  const sides = { width: Number(width), height: Number(height) };
  const isSound =
    sides.width >= 1 && sides.height >= 1 && Math.max(sides.width, sides.height) <= 65_536;
  return isSound ? { ...sides, columns: ['x', 'y', 'p', 't'] } : undefined;
}

/** Names may stand in a comment. */
function uncommented(line: string): string {
  return line.replace(/^#\s*/, '');
}

/** Whether a part could be a value. */
export function isValue(part: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part) || /^(true|false|on|off)$/i.test(part);
}

/** Whether a line could be the names of columns, times and pixels among them. */
export function namesColumns(line: string): boolean {
  const names = uncommented(line);
  const parts = partsOf(names, separatorOf(names)).map((part) => namedColumn(part).column);
  return ['t', 'x', 'y'].every((name) => parts.filter((part) => part === name).length === 1);
}

/** Whether a line could be an event. */
export function isEvent(line: string): boolean {
  const parts = partsOf(line, separatorOf(line));
  return parts.length >= 3 && parts.length <= 16 && parts.every(isValue);
}

/**
 * Finds out how a file is to be read, by its first line.
 *
 * @throws DataError if it does not say
 */
export function layoutOf(
  first: string,
  told: CsvTold,
  geometry?: CsvGeometry,
): { readonly layout: CsvLayout; readonly isHeader: boolean } {
  const line = uncommented(first);
  const separator = told.separator ?? separatorOf(line);
  const parts = partsOf(line, separator);
  const isHeader = !parts.every(isValue);
  const named = isHeader ? parts.map(namedColumn) : [];
  const guessed = isHeader
    ? named.map(({ column }) => column)
    : (geometry?.columns ?? defaultColumns.slice(0, Math.max(3, parts.length)));
  const columns = told.columns ?? guessed;
  const missing = (['t', 'x', 'y'] as const).filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new DataError(
      `line 1 of this CSV names no column of ${missing.join(', ')}; tell them by columns, such as ['t', 'x', 'y', 'p']`,
    );
  }
  const twice = (['t', 'x', 'y', 'p'] as const).find(
    (name) => columns.filter((one) => one === name).length > 1,
  );
  if (twice !== undefined) {
    throw new DataError(`line 1 of this CSV names two columns of ${twice}; tell them by columns`);
  }
  const sideOf = (name: CsvColumn): number | undefined =>
    named.find(({ column }) => column === name)?.side;
  const unit = told.unit ?? named.find(({ column }) => column === 't')?.unit;
  const layout = {
    columns,
    separator: separator.charCodeAt(0),
    unit: unit ?? 'us',
    isUnitNamed: unit !== undefined,
    width: told.width ?? sideOf('x') ?? geometry?.width,
    height: told.height ?? sideOf('y') ?? geometry?.height,
  };
  return { layout, isHeader };
}

/** Columns of a file that names none. */
export const defaultColumns: readonly CsvColumn[] = ['t', 'x', 'y', 'p'];
