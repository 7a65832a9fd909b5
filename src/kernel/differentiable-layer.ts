import { dynapSimCoefficients } from '../neuron/coefficients.ts';
import type { DifferentiableLayer } from '../neuron/layer.ts';
import type { DynapSimParameters } from '../neuron/parameters.ts';
import type { DynapSimState } from '../neuron/state.ts';
import { arena } from './arena.ts';
import { vectorsOf, writeCoefficients } from './coefficients.ts';
import * as layout from './layout.ts';
import {
  padded,
  placeBlocks,
  placeMatrix,
  placeWorkspace,
  readSpikes,
  shapeOf,
  unpadded,
} from './places.ts';
import { writeState } from './state.ts';

/** Makes a population whose runs can be differentiated, computed in the kernel. Arguments are those of the reference. */
export function kernelDifferentiableLayer(
  parameters: DynapSimParameters,
  dt: number,
  steps: number,
  batch: number,
  neurons: number = parameters.Io.length,
): DifferentiableLayer {
  const shape = shapeOf(arena('a differentiable population'), steps, batch, neurons);
  const { place, pack } = shape;
  const blocks = placeBlocks({ neurons, rows: 0, perTrial: true }, undefined, shape);
  const workspaces = blocks.map(() => placeWorkspace(neurons, steps, shape));
  const nothing = (): number[] => [];
  const matrix = placeMatrix(
    neurons,
    neurons,
    true,
    { weights: nothing, least: nothing, most: nothing },
    true,
    blocks.map(({ firedRecord, drive }) => ({ input: firedRecord, drive, gathered: 0 })),
    shape,
  );
  const kernel = place.build(false);
  const { f32, exports } = kernel;
  const vectors = vectorsOf(pack * neurons);
  const width = vectors * layout.LANES;
  let coefficients = dynapSimCoefficients(parameters, dt);

  let start: DynapSimState | undefined;
  // The way back writes over what the way forward left.
  let fresh = false;

  /** Brings coefficients and start up to date with the parameters, which may be the same for all trials. */
  const useParameters = (): void => {
    fresh = false;
    for (const [b, { coefficients: at, start: stateAt, lanes }] of blocks.entries()) {
      const own = lanes.map((n) => (n < 0 ? n : n % coefficients.neurons));
      writeCoefficients(f32, at / 4, coefficients, own);
      if (start !== undefined) {
        writeState(f32, stateAt / 4, coefficients, own, b * pack * neurons, start);
      }
    }
  };
  /** Calls back with the place of every value of block `b` inside and outside: `[steps][trials][neurons]`. */
  const eachValue = (b: number, visit: (inside: number, outside: number) => void): void => {
    const trials = Math.min(batch - b * pack, pack);
    for (let t = 0; t < steps; t++) {
      const outside = (t * batch + b * pack) * neurons;
      for (let lane = 0; lane < trials * neurons; lane++) visit(t * width + lane, outside + lane);
    }
  };
  const useRecurrent = (recurrent: Float64Array | undefined): void => {
    if (recurrent === undefined) return;
    f32.set(padded(recurrent, neurons, neurons), matrix.weights / 4);
    exports.publish(matrix.record);
  };
  const room = (): Float64Array => new Float64Array(steps * batch * neurons);
  const [input, spikes, spikesGradient, inputGradient] = [room(), room(), room(), room()];
  useParameters();

  const layer: DifferentiableLayer = {
    input,
    spikes,
    spikesGradient,
    inputGradient,
    setParameters(next) {
      coefficients = dynapSimCoefficients(next, dt);
      useParameters();
    },
    setStart(state) {
      start = structuredClone(state);
      useParameters();
    },
    forward(recurrent) {
      fresh = true;
      useRecurrent(recurrent);
      const spread = recurrent === undefined ? 0 : matrix.spread;
      spikes.fill(0);
      for (const [b, { record, drive, firedRecord }] of blocks.entries()) {
        eachValue(b, (inside, outside) => {
          f32[drive / 4 + inside] = input[outside]!;
        });
        const workspace = workspaces[b]!;
        exports.forward(record, workspace.record, steps, vectors, 0, 0, 0, spread);
        exports.transpose(workspace.spikes, steps + 1, firedRecord, width);
      }
      readSpikes(kernel, blocks, spikes, batch, neurons);
    },
    backward(recurrent, recurrentGradient) {
      if (!fresh) layer.forward(recurrent);
      fresh = false;
      const transposed = recurrent === undefined ? 0 : matrix.transposed;
      for (const [b, { record, drive }] of blocks.entries()) {
        const workspace = workspaces[b]!;
        eachValue(b, (inside, outside) => {
          f32[workspace.outer / 4 + inside] = spikesGradient[outside]!;
        });
        exports.backFromOuter(record, workspace.record, steps, vectors, 0, 0, transposed, 0, 0, 0);
        eachValue(b, (inside, outside) => {
          inputGradient[outside] = f32[drive / 4 + inside]!;
        });
      }
      if (recurrent === undefined || recurrentGradient === undefined) return;
      exports.gradientOf(matrix.record, 0, 1);
      const found = unpadded(f32, matrix.gradient, neurons, neurons);
      for (let i = 0; i < found.length; i++) {
        recurrentGradient[i] = recurrentGradient[i]! + found[i]!;
      }
    },
  };
  return layer;
}
