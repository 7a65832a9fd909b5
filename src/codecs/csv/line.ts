/** Lines of a CSV that are not just digits: read slowly, with a reason if they are no event. */
import { shown } from '../../problems.ts';
import { type CsvLayout, partsOf } from './layout.ts';
import { microsOfTime } from './unit.ts';

/** The event of a line. */
export interface CsvEvent {
  readonly time: number;
  readonly x: number;
  readonly y: number;
  readonly on: 0 | 1;
}

/** Reads a line; gives what is wrong with it if it is no event. */
export function slowLine(line: string, { columns, separator, unit }: CsvLayout): CsvEvent | string {
  const parts = partsOf(line, String.fromCharCode(separator));
  if (parts.length !== columns.length) {
    return `${parts.length} values stand in it; ${columns.length} are needed`;
  }
  let [time, x, y, on] = [0, 0, 0, 1];
  for (const [i, column] of columns.entries()) {
    const part = parts[i]!;
    if (column === 'skip') continue;
    if (column === 'p') {
      const polarity = polarityOf(part);
      if (polarity === undefined) return `${shown(part)} is no polarity`;
      on = polarity;
      continue;
    }
    const value = part === '' ? Number.NaN : Number(part);
    if (!Number.isFinite(value)) return `${shown(part)} is no number`;
    if (column === 't') {
      time = microsOfTime(part, unit);
      if (!Number.isSafeInteger(time)) return `${shown(part)} is too large a time`;
    } else {
      if (!Number.isInteger(value) || value < 0) return `${shown(part)} is no whole number`;
      if (column === 'x') x = value;
      else y = value;
    }
  }
  return { time, x, y, on: on === 0 ? 0 : 1 };
}

function polarityOf(part: string): 0 | 1 | undefined {
  switch (part.toLowerCase()) {
    case 'true':
    case 'on':
      return 1;
    case 'false':
    case 'off':
      return 0;
    default: {
      const value = part === '' ? Number.NaN : Number(part);
      if (!Number.isInteger(value)) return undefined;
      return value > 0 ? 1 : 0;
    }
  }
}
