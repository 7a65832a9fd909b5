/** Draws junk: values of any type, among them those that cannot even be read. */
import type { Random } from 'spikeline/neurons';

const numbers = [0, -0, 1, -1, 2, 3, 0.5, 1e-3, 1e-300, 5e-324, 1e9, 1e13, 1e38, 1e300, 2 ** 31];
const largest = [2 ** 31 + 1, 2 ** 32, 2 ** 53, 1e308, Number.NaN, Infinity, -Infinity, -1e308];
const texts = ['', ' ', '0', '1', '1e3', 'NaN', '__proto__', 'constructor', 'a/b', '\u001b[31mred'];
const odd = ['\ud83d', '😀', 'x'.repeat(1000), 'toString', 'length', 'linear', 'spikes', 'a:b'];

/** What a function among the junk throws when it is called: that is its own affair, and passes through. */
export class OwnError extends Error {}

function boom(): never {
  throw new Error('not to be read');
}

function refuses(): never {
  throw new OwnError('not to be called');
}

/** A list with holes. */
function holes(): unknown[] {
  const list = [1, 2, 3];
  delete list[1];
  return list;
}

/** Bytes whose memory was given away. */
function detached(): Float64Array {
  const values = new Float64Array(4);
  structuredClone(values, { transfer: [values.buffer] });
  return values;
}

function cyclic(): object {
  const value: Record<string, unknown> = { kind: 'linear' };
  value['self'] = value;
  return value;
}

function cyclicList(): unknown[] {
  const list: unknown[] = [1];
  list.push(list);
  return list;
}

function deep(): unknown[] {
  let list: unknown[] = [];
  for (let i = 0; i < 5000; i++) list = [list];
  return list;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function* endless(): Generator<number> {
  for (;;) yield 1;
}

/** Values that throw when they are looked at. */
export const unreadable: readonly (() => unknown)[] = [
  revoked,
  () => new Proxy({}, { get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom }),
  () => new Proxy([], { get: boom }),
  () => new Proxy(refuses, { get: boom }),
  () => Object.defineProperty({}, 'kind', { get: boom, enumerable: true }),
  () => Object.defineProperty([1, 2], '0', { get: boom, enumerable: true }),
  () => ({ toString: boom, valueOf: boom, toJSON: boom, [Symbol.toPrimitive]: boom }),
  () => ({ [Symbol.iterator]: boom, length: 2 }),
  () => Object.defineProperty({}, 'length', { get: boom }),
  () => Object.defineProperty({}, 'constructor', { get: boom }),
];

const made: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => false,
  () => 1n,
  () => 2n ** 70n,
  () => Symbol('junk'),
  () => () => 1,
  () => async () => 1,
  () => refuses,
  () => class {},
  () => [],
  () => ({}),
  () => Object.create(null) as unknown,
  () => Object.create({ dt: Number.NaN, neurons: -1, length: 2 }) as unknown,
  () => JSON.parse('{"__proto__":{"polluted":1}}') as unknown,
  () => Object.freeze([1, 2]),
  () => Object(1) as unknown,
  () => Object('x') as unknown,
  () => new Map([['a', 1]]),
  () => new Set([1]),
  () => new Date(0),
  () => new Date(Number.NaN),
  () => /x/,
  () => new Error('junk'),
  () => new WeakMap(),
  () => endless(),
  cyclic,
  cyclicList,
  deep,
  detached,
  holes,
  () => new Array(3),
  () => new Array(2 ** 32 - 1),
  () => [new Array(2 ** 32 - 1)],
  () => [[1, 2], [3]],
  () => [['1', '2']],
  () => [Number.NaN],
  () => [-0],
  () => [null],
  () => [undefined, {}],
  () => [1n],
  () => [Symbol('junk')],
  () => ({ length: 3 }),
  () => ({ length: -1 }),
  () => ({ length: 2 ** 32 - 1 }),
  () => ({ length: 2 ** 40 }),
  () => ({ length: 'x', 0: 1 }),
  () => ({ [Symbol.iterator]: endless }),
  () => new Float64Array(3),
  () => new Float64Array(0),
  () => Float64Array.of(Number.NaN),
  () => Float64Array.of(1e308, -1e308, Infinity),
  () => new Float32Array(4),
  () => new Uint8Array(5),
  () => new Uint8Array(Array.from({ length: 64 }, (_, i) => (i * 37) & 255)),
  () => new Int8Array(2),
  () => new Uint32Array(2),
  () => new BigInt64Array(2),
  () => new ArrayBuffer(8),
  () => new SharedArrayBuffer(8),
  () => new DataView(new ArrayBuffer(8)),
  () => ({ kind: 'linear' }),
  () => ({ kind: 'none' }),
  () => ({ kind: 'dynapSim', neurons: 2 }),
  () => ({ kind: 'dynapSim', neurons: 2 ** 20 }),
  () => ({ stages: [] }),
  () => ({ stages: [null], inputs: [], output: 'x' }),
  () => ({ rows: 1, columns: 1, values: [1] }),
  () => ({ rows: 1e9, columns: 1e9, values: new Float64Array(1) }),
  () => ({ steps: 1e9, channels: 1e9, dt: 1e-3, startTime: 0, counts: new Uint32Array(1) }),
  () => ({ steps: 1, channels: 2, dt: 1e-3, startTime: 2 ** 53, counts: new Uint32Array(2) }),
  () => ({ steps: 1, channels: 2, dt: 1e-300, startTime: 0, counts: new Uint32Array(2) }),
  () => ({ timestamps: [1], addresses: [1] }),
  () => ({ timestamps: Float64Array.of(2 ** 53), addresses: new Uint32Array(1), until: 2 ** 53 }),
  () => ({ kind: 'channels', channels: 2 ** 32 }),
  () => ({ type: 'NIRGraph', nodes: {}, edges: [] }),
  () => ({ subscribe: 1 }),
  () => ({ subscribe: boom }),
  () => ({ model: 'dynapSim' }),
  () => ({ name: 'x', layer: () => null, supports: () => true, differentiable: () => null }),
];

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

/** Draws junk of any type. */
export function junk(random: Random): unknown {
  const kind = random.uniform();
  if (kind < 0.17) return pick(random, numbers);
  if (kind < 0.32) return pick(random, largest);
  if (kind < 0.45) return pick(random, [...texts, ...odd]);
  if (kind < 0.53) return pick(random, unreadable)();
  if (kind < 0.93) return pick(random, made)();
  return Array.from({ length: random.integer(4) }, () => junk(random));
}

/** Draws a number of a kind that somebody forgot. */
export function oddNumber(random: Random): number {
  return pick(random, [...numbers, ...largest]);
}
