/** CSV: a line for each event, in columns that are told or named by the first line. */
import { flag, listOf, number, type OptionTable, oneOf } from '../../options.ts';
import { problem } from '../../problems.ts';
import type { Codec } from '../codec.ts';
import { checkOptions } from '../sound.ts';
import { csvDecoder } from './decoder.ts';
import { csvEncoder } from './encoder.ts';
import {
  type CsvColumn,
  type CsvTimeUnit,
  defaultColumns,
  geometryOf,
  isEvent,
  namesColumns,
} from './layout.ts';

/** How a CSV is read. */
export interface CsvDecoderOptions {
  /** What each column holds; named by the first line, or `t, x, y, p`, if left out. */
  readonly columns?: readonly CsvColumn[];
  /** Character between values; the one that the first line has most of, if left out. */
  readonly separator?: string;
  /** Whether the first line names the columns; seen by what it holds if left out. */
  readonly header?: boolean;
  /**
   * Unit of times; named by the first line (`t_ms`) if left out. If no line does, it is seconds where the first time has
   * five digits or more after its point, µs otherwise. Parts of a µs are rounded, of ns cut off.
   */
  readonly timeUnit?: CsvTimeUnit;
  /** Columns of pixels; named by the first line (`x@346`) if left out. */
  readonly width?: number;
  /** Rows of pixels. */
  readonly height?: number;
  /** Whether a line that is no event is an `error` (if left out), or one to `count`. */
  readonly badLines?: 'error' | 'count';
}

/** How a CSV is written. */
export interface CsvEncoderOptions {
  /** What each column holds; `t, x, y, p` if left out. */
  readonly columns?: readonly CsvColumn[];
  /** Character between values; a comma if left out. */
  readonly separator?: string;
  /** Whether the first line names the columns, with the pixels that there are; true if left out. AEStream reads none. */
  readonly header?: boolean;
  /** Unit of times; µs if left out. */
  readonly timeUnit?: CsvTimeUnit;
  /** What ends a line; `\n` if left out. */
  readonly lineEnd?: '\n' | '\r\n';
}

const columns = listOf(oneOf(['t', 'x', 'y', 'p', 'skip']), { min: 3 });
const timeUnit = oneOf(['ns', 'us', 'ms', 's']);
const anySide = number({ min: 1, max: 65_536, whole: true, unit: 'pixels' });

function separator(value: unknown): ReturnType<typeof anySide> {
  const is = typeof value === 'string' && /^[^\w.+\-\r\n"'\u0080-\uffff]$/.test(value);
  const needed = 'one character is needed that is in no number, such as , or ;';
  return is ? [] : [problem('', 'wrong-type', value, needed)];
}

const decoderTable: OptionTable<CsvDecoderOptions> = {
  columns,
  separator,
  header: flag,
  timeUnit,
  width: anySide,
  height: anySide,
  badLines: oneOf(['error', 'count']),
};
const encoderTable: OptionTable<CsvEncoderOptions> = {
  columns,
  separator,
  header: flag,
  timeUnit,
  lineEnd: oneOf(['\n', '\r\n']),
};

/** Bytes that are looked at to see what a file is. */
const headBytes = 4096;

/** Whether a character is none of a text. */
function isControl(character: string): boolean {
  return character < ' ' && !/\s/.test(character);
}

/** CSV of events. */
export const csv: Codec<CsvDecoderOptions, CsvEncoderOptions> = {
  name: 'csv',
  title: 'CSV',
  extensions: ['csv', 'txt'],
  detect(head, whole = false) {
    const some = head.subarray(0, headBytes);
    const lines = new TextDecoder().decode(some).split(/\r?\n/);
    // The last line may not be whole.
    if (!(whole && head.length <= headBytes)) lines.pop();
    const first = lines.find(
      (line) =>
        line.trim() !== '' &&
        (!/^[#%]|^sep=.$/.test(line) || namesColumns(line) || geometryOf(line)),
    );
    // What follows is no matter: bytes may come one by one.
    if (first === undefined || [...first].some(isControl)) return false;
    return namesColumns(first) || isEvent(first) || geometryOf(first) !== undefined;
  },
  decoder(options = {}) {
    options = checkOptions('CSV', options, decoderTable);
    const { timeUnit: unit, badLines = 'error', ...told } = options;
    return csvDecoder({ ...told, unit, badLines });
  },
  encoder(options = {}) {
    options = checkOptions('CSV', options, encoderTable);
    return csvEncoder({
      columns: options.columns ?? defaultColumns,
      separator: options.separator ?? ',',
      unit: options.timeUnit ?? 'us',
      header: options.header ?? true,
      lineEnd: options.lineEnd ?? '\n',
    });
  },
};
