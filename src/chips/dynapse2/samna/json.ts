import { type Findings, type JsonPath, wrong } from './findings.ts';

/** Fields of a JSON object, whatever they hold. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads an object with fields; undefined if it is none. */
export function fieldsAt(findings: Findings, path: JsonPath, value: unknown): Fields | undefined {
  if (isFields(value)) return value;
  wrong(findings, path, 'wrong-type', value, 'an object is needed');
  return undefined;
}

/** Names that cereal gives to the entries of a list of fixed length; one more than the longest has. */
const entryNames = Array.from({ length: 257 }, (_, i) => `value${i}`);

/**
 * Entries of a list, written as `[…]` or as `{"value0": …, "value1": …}`; undefined if the value is
 * neither. What follows a gap is no entry.
 */
export function entriesOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isFields(value)) return undefined;
  const entries: unknown[] = [];
  for (const name of entryNames) {
    if (value[name] === undefined) break;
    entries.push(value[name]);
  }
  return entries;
}

/** Reads a list of `count` entries; an empty one where it is none. */
export function listAt(
  findings: Findings,
  path: JsonPath,
  value: unknown,
  count: number,
): readonly unknown[] {
  const entries = entriesOf(value);
  if (entries === undefined) {
    wrong(findings, path, 'wrong-type', value, `a list of ${count} is needed`);
    return [];
  }
  if (entries.length !== count) {
    wrong(
      findings,
      { up: path, step: 'length' },
      'wrong-shape',
      entries.length,
      `${count} entries are needed`,
    );
    return [];
  }
  return entries;
}

/** Reads a map, `[{"key": …, "value": …}, …]`; an empty one where it is none. */
export function mapAt(findings: Findings, path: JsonPath, value: unknown): Map<string, unknown> {
  const map = new Map<string, unknown>();
  if (!Array.isArray(value)) {
    wrong(findings, path, 'wrong-type', value, 'a list of keys and values is needed');
    return map;
  }
  for (const [i, entry] of value.entries()) {
    const key: unknown = isFields(entry) ? entry['key'] : undefined;
    if (!isFields(entry) || typeof key !== 'string' || entry['value'] === undefined) {
      wrong(
        findings,
        { up: path, step: i },
        'wrong-type',
        entry,
        'a pair of a key and a value is needed',
      );
    } else if (map.has(key)) {
      wrong(
        findings,
        { up: path, step: i },
        'duplicate',
        key,
        'it was there before; each key once',
      );
    } else map.set(key, entry['value']);
  }
  return map;
}

/** Reads a switch; off where it is none. */
export function switchAt(findings: Findings, up: JsonPath, fields: Fields, step: string): boolean {
  const value = fields[step];
  if (typeof value !== 'boolean') {
    wrong(findings, { up, step }, 'wrong-type', value, 'true or false is needed');
  }
  return value === true;
}

/** Reads a whole number; the least allowed where it is none. */
export function wholeAt(
  findings: Findings,
  up: JsonPath,
  fields: Fields,
  step: string,
  min: number,
  max: number,
): number {
  const value = fields[step];
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value + 0;
  }
  wrong(findings, { up, step }, 'out-of-range', value, `${min}…${max} exist`);
  return min;
}
