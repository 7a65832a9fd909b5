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
 * What a check finds in a value of which nothing is known. Reading it may throw, as a getter or a proxy may: that is a problem too.
 */
export function readable(check: () => readonly Problem[]): Problem[] {
  try {
    return [...check()];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    return [fault('', 'wrong-type', `it cannot be read: ${shown(why)}`)];
  }
}

/**
 * Refuses arguments in which a check finds something.
 *
 * @throws InvalidArgumentError with all problems
 */
export function refuse(what: string, check: () => readonly Problem[]): void {
  const problems = readable(check);
  if (problems.length > 0) throw new InvalidArgumentError(what, problems);
}

/**
 * Checks a number.
 */
export function number(range: NumberRange = {}): Check {
  checkRange(range);
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

/** Refuses a range that is none. */
function checkRange(range: NumberRange): void {
  const problems = readable(() => {
    if (!isObject(range)) return [problem('', 'wrong-type', range, 'a range is needed')];
    const { min, max, above, below, whole, infinite, unit } = range;
    const bounds = Object.entries({ min, max, above, below }).flatMap(([name, bound]) =>
      bound === undefined || typeof bound === 'number'
        ? []
        : [problem(name, 'wrong-type', bound, 'a number is needed')],
    );
    const flags = Object.entries({ whole, infinite }).flatMap(([name, on]) =>
      on === undefined ? [] : within(name, flag(on)),
    );
    return [...bounds, ...flags, ...(unit === undefined ? [] : within('unit', text(unit)))];
  });
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be checked', problems);
}

/** Checks a switch. */
export const flag: Check = (value) =>
  typeof value === 'boolean' ? [] : [problem('', 'wrong-type', value, 'true or false is needed')];

/** Checks a text. */
export const text: Check = (value) =>
  typeof value === 'string' ? [] : [problem('', 'wrong-type', value, 'a text is needed')];

/** Checks bytes, as a file is read into. */
export const bytes: Check = (value) =>
  ArrayBuffer.isView(value) && value instanceof Uint8Array
    ? []
    : [problem('', 'wrong-type', value, 'a Uint8Array of bytes is needed')];

/** Checks a function that can be called; a class cannot. */
export const callback: Check = (value) =>
  typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))
    ? []
    : [problem('', 'wrong-type', value, 'a function is needed')];

/** Accepts anything: what it is for checks it. */
export const anything: Check = () => [];

/** Checks that a value is one of a few. */
export function oneOf(values: readonly unknown[]): Check {
  refuse('nothing can be checked', () => within('values', listProblems(values, 10_000)));
  const needed = `one of ${values.map(shown).join(', ')} is needed`;
  return (value) => (values.includes(value) ? [] : [problem('', 'out-of-range', value, needed)]);
}

/** Checks that a value has some methods, as a link or an engine has. */
export function having(what: string, ...methods: readonly string[]): Check {
  refuse('nothing can be checked', () => [
    ...within('what', text(what)),
    ...methods.flatMap((name, i) => within(`methods[${i}]`, text(name))),
  ]);
  return (value) => {
    const object = value as Record<string, unknown> | null | undefined;
    return readable(() => {
      const has = methods.every((name) => typeof object?.[name] === 'function');
      return has ? [] : [problem('', 'wrong-type', value, `${what} is needed`)];
    });
  };
}

/** Checks every entry of a list, and how many there are. */
export function listOf(check: Check, options: { readonly min?: number } = {}): Check {
  refuse('nothing can be checked', () => [
    ...within('check', callback(check)),
    ...optionProblems<{ readonly min?: number }>(options, { min: number({ min: 0 }) }),
  ]);
  const { min = 0 } = options;
  return (value) =>
    readable(() => {
      const odd = listProblems(value);
      if (odd.length > 0) return odd;
      const list = value as readonly unknown[];
      if (list.length < min) {
        return [problem('length', 'out-of-range', list.length, `at least ${min} is needed`)];
      }
      const problems: Problem[] = [];
      for (let i = 0; i < list.length && problems.length < mostProblems; i++) {
        const found = readable(() => check(list[i]));
        for (const one of within(`[${i}]`, found)) problems.push(one);
      }
      return problems;
    });
}

/** Entries of a list at most, unless whoever takes it says otherwise. */
export const mostEntries: number = 2 ** 27;

/**
 * What keeps a value from being a list of a length that one can go through: one with holes may claim four thousand
 * million entries.
 */
