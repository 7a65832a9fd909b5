/** Where the populations of a chain, and what brings spikes to them, stand in the memory of the kernel. */
import type { ChainLink, ChainOptions, ChainProblem } from '../neurons/chain.ts';
import { type Arena, arena, type LaidOut, word } from './arena.ts';
import { packOf } from './block-layout.ts';
import type { KernelCode } from './code.ts';
import { floatsOf, vectorsOf } from './lanes.ts';
import { coefficientRoom, type KernelNeurons } from './model.ts';
import { kernelNeurons } from './models.ts';
import * as numbers from './numbers.ts';
import { refuseOverflow } from './overflow.ts';
import { type SparseLayout, sparseRoom } from './sparse.ts';

/** Trials that a thread is handed at a time, of populations that run trial by trial. */
const handed = 4;

/** Values that pass from population to population at a time, unless one step holds more. */
const sliceValues = 65_536;

/** Trials with less than this part of their weights not zero are added weight by weight. */
const fewWeights = 1 / 8;

/** The models of all neurons that forward Euler steps are of the same sizes. */
function sizedAs(model: number): number {
  return Math.min(model, numbers.LIF);
}

/** What all groups share of a population. */
export interface LinkLayout {
  readonly link: ChainLink;
  readonly population: KernelNeurons;
  readonly coefficientsAt: number;
  readonly vectors: number;
  /** Trials in a row, and whether all rows are stepped together. */
  readonly pack: number;
  readonly together: boolean;
  /** Rows of all trials. */
  readonly rows: number;
  /** Words of its record that are the same for all groups. */
  readonly shared: {
    readonly coefficients: number;
    readonly recurrent: number;
    readonly weights: number;
    readonly weightBytes: number;
    readonly starts: number;
    readonly places: number;
    readonly values: number;
    readonly bias: number;
  };
}

/** What a group has of a population. */
export interface GroupLink {
  readonly record: number;
  readonly state: number;
  readonly output: number;
  readonly outputBytes: number;
  readonly entered: number;
  readonly enteredBytes: number;
}

/** Where a group stands. */
export interface GroupLayout {
  readonly record: number;
  readonly links: readonly GroupLink[];
  /** Where the counts of a trial are put down, and the lists that are made of them. */
  readonly counts: number;
  readonly inputs: readonly SparseLayout[];
}

/** Where a chain stands. */
export interface ChainLayout {
  readonly kernel: LaidOut;
  readonly steps: number;
  readonly trials: number;
  readonly links: readonly LinkLayout[];
  readonly groups: readonly GroupLayout[];
}

/** Which words of the record of a population are set while it runs. */
export const keepsOutput: number = 20;
export const keepsEntered: number = 21;
export const largestCount: number = 22;

/**
 * Lays numbers out as rows of `dendrites` runs, each padded to whole vectors, with the trial of `place` where it stands; as many
 * rows at least as a vector has lanes, and one of zeros, since a single one is multiplied by as many.
 */
function rowsOf(
  values: Float64Array,
  rows: number,
  { link: { neurons }, vectors, pack }: Pick<LinkLayout, 'link' | 'vectors' | 'pack'>,
  dendrites: number,
  lanes: number,
): Float32Array {
  const width = dendrites * vectors * lanes;
  const least = Math.max(pack * rows, lanes + 1) * width;
  if (neurons * dendrites === width) {
    const out = new Float32Array(least);
    out.set(values);
    return out;
  }
  const out = new Float32Array(least);
  for (let place = 0, to = 0; place < pack; place++) {
    for (let row = 0, from = 0; row < rows; row++, to += width) {
      for (let d = 0; d < dendrites; d++) {
        const at = to + d * vectors * lanes + place * neurons;
        for (let n = 0; n < neurons; n++) out[at + n] = values[from++]!;
      }
    }
  }
  return out;
}

/** Weights of which few are not zero: for each channel, bytes within a row, and weights. Without a matrix, what enters goes on. */
function fewRows({ weight, neurons }: ChainLink, channels: number, row: number) {
  const placeOf = (column: number): number =>
    (Math.floor(column / neurons) * row + (column % neurons)) * 4;
  if (weight === undefined) {
    return {
      starts: Uint32Array.from({ length: channels + 1 }, (_, c) => c),
      places: Uint32Array.from({ length: channels }, (_, c) => placeOf(c)),
      values: new Float32Array(channels).fill(1),
    };
  }
  const starts = new Uint32Array(weight.rows + 1);
  const places: number[] = [];
  const values: number[] = [];
  for (let row = 0, at = 0; row < weight.rows; row++) {
    for (let column = 0; column < weight.columns; column++, at++) {
      if (weight.values[at] === 0) continue;
      places.push(placeOf(column));
      values.push(weight.values[at]!);
    }
    starts[row + 1] = places.length;
  }
  return { starts, places: Uint32Array.from(places), values: Float32Array.from(values) };
}

function isFew({ weight }: ChainLink): boolean {
  if (weight === undefined) return true;
  const { values } = weight;
  const most = fewWeights * values.length;
  let some = 0;
  for (let i = 0; i < values.length && some < most; i++) if (values[i] !== 0) some++;
  return some < most;
}

/** Whether a population fills no more than a vector. */
function isNarrow({ neurons }: ChainLink, lanes: number): boolean {
  return neurons <= lanes;
}

