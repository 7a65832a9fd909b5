/** Reads what a caller gives once into plain data: what was checked is then what is used, whatever a getter or a proxy says next. */
import { problem, Unread, unread } from './problems.ts';

/** Levels of lists and objects that are read. */
const mostLevels = 100;

/** Entries of a list at most, unless whoever takes it says otherwise. */
export const mostEntries: number = 2 ** 27;

/** Entries from which on a list must have no holes: an empty one can claim any length. */
const longList = 2 ** 16;

/** What was read so far, by what it was read of: something that holds itself ends so. */
type Copies = Map<object, unknown>;

/** Gives the very object that it was given: what is derived from it puts its fields there. */
const Given: new (given: object) => object = class {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: so that a field which nobody else can see or set comes to stand there
    return given;
  }
};

/**
 * What was built here of what was read and checked, told by a field that nobody else can see: sets of weak references keep the
 * collector busy where thousands are built a second.
 */
class Built extends Given {
  readonly #here = true;

  static is(made: object): boolean {
    return #here in made;
  }
}

/** Notes that something was built here, and gives it: it is read as it is, and stays the same object. */
export function noteBuilt<Made extends object>(made: Made): Made {
  if (!Built.is(made)) new Built(made);
  return made;
}

/** Whether something was built here. */
export function isBuilt(made: object): boolean {
  return Built.is(made);
}

/**
 * Reads an options object once: each of its fields, those of `names` also where they are inherited, and all lists and
 * plain objects in them. What has methods, or is of a class, stays as it is, and so does what is no object.
 * What cannot be read stands there as something that every check refuses, with the cause.
 *
 * @param names fields that are read also where they are inherited, as the names of a table of checks
 * @example
 * ```ts
 * const config = readOnce({ rates: [1, 2] }, { rates: listOf(number()) });
 * optionProblems(config, { rates: listOf(number()) }); // []
 * ```
 */
export function readOnce<Given>(given: Given, names: object = {}): Given {
  if (typeof given !== 'object' || given === null) return given;
  return reading(() => {
    if (Array.isArray(given)) return listOf(given, [], (entry) => entry);
    const copy: Record<string, unknown> = {};
    let copies: Copies | undefined;
    const read = (own: object, name: string): unknown => {
      const check = checkOf(names, name);
      if (reads(check)) return readAs(own, check);
      copies ??= new Map([[given, copy]]);
      return plain(own, 1, copies);
    };
    const known = readable(names);
    const own = Object.keys(given);
    // Most have none: then nothing is given twice.
    for (const name of own.length === 0 ? known : new Set([...own, ...known])) {
      const value = readField(given, name, read);
      if (value !== undefined || Object.hasOwn(given, name)) put(copy, name, value);
    }
    return copy;
  }) as Given;
}

/** A field, which `read` reads if it is an object. */
function readField(
  given: object,
  name: string,
  read: (own: object, name: string) => unknown,
): unknown {
  try {
    const own: unknown = Reflect.get(given, name);
    return typeof own === 'object' && own !== null ? read(own, name) : own;
  } catch (cause) {
    return new Unread(unread(cause));
  }
}

/**
 * Reads a list once; its entries stay as they are, and what is no list does. What cannot be read is an `Unread`.
 */
export function readList<Given>(given: Given): Given {
  return reading(() =>
    Array.isArray(given) ? listOf(given, [], (entry) => entry) : given,
  ) as Given;
}

/** Reads a list once, and each of its things as the check that it is for says. */
export function readEach<Given>(given: Given, check: unknown): Given {
  return reading(() =>
    Array.isArray(given) ? listOf(given, [], (entry) => readAs(entry, check)) : given,
  ) as Given;
}

/**
 * Reads a list once, and all lists and plain objects in it; what is no list stays as it is. What cannot be read is an `Unread`.
 */
export function readPlain<Given>(given: Given): Given {
  return reading(() => (Array.isArray(given) ? plain(given, 0, new Map()) : given)) as Given;
}

/**
 * Reads an item of a stream once, as a packet or a chunk is: each field, and what is in its space and its labels. It costs
 * no more than a small object, so that every step of a stream can have it.
 */
export function readItem<Item>(item: Item): Item {
  if (typeof item !== 'object' || item === null) return item;
  try {
    if (Array.isArray(item)) return readList(item);
    if (!isPlain(item)) return item;
    const copy = { ...item } as Nested;
    if (isOthers(copy.space)) copy.space = plain(copy.space, 1, new Map());
    if (isOthers(copy.labels)) copy.labels = plain(copy.labels, 1, new Map());
    return copy as Item;
  } catch {
    return readOnce(item);
  }
}

/** How things are read that a check is for, by the check. */
const readers = new WeakMap<object, (given: object) => unknown>();

/** Says how things are read that a check is for, and gives the check: {@link readOnce} reads them so where it stands in a table. */
export function readBy<Check extends object>(
  check: Check,
  read: (given: object) => unknown,
): Check {
  readers.set(check, read);
  return check;
}

