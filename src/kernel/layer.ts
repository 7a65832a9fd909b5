/** A population that runs in the kernel. */
import type { LayerOptions, NeuronLayer } from '../neurons/layer.ts';
import { noSuchSignal } from '../neurons/population.ts';
import { arena, type LaidOut, word } from './arena.ts';
import type { KernelCode } from './code.ts';
import { areFinite, eachNeuron, floatsOf, type LaneMap, vectorsOf } from './lanes.ts';
import { padded, paddedSize } from './matrix-layout.ts';
import {
  coefficientRoom,
  type KernelModel,
  type KernelNeurons,
  type ModelLayout,
  restBlock,
} from './model.ts';
import { overflow, refuseOverflow } from './overflow.ts';
import { sparseRoom } from './sparse.ts';

/** Weighted inputs that the kernel is given at a time, unless one step holds more. */
const chunkValues = 16_384;

/** Where a population that streams stands. */
interface StreamLayout {
  readonly kernel: LaidOut;
  readonly coefficients: number;
  readonly state: number;
  readonly drive: number;
  readonly recurrent: number;
  readonly workspace: number;
  /** Where input and spikes stand without padding, as callers have them. */
  readonly unpadded: number;
  /** Rows that are apart from each other, and the vectors of each. */
  readonly rows: number;
  readonly vectors: number;
  /** Steps that there is room for. */
  readonly steps: number;
}

function layOutStream(
  model: ModelLayout,
  neurons: number,
  batch: number,
  recurrent: Float64Array | undefined,
  code: KernelCode,
): StreamLayout {
  // Where nothing connects the neurons of a trial, all trials are one row.
  const rows = recurrent === undefined ? 1 : batch;
  const width = recurrent === undefined ? batch * neurons : neurons;
  const place = arena(`a population of ${neurons} neurons`, width, code);
  const { lanes } = place;
  const vectors = vectorsOf(width, lanes);
  const { channels } = model;
  const row = channels * vectors * lanes;
  const steps = Math.max(1, Math.floor(chunkValues / (rows * row)));
  const spikes = sparseRoom(place, 2, vectors * lanes).record;
  // Runs of weights, one for each pre neuron and dendrite.
  const runs = Math.max(neurons, lanes + 1) * channels;
  const found = {
    coefficients: place.room(coefficientRoom(vectors, model, lanes)),
    state: place.room(rows * vectors * 4 * floatsOf(model.stateBytes, lanes)),
    drive: place.room(steps * rows * row * 4),
    unpadded: place.room(steps * rows * row * 8),
    recurrent:
      recurrent === undefined
        ? 0
        : place.floats(paddedSize(runs, neurons, lanes), () =>
            padded(recurrent, runs, neurons, lanes),
          ),
    workspace: place.record(
      ...[0, 0, 0, 0, 0, 0, spikes, 0, 0, 0, +(neurons <= 2), model.model].map(word),
    ),
  };
  return { kernel: place.build(false), ...found, rows, vectors, steps };
}

/** The neurons of row `row`, of `width` in a row. */
function rowLanes(
  c: KernelNeurons,
  row: number,
  width: number,
  vectors: number,
  vectorLanes: number,
): { readonly first: number; readonly lanes: LaneMap } {
  const first = row * width;
  const lanes = new Int32Array(vectors * vectorLanes).fill(-1);
  for (let lane = 0; lane < width; lane++) lanes[lane] = (first + lane) % c.neurons;
  return { first, lanes: { width: vectorLanes, neurons: lanes } };
}

/** Steps that are taken one by one between two looks at the state. */
const stepsUnchecked = 8;

/**
 * Makes a population that runs in the kernel. Nothing is allocated while it runs. Arguments are those of
 * the reference; numbers are float32 inside.
 */
