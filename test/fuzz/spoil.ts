/** Spoils arguments that are sound: one of them, or one place inside it. */
import type { Random } from 'spikeline/neurons';
import { junk, oddNumber, pick } from './junk.ts';

/** Whether something is an object whose fields can all be read. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    Object.values(value);
    return prototype === Object.prototype || prototype === null;
  } catch {
    return false;
  }
}

/** Whether something is a list whose length can be read, and is not absurd. */
function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value) && value.length > 0 && value.length < 1e6;
  } catch {
    return false;
  }
}

type Numbers = Float64Array | Uint32Array | Uint8Array;

function isNumbers(value: unknown): value is Numbers {
  if (!ArrayBuffer.isView(value)) return false;
  return [Float64Array, Uint32Array, Uint8Array].some((made) => value instanceof made);
}

/** A name as somebody might misspell it. */
function misspelt(random: Random, name: string): string {
  const at = random.integer(name.length + 1);
  return `${name.slice(0, at)}${pick(random, ['x', '', 's'])}${name.slice(at + 1)}`;
}

/** Numbers of another length, another kind, or with an odd one among them. */
function spoiltNumbers(random: Random, values: Numbers): unknown {
  const copy = values.slice();
  const ways: readonly (() => unknown)[] = [
    () => {
      copy[random.integer(copy.length)] = oddNumber(random);
      return copy;
    },
    () => copy.subarray(1),
    () => Array.from(copy),
    () => Float32Array.from(copy),
    () => BigInt64Array.from(copy, (value) => BigInt(Number.isSafeInteger(value) ? value : 0)),
    () => Array.from(copy, String),
    () => {
      structuredClone(copy, { transfer: [copy.buffer] });
      return copy;
    },
    () => Object.assign(Object.create(Object.getPrototypeOf(copy) as object), { 0: 1 }) as unknown,
  ];
  return pick(random, ways)();
}

/** A getter that throws, at once or when it is asked again, or then says something else. */
function getter(random: Random, value: unknown): () => unknown {
  const [sound, way] = [random.integer(4), random.uniform()];
  const other = junk(random);
  let asked = 0;
  return () => {
    if (asked++ < sound) return value;
    if (way < 0.5) throw new Error('not to be read');
    return other;
  };
}

/** Spoils a value somewhere inside it. */
function spoilt(random: Random, value: unknown, depth = 0): unknown {
  const go = depth < 6 && random.uniform() < 0.8;
  if (go && isNumbers(value) && value.length > 0) return spoiltNumbers(random, value);
  if (go && isList(value)) {
    const list = Array.from(value);
    const at = random.integer(list.length);
    const way = random.uniform();
    if (way < 0.12) delete list[at];
    else if (way < 0.2) list.pop();
    else if (way < 0.25) list.push(list[at]);
    else list[at] = spoilt(random, list[at], depth + 1);
    return list;
  }
  if (go && isPlain(value) && Object.keys(value).length > 0) {
    const copy: Record<string, unknown> = { ...value };
    const name = pick(random, Object.keys(copy));
    const way = random.uniform();
    if (way < 0.12) delete copy[name];
    else if (way < 0.2) copy[misspelt(random, name)] = copy[name];
    else if (way < 0.24) copy[name] = copy;
    else if (way < 0.32) {
      const get = getter(random, copy[name]);
      Object.defineProperty(copy, name, { get, enumerable: true });
    } else copy[name] = spoilt(random, copy[name], depth + 1);
    return copy;
  }
  return random.uniform() < 0.25 && typeof value === 'number' ? oddNumber(random) : junk(random);
}

/** Arguments of a call: junk, or sound ones that were spoilt. */
export function spoiltArguments(random: Random, sound: readonly unknown[]): readonly unknown[] {
  try {
    return spoiltList(random, sound);
  } catch {
    // What was put in first cannot be read to be spoilt once more.
    return [junk(random), junk(random)];
  }
}

function spoiltList(random: Random, sound: readonly unknown[]): readonly unknown[] {
  if (random.uniform() < 0.15) {
    return Array.from({ length: random.integer(4) }, () => junk(random));
  }
  const given = sound.slice();
  const way = random.uniform();
  if (given.length > 1 && way < 0.15) {
    const [a, b] = [random.integer(given.length), random.integer(given.length)];
    [given[a], given[b]] = [given[b], given[a]];
    return given;
  }
  if (way < 0.2) return given.slice(0, random.integer(given.length + 1));
  if (way < 0.25) return [...given, junk(random)];
  const times = 1 + random.integer(2);
  for (let i = 0; i < times && given.length > 0; i++) {
    const at = random.integer(given.length);
    given[at] = spoilt(random, given[at]);
  }
  return given;
}
