/** Options objects: what they may hold, and everything that is wrong with one. */
import {
  anything,
  type Check,
  faultsOf,
  isObject,
  mostProblems,
  oneOf,
  readable,
} from './checks.ts';
import { InvalidArgumentError } from './errors.ts';
import { unknownName } from './names.ts';
import { fault, type Problem, problem, Unread, unread, within } from './problems.ts';
import { readOnce } from './reading.ts';

export * from './checks.ts';
export { unknownName } from './names.ts';
export {
  hasGetters,
  hasGettersWithin,
  isBuilt,
  mostEntries,
  noteBuilt,
  readAs,
  readBy,
  readEach,
  readItem,
  readList,
  readMethods,
  readOnce,
  readPlain,
} from './reading.ts';

/** What an options object may hold: a check for every name. */
export type OptionTable<Options> = { readonly [name in keyof Required<Options>]: Check };

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

/**
 * Reads an options object once, and refuses one in which something is wrong.
 *
 * @param what what cannot be done then: `no order can be made`
 * @throws InvalidArgumentError with all problems
 */
export function soundOptions<Options>(
  what: string,
  given: Options,
  table: OptionTable<Options>,
  ...required: readonly (keyof Options)[]
): Options {
  const config = readOnce(given, table);
  const problems = optionProblems(config, table, ...required);
  if (problems.length > 0) throw new InvalidArgumentError(what, problems);
  return config;
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
    if (Unread.is(given)) return within('options', [given.problem]);
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
      const faults = optionFaults(given, name, checks[name]!);
      if (faults.length > 0) problems.push(...within(name, faults));
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
  try {
    const value: unknown = Reflect.get(given, name);
    return value === undefined ? [] : faultsOf(value, check);
  } catch (cause) {
    return [unread(cause)];
  }
}

/** Whether an option is undefined; what cannot be read is there. */
function isMissing(given: object, name: string): boolean {
  try {
    return Reflect.get(given, name) === undefined;
  } catch {
    return false;
  }
}

/** Tables that have been looked at: messages of a link are read by the same ones thousands of times a second. */
const soundTables = new WeakSet<object>();

/** Refuses what is no table of checks, and required names that are no list. */
function checkTable(table: unknown, required: unknown): void {
  if (isObject(table) && soundTables.has(table) && Array.isArray(required)) return;
  refuseTable(table, required);
  soundTables.add(table as object);
}

function refuseTable(table: unknown, required: unknown): void {
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
