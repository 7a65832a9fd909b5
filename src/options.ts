import { InvalidArgumentError } from './errors.ts';
import { fault, type Problem, problem, shown, within } from './problems.ts';

/** Lists what is wrong with one value; paths are relative to it. */
export type Check = (value: unknown) => readonly Problem[];

/** What an options object may hold: a check for every name. */
export type OptionTable<Options> = { readonly [name in keyof Required<Options>]: Check };

/** How a number must be. */
export interface NumberRange {
  /** Least value that is allowed. */
  readonly min?: number;
  /** Greatest value that is allowed. */
  readonly max?: number;
  /** Value that it must exceed. */
  readonly above?: number;
  /** Value that it must stay below. */
  readonly below?: number;
  /** Whether it must be whole. */
  readonly whole?: boolean;
  /** What it counts or measures: `seconds`, `events`. */
  readonly unit?: string;
  /** Whether infinity will do. */
  readonly infinite?: boolean;
}

/** What a range allows, in words. */
function rangeText({
  min,
  max,
  above,
  below,
  whole = false,
  unit,
  infinite = false,
}: NumberRange): string {
  const kind = whole ? 'a whole number' : infinite ? 'a number' : 'a finite number';
  const of = unit === undefined ? '' : ` of ${unit}`;
  if (above !== undefined) {
    return max === undefined
      ? `${kind}${of} above ${above}`
      : `${kind}${of} above ${above}, at most ${max}`;
  }
  if (min !== undefined && below !== undefined) return `${kind}${of} from ${min} to below ${below}`;
  if (min !== undefined && max !== undefined) return `${kind}${of} from ${min} to ${max}`;
  if (min !== undefined) return `${kind}${of} of at least ${min}`;
  return max === undefined ? `${kind}${of}` : `${kind}${of} of at most ${max}`;
}

/**
 * Checks a number.
 */
export function number(range: NumberRange = {}): Check {
  const { min, max, above, below, whole = false, infinite = false } = range;
  const needed = `${rangeText(range)} is needed`;
  return (value) => {
    if (typeof value !== 'number') return [problem('', 'wrong-type', value, needed)];
    if (Number.isNaN(value) || !(infinite || Number.isFinite(value))) {
      return [problem('', 'not-finite', value, needed)];
    }
    const fits =
      (min === undefined || value >= min) &&
      (max === undefined || value <= max) &&
      (above === undefined || value > above) &&
      (below === undefined || value < below) &&
      (!whole || Number.isSafeInteger(value) || (infinite && !Number.isFinite(value)));
    return fits ? [] : [problem('', 'out-of-range', value, needed)];
  };
}

/** Checks a switch. */
export const flag: Check = (value) =>
  typeof value === 'boolean' ? [] : [problem('', 'wrong-type', value, 'true or false is needed')];

/** Checks a text. */
export const text: Check = (value) =>
  typeof value === 'string' ? [] : [problem('', 'wrong-type', value, 'a text is needed')];

/** Checks bytes, as a file is read into. */
export const bytes: Check = (value) =>
  value instanceof Uint8Array
    ? []
    : [problem('', 'wrong-type', value, 'a Uint8Array of bytes is needed')];

/** Checks a function. */
export const callback: Check = (value) =>
  typeof value === 'function' ? [] : [problem('', 'wrong-type', value, 'a function is needed')];

/** Accepts anything: what it is for checks it. */
export const anything: Check = () => [];

/** Checks that a value is one of a few. */
export function oneOf(values: readonly unknown[]): Check {
  if (!Array.isArray(values)) {
    const needed = 'a list of values is needed';
    throw new InvalidArgumentError('nothing can be checked', [
      problem('values', 'wrong-type', values, needed),
    ]);
  }
  const needed = `one of ${values.map(shown).join(', ')} is needed`;
  return (value) => (values.includes(value) ? [] : [problem('', 'out-of-range', value, needed)]);
}

/** Checks that a value has some methods, as a link or an engine has. */
export function having(what: string, ...methods: readonly string[]): Check {
  return (value) => {
    const object = value as Record<string, unknown> | null | undefined;
    const has = methods.every((name) => typeof object?.[name] === 'function');
    return has ? [] : [problem('', 'wrong-type', value, `${what} is needed`)];
  };
}

