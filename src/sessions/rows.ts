/** Values of any form as a stream of a session: numbers as a series, anything else as JSON. */
import type { SessionWriter } from './session-writer.ts';

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
  const numbers = Array.isArray(value) && value.every((one) => typeof one === 'number');
  return numbers ? Float64Array.from(value) : undefined;
}

/** A value as JSON; what JSON cannot hold, as a word that says so. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? `"${typeof value}"`;
  } catch {
    return '"no JSON can hold it"';
  }
}

/** Makes what writes values to a stream: the first decides whether it is one of numbers. */
export function rowStream(
  writer: SessionWriter,
  name: string,
): (time: number, value: unknown) => void {
  let numbers: boolean | undefined;
  return (time, value) => {
    const values = numbers === false ? undefined : rowOf(value);
    numbers ??= values !== undefined && values.length > 0;
    const timestamps = Float64Array.of(time);
    if (!numbers) return writer.write(name, { timestamps, labels: [textOf(value)], until: time });
    const row = values ?? Float64Array.of(Number.NaN);
    writer.write(name, { timestamps, values: row, channels: Math.max(1, row.length), until: time });
  };
}
