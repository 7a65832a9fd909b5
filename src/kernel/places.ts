import { type Arena, type LaidOut, word } from './arena.ts';
import { type LaneMap, vectorsOf } from './coefficients.ts';
import * as layout from './layout.ts';
import { sparseRoom } from './sparse.ts';
import { restBlock } from './state.ts';

/** Where a matrix stands, rows padded to whole vectors. */
export interface MatrixPlace {
  readonly record: number;
  readonly rows: number;
  readonly columns: number;
  readonly weights: number;
  readonly gradient: number;
  readonly mean: number;
  readonly square: number;
  /** The matrix of a block, and the same transposed, if it has one. */
  readonly spread: number;
  readonly transposed: number;
}

/** Where a block of a population stands. */
export interface BlockPlace {
  readonly record: number;
  readonly coefficients: number;
  /** State that every run starts from. */
  readonly start: number;
  /** Weighted input, then its gradient, row by row. */
  readonly drive: number;
  /** Which neuron of the parameters each lane holds. */
  readonly lanes: LaneMap;
  /** Its spikes by channel: starts, times, counts. */
  readonly fired: readonly number[];
  readonly firedRecord: number;
  /** The gradient of its input matrix, where rows are single vectors; 0 where not. */
  readonly gathered: number;
}

/** What all parts of a network share. */
export interface Shape {
  readonly place: Arena;
  readonly steps: number;
  readonly trials: number;
  /** Trials in a block: as many as fit into the lanes of a vector, or one. */
  readonly pack: number;
  readonly blocks: number;
}

/** Populations that are to be placed. */
export interface Population {
  readonly neurons: number;
  /** Channels that its input matrix takes; 0 where it has none that learns. */
  readonly rows: number;
  /** Whether the parameters have values for every trial, `[trials][neurons]`. */
  readonly perTrial: boolean;
}

/** Shape of a network whose widest population has `widest` neurons. */
export function shapeOf(place: Arena, steps: number, trials: number, widest: number): Shape {
  const pack = Math.max(1, Math.min(trials, Math.floor(layout.LANES / widest)));
  return { place, steps, trials, pack, blocks: Math.ceil(trials / pack) };
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

/** Which neurons the lanes of block `b` hold; parameters may differ from trial to trial. */
function laneMap({ neurons, perTrial }: Population, b: number, shape: Shape): LaneMap {
  const { pack, trials } = shape;
  const lanes = new Int32Array(vectorsOf(pack * neurons) * layout.LANES).fill(-1);
  for (let trial = b * pack; trial < Math.min(trials, (b + 1) * pack); trial++) {
    for (let n = 0; n < neurons; n++) {
      lanes[(trial - b * pack) * neurons + n] = perTrial ? trial * neurons + n : n;
    }
  }
  return lanes;
}

/** Wanted spikes of block `b`, laid out like its lanes. */
function blockTargets(
  targets: Float64Array,
  neurons: number,
  width: number,
  b: number,
  { steps, trials, pack }: Shape,
): Float32Array {
  const out = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) {
    for (let trial = b * pack; trial < Math.min(trials, (b + 1) * pack); trial++) {
      for (let n = 0; n < neurons; n++) {
        out[t * width + (trial - b * pack) * neurons + n] =
          targets[(t * trials + trial) * neurons + n]!;
      }
    }
  }
  return out;
}

/** Gives every block of a population its place; `targets` are `[steps][trials][neurons]`. */
export function placeBlocks(
  population: Population,
  targets: Float64Array | undefined,
  shape: Shape,
): BlockPlace[] {
  const { place, steps, pack, blocks } = shape;
  const { neurons } = population;
  const vectors = vectorsOf(pack * neurons);
  const width = vectors * layout.LANES;
  const row = vectors * layout.VECTOR;
  // Blocks whose lanes hold the same neurons share their coefficients.
  const shared = new Map<string, number>();
  return Array.from({ length: blocks }, (_, b) => {
    const lanes = laneMap(population, b, shape);
    const key = `${population.perTrial ? b : lanes[0]} ${lanes.filter((n) => n >= 0).length}`;
    const coefficients = shared.get(key) ?? place.room(vectors * layout.COEFFICIENTS);
    shared.set(key, coefficients);
    const start = place.floats((vectors * layout.STATE) / 4, () => restBlock(vectors));
    // A row of zeros before the first and after the last: what no step has to do with.
    const drive = place.room((steps + 2) * row) + row;
    const fired = sparseRoom(place, width, (steps + 1) * width);
    const firedRecord = place.record(...fired.map(word));
    const target =
      targets === undefined
        ? 0
        : place.floats(steps * width, () => blockTargets(targets, neurons, width, b, shape));
    const sources = vectors === 1 ? pack * population.rows : 0;
    const gathered = sources === 0 ? 0 : place.room(sources * layout.VECTOR);
    const record = place.record(
      ...[coefficients, start, drive, firedRecord, target, gathered, sources].map(word),
    );
    return { record, coefficients, start, drive, lanes, fired, firedRecord, gathered };
  });
}