/** Checks every entry of a list, and how many there are. */
export function listOf(check: Check, { min = 0 }: { readonly min?: number } = {}): Check {
  return (value) => {
    if (!Array.isArray(value)) return [problem('', 'wrong-type', value, 'a list is needed')];
    if (value.length < min) {
      return [problem('length', 'out-of-range', value.length, `at least ${min} is needed`)];
    }
    const problems: Problem[] = [];
    for (let i = 0; i < value.length && problems.length < mostProblems; i++) {
      for (const one of within(`[${i}]`, check(value[i]))) problems.push(one);
    }
    return problems;
  };
}

/** Entries of a list that are named as wrong at most: a list may be as long as a file. */
const mostProblems = 100;

/** Checks an options object inside another. */
export function options<Options>(
  table: OptionTable<Options>,
  ...required: (keyof Options)[]
): Check {
  return (value) =>
    isObject(value)
      ? optionProblems(value, table, ...required)
      : [problem('', 'wrong-type', value, 'an object of options is needed')];
}

/** Checks an object whose `kind` says what else it holds; all of that must be there. */
export function variants(tables: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check {
  const kinds = Object.keys(tables);
  return (value) => {
    if (!isObject(value))
      return [problem('', 'wrong-type', value, `an object with a kind is needed`)];
    const kind: unknown = Reflect.get(value, 'kind');
    const table =
      typeof kind === 'string' && Object.hasOwn(tables, kind) ? tables[kind] : undefined;
    if (table === undefined) return within('kind', oneOf(kinds)(kind));
    return optionProblems<Record<string, unknown>>(
      value,
      { ...table, kind: anything },
      ...Object.keys(table),
    );
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lists everything wrong with an options object: that it is none, names that do not exist, each with the
 * nearest that does, names that are missing, and values that their checks refuse. An option that is
 * `undefined` counts as left out.
 */
export function optionProblems<Options>(
  given: unknown,
  table: OptionTable<Options>,
  ...required: readonly (keyof Options)[]
): Problem[] {
  if (!isObject(given)) {
    return [problem('options', 'wrong-type', given, 'an object of options is needed')];
  }
  if (!isObject(table)) {
    throw new InvalidArgumentError('nothing can be checked', [
      problem('table', 'wrong-type', table, 'checks by name are needed'),
    ]);
  }
  const checks = table as Readonly<Record<string, Check>>;
  const names = Object.keys(checks);
  const values: Readonly<Record<string, unknown>> = { ...given };
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (Object.hasOwn(checks, name)) problems.push(...within(name, checks[name]!(value)));
    else problems.push(unknownName(name, names));
  }
  for (const name of required as readonly string[]) {
    if (values[name] === undefined) problems.push(fault(name, 'missing', 'it must be given'));
  }
  return problems;
}

/** The problem of a name that does not exist, with the nearest one that does. */
export function unknownName(
  given: string,
  known: readonly string[],
  path: string = given,
): Problem {
  if (typeof given !== 'string') {
    return problem(typeof path === 'string' ? path : '', 'wrong-type', given, 'a name is needed');
  }
  const name = given;
  const names = (Array.isArray(known) ? known : []).filter((one) => typeof one === 'string');
  const near = nearest(name, names);
  const all = names.join(', ');
  const hint = near === undefined ? `there are ${all}` : `did you mean ${near}? There are ${all}`;
  return fault(path, 'unknown', `there is no such name; ${hint}`);
}

/** The known name that is nearest to a misspelt one; undefined if none is near. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const longer = known.find((other) => other.toLowerCase().startsWith(lower));
  if (lower.length > 2 && longer !== undefined) return longer;
  const distances = known.map((other) => distance(lower, other.toLowerCase()));
  const min = Math.min(...distances);
  return min <= Math.max(2, name.length / 3) ? known[distances.indexOf(min)] : undefined;
}

/** Characters to add, leave out or change to make one text of another (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
