/** Where the blocks of a population stand in the memory of the kernel. */
import { type Arena, type LaidOut, word } from './arena.ts';
import { floatsOf, type LaneMap, vectorsOf } from './lanes.ts';
import * as layout from './layout.ts';
import { coefficientRoom, type ModelLayout, restBlock } from './model.ts';
import { type SparseLayout, sparseRoom } from './sparse.ts';

/** Where a block of a population stands. */
export interface BlockLayout {
  readonly record: number;
  readonly coefficients: number;
  /** State that every run starts from. */
  readonly start: number;
  /** Weighted input, then its gradient, row by row. */
  readonly drive: number;
  /** Which neuron of the parameters each lane holds. */
  readonly lanes: LaneMap;
  /** Which chip of a draw each lane is on. */
  readonly chips: Uint32Array;
  /** Its spikes by channel. */
  readonly fired: SparseLayout;
  /** The gradient of its recurrent matrix, where rows are single vectors; 0 if not. */
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

/** Neurons of a model. */
export interface Neurons {
  readonly model: ModelLayout;
  readonly neurons: number;
}

/** Populations that are to be placed. */
export interface Population extends Neurons {
  /** Whether it has a recurrent matrix whose gradient may be gathered on the way back. */
  readonly recurrent: boolean;
  /** Whether the parameters have values for every trial, `[trials][neurons]`. */
  readonly perTrial: boolean;
  /** The chip that each trial runs on, where chips are drawn. */
  readonly chips?: Uint32Array;
}

/**
 * Trials that share a vector: as many as fit into four lanes. Wider vectors are for populations that fill them by
 * themselves.
 */
export function packOf(width: number, neurons: number, trials: number): number {
  return width > layout.LANES ? 1 : Math.max(1, Math.min(trials, Math.floor(width / neurons)));
}

/** Shape of a network whose widest population has `widest` neurons. */
export function shapeOf(place: Arena, steps: number, trials: number, widest: number): Shape {
  const pack = packOf(place.lanes, widest, trials);
  return { place, steps, trials, pack, blocks: Math.ceil(trials / pack) };
}

/** Which neurons the lanes of block `b` hold; parameters may differ from trial to trial. */
function laneMap({ neurons, perTrial }: Population, b: number, shape: Shape): LaneMap {
  const { pack, trials } = shape;
  const width = shape.place.lanes;
  const held = new Int32Array(vectorsOf(pack * neurons, width) * width).fill(-1);
  for (let trial = b * pack; trial < Math.min(trials, (b + 1) * pack); trial++) {
    for (let n = 0; n < neurons; n++) {
      held[(trial - b * pack) * neurons + n] = perTrial ? trial * neurons + n : n;
    }
  }
  return { width, neurons: held };
}

/** Which chips the lanes of block `b` are on. */
function chipMap({ neurons, chips }: Population, b: number, shape: Shape): Uint32Array {
  const { pack, trials } = shape;
  const width = shape.place.lanes;
  const own = new Uint32Array(vectorsOf(pack * neurons, width) * width);
  for (let trial = b * pack; trial < Math.min(trials, (b + 1) * pack); trial++) {
    const first = (trial - b * pack) * neurons;
    own.fill(chips?.[trial] ?? 0, first, first + neurons);
  }
  return own;
}

/** Lays wanted spikes of a sample, `[steps][neurons]`, into rows of `width` lanes, from byte `at` on. */
export function writeTarget(
  floats: Float32Array,
  at: number,
  target: ArrayLike<number>,
  neurons: number,
  width: number,
): void {
  let to = at / 4;
  if (width === neurons) {
    floats.set(target, to);
    return;
  }
  for (let from = 0; from < target.length; to += width) {
    for (let n = 0; n < neurons; n++, from++) floats[to + n] = target[from]!;
  }
}

/** Whether rows of so many vectors are computed in the way of single ones. */
export function isSingle({ singleBytes }: ModelLayout, vectors: number): boolean {
  return vectors === 1 && singleBytes !== undefined;
}

/** Gives every block of a population its place; `target` says where the wanted spikes of a block stand, or 0. */
export function layOutBlocks(
  population: Population,
  target: (block: number) => number,
  shape: Shape,
): BlockLayout[] {
  const { place, steps, pack, blocks } = shape;
  const { model, neurons } = population;
  const vectors = vectorsOf(pack * neurons, place.lanes);
  const width = vectors * place.lanes;
  const row = model.channels * width * 4;
  // Blocks whose lanes hold the same neurons share their coefficients.
  const shared = new Map<string, number>();
  return Array.from({ length: blocks }, (_, b) => {
    const lanes = laneMap(population, b, shape);
    const chips = chipMap(population, b, shape);
    const held = lanes.neurons.filter((n) => n >= 0).length;
    const key = population.perTrial
      ? `${b}`
      : `${held} ${chips.filter((_, k) => k % neurons === 0)}`;
    const coefficients =
      shared.get(key) ?? place.room(coefficientRoom(vectors, model, place.lanes));
    shared.set(key, coefficients);
    const start = place.floats(vectors * floatsOf(model.stateBytes, place.lanes), () =>
      restBlock(vectors, model, place.lanes),
    );
    // A row of zeros before the first and after the last: what no step has to do with.
    const drive = place.room((steps + 2) * row) + row;
    const fired = sparseRoom(place, width, (steps + 1) * width);
    const gathered =
      isSingle(model, vectors) && population.recurrent
        ? place.room((place.lanes + 4) * place.lanes * 4)
        : 0;
    const record = place.record(
      ...[coefficients, start, drive, fired.record, target(b), gathered].map(word),
    );
    return { record, coefficients, start, drive, lanes, chips, fired, gathered };
  });
}

/** Spreads the spikes of all blocks, which stand by channel, over `out`, `[steps][trials][neurons]`. */
export function readSpikes(
  { f32, u32 }: LaidOut,
  blocks: readonly BlockLayout[],
  out: Float64Array,
  trials: number,
  neurons: number,
): Float64Array {
  let trial = 0;
  for (const { fired, lanes } of blocks) {
    const starts = fired.starts / 4;
    const times = fired.indices / 4;
    const counts = fired.counts / 4;
    const held = lanes.neurons.filter((n) => n >= 0).length;
    for (let lane = 0; lane < held; lane++) {
      for (let k = u32[starts + lane]!; k < u32[starts + lane + 1]!; k++) {
        // Time 0 is what acted in the first step.
        const t = u32[times + k]! - 1;
        if (t >= 0) out[(t * trials + trial) * neurons + lane] = f32[counts + k]!;
      }
    }
    trial += held / neurons;
  }
  return out;
}

/** What a thread needs to run the blocks of a population. */
export interface WorkspaceLayout {
  readonly record: number;
  /** State after the last step. */
  readonly state: number;
  /** Gradient with respect to the spikes, from outside. */
  readonly outer: number;
  /** Spikes by time. */
  readonly spikes: number;
}

/** Gives a thread its room for one population; `outerRows` rows of gradient from outside, or one for all steps. */
export function layOutWorkspace(
  { model, neurons }: Neurons,
  outerRows: number,
  { place, steps, pack }: Shape,
): WorkspaceLayout {
  const vectors = vectorsOf(pack * neurons, place.lanes);
  const width = vectors * place.lanes;
  const row = width * 4;
  const channels = model.channels * width;
  const bytesOf = (bytes: number): number => vectors * 4 * floatsOf(bytes, place.lanes);
  const tapeBytes = isSingle(model, vectors) ? model.singleBytes! : model.tapeBytes;
  const state = place.room(bytesOf(model.stateBytes));
  const outer = place.room(outerRows * row);
  const spikes = sparseRoom(place, steps + 2, (steps + 1) * width).record;
  const record = place.record(
    ...[
      state,
      place.room(steps * bytesOf(tapeBytes)),
      place.room(bytesOf(model.gradientBytes)),
      place.room(row),
      outer,
      outerRows === 1 ? 0 : row,
      spikes,
      place.room((channels + place.lanes) * 4),
      place.room((channels + place.lanes) * 4),
      1,
      +(neurons <= 2),
      model.model,
    ].map(word),
  );
  return { record, state, outer, spikes };
}