/** Reads a thing once, as the check that it is for says. What was built here stays as it is, as does what no check is for. */
export function readAs<Given>(given: Given, check: unknown): Given {
  if (typeof given !== 'object' || given === null || Built.is(given)) return given;
  return reads(check) ? (reading(() => readers.get(check)!(given)) as Given) : given;
}

/** Whether a check says how things are read. */
function reads(check: unknown): check is object {
  return typeof check === 'function' && readers.has(check);
}

/** The check of a name in a table, if there is one. */
function checkOf(table: unknown, name: string): unknown {
  if (typeof table !== 'object' || table === null) return undefined;
  return Object.getOwnPropertyDescriptor(table, name)?.value;
}

/** Names of a table; none of what cannot be read. */
function readable(table: object): string[] {
  try {
    return Object.keys(table);
  } catch {
    return [];
  }
}

/**
 * Reads some methods of a thing once, bound to it, and some values. What cannot be called stays as it is, and what cannot be read is an
 * `Unread`, so that a check of them refuses both; what is not there is left out.
 */
export function readMethods<Thing extends object, Name extends keyof Thing & string>(
  thing: Thing,
  ...names: readonly Name[]
): Pick<Thing, Name> {
  if (typeof thing !== 'object' || thing === null) return thing;
  const copy: Record<string, unknown> = {};
  for (const name of names) {
    const value = reading(() => {
      const own: unknown = thing[name];
      if (typeof own !== 'function') return plain(own, 1, new Map());
      return isClass(own) ? own : (own.bind(thing) as unknown);
    });
    if (value !== undefined) copy[name] = value;
  }
  return copy as Pick<Thing, Name>;
}

/** Whether a function can only be called with `new`. */
export function isClass(given: object): boolean {
  // Methods and arrow functions have no prototype: to read their text would take longer than all else.
  return (
    Object.hasOwn(given, 'prototype') && /^class\b/.test(Function.prototype.toString.call(given))
  );
}

/** The fields of items that hold more than numbers. */
interface Nested {
  space?: unknown;
  labels?: unknown;
}

/** Whether something is an object that was not built here. */
function isOthers(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Built.is(value);
}

/** What reading gives; what stands for it if that throws. */
function reading(read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    return new Unread(unread(cause));
  }
}

/** Sets a field, of whatever name. */
function put(copy: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') copy[name] = value;
  else
    Object.defineProperty(copy, name, {
      ...{ value, enumerable: true, configurable: true, writable: true },
    });
}

/** A value with all lists and plain objects in it read. */
function plain(value: unknown, level: number, copies: Copies): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const list = Array.isArray(value);
  if (Built.is(value) || !(list || isPlain(value))) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (level >= mostLevels) {
    return new Unread(problem('', 'too-large', level, `${mostLevels} levels are read at most`));
  }
  if (!list) return fieldsOf(value, level, copies);
  const copy: unknown[] = [];
  copies.set(value, copy);
  return listOf(value, copy, (entry) => reading(() => plain(entry, level + 1, copies)));
}

/** Whether a field of an object is a getter or the like, which may say something else when it is asked again. */
export function hasGetters(given: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(given)).some(
    (field) => !('value' in field),
  );
}

/** The same for an object and all lists and plain objects in it; true as well where they lie too deep to be looked through. */
export function hasGettersWithin(given: object, level = 0): boolean {
  if (level >= mostLevels || hasGetters(given)) return true;
  return Object.values(given).some(
    (value: unknown) =>
      typeof value === 'object' &&
      value !== null &&
      (Array.isArray(value) || isPlain(value)) &&
      hasGettersWithin(value, level + 1),
  );
}

/** Whether an object is of no class. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // One of another realm.
  return Object.getPrototypeOf(prototype) === null;
}

/** Fills a list with the entries of another; those that are objects as `read` gives them. */
function listOf(
  given: readonly unknown[],
  copy: unknown[],
  read: (entry: object) => unknown,
): unknown {
  const { length } = given;
  if (length > mostEntries) {
    return new Unread(problem('length', 'too-large', length, `${mostEntries} are the most`));
  }
  for (let i = 0; i < length; i++) {
    const entry = given[i];
    if (entry === undefined && length > longList && !Object.hasOwn(given, i)) {
      return new Unread(problem(`[${i}]`, 'missing', entry, `one of ${length} entries is needed`));
    }
    copy.push(typeof entry === 'object' && entry !== null ? read(entry) : entry);
  }
  return copy;
}

function fieldsOf(given: object, level: number, copies: Copies): unknown {
  const names = Object.keys(given);
  const values = names.map((name) => reading(() => Reflect.get(given, name)));
  // It does something by itself, as a link does: a copy would be another.
  if (values.some((value) => typeof value === 'function')) return given;
  const copy: Record<string, unknown> = {};
  copies.set(given, copy);
  for (const [i, name] of names.entries()) {
    put(
      copy,
      name,
      reading(() => plain(values[i], level + 1, copies)),
    );
  }
  return copy;
}
