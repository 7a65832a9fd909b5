/**
 * Weights of a DYNAP-SE1 core: how many entries of which of its kinds of synapses. An excitatory weight of a neuron with
 * one synapse is i fast and j slow entries, an inhibitory one i slow and j fast ones; a dendrite of its own takes i
 * entries of its kind. A code is i + 16·j, and a neuron has 64 entries.
 */
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import { randomStream } from '../../random.ts';
import type { CoreSynapses, QuantisedWeights } from '../family.ts';
import { dynapse1Limits } from './limits.ts';

/** Most entries of one kind that a code can say. */
const most = 15;

/** Largest code of a weight. */
export const largestCode: number = most + 16 * most;

/** Entries that a code takes. */
export function entriesOf(code: number): number {
  return (code & most) + (code >> 4);
}

/** Sizes of weight that the codes stand for on a neuron with one synapse. */
export function countLevels(base: readonly number[]): Float64Array {
  return Float64Array.from(
    { length: largestCode + 1 },
    (_, code) => (code & most) * base[0]! + (code >> 4) * base[2]!,
  );
}

/** Weights of a core as the search sees them. */
interface Sizes {
  /** Sizes of the weights. */
  readonly sizes: Float64Array;
  /** Which weight current each takes i entries of: its dendrite; 0 for all of neurons with one synapse. */
  readonly first: Uint8Array;
  /** Whether weights may take entries of the second kind. */
  readonly paired: boolean;
  /** Neuron that each belongs to, numbered from 0; all its own if it is not known. */
  readonly neuron: Uint32Array;
  readonly neurons: number;
}

function sizesOf(weights: ArrayLike<number>, synapses: CoreSynapses | undefined): Sizes {
  const count = weights.length;
  const numbers = new Map<number, number>();
  const neuron = Uint32Array.from({ length: count }, (_, i) => {
    const own = synapses === undefined ? i : synapses.listeners[i]!;
    const known = numbers.get(own);
    if (known !== undefined) return known;
    numbers.set(own, numbers.size);
    return numbers.size - 1;
  });
  const paired = synapses?.model !== 'dynapSe2';
  return {
    sizes: Float64Array.from(weights, Math.abs),
    first: Uint8Array.from({ length: count }, (_, i) => (paired ? 0 : synapses!.dendrites[i]!)),
    paired,
    neuron,
    neurons: numbers.size,
  };
}

/** A step of a weight that takes more entries and lies nearer to what was asked. */
interface Step {
  readonly weight: number;
  readonly code: number;
  readonly entries: number;
  /** Squared error that it saves with each entry. */
  readonly gain: number;
}

/**
 * The steps of a weight on its way to the nearest code, each of less gain than the one before: the lower
 * convex hull of its error over its entries, so that taking the best steps of a neuron first is optimal but for the last.
 */
function stepsOf(weight: number, size: number, a: number, b: number, steps: Step[]): void {
  const errors: number[] = [size * size];
  const codes: number[] = [0];
  const span = a - b;
  for (let entries = 1; entries <= 2 * most; entries++) {
    const [least, largest] = [Math.max(0, entries - (b > 0 ? most : 0)), Math.min(entries, most)];
    if (least > largest) break;
    const wished = span > 0 ? Math.round((size - entries * b) / span) : largest;
    const i = Math.min(largest, Math.max(least, wished));
    const error = size - i * a - (entries - i) * b;
    errors.push(error * error);
    codes.push(i + 16 * (entries - i));
    if (entries * Math.min(a, b > 0 ? b : a) > size) break;
  }
  let at = 0;
  while (at < errors.length - 1) {
    let best = 0;
    let to = at;
    for (let next = at + 1; next < errors.length; next++) {
      const gain = (errors[at]! - errors[next]!) / (next - at);
      if (gain > best) {
        best = gain;
        to = next;
      }
    }
    if (to === at) break;
    steps.push({ weight, code: codes[to]!, entries: to - at, gain: best });
    at = to;
  }
}

/** Gives each weight a code, the entries of each neuron to where they help most. */
function assign({ sizes, first, paired, neuron, neurons }: Sizes, base: readonly number[]) {
  const codes = new Uint8Array(sizes.length);
  const steps: Step[] = [];
  for (let i = 0; i < sizes.length; i++) {
    if (sizes[i] === 0) continue;
    stepsOf(i, sizes[i]!, base[first[i]!]!, paired ? base[2]! : 0, steps);
  }
  const wanted = new Uint32Array(neurons);
  for (const { weight, entries } of steps) {
    wanted[neuron[weight]!] = wanted[neuron[weight]!]! + entries;
  }
  const room = new Int32Array(neurons).fill(dynapse1Limits.synapses);
  const crowded = wanted.some((entries) => entries > dynapse1Limits.synapses);
  if (crowded) steps.sort((x, y) => y.gain - x.gain);
  const stopped = new Uint8Array(sizes.length);
  for (const { weight, code, entries } of steps) {
    const own = neuron[weight]!;
    if (stopped[weight] === 1 || room[own]! < entries) {
      stopped[weight] = 1;
      continue;
    }
    room[own] = room[own]! - entries;
    codes[weight] = code;
  }
  return codes;
}

const sizeOf = (code: number, kind: number, base: readonly number[]): number =>
  (code & most) * base[kind]! + (code >> 4) * base[2]!;