/** Spreads the spikes of all blocks, which stand by channel, over `out`, `[steps][trials][neurons]`. */
export function readSpikes(
  { f32, u32 }: LaidOut,
  blocks: readonly BlockPlace[],
  out: Float64Array,
  trials: number,
  neurons: number,
): Float64Array {
  let trial = 0;
  for (const { fired, lanes } of blocks) {
    const [starts, times, counts] = fired.map((pointer) => pointer / 4);
    const held = lanes.filter((n) => n >= 0).length;
    for (let lane = 0; lane < held; lane++) {
      for (let k = u32[starts! + lane]!; k < u32[starts! + lane + 1]!; k++) {
        // Time 0 is what acted in the first step.
        const t = u32[times! + k]! - 1;
        if (t >= 0) out[(t * trials + trial) * neurons + lane] = f32[counts! + k]!;
      }
    }
    trial += held / neurons;
  }
  return out;
}

/** What a thread needs to run the blocks of a population. */
export interface WorkspacePlace {
  readonly record: number;
  /** Gradient with respect to the spikes, from outside. */
  readonly outer: number;
  /** Spikes by time. */
  readonly spikes: number;
}

/** Gives a thread its room for one population; `outerRows` rows of gradient from outside, or one for all steps. */
export function placeWorkspace(neurons: number, outerRows: number, shape: Shape): WorkspacePlace {
  const { place, steps, pack } = shape;
  const vectors = vectorsOf(pack * neurons);
  const width = vectors * layout.LANES;
  const row = vectors * layout.VECTOR;
  const outer = place.room(outerRows * row);
  const spikes = place.record(...sparseRoom(place, steps + 2, (steps + 1) * width).map(word));
  const record = place.record(
    ...[
      place.room(vectors * layout.STATE),
      place.room(steps * vectors * layout.TAPE),
      place.room(vectors * layout.GRADIENT),
      place.room(row),
      outer,
      outerRows === 1 ? 0 : row,
      spikes,
      place.room((width + 4) * 4),
      place.room((width + 4) * 4),
      0,
    ].map(word),
  );
  return { record, outer, spikes };
}

/** Values of a matrix, row-major, when they are needed. */
export interface MatrixContents {
  readonly weights: () => ArrayLike<number>;
  readonly least: () => ArrayLike<number>;
  readonly most: () => ArrayLike<number>;
}

/** Of a block: what comes into a matrix by channel, and the gradient it meets there. */
export interface Meeting {
  readonly input: number;
  readonly drive: number;
  /** The gradient itself, where it was gathered on the way back; 0 where not. */
  readonly gathered: number;
}

/** Gives a matrix its place. */
export function placeMatrix(
  rows: number,
  columns: number,
  learns: boolean,
  contents: MatrixContents,
  needsTransposed: boolean,
  meetings: readonly Meeting[],
  { place, pack }: Shape,
): MatrixPlace {
  const vectors = vectorsOf(columns);
  const bytes = rows * vectors * layout.VECTOR;
  // Four rows at least: a block of one vector is multiplied by four, whatever there is of them.
  const held = Math.max(rows, layout.LANES);
  const weights = place.floats(paddedSize(held, columns), () =>
    padded(contents.weights(), held, columns),
  );
  const bound = (values: () => ArrayLike<number>, filler: number): number =>
    place.floats(paddedSize(rows, columns), () => padded(values(), rows, columns, filler));
  const [gradient, mean, square] = learns
    ? [place.room(bytes), place.room(bytes), place.room(bytes)]
    : [0, 0, 0];
  const transposedVectors = vectorsOf(pack * rows);
  const spread =
    pack === 1 ? weights : place.room(Math.max(layout.LANES, pack * rows) * layout.VECTOR);
  const posts = Math.max(layout.LANES, pack * columns);
  const transposed = needsTransposed ? place.room(posts * transposedVectors * layout.VECTOR) : 0;
  const record = place.record(
    ...[
      ...[rows, columns, vectors, pack, +learns, weights, gradient, mean, square],
      learns ? bound(contents.least, Number.NEGATIVE_INFINITY) : 0,
      learns ? bound(contents.most, Number.POSITIVE_INFINITY) : 0,
      ...[spread, transposed, transposedVectors, meetings.length],
      place.words(meetings.map(({ input }) => input)),
      place.words(meetings.map(({ drive }) => drive)),
      meetings.every(({ gathered }) => gathered === 0)
        ? 0
        : place.words(meetings.map(({ gathered }) => gathered)),
      pack === 1 ? 0 : place.room(pack * rows * layout.VECTOR),
    ].map(word),
  );
  return { record, rows, columns, weights, gradient, mean, square, spread, transposed };
}
