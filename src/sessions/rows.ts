/** Values of any form as a stream of a session: numbers as a series, anything else as JSON. */
import type { StreamItem } from '../events/series.ts';
import { listOf } from '../options.ts';
import { type Problem, problem } from '../problems.ts';
import type { SessionWriter } from './session-writer.ts';

const anyNumber = (one: unknown): Problem[] =>
  typeof one === 'number' ? [] : [problem('', 'wrong-type', one, 'a number is needed')];

/** A value as a row of numbers; undefined if it is none. */
function rowOf(value: unknown): Float64Array | undefined {
  if (typeof value === 'number') return Float64Array.of(value);
  if (typeof value === 'boolean') return Float64Array.of(Number(value));
  // A copy: whoever gave it may write to it again.
  if (ArrayBuffer.isView(value) && 'length' in value) {
    return typeof Reflect.get(value, 0) === 'bigint'
      ? undefined
      : Float64Array.from(value as never);
  }
  return listOf(anyNumber)(value).length === 0 ? Float64Array.from(value as number[]) : undefined;
}

/** A value as JSON; what JSON cannot hold, as a word that says so. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? `"${typeof value}"`;
  } catch {
    return '"no JSON can hold it"';
  }
}

/** Rows that are gathered at most before they are written as one piece. */
const mostRows = 64;

/** Makes what writes values to a stream: the first decides whether it is one of numbers. Rows are gathered for a while. */
export function rowStream(
  writer: SessionWriter,
  name: string,
): (time: number, value: unknown) => void {
  let numbers: boolean | undefined;
  let times: number[] = [];
  let labels: string[] = [];
  let values: number[] = [];
  let channels = 1;
  const give = (): void => {
    if (times.length === 0) return;
    const timestamps = Float64Array.from(times);
    const until = times.at(-1)!;
    const item: StreamItem =
      numbers === true
        ? { timestamps, values: Float64Array.from(values), channels, until }
        : { timestamps, labels, until };
    times = [];
    labels = [];
    values = [];
    writer.write(name, item);
  };
  writer.onFlush(give);
  return (time, value) => {
    const row = numbers === false ? undefined : rowOf(value);
    numbers ??= row !== undefined && row.length > 0;
    if (numbers) {
      const own = row === undefined || row.length === 0 ? nothing : row;
      if (own.length !== channels) {
        give();
        channels = own.length;
      }
      for (let i = 0; i < channels; i++) values.push(own[i]!);
    } else labels.push(textOf(value));
    times.push(time);
    if (times.length >= mostRows) give();
    else writer.gathers();
  };
}

/** What is not a number was not measured. */
const nothing = Float64Array.of(Number.NaN);
