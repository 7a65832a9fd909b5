/** A whole network that learns, laid out in the memory of the kernel. */
import type { LearningLayer, LearningProblem } from '../neurons/learner.ts';
import { modelOf } from '../neurons/model-table.ts';
import { type Arena, arena, type Field, type LaidOut, word } from './arena.ts';
import {
  type BlockLayout,
  isSingle,
  layOutBlocks,
  layOutWorkspace,
  type Shape,
  shapeOf,
} from './block-layout.ts';
import { layOutChips } from './chips.ts';
import type { KernelCode } from './code.ts';
import { vectorsOf } from './lanes.ts';
import { layOutMatrix, type MatrixContents, type MatrixLayout } from './matrix-layout.ts';
import type { ModelLayout } from './model.ts';
import { layoutOf } from './models.ts';
import { inputsOf, layOutEntering, layOutSample, targetOf } from './samples.ts';

/** Where a population stands. */
export interface LayerLayout {
  readonly neurons: number;
  readonly blocks: readonly BlockLayout[];
}

/** A network that learns, laid out in the memory of a kernel. */
export interface NetworkLayout {
  readonly kernel: LaidOut;
  readonly learner: number;
  readonly layers: readonly LayerLayout[];
  /** The matrices that learn, in the order of the weights. */
  readonly matrices: readonly MatrixLayout[];
  /** Trials in a block. */
  readonly pack: number;
  /** Where the losses of the blocks stand. */
  readonly losses: number;
  /** Where the words of the populations stand that say that a membrane was beyond what the kernel knows. */
  readonly beyond: number;
  /** Where the rates of so many epochs stand, step by step, and which samples the steps take: that is not there if they take all. */
  readonly epochs: number;
  readonly epochsAtOnce: number;
  readonly order: number;
  readonly barrier: number;
}

/** Steps that the kernel is told about at a time, if an epoch has not more. */
export const stepRoom: number = 4096;

/** Which words of a barrier's record are its round, and whether all are to stop. */
export const barrierRound: number = 1;
export const barrierStop: number = 2;

/** The matrix that hands spikes on as they are. */
function identity(size: number): MatrixContents {
  return {
    weights: () =>
      Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
  };
}

function lossFields({ loss, steps, trials, layers }: LearningProblem, place: Arena, pack: number) {
  const { neurons } = layers.at(-1)!;
  if (loss.kind === 'squaredError') {
    const scale = 1 / (steps * trials * neurons);
    return {
      squared: place.record({ f32: scale }, { f32: loss.silenceWeight }),
      entropy: 0,
      labels: 0,
    };
  }
  const fields: Field[] = [word(neurons), word(pack)];
  const entropy = place.record(...fields, { f64: steps * loss.temperature }, { f64: trials });
  const labels = new Int32Array(Math.ceil(trials / pack) * pack).fill(-1);
  for (let trial = 0; trial < trials; trial++) {
    labels[trial] = loss.labels[trial % loss.labels.length]!;
  }
  return { squared: 0, entropy, labels: place.words(new Uint32Array(labels.buffer)) };
}

/** Whether population `k` is computed in the way of single vectors. */
function isSingleLayer({ layers }: LearningProblem, k: number, { pack, place }: Shape): boolean {
  const { neurons, parameters } = layers[k]!;
  return isSingle(layoutOf(parameters), vectorsOf(pack * neurons, place.lanes));
}

/** Whether learning wants the spikes of population `k` by channel: the loss, the matrix after it, or its own, if that gathers nothing on the way. */
function wantsSorted(problem: LearningProblem, k: number, shape: Shape): boolean {
  const { layers, loss } = problem;
  const next = layers[k + 1];
  // What hands spikes on as they are does not learn.
  const after = next === undefined ? loss.kind !== 'squaredError' : next.rows !== undefined;
  return after || (layers[k]!.recurrent && !isSingleLayer(problem, k, shape));
}

/** What the matrix before a population adds in every step, laid out like a row of its weighted input; 0 for nothing. */
function layOutBias(
  { bias, neurons }: LearningLayer,
  { channels }: ModelLayout,
  { place, pack }: Shape,
): number {
  if (bias === undefined || bias.every((value) => value === 0)) return 0;
  const width = vectorsOf(pack * neurons, place.lanes) * place.lanes;
  const row = new Float32Array(channels * width);
  for (let channel = 0; channel < channels; channel++) {
    const own = bias.subarray(channel * neurons, (channel + 1) * neurons);
    for (let trial = 0; trial < pack; trial++) row.set(own, channel * width + trial * neurons);
  }
  return place.floats(row.length, () => row);
}

