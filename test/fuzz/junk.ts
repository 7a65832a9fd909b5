/** Draws junk, and spoils arguments that are sound. */
import type { Random } from 'spikeline/neurons';

const numbers = [0, -0, 1, -1, 2, 3, 0.5, 1e-3, 1e-300, 5e-324, 1e9, 1e13, 1e38, 1e300, 2 ** 31];
const largest = [2 ** 31 + 1, 2 ** 32, 2 ** 53, Number.MAX_VALUE, Number.NaN, Infinity, -Infinity];
const texts = ['', ' ', '0', '1', '1e3', 'NaN', '__proto__', 'constructor', 'a/b', '\u001b[31mred'];
const odd = ['\ud83d', '😀', 'x'.repeat(1000), 'toString', 'length', 'linear', 'spikes'];

/** A list with holes. */
function holes(): unknown[] {
  const list = [1, 2, 3];
  delete list[1];
  return list;
}

const made: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => false,
  () => 1n,
  () => Symbol('junk'),
  () => () => 1,
  () => [],
  () => ({}),
  () => Object.create(null) as unknown,
  () => JSON.parse('{"__proto__":{"polluted":1}}') as unknown,
  () => new Map([['a', 1]]),
  () => new Set([1]),
  () => new Date(0),
  () => /x/,
  () => new Error('junk'),
  holes,
  () => [[1, 2], [3]],
  () => [['1', '2']],
  () => [Number.NaN],
  () => [null],
  () => [undefined, {}],
  () => ({ length: 3 }),
  () => ({ length: -1 }),
  () => ({ length: 2 ** 40 }),
  () => ({ length: 'x', 0: 1 }),
  () => new Float64Array(3),
  () => Float64Array.of(Number.NaN),
  () => new Uint8Array(5),
  () => new Uint32Array(2),
  () => new BigInt64Array(2),
  () => new ArrayBuffer(8),
  () => new DataView(new ArrayBuffer(8)),
  () => ({ kind: 'linear' }),
  () => ({ kind: 'none' }),
  () => ({ kind: 'dynapSim', neurons: 2 }),
  () => ({ stages: [] }),
  () => ({ stages: [null], inputs: [], output: 'x' }),
  () => ({ rows: 1, columns: 1, values: [1] }),
  () => ({ steps: 1e9, channels: 1e9, dt: 1e-3, startTime: 0, counts: new Uint32Array(1) }),
  () => ({ timestamps: [1], addresses: [1] }),
  () => ({ type: 'NIRGraph', nodes: {}, edges: [] }),
  () => ({ subscribe: 1 }),
  () => ({ model: 'dynapSim' }),
  () => ({ name: 'x', layer: () => null, supports: () => true, differentiable: () => null }),
];

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

/** Draws junk of any type. */
export function junk(random: Random): unknown {
  const kind = random.uniform();
  if (kind < 0.2) return pick(random, numbers);
  if (kind < 0.35) return pick(random, largest);
  if (kind < 0.5) return pick(random, [...texts, ...odd]);
  if (kind < 0.9) return pick(random, made)();
  return Array.from({ length: random.integer(4) }, () => junk(random));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A name as somebody might misspell it. */
function misspelt(random: Random, name: string): string {
  const at = random.integer(name.length + 1);
  return `${name.slice(0, at)}${pick(random, ['x', '', 's'])}${name.slice(at + 1)}`;
}

/** Spoils a value somewhere inside it. */
function spoilt(random: Random, value: unknown, depth = 0): unknown {
  const go = depth < 4 && random.uniform() < 0.75;
  if (go && Array.isArray(value) && value.length > 0) {
    const list = value.slice() as unknown[];
    const at = random.integer(list.length);
    if (random.uniform() < 0.15) delete list[at];
    else if (random.uniform() < 0.1) list.pop();
    else list[at] = spoilt(random, list[at], depth + 1);
    return list;
  }
  if (go && isPlain(value) && Object.keys(value).length > 0) {
    const copy: Record<string, unknown> = { ...value };
    const name = pick(random, Object.keys(copy));
    const way = random.uniform();
    if (way < 0.15) delete copy[name];
    else if (way < 0.3) copy[misspelt(random, name)] = copy[name];
    else copy[name] = spoilt(random, copy[name], depth + 1);
    return copy;
  }
  return junk(random);
}

/** Arguments of a call: junk, or sound ones that were spoilt. */
export function spoiltArguments(
  random: Random,
  sound: readonly unknown[] | undefined,
): readonly unknown[] {
  if (sound === undefined || random.uniform() < 0.2) {
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
  const times = 1 + random.integer(2);
  for (let i = 0; i < times && given.length > 0; i++) {
    const at = random.integer(given.length);
    given[at] = spoilt(random, given[at]);
  }
  return given;
}
