import type { LearningLayer, LearningProblem } from '../neuron/learner.ts';
import { type Arena, arena, type Field, type LaidOut, word } from './arena.ts';
import { type LaneMap, vectorsOf } from './coefficients.ts';
import * as layout from './layout.ts';
import { blockInput, byChannel, placeSparse, sparseRoom } from './sparse.ts';
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
}

/** Where a block of a population stands. */
export interface BlockPlace {
  readonly record: number;
  readonly coefficients: number;
  /** Which neuron of the parameters each lane holds. */
  readonly lanes: LaneMap;
  /** Its spikes by channel: starts, times, counts. */
  readonly fired: readonly number[];
}

/** Where a population stands. */
export interface LayerPlace {
  readonly neurons: number;
  readonly blocks: readonly BlockPlace[];
}

/** A network that learns, laid out in the memory of a kernel. */
export interface NetworkPlace {
  readonly kernel: LaidOut;
  readonly learner: number;
  readonly layers: readonly LayerPlace[];
  /** The matrices that learn, in the order of the weights. */
  readonly matrices: readonly MatrixPlace[];
  /** Trials in a block. */
  readonly pack: number;
  /** Where the losses of the blocks stand. */
  readonly losses: number;
  /** Where the rates of {@link epochRoom} epochs stand. */
  readonly epochs: number;
  readonly barrier: number;
}

/** Epochs that the kernel is told about at a time. */
export const epochRoom: number = 4096;

/** Place of the number of threads in the record of a learner, bytes. */
export const threadsAt: number = 8;

/** What all parts of a network share. */
interface Shape {
  readonly place: Arena;
  readonly steps: number;
  readonly trials: number;
  readonly pack: number;
  readonly blocks: number;
  readonly threads: number;
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
    for (let c = 0; c < columns; c++) out[r * width + c] = values[r * columns + c]!;
  }
  return out;
}

