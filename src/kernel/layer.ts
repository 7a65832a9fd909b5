/** A population that runs in the kernel. */
import type { LayerOptions, NeuronLayer } from '../neurons/layer.ts';
import { noSuchSignal } from '../neurons/population.ts';
import type { MembraneState } from '../neurons/state.ts';
import { arena, type LaidOut, word } from './arena.ts';
import { coefficientRoom, vectorsOf, writeCoefficients } from './coefficients.ts';
import * as layout from './layout.ts';
import { padded, paddedSize } from './matrix-layout.ts';
import type { KernelModel, ModelLayout, NeuronCoefficients } from './model.ts';
import { mostSpikes, overflow, refuseOverflow } from './overflow.ts';
import { sparseRoom } from './sparse.ts';
import { readSignal, readState, restBlock, signalReaders, writeState } from './state.ts';

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
): StreamLayout {
  const place = arena(`a population of ${neurons} neurons`);
  // Where nothing connects the neurons of a trial, all trials are one row.
  const rows = recurrent === undefined ? 1 : batch;
  const width = recurrent === undefined ? batch * neurons : neurons;
  const vectors = vectorsOf(width);
  const dendrites = model.synapses.length;
  const row = dendrites * vectors * layout.LANES;
  const steps = Math.max(1, Math.floor(chunkValues / (rows * row)));
  const spikes = sparseRoom(place, 2, vectors * layout.LANES).record;
  // Runs of weights, one for each pre neuron and dendrite.
  const runs = Math.max(neurons, layout.LANES) * dendrites;
  const found = {
    coefficients: place.room(coefficientRoom(rows * vectors, model.coefficientBytes)),
    state: place.room(rows * vectors * model.stateBytes),
    drive: place.room(steps * rows * row * 4),
    unpadded: place.room(steps * rows * row * 8),
    recurrent:
      recurrent === undefined
        ? 0
        : place.floats(paddedSize(runs, neurons), () => padded(recurrent, runs, neurons)),
    workspace: place.record(...[0, 0, 0, 0, 0, 0, spikes, 0, 0, 0, +(neurons <= 2)].map(word)),
  };
  return { kernel: place.build(false), ...found, rows, vectors, steps };
}

/** The neurons of row `row`, of `width` in a row. */
function rowLanes(
  c: NeuronCoefficients,
  row: number,
  width: number,
  vectors: number,
): { readonly first: number; readonly lanes: Int32Array } {
  const first = row * width;
  const lanes = new Int32Array(vectors * layout.LANES).fill(-1);
  for (let lane = 0; lane < width; lane++) lanes[lane] = (first + lane) % c.neurons;
  return { first, lanes };
}

/** Steps that are taken one by one between two looks at the currents. */
const stepsUnchecked = 8;

/**
 * Makes a population that runs in the kernel. Nothing is allocated while it runs. Arguments are those of
 * the reference; numbers are float32 inside.
 */
export function kernelLayer<Parameters, State extends MembraneState>(
  model: KernelModel<Parameters, State>,
  parameters: Parameters,
  { dt, recurrent, batch = 1 }: LayerOptions,
): NeuronLayer<State> {
  refuseOverflow(recurrent, 'recurrent');
  const c = model.coefficients(parameters, dt);
  const { neurons } = c;
  const { stateBytes, synapses, stream: streamName } = c.layout;
  const place = layOutStream(c.layout, neurons, batch, recurrent);
  const { rows, vectors, steps } = place;
  const { f32, f64, u32, exports: kernel } = place.kernel;
  const stream = kernel[streamName];
  const lanes = batch * neurons;
  const width = lanes / rows;
  const padding = vectors * layout.LANES;
  const dendrites = synapses.length;
  const channels = dendrites * lanes;
  const rowPadding = dendrites * padding;
  const stateFloats = (vectors * stateBytes) / 4;
  const rowsOfLanes = Array.from({ length: rows }, (_, r) => rowLanes(c, r, width, vectors));
  const allLanes = Int32Array.from(rowsOfLanes.flatMap((row) => [...row.lanes]));
  writeCoefficients(f32, place.coefficients / 4, c, allLanes);
  const output = new Float64Array(lanes);

  const advance = (count: number): void =>
    stream(
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
    const rest = restBlock(vectors, c.layout);
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
  /** Copies the spikes of some steps from their padded rows. */
  const unpackSpikes = (into: Float64Array | Uint32Array, at: number, count: number): void => {
    const largest = kernel.unpackSpikes(
      place.drive,
      rowPadding * 4,
      place.unpadded,
      count * rows,
      width,
    );
    if (largest > most) throw overflow();
    const first = place.unpadded / 4;
    into.set(count === 1 ? oneStep : u32.subarray(first, first + count * lanes), at);
  };

  const most = mostSpikes(c);
  const [firstSynapse, vectorFloats] = [place.state / 4, stateBytes / 4];
  /** Refuses to go on once a synaptic current is infinite or none: it never comes back. */
  const checkCurrents = (): void => {
    let sum = 0;
    for (let s = 0; s < dendrites; s++) {
      let at = firstSynapse + synapses[s]!.current / 4;
      for (let v = rows * vectors; v > 0; v--, at += vectorFloats) {
        sum += (f32[at]! + f32[at + 1]! + f32[at + 2]! + f32[at + 3]!) * 0;
      }
    }
    if (sum !== 0) throw overflow();
  };

  let unchecked = 0;

  const signals = signalReaders(model);
  const signalNames = Object.keys(signals);
  reset();
  return {
    signals: signalNames,
    readSignal(name, into, at = 0) {
      const read = signals[name];
      if (read === undefined) throw noSuchSignal(name, signalNames);
      for (const [r, row] of rowsOfLanes.entries()) {
        const from = place.state / 4 + r * stateFloats;
        readSignal(read, f32, from, c, row.lanes, at + row.first, into);
      }
    },
    step(input) {
      packInput(input, 0, 1);
      advance(1);
      unpackSpikes(output, 0, 1);
      if (--unchecked <= 0) {
        checkCurrents();
        unchecked = stepsUnchecked;
      }
      return output;
    },
    run(input, into) {
      for (let at = 0, to = 0; at < input.length; at += steps * channels, to += steps * lanes) {
        const count = Math.min(steps, (input.length - at) / channels);
        packInput(input, at, count);
        advance(count);
        unpackSpikes(into, to, count);
      }
      checkCurrents();
    },
    readState() {
      const state = model.rest(parameters, batch);
      for (const [r, row] of rowsOfLanes.entries()) {
        readState(model, f32, place.state / 4 + r * stateFloats, c, row.lanes, row.first, state);
      }
      return state;
    },
    writeState(state) {
      for (const [r, row] of rowsOfLanes.entries()) {
        writeState(model, f32, place.state / 4 + r * stateFloats, c, row.lanes, row.first, state);
      }
    },
    reset,
  };
}