export function kernelLayer<Parameters, State>(
  model: KernelModel<Parameters, State>,
  parameters: Parameters,
  { dt, recurrent, batch = 1 }: LayerOptions,
  code: KernelCode,
): NeuronLayer<State> {
  refuseOverflow(recurrent, 'recurrent');
  const c = model.neurons(parameters, dt);
  const { neurons, mostSpikes: most, signals } = c;
  const { stateBytes, channels: dendrites, lasting, spiking } = c.layout;
  const place = layOutStream(c.layout, neurons, batch, recurrent, code);
  const { rows, vectors, steps } = place;
  const { f32, f64, u32, exports: kernel, lanes: vectorLanes } = place.kernel;
  const lanes = batch * neurons;
  const width = lanes / rows;
  const padding = vectors * vectorLanes;
  const channels = dendrites * lanes;
  const rowPadding = dendrites * padding;
  const stateFloats = vectors * floatsOf(stateBytes, vectorLanes);
  const rowsOfLanes = Array.from({ length: rows }, (_, r) =>
    rowLanes(c, r, width, vectors, vectorLanes),
  );
  // All rows hold the same neurons.
  c.write(f32, place.coefficients / 4, rowsOfLanes[0]!.lanes);
  const output = new Float64Array(lanes);

  const advance = (count: number): void =>
    kernel.stream(
      place.coefficients,
      place.state,
      place.drive,
      count,
      rows,
      vectors,
      place.recurrent,
      place.workspace,
    );
  const reset = (): void => {
    const rest = restBlock(vectors, c.layout, vectorLanes);
    for (let r = 0; r < rows; r++) f32.set(rest, place.state / 4 + r * stateFloats);
  };
  // Numbers that stand together both without padding, by trial, then dendrite, and with it, by dendrite, then trial.
  const together = dendrites === 1 ? width : neurons;
  const groups = width / together;
  const [unpadded, padded] = [together * 8, padding * 4];
  /** Copies steps of input to their padded rows. */
  const packInput = (input: Float64Array, at: number, count: number): void => {
    const whole = at === 0 && input.length === count * channels;
    f64.set(whole ? input : input.subarray(at, at + count * channels), place.unpadded / 8);
    if (dendrites === 1) {
      kernel.packInput(place.unpadded, unpadded, place.drive, padded, count * rows, together);
      return;
    }
    for (let row = 0; row < count * rows * dendrites; row += dendrites) {
      for (let d = 0; d < dendrites; d++) {
        const from = place.unpadded + (row * groups + d) * unpadded;
        const to = place.drive + (row + d) * padded;
        kernel.packInput(from, dendrites * unpadded, to, together * 4, groups, together);
      }
    }
  };
  const oneStep = u32.subarray(place.unpadded / 4, place.unpadded / 4 + lanes);
  const values = f64.subarray(place.unpadded / 8, place.unpadded / 8 + lanes);
  /** Copies what left in some steps from its padded rows. */
  const unpack = (into: Float64Array | Uint32Array, at: number, count: number): void => {
    const [from, to, stride] = [place.drive, place.unpadded, rowPadding * 4];
    if (!spiking) {
      kernel.unpackValues(from, stride, to, count * rows, width);
      into.set(count === 1 ? values : f64.subarray(to / 8, to / 8 + count * lanes), at);
      return;
    }
    const largest = kernel.unpackSpikes(from, stride, to, count * rows, width);
    if (largest > most) throw overflow();
    into.set(count === 1 ? oneStep : u32.subarray(to / 4, to / 4 + count * lanes), at);
  };

  /** Refuses to go on once a state is infinite or none that never comes back from it. */
  const checkState = (): void => {
    const all = rows * vectors;
    if (!areFinite(f32, place.state / 4, all, stateBytes, lasting, vectorLanes)) throw overflow();
  };

  let unchecked = 0;

  const signalNames = Object.keys(signals);
  reset();
  return {
    signals: signalNames,
    readSignal(name, into, at = 0) {
      const read = signals[name];
      if (read === undefined) throw noSuchSignal(name, signalNames);
      for (const [r, row] of rowsOfLanes.entries()) {
        const from = place.state / 4 + r * stateFloats;
        eachNeuron(from, stateBytes, row.lanes, at + row.first, (lane, n, to) => {
          into[to] = read(f32, lane, n, vectorLanes);
        });
      }
    },
    step(input) {
      packInput(input, 0, 1);
      advance(1);
      unpack(output, 0, 1);
      if (--unchecked <= 0) {
        checkState();
        unchecked = stepsUnchecked;
      }
      return output;
    },
    run(input, into) {
      for (let at = 0, to = 0; at < input.length; at += steps * channels, to += steps * lanes) {
        const count = Math.min(steps, (input.length - at) / channels);
        packInput(input, at, count);
        advance(count);
        unpack(into, to, count);
      }
      checkState();
    },
    readState() {
      const state = model.rest(parameters, batch);
      for (const [r, row] of rowsOfLanes.entries()) {
        c.readState(f32, place.state / 4 + r * stateFloats, row.lanes, row.first, state);
      }
      return state;
    },
    writeState(state) {
      for (const [r, row] of rowsOfLanes.entries()) {
        c.writeState(f32, place.state / 4 + r * stateFloats, row.lanes, row.first, state);
      }
    },
    reset,
  };
}
