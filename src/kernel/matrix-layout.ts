/** Where a matrix that learns stands in the memory of the kernel. */
import { word } from './arena.ts';
import type { Neurons, Shape } from './block-layout.ts';
import { vectorsOf } from './lanes.ts';
import * as layout from './layout.ts';

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
}

/** Numbers of a matrix whose rows are padded to whole vectors. */
export function paddedSize(rows: number, columns: number): number {
  return rows * vectorsOf(columns) * layout.LANES;
}

/** Pads the rows of a matrix to whole vectors. */
export function padded(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  filler = 0,
): Float32Array {
  const width = vectorsOf(columns) * layout.LANES;
  const out = new Float32Array(rows * width).fill(filler);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[r * width + c] = values[r * columns + c] ?? filler;
  }
  return out;
}

/** The other way: reads the rows of a matrix that stands at byte `at`, without what they are padded with. */
export function unpadded(
  floats: Float32Array,
  at: number,
  rows: number,
  columns: number,
): Float64Array {
  const width = vectorsOf(columns) * layout.LANES;
  const out = new Float64Array(rows * columns);
  for (let r = 0, from = at / 4; r < rows; r++, from += width) {
    out.set(floats.subarray(from, from + columns), r * columns);
  }
  return out;
}

/** Values of a matrix, row-major, when they are needed. */
export interface MatrixContents {
  readonly weights: () => ArrayLike<number>;
  readonly min: () => ArrayLike<number>;
  readonly max: () => ArrayLike<number>;
}

/** Of a block: what comes into a matrix by channel, and the gradient it meets there. */
export interface MatrixOperand {
  readonly input: number;
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
  const vectors = dendrites * vectorsOf(neurons);
  const bytes = rows * vectors * layout.VECTOR;
  // Four rows at least: a block of one vector is multiplied by four, whatever there is of them.
  const held = Math.max(rows, layout.LANES) * dendrites;
  const weights = place.floats(paddedSize(held, neurons), () =>
    padded(contents.weights(), held, neurons),
  );
  const bound = (values: () => ArrayLike<number>, filler: number): number =>
    place.floats(paddedSize(runs, neurons), () => padded(values(), runs, neurons, filler));
  const [gradient, mean, square] = learns
    ? [place.room(bytes), place.room(bytes), place.room(bytes)]
    : [0, 0, 0];
  const transposedVectors = vectorsOf(pack * rows);
  const spread =
    pack === 1
      ? weights
      : place.room(Math.max(layout.LANES, pack * rows) * vectors * layout.VECTOR);
  const posts = vectors * layout.LANES;
  const transposed = needsTransposed ? place.room(posts * transposedVectors * layout.VECTOR) : 0;
  const record = place.record(
    ...[
      ...[rows, neurons, +(dendrites > 1), vectors, pack, +learns, weights, gradient, mean, square],
      learns ? bound(contents.min, Number.NEGATIVE_INFINITY) : 0,
      learns ? bound(contents.max, Number.POSITIVE_INFINITY) : 0,
      ...[spread, transposed, transposedVectors, operands.length],
      place.words(operands.map(({ input }) => input)),
      place.words(operands.map(({ drive }) => drive)),
      operands.every(({ gathered }) => gathered === 0)
        ? 0
        : place.words(operands.map(({ gathered }) => gathered)),
      pack === 1 ? 0 : place.room(pack * bytes),
    ].map(word),
  );
  return { record, runs, neurons, weights, gradient, mean, square, spread, transposed };
}