export function listProblems(value: unknown, most: number = mostEntries): Problem[] {
  return readable(() => {
    if (!Array.isArray(value)) return [problem('', 'wrong-type', value, 'a list is needed')];
    return value.length <= most
      ? []
      : [problem('length', 'too-large', value.length, `${most} are the most`)];
  });
}

/** Entries of a list that are named as wrong at most: a list may be as long as a file. */
const mostProblems = 100;

/** Checks an options object inside another. */
export function options<Options>(
  table: OptionTable<Options>,
  ...required: (keyof Options)[]
): Check {
  checkTable(table, required);
  return (value) =>
    readable(() =>
      isObject(value)
        ? optionProblems(value, table, ...required)
        : [problem('', 'wrong-type', value, 'an object of options is needed')],
    );
}

/** Checks an object whose `kind` says what else it holds; all of that must be there. */
export function variants(tables: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check {
  const kinds = Object.keys(tables);
  const check: Check = (value) => {
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
  return (value) => readable(() => check(value));
}

/** Whether something is an object with fields, rather than a list. */
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
  checkTable(table, required);
  const checks = table as Readonly<Record<string, Check>>;
  const names = Object.keys(checks);
  const problems: Problem[] = [];
  const unread = readable(() => {
    if (!isObject(given)) {
      return [problem('options', 'wrong-type', given, 'an object of options is needed')];
    }
    for (const name of Object.keys(given)) {
      if (problems.length >= mostProblems) break;
      if (Object.hasOwn(checks, name)) {
        problems.push(...within(name, optionFaults(given, name, checks[name]!)));
      } else if (Reflect.get(given, name) !== undefined) {
        problems.push(unknownName(name, names));
      }
    }
    // What is read of an object may be inherited, or not among its keys.
    for (const name of names) {
      if (Object.prototype.propertyIsEnumerable.call(given, name)) continue;
      problems.push(...within(name, optionFaults(given, name, checks[name]!)));
    }
    for (const name of required as readonly string[]) {
      if (isMissing(given, name)) problems.push(fault(name, 'missing', 'it must be given'));
    }
    return [];
  });
  return [...problems, ...unread];
}

/** What is wrong with one option; one that cannot be read is. */
function optionFaults(given: object, name: string, check: Check): readonly Problem[] {
  return readable(() => {
    const value: unknown = Reflect.get(given, name);
    return value === undefined ? [] : check(value);
  });
}

/** Whether an option is undefined; what cannot be read is there. */
function isMissing(given: object, name: string): boolean {
  try {
    return Reflect.get(given, name) === undefined;
  } catch {
    return false;
  }
}

/** Refuses what is no table of checks, and required names that are no list. */
function checkTable(table: unknown, required: unknown): void {
  const problems = readable(() => {
    const isTable =
      isObject(table) && Object.values(table).every((check) => typeof check === 'function');
    return [
      ...(isTable ? [] : [problem('table', 'wrong-type', table, 'checks by name are needed')]),
      ...(Array.isArray(required)
        ? []
        : [problem('required', 'wrong-type', required, 'names are needed')]),
    ];
  });
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be checked', problems);
}

/** What was looked for last: in files it is often the same a thousand times. */
let latest: { name?: string; known?: readonly string[]; near?: string | undefined } = {};

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
  if (latest.name !== name || latest.known !== known) {
    latest = { name, known, near: nearest(name, names) };
  }
  const { near } = latest;
  const all = names.join(', ');
  const hint = near === undefined ? `there are ${all}` : `did you mean ${near}? There are ${all}`;
  return fault(path, 'unknown', `there is no such name; ${hint}`);
}

/** The known name that is nearest to a misspelt one; undefined if none is near. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const longer = known.find((other) => other.toLowerCase().startsWith(lower));
  if (lower.length > 2 && longer !== undefined) return longer;
  let least = Math.max(2, name.length / 3) + 1;
  let near: string | undefined;
  for (const other of known) {
    // A name so much longer or shorter is further off than the nearest so far.
    if (Math.abs(other.length - name.length) >= least) continue;
    const far = distance(lower, other.toLowerCase());
    if (far < least) [least, near] = [far, other];
  }
  return least <= Math.max(2, name.length / 3) ? near : undefined;
}

/** Characters to add, leave out or change to make one text of another (Levenshtein 1966). */
function distance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let [before, left] = [row[0]!, i];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const changed = before + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      before = row[j]!;
      left = Math.min(changed, before + 1, left + 1);
      row[j] = left;
    }
  }
  return row[b.length]!;
}