/** Lays out everything that a problem needs, for a number of threads. */
export function layOutNetwork(
  problem: LearningProblem,
  threads: number,
  shared: boolean,
  code: KernelCode,
): NetworkLayout {
  const { steps, trials, layers } = problem;
  const widest = Math.max(...layers.map(({ neurons }) => neurons));
  const place = arena('training', widest, code);
  const shape = shapeOf(place, steps, trials, widest);
  const { pack, blocks } = shape;

  const single = isSingleLayer(problem, 0, shape);
  const samples = problem.inputs.map((_, k) => layOutSample(problem, k, single, shape));
  const entering = inputsOf(samples, problem, shape);
  let incoming = entering.map((parts) => parts.map(({ byChannel: sorted }) => sorted));
  let firstRow = 0;

  const matrices: MatrixLayout[] = [];
  let taken = 0;
  const take = (size: number): MatrixContents => {
    const from = taken;
    taken += size;
    return {
      weights: () => problem.weights.subarray(from, from + size),
      min: problem.min?.subarray(from, from + size),
      max: problem.max?.subarray(from, from + size),
    };
  };
  const placed = layers.map((layer, k) => {
    const { neurons, rows, recurrent } = layer;
    const last = k === layers.length - 1;
    const perTrial = modelOf(layer.parameters).neurons(layer.parameters) > neurons;
    const model = layoutOf(layer.parameters);
    const drawn = layer.drawnAs === undefined ? undefined : problem.mismatch?.chips;
    const population = {
      ...{ model, neurons, recurrent, perTrial },
      ...(drawn === undefined ? {} : { chips: drawn }),
    };
    const own = layOutBlocks(
      population,
      (b) => (last ? targetOf(samples, b, problem, shape) : 0),
      shape,
    );
    const vectors = vectorsOf(pack * neurons, place.lanes);
    const dendrites = model.channels;
    const columns = dendrites * neurons;
    // The spikes of a population stand one row later than the step in which they fired.
    const shift = firstRow * dendrites * vectors * place.lanes * 4;
    const feed = layOutMatrix(
      rows ?? columns,
      population,
      rows !== undefined,
      rows === undefined ? identity(columns) : take(rows * columns),
      k > 0,
      own.map(({ drive }, b) => ({ inputs: incoming[b]!, drive: drive - shift, gathered: 0 })),
      shape,
    );
    if (rows !== undefined) matrices.push(feed);
    const loop = recurrent
      ? layOutMatrix(
          neurons,
          population,
          true,
          take(neurons * columns),
          true,
          own.map(({ drive, fired, gathered }) => ({ inputs: [fired.record], drive, gathered })),
          shape,
        )
      : undefined;
    if (loop !== undefined) matrices.push(loop);
    incoming = own.map(({ fired }) => [fired.record]);
    firstRow = 1;
    const workspaces = Array.from({ length: threads }, () =>
      layOutWorkspace(population, last ? 1 : steps, shape),
    );
    const leaving = workspaces.map(({ spikes }) =>
      place.record(...[place.words([spikes]), 1, 0, 1].map(word)),
    );
    const record = place.record(
      ...[
        ...[vectors, vectors * place.lanes, feed.record, loop?.record ?? 0],
        ...[place.words(own.map((block) => block.record))],
        ...[place.words(workspaces.map((workspace) => workspace.record)), place.words(leaving)],
        ...[+wantsSorted(problem, k, shape), layOutBias(layer, model, shape)],
      ].map(word),
    );
    return {
      record,
      layer,
      model,
      neurons,
      blocks: own,
      feed,
      copies: [feed, ...(loop === undefined ? [] : [loop])],
    };
  });

  const losses = place.room(blocks * 8);
  const takenAt = place.room(blocks * 4);
  const beyond = place.room(layers.length * 4);
  const { size = 0, steps: batches = 1 } = problem.batches ?? {};
  const epochsAtOnce = Math.max(1, Math.floor(stepRoom / batches));
  const epochs = place.room(epochsAtOnce * batches * 8);
  const order = size === 0 ? 0 : place.room(epochsAtOnce * batches * size * 4);
  const input = entering.map((parts) =>
    layOutEntering(parts, problem, placed[0]!.feed.stride, single, place),
  );
  const barrier = place.record(...[0, 0, 0, 0].map(word));
  const { squared, entropy, labels } = lossFields(problem, place, pack);
  const adam = place.record(
    { f32: problem.beta1 },
    { f32: problem.beta2 },
    { f32: problem.epsilon },
  );
  const learner = place.record(
    ...[
      ...[steps, blocks, threads, layers.length, place.words(placed.map(({ record }) => record))],
      ...[place.words(input), squared, entropy, labels, losses, adam, barrier, takenAt, beyond],
      layOutChips(place, problem, placed, threads),
      ...[batches, place.words(samples.map((sample) => sample.record)), size, order, trials, pack],
    ].map(word),
  );
  const kernel = place.build(shared);
  for (const { copies } of placed) for (const { record } of copies) kernel.exports.publish(record);
  return {
    ...{ kernel, learner, layers: placed, matrices, pack, losses, beyond },
    ...{ epochs, epochsAtOnce, order, barrier },
  };
}
