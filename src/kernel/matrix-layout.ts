/** Where a matrix that learns stands in the memory of the kernel. */
import { type Arena, word } from './arena.ts';
import type { Neurons, Shape } from './block-layout.ts';
import { vectorsOf } from './lanes.ts';

/** Where a matrix stands: the weights of each row onto each dendrite in a run of their own, padded to whole vectors. */
export interface MatrixLayout {
  readonly record: number;
  readonly runs: number;
  /** Weights of a run. */
  readonly neurons: number;
  readonly weights: number;
  readonly gradient: number;
  readonly mean: number;
  readonly square: number;
  /** The matrix of a block, and the same transposed, if it has one. */
  readonly spread: number;
  readonly transposed: number;
  /** Bytes from the rows of one trial of a block to those of the next. */
  readonly stride: number;
}

/** Numbers of a matrix whose rows are padded to whole vectors. */
export function paddedSize(rows: number, columns: number, lanes: number): number {
  return rows * vectorsOf(columns, lanes) * lanes;
}

/** Writes the rows of a matrix to byte `at`, each padded to whole vectors; what they are padded with stays as it is. */
export function pad(
  floats: Float32Array,
  at: number,
  values: ArrayLike<number>,
  columns: number,
  lanes: number,
): void {
  const width = vectorsOf(columns, lanes) * lanes;
  let to = at / 4;
  if (width === columns) {
    floats.set(values, to);
    return;
  }
  for (let from = 0; from < values.length; to += width) {
    for (let c = 0; c < columns; c++, from++) floats[to + c] = values[from]!;
  }
}

/** The other way: reads the rows of a matrix that stands at byte `at` into `out`, without what they are padded with. */
export function unpad(
  floats: Float32Array,
  at: number,
  out: Float64Array,
  columns: number,
  lanes: number,
): void {
  const width = vectorsOf(columns, lanes) * lanes;
  let from = at / 4;
  if (width === columns) {
    out.set(floats.subarray(from, from + out.length));
    return;
  }
  for (let to = 0; to < out.length; from += width) {
    for (let c = 0; c < columns; c++, to++) out[to] = floats[from + c]!;
  }
}

/** A matrix whose rows are padded to whole vectors. */
export function padded(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  lanes: number,
): Float32Array {
  const out = new Float32Array(paddedSize(rows, columns, lanes));
  pad(out, 0, values, columns, lanes);
  return out;
}

/** Values of a matrix, row-major, when they are needed. */
export interface MatrixContents {
  readonly weights: () => ArrayLike<number>;
  /** Least and greatest weights; no bounds if left out. */
  readonly min?: Float64Array | undefined;
  readonly max?: Float64Array | undefined;
}

/** Gives a bound of weights its place: a vector, with no stride, where it is the same for all. */
function layOutBound(
  place: Arena,
  bounds: Float64Array | undefined,
  absent: number,
  rows: number,
  columns: number,
): readonly [at: number, stride: number] {
  const first = bounds?.[0] ?? absent;
  if (bounds === undefined || bounds.every((bound) => bound === first)) {
    return [place.floats(place.lanes, () => new Float32Array(place.lanes).fill(first)), 0];
  }
  const size = paddedSize(rows, columns, place.lanes);
  return [
    place.written(size, (floats, at) => pad(floats, at, bounds, columns, place.lanes)),
    place.lanes * 4,
  ];
}

/** Of a block: what comes into a matrix by channel, and the gradient it meets there. */
export interface MatrixOperand {
  /** One list, or one for each of its trials. */
  readonly inputs: readonly number[];
  readonly drive: number;
  /** The gradient itself, where it was gathered on the way back; 0 if not. */
  readonly gathered: number;
}

/** Gives a matrix of `rows` rows onto a population its place. */
export function layOutMatrix(
  rows: number,
  { model, neurons }: Neurons,
  learns: boolean,
  contents: MatrixContents,
  needsTransposed: boolean,
  operands: readonly MatrixOperand[],
  { place, pack }: Shape,
): MatrixLayout {
  const dendrites = model.channels;
  const runs = rows * dendrites;
  // Of one trial or of all that share a block: these fit into a single vector.
  const vectors = dendrites * vectorsOf(neurons, place.lanes);
  const vectorBytes = place.lanes * 4;
  const bytes = rows * vectors * vectorBytes;
  // As many rows as a vector has lanes, and one of zeros: a block of one vector is multiplied by as many, whatever there is of them.
  const held = Math.max(rows, place.lanes + 1) * dendrites;
  const weights = place.written(paddedSize(held, neurons, place.lanes), (floats, at) =>
    pad(floats, at, contents.weights(), neurons, place.lanes),
  );
  const [min, minStride] = layOutBound(
    ...([place, contents.min, Number.NEGATIVE_INFINITY, runs, neurons] as const),
  );
  const [max, maxStride] = layOutBound(
    ...([place, contents.max, Number.POSITIVE_INFINITY, runs, neurons] as const),
  );
  const [gradient, mean, square] = learns
    ? [place.room(bytes), place.room(bytes), place.room(bytes)]
    : [0, 0, 0];
  const transposedVectors = vectorsOf(pack * rows, place.lanes);
  const spread =
    pack === 1 ? weights : place.room(Math.max(place.lanes, pack * rows) * vectors * vectorBytes);
  const posts = vectors * place.lanes;
  const transposed = needsTransposed ? place.room(posts * transposedVectors * vectorBytes) : 0;
  const record = place.record(
    ...[
      ...[rows, neurons, +(dendrites > 1), vectors, pack, +learns, weights, gradient, mean, square],
      ...[min, minStride, max, maxStride],
      ...[spread, transposed, transposedVectors, operands.length],
      +operands.some(({ inputs }) => inputs.length > 1),
      place.words(operands.flatMap(({ inputs }) => inputs)),
      place.words(operands.map(({ drive }) => drive)),
      operands.every(({ gathered }) => gathered === 0)
        ? 0
        : place.words(operands.map(({ gathered }) => gathered)),
      pack > 1 && dendrites > 1 ? place.room(pack * bytes) : 0,
    ].map(word),
  );
  return {
    ...{ record, runs, neurons, weights, gradient, mean, square, spread, transposed },
    stride: bytes,
  };
}