function layOutLink(
  place: Arena,
  link: ChainLink,
  { dt, channels }: { readonly dt: number; readonly channels: number },
  trials: number,
): LinkLayout {
  const { neurons, parameters, weight, bias, recurrent } = link;
  refuseOverflow(weight?.values, 'weight');
  refuseOverflow(bias, 'bias');
  refuseOverflow(recurrent, 'recurrent');
  const population = kernelNeurons(parameters, dt);
  const { channels: dendrites } = population.layout;
  const { lanes } = place;
  const together = isNarrow(link, lanes);
  const pack = packOf(lanes, neurons, trials);
  const vectors = vectorsOf(pack * neurons, lanes);
  const shape = { link, vectors, pack };
  const few = isFew(link);
  const coefficientsAt = place.room(coefficientRoom(vectors, population.layout, lanes));
  const width = dendrites * vectors * lanes;
  const weightSize = (weight?.rows ?? 0) * width;
  const listed = few ? fewRows(link, channels, vectors * lanes) : undefined;
  return {
    ...shape,
    ...{ population, coefficientsAt, together, rows: Math.ceil(trials / pack) },
    shared: {
      coefficients: coefficientsAt,
      recurrent:
        recurrent === undefined
          ? 0
          : place.floats(Math.max(pack * neurons, lanes + 1) * width, () =>
              rowsOf(recurrent, neurons, shape, dendrites, lanes),
            ),
      weights:
        weight === undefined || few
          ? 0
          : place.floats(Math.max(pack * weight.rows, lanes + 1) * width, () =>
              rowsOf(weight.values, weight.rows, shape, dendrites, lanes),
            ),
      weightBytes: weightSize * 4,
      starts: listed === undefined ? 0 : place.words(listed.starts),
      places: listed === undefined ? 0 : place.words(listed.places),
      values: listed === undefined ? 0 : place.floats(listed.values.length, () => listed.values),
      bias:
        bias === undefined
          ? 0
          : place.floats((lanes + 1) * width, () => rowsOf(bias, 1, shape, dendrites, lanes)),
    },
  };
}

function layOutGroup(
  place: Arena,
  links: readonly LinkLayout[],
  { channels }: ChainProblem,
  steps: number,
  trials: number,
): GroupLayout {
  const slice = Math.min(steps, numbers.SLICE);
  const records = links.map((link, k) => {
    const { vectors, pack, together, rows, population, shared } = link;
    const { neurons } = link.link;
    const { model, channels: dendrites, stateBytes } = population.layout;
    const stepped = together ? rows : 1;
    const outputBytes = steps * neurons * 4;
    const enteredBytes = steps * dendrites * neurons * 4;
    const spikes = sparseRoom(place, 2, vectors * place.lanes).record;
    const workspace = place.record(
      ...[0, 0, 0, 0, 0, 0, spikes, 0, 0, 0, +(neurons <= 2), model].map(word),
    );
    const drive = place.room(slice * stepped * dendrites * vectors * place.lanes * 4);
    const output = place.room(trials * outputBytes);
    const entered = place.room(trials * enteredBytes);
    const state = place.room(rows * vectors * 4 * floatsOf(stateBytes, place.lanes));
    const record = place.record(
      ...[
        ...[neurons, vectors, pack, sizedAs(model), +together],
        ...[shared.coefficients, state, drive, shared.recurrent, workspace],
        ...[shared.weights, shared.weightBytes, shared.starts, shared.places, shared.values],
        ...[shared.bias, output, outputBytes, entered, enteredBytes],
        ...[+(k === links.length - 1), 0, 0],
      ].map(word),
    );
    return { record, state, output, outputBytes, entered, enteredBytes };
  });
  const counts = place.room(steps * channels * 4);
  const inputs = Array.from({ length: trials }, () => sparseRoom(place, steps, steps * channels));
  const widest = Math.max(...links.map(({ link }) => link.neurons));
  const record = place.record(
    ...[
      links.length,
      place.words(records.map((one) => one.record)),
      place.words(inputs.map((one) => one.record)),
      sparseRoom(place, slice, slice * widest).record,
    ].map(word),
  );
  return { record, links: records, counts, inputs };
}

/** Lays out all that a chain needs, in memory that threads share where there are several groups. */
export function layOutChain(
  problem: ChainProblem,
  { trials: most }: ChainOptions,
  groups: number,
  code: KernelCode,
): ChainLayout {
  const widestLink = Math.max(...problem.links.map(({ neurons }) => neurons));
  const place = arena('a pipeline', widestLink, code);
  // Trials are side by side for the sake of populations that fill no more than a vector.
  const trials = problem.links.some((link) => isNarrow(link, place.lanes))
    ? most
    : groups > 1
      ? Math.min(most, handed)
      : 1;
  let { channels } = problem;
  const links = problem.links.map((link) => {
    const own = layOutLink(place, link, { dt: problem.dt, channels }, trials);
    channels = link.neurons;
    return own;
  });
  const widths = links.map(
    ({ vectors, population }) => vectors * population.layout.channels * place.lanes,
  );
  const widest = Math.max(problem.channels, ...widths);
  const steps = Math.max(1, Math.floor(sliceValues / widest));
  const all = Array.from({ length: groups }, () =>
    layOutGroup(place, links, problem, steps, trials),
  );
  // What is read behind the last counts.
  place.room(256);
  return { kernel: place.build(groups > 1), steps, trials, links, groups: all };
}
