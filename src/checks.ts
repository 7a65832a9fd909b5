/** Checks of single values and lists, of which options objects are made. */
import { InvalidArgumentError } from './errors.ts';
import { type Problem, problem, shown, Unread, unread, within } from './problems.ts';
import { isClass, mostEntries, readBy, readItem, readList, readMethods } from './reading.ts';

/** Lists what is wrong with one value; paths are relative to it. */
export type Check = (value: unknown) => readonly Problem[];

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
    return [unread(cause)];
  }
}

/** What is wrong with a value that was read, or why it could not be. */
export function faultsOf(value: unknown, check: Check): readonly Problem[] {
  if (Unread.is(value)) return [value.problem];
  try {
    return [...check(value)];
  } catch (cause) {
    return [unread(cause)];
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
  range = readItem(range);
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

/** Whether something is an array of numbers of a kind, whose memory was not given away. */
export function areNumbers<Kind extends ArrayBufferView>(
  value: unknown,
  kind: new (buffer: ArrayBufferLike) => Kind,
): value is Kind {
  if (!(ArrayBuffer.isView(value) && value instanceof kind)) return false;
  if (value.byteLength > 0) return true;
  try {
    // What is left of memory that went to another thread can be held, and nothing else.
    new Uint8Array(value.buffer);
    return true;
  } catch {
    return false;
  }
}

/** Checks bytes, as a file is read into. */
export const bytes: Check = (value) =>
  areNumbers(value, Uint8Array)
    ? []
    : [problem('', 'wrong-type', value, 'a Uint8Array of bytes is needed')];

/** Checks a seed: a whole number, of which no digit is lost. */
export const seedCheck: Check = number({ whole: true });

/** Checks a function that can be called; a class cannot. */
export const callback: Check = (value) =>
  isCallback(value) ? [] : [problem('', 'wrong-type', value, 'a function is needed')];

function isCallback(value: unknown): boolean {
  return typeof value === 'function' && !isClass(value);
}

/** Accepts anything: what it is for checks it. */
export const anything: Check = () => [];

/** Checks that a value is one of a few. */
export function oneOf(values: readonly unknown[]): Check {
  const list = readList(values);
  refuse('nothing can be checked', () =>
    within(
      'values',
      faultsOf(list, (own) => listProblems(own, 10_000)),
    ),
  );
  const needed = `one of ${list.map(shown).join(', ')} is needed`;
  return (value) => (list.includes(value) ? [] : [problem('', 'out-of-range', value, needed)]);
}

/** Checks that a value has some methods, as a link or an engine has. */
export function having(what: string, ...methods: readonly string[]): Check {
  refuse('nothing can be checked', () => [
    ...within('what', text(what)),
    ...methods.flatMap((name, i) => within(`methods[${i}]`, text(name))),
  ]);
  return (value) => {
    try {
      const object = value as Record<string, unknown> | null | undefined;
      for (const name of methods) {
        if (!isCallback(object?.[name])) {
          return [problem('', 'wrong-type', value, `${what} is needed`)];
        }
      }
      return [];
    } catch (cause) {
      return [unread(cause)];
    }
  };
}

/** What must be there of something that does things by itself, as an engine or a target does. */
export interface Contract {
  /** Methods that it must have. */
  readonly methods: readonly string[];
  /** Methods that it may have. */
  readonly may?: readonly string[];
  /** What else it says of itself, and how that must be. */
  readonly says?: Readonly<Record<string, Check>>;
}

/**
 * Checks that something keeps a contract. Where the check stands in a table, `readOnce` reads what the contract names once, and bound to
 * the thing; elsewhere `readAs` does.
 */
export function keeping(what: string, { methods, may = [], says = {} }: Contract): Check {
  const has = having(what, ...methods);
  const names = [...methods, ...may, ...Object.keys(says)];
  const check: Check = (value) => {
    const problems = has(value);
    if (problems.length > 0) return problems;
    const thing = value as Readonly<Record<string, unknown>>;
    return readable(() => [
      ...may.flatMap((name) =>
        thing[name] === undefined ? [] : within(name, faultsOf(thing[name], callback)),
      ),
      ...Object.entries(says).flatMap(([name, own]) => within(name, faultsOf(thing[name], own))),
    ]);
  };
  return readBy(check, (given) => readMethods(given, ...(names as never[])));
}

/** Checks every entry of a list, and how many there are. */
export function listOf(check: Check, options: { readonly min?: number } = {}): Check {
  let min = 0;
  refuse('nothing can be checked', () => {
    min = options?.min ?? 0;
    return [...within('check', callback(check)), ...within('options.min', number({ min: 0 })(min))];
  });
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
        const found = readable(() => faultsOf(list[i], check));
        for (const one of within(`[${i}]`, found)) problems.push(one);
      }
      return problems;
    });
}

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

/**
 * What keeps a value from being a list of numbers of any form that has a length: it is looked at up to the first entry that is none, since
 * what has no entries can claim any length. What kind of numbers they are is for others to say.
 */
export function numberListProblems(value: unknown, most: number = mostEntries): Problem[] {
  return readable(() => {
    const needed = 'a list of numbers is needed';
    const length: unknown = (value as { readonly length?: unknown } | null | undefined)?.length;
    if (typeof value !== 'object' || !Number.isSafeInteger(length) || (length as number) < 0) {
      return [problem('', 'wrong-type', value, needed)];
    }
    if ((length as number) > most) {
      return [problem('length', 'too-large', length, `${most} are the most`)];
    }
    const list = value as ArrayLike<unknown>;
    if (ArrayBuffer.isView(value) && typeof list[0] === 'number') return [];
    for (let i = 0; i < (length as number); i++) {
      if (typeof list[i] !== 'number') {
        return [problem(`[${i}]`, 'wrong-type', list[i], 'a number is needed')];
      }
    }
    return [];
  });
}

/** Mistakes that are named at most: a list may be as long as a file. */
export const mostProblems = 100;

/** Whether something is an object with fields, rather than a list. */
export function isObject(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // A proxy that was revoked is nothing that could be read.
    return false;
  }
}