/** Summed squared error of codes. */
function errorOf({ sizes, first }: Sizes, codes: Uint8Array, base: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < sizes.length; i++) {
    sum += (sizes[i]! - sizeOf(codes[i]!, first[i]!, base)) ** 2;
  }
  return sum;
}

/** Weight currents of least squared error for some codes; as they were where nothing takes them. */
function refit({ sizes, first, paired }: Sizes, codes: Uint8Array, base: readonly number[]) {
  if (!paired) {
    return base.map((old, kind) => {
      let [top, bottom] = [0, 0];
      for (let i = 0; i < sizes.length; i++) {
        if (first[i] !== kind) continue;
        top += sizes[i]! * codes[i]!;
        bottom += codes[i]! ** 2;
      }
      return bottom > 0 ? top / bottom : old;
    });
  }
  let [ii, ij, jj, iw, jw] = [0, 0, 0, 0, 0];
  for (let k = 0; k < sizes.length; k++) {
    const [i, j, w] = [codes[k]! & most, codes[k]! >> 4, sizes[k]!];
    ii += i * i;
    ij += i * j;
    jj += j * j;
    iw += i * w;
    jw += j * w;
  }
  const determinant = ii * jj - ij * ij;
  const [oldA, oldB] = [base[0]!, base[2]!];
  let [a, b] = [oldA, oldB];
  if (determinant > 1e-12 * ii * jj) {
    a = (iw * jj - jw * ij) / determinant;
    b = (jw * ii - iw * ij) / determinant;
  } else if (jj === 0 && ii > 0) a = iw / ii;
  else if (ii === 0 && jj > 0) b = jw / jj;
  if (!(a > 0 && b >= 0)) return base;
  return a >= b ? [a, a, b, b] : [b, b, a, a];
}

const turns = 12;

/** Moves weight currents downhill from where they are. */
function descend(given: Sizes, start: readonly number[]) {
  let base = start;
  let codes = assign(given, base);
  let error = errorOf(given, codes, base);
  for (let turn = 0; turn < turns; turn++) {
    const next = refit(given, codes, base);
    const nextCodes = assign(given, next);
    const nextError = errorOf(given, nextCodes, next);
    if (!(nextError < error * (1 - 1e-9))) break;
    [base, codes, error] = [next, nextCodes, nextError];
  }
  return { base, codes, error };
}

function quantised(
  weights: ArrayLike<number>,
  { first }: Pick<Sizes, 'first'>,
  codes: Uint8Array,
  base: readonly number[],
): QuantisedWeights {
  const values = new Float64Array(codes.length);
  let [squares, count] = [0, 0];
  for (let i = 0; i < codes.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    const size = codes[i] === 0 ? 0 : sizeOf(codes[i]!, first[i]!, base);
    values[i] = size === 0 ? 0 : Math.sign(weight) * size;
    squares += (weight - values[i]!) ** 2;
    count++;
  }
  return { base, codes, values, mse: count === 0 ? 0 : squares / count };
}

/** Gives each weight the entries that come nearest, with weight currents that are known. */
export function encodeCounts(
  weights: ArrayLike<number>,
  base: readonly number[],
  synapses?: CoreSynapses,
): QuantisedWeights {
  const given = sizesOf(weights, synapses);
  return quantised(weights, given, assign(given, base), base);
}

/** Descents that are made if all effort is made. */
const starts = 60;

/** Weights that the descents are compared on, neuron by neuron; all of them have the last word. */
const sampled = 600;

/** The weights of some neurons, spread evenly. */
function sampleOf(given: Sizes): Sizes {
  const { sizes, first, paired, neuron, neurons } = given;
  const every = Math.ceil(sizes.length / sampled);
  if (every === 1) return given;
  const own = [...sizes.keys()].filter((i) => neuron[i]! % every === 0);
  return {
    sizes: Float64Array.from(own, (i) => sizes[i]!),
    first: Uint8Array.from(own, (i) => first[i]!),
    paired,
    neuron: Uint32Array.from(own, (i) => neuron[i]! / every),
    neurons: Math.ceil(neurons / every),
  };
}

/** Finds weight currents of a core and the entries of its weights, of least squared error that was found. */
export function quantiseCounts(
  weights: ArrayLike<number>,
  { effort = 1, synapses }: { readonly effort?: number; readonly synapses?: CoreSynapses } = {},
): QuantisedWeights {
  const given = sizesOf(weights, synapses);
  const largest = given.sizes.reduce((max, size) => Math.max(max, size), 0);
  if (largest === 0) {
    const none = dendriteNames.map(() => 0);
    return quantised(weights, given, new Uint8Array(weights.length), none);
  }
  const random = randomStream(0, 'dynapse1', 'quantise');
  const sample = sampleOf(given);
  let best: ReturnType<typeof descend> | undefined;
  for (let k = 0; k < Math.max(4, Math.ceil(starts * effort)); k++) {
    const a = largest / (k % 4 === 0 ? 1 + k / 8 : 1 + 3 * random.uniform());
    const b = a * random.uniform();
    const start = given.paired
      ? [a, a, b, b]
      : dendriteNames.map(() => a * (1 - random.uniform() / 2));
    const found = descend(sample, start);
    if (best === undefined || found.error < best.error) best = found;
  }
  const { base, codes } = sample === given ? best! : descend(given, best!.base);
  return quantised(weights, given, codes, base);
}
