/** The header of Prophesee's files: lines `% key value`. */
import { type PixelSpace, pixels } from '../../events/space.ts';
import { number, type OptionTable } from '../../options.ts';
import type { StreamHeader } from '../codec.ts';
import { type TextHeaderForm, textHeader } from '../text-header.ts';

/** What a reader may say that old files do not. */
export interface GeometryOptions {
  /** Columns; those that the file names if left out, else as many as the format can express. */
  readonly width?: number;
  /** Rows; likewise. */
  readonly height?: number;
}

const side = number({ min: 1, max: 32_768, whole: true, unit: 'pixels' });

/** The checks of {@link GeometryOptions}. */
export const geometryTable: OptionTable<GeometryOptions> = { width: side, height: side };

/** How the header of these files looks. */
export const propheseeForm: TextHeaderForm = { mark: '%', isLast: (line) => line === 'end' };

/** Takes lines apart into fields. */
export function fieldsOf(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const [, key, value] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined) fields[key] = value!;
  }
  return { ...fields };
}

/** The header at the front of some bytes, and what comes after it; undefined if it has not ended. */
export function peekHeader(
  head: Uint8Array,
  whole: boolean,
): { readonly fields: Record<string, string>; readonly rest: Uint8Array | undefined } {
  const text = textHeader(propheseeForm);
  const rest = text.push(head) ?? (whole ? text.end() : undefined);
  return { fields: fieldsOf(text.lines), rest };
}

/** The number of the EVT format that the fields name: `2.0`, `2.1`, `3.0`; undefined if none. */
export function evtVersion(fields: Readonly<Record<string, string>>): string | undefined {
  const [name = ''] = (fields['format'] ?? '').split(';');
  const byFormat: Record<string, string> = { EVT2: '2.0', EVT21: '2.1', EVT3: '3.0' };
  return (Object.hasOwn(byFormat, name) ? byFormat[name] : undefined) ?? fields['evt'];
}

/** The items behind the name of the format: `EVT3;height=720;width=1280`. */
export function formatItems(fields: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const items = (fields['format'] ?? '').split(';').map((item) => item.trim().split('='));
  return new Map(items.flatMap(([key, value]) => (value === undefined ? [] : [[key!, value]])));
}

/** Time that Faery has taken off all times, µs; no one else knows the key. */
export function timeOrigin(fields: Readonly<Record<string, string>>): number {
  const origin = Number(fields['t0'] ?? fields['T0'] ?? 0);
  return Number.isSafeInteger(origin) && origin >= 0 ? origin : 0;
}

function sideOf(text: string | undefined): number | undefined {
  const value = text === undefined || !/^\d{1,5}$/.test(text) ? undefined : Number(text);
  return value !== undefined && side(value).length === 0 ? value : undefined;
}

/** Width and height: as the options say, else as the fields do. */
function geometryOf(
  fields: Readonly<Record<string, string>>,
  options: GeometryOptions,
): readonly [width: number | undefined, height: number | undefined] {
  const items = formatItems(fields);
  const [, w, h] = /^(\d+)x(\d+)$/.exec(fields['geometry'] ?? '') ?? [];
  return [
    options.width ?? sideOf(items.get('width')) ?? sideOf(w) ?? sideOf(fields['Width']),
    options.height ?? sideOf(items.get('height')) ?? sideOf(h) ?? sideOf(fields['Height']),
  ];
}

/** What a file says of itself, with the space of its events. */
export function streamHeader(
  format: string,
  variant: string | undefined,
  fields: Readonly<Record<string, string>>,
  options: GeometryOptions,
  largest: PixelSpace,
): StreamHeader & { readonly space: PixelSpace } {
  const [width, height] = geometryOf(fields, options);
  return {
    format,
    ...(variant === undefined ? {} : { variant }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    space: pixels(width ?? largest.width, height ?? largest.height),
    fields,
  };
}