/** Which neurons the lanes of block `b` hold; parameters may differ from trial to trial. */
function laneMap({ neurons, parameters }: LearningLayer, b: number, shape: Shape): LaneMap {
  const { pack, trials } = shape;
  const perTrial = parameters.Io.length > neurons;
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

interface PlacedBlock extends BlockPlace {
  readonly drive: number;
  readonly firedRecord: number;
}

function placeBlocks(
  layer: LearningLayer,
  targets: Float64Array | undefined,
  shape: Shape,
): PlacedBlock[] {
  const { place, steps, pack, blocks } = shape;
  const vectors = vectorsOf(pack * layer.neurons);
  const width = vectors * layout.LANES;
  const rest = place.floats(restBlock(vectors));
  // Blocks whose lanes hold the same neurons share their coefficients.
  const shared = new Map<string, number>();
  return Array.from({ length: blocks }, (_, b) => {
    const lanes = laneMap(layer, b, shape);
    const key = `${lanes[0]} ${lanes.reduce((count, n) => count + +(n >= 0), 0)}`;
    const coefficients = shared.get(key) ?? place.room(vectors * layout.COEFFICIENTS);
    shared.set(key, coefficients);
    const row = vectors * layout.VECTOR;
    const drive = place.room((steps + 2) * row) + row;
    const fired = sparseRoom(place, width, (steps + 1) * width);
    const target =
      targets === undefined
        ? 0
        : place.floats(blockTargets(targets, layer.neurons, width, b, shape));
    const firedRecord = place.record(...fired.map(word));
    const record = place.record(...[coefficients, rest, drive, firedRecord, target].map(word));
    return { record, coefficients, lanes, fired, drive, firedRecord };
  });
}

function placeWorkspace(layer: LearningLayer, oneOuterRow: boolean, shape: Shape): number {
  const { place, steps, pack } = shape;
  const vectors = vectorsOf(pack * layer.neurons);
  const width = vectors * layout.LANES;
  const row = vectors * layout.VECTOR;
  return place.record(
    ...[
      place.room(vectors * layout.STATE),
      place.room(steps * vectors * layout.TAPE),
      place.room(vectors * layout.GRADIENT),
      place.room(row),
      place.room(oneOuterRow ? row : steps * row),
      oneOuterRow ? 0 : row,
      place.record(...sparseRoom(place, steps + 2, (steps + 1) * width).map(word)),
      place.room((width + 4) * 4),
      place.room((width + 4) * 4),
    ].map(word),
  );
}

interface MatrixContents {
  readonly weights: ArrayLike<number>;
  readonly least: ArrayLike<number>;
  readonly most: ArrayLike<number>;
}

/** Per block: what comes into a matrix by channel, and the gradient it meets there. */
interface Meeting {
  readonly input: number;
  readonly drive: number;
}

function placeMatrix(
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
  const weights = place.floats(padded(contents.weights, rows, columns));
  const [gradient, mean, square] = learns
    ? [place.room(bytes), place.room(bytes), place.room(bytes)]
    : [0, 0, 0];
  const transposedVectors = vectorsOf(pack * rows);
  const record = place.record(
    ...[
      ...[rows, columns, vectors, pack, +learns, weights, gradient, mean, square],
      learns ? place.floats(padded(contents.least, rows, columns, Number.NEGATIVE_INFINITY)) : 0,
      learns ? place.floats(padded(contents.most, rows, columns, Number.POSITIVE_INFINITY)) : 0,
      pack === 1 ? weights : place.room(pack * rows * layout.VECTOR),
      // Packed lanes are read four at a time, whatever there is of them.
      needsTransposed
        ? place.room(Math.max(layout.LANES, pack * columns) * transposedVectors * layout.VECTOR)
        : 0,
      transposedVectors,
      meetings.length,
      place.words(meetings.map(({ input }) => input)),
      place.words(meetings.map(({ drive }) => drive)),
      pack === 1 ? 0 : place.room(pack * rows * layout.VECTOR),
    ].map(word),
  );
  return { record, rows, columns, weights, gradient, mean, square };
}

/** The matrix that hands spikes on as they are. */
function identity(size: number): MatrixContents {
  const weights = Float64Array.from({ length: size * size }, (_, i) =>
    i % (size + 1) === 0 ? 1 : 0,
  );
  return { weights, least: weights, most: weights };
}

function lossFields({ loss, steps, trials, layers }: LearningProblem, place: Arena, pack: number) {
  const { neurons } = layers.at(-1)!;
  if (loss.kind === 'squaredError') {
    const scale = 1 / (steps * trials * neurons);
    return { squared: place.record({ f32: scale }, { f32: loss.silenceWeight }), entropy: 0, labels: 0 };
  }
  const fields: Field[] = [word(neurons), word(pack)];
  const entropy = place.record(...fields, { f64: steps * loss.temperature }, { f64: trials });
  const labels = new Int32Array(Math.ceil(trials / pack) * pack).fill(-1);
  labels.set(loss.labels);
  return { squared: 0, entropy, labels: place.words(new Uint32Array(labels.buffer)) };
}

/** Lays out everything that a problem needs, for a number of threads. */
export function placeNetwork(problem: LearningProblem, threads: number, shared: boolean): NetworkPlace {
  const { steps, trials, channels, layers, loss } = problem;
  const place = arena('training');
  const widest = Math.max(...layers.map(({ neurons }) => neurons));
  const pack = Math.max(1, Math.min(trials, Math.floor(layout.LANES / widest)));
  const blocks = Math.ceil(trials / pack);
  const shape: Shape = { place, steps, trials, pack, blocks, threads };

  const lists = Array.from({ length: blocks }, (_, b) =>
    blockInput(problem.input, steps, trials, channels, b * pack, pack),
  );
  const input = place.words(lists.map((list) => placeSparse(place, list)));
  let incoming = lists.map((list) => placeSparse(place, byChannel(list, pack * channels)));
  let firstRow = 0;

  const matrices: MatrixPlace[] = [];
  let taken = 0;
  const take = (size: number): MatrixContents => {
    const part = (values: Float64Array): Float64Array => values.subarray(taken, taken + size);
    const contents = {
      weights: part(problem.weights),
      least: part(problem.least),
      most: part(problem.most),
    };
    taken += size;
    return contents;
  };
  const placed = layers.map((layer, k) => {
    const { neurons, rows, recurrent } = layer;
    const last = k === layers.length - 1;
    const targets = last && loss.kind === 'squaredError' ? loss.targets : undefined;
    const own = placeBlocks(layer, targets, shape);
    const vectors = vectorsOf(pack * neurons);
    // The spikes of a population stand one row later than the step in which they fired.
    const shift = firstRow * vectors * layout.VECTOR;
    const feed = placeMatrix(
      rows ?? neurons,
      neurons,
      rows !== undefined,
      rows === undefined ? identity(neurons) : take(rows * neurons),
      k > 0,
      own.map(({ drive }, b) => ({ input: incoming[b]!, drive: drive - shift })),
      shape,
    );
    if (rows !== undefined) matrices.push(feed);
    const loop = recurrent
      ? placeMatrix(
          neurons,
          neurons,
          true,
          take(neurons * neurons),
          true,
          own.map(({ drive, firedRecord }) => ({ input: firedRecord, drive })),
          shape,
        )
      : undefined;
    if (loop !== undefined) matrices.push(loop);
    incoming = own.map(({ firedRecord }) => firedRecord);
    firstRow = 1;
    const workspaces = Array.from({ length: threads }, () =>
      placeWorkspace(layer, last, shape),
    );
    const record = place.record(
      ...[
        ...[vectors, vectors * layout.LANES, feed.record, loop?.record ?? 0],
        place.words(own.map((block) => block.record)),
        place.words(workspaces),
      ].map(word),
    );
    return { record, neurons, blocks: own, copies: [feed, ...(loop === undefined ? [] : [loop])] };
  });

  const losses = place.room(blocks * 8);
  const epochs = place.room(epochRoom * 8);
  const barrier = place.record(word(0), word(0), word(0));
  const { squared, entropy, labels } = lossFields(problem, place, pack);
  const adam = place.record({ f32: problem.beta1 }, { f32: problem.beta2 }, { f32: problem.epsilon });
  const learner = place.record(
    ...[
      ...[steps, blocks, threads, layers.length, place.words(placed.map(({ record }) => record))],
      ...[input, squared, entropy, labels, losses, adam, barrier],
    ].map(word),
  );
  const kernel = place.build(shared);
  for (const { copies } of placed) for (const { record } of copies) kernel.exports.publish(record);
  return { kernel, learner, layers: placed, matrices, pack, losses, epochs, barrier };
}
