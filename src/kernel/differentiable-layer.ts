/** A population in the kernel whose runs can be differentiated. */
import { InvalidArgumentError } from '../errors.ts';
import type { DifferentiableLayer, DifferentiableOptions } from '../neurons/layer.ts';
import { problem } from '../problems.ts';
import { arena } from './arena.ts';
import { layOutBlocks, layOutWorkspace, readSpikes, shapeOf } from './block-layout.ts';
import type { KernelCode } from './code.ts';
import { areFinite, vectorsOf } from './lanes.ts';
import { layOutMatrix, pad, unpad } from './matrix-layout.ts';
import type { KernelModel } from './model.ts';
import { overflow, refuseOverflow } from './overflow.ts';

/** Refuses to run part of the steps: the kernel's tape is of a whole run. */
function refuseRange(from: number, to: number, steps: number): void {
  if (from === 0 && to === steps) return;
  throw new InvalidArgumentError('the kernel cannot run part of the steps', [
    problem(
      'steps',
      'unsupported',
      [from, to],
      `all ${steps} steps are run at once; the reference engine runs part of them`,
    ),
  ]);
}

/** Makes a population whose runs can be differentiated, computed in the kernel. Arguments are those of the reference. */
export function kernelDifferentiableLayer<Parameters, State>(
  model: KernelModel<Parameters, State>,
  parameters: Parameters,
  options: DifferentiableOptions,
  code: KernelCode,
): DifferentiableLayer<Parameters, State> {
  const { dt, steps, batch } = options;
  let own = model.neurons(parameters, dt);
  const { neurons = own.neurons } = options;
  const { channels: dendrites, stateBytes, lasting } = own.layout;
  const shape = shapeOf(arena('a differentiable population', neurons, code), steps, batch, neurons);
  const { place, pack } = shape;
  const population = { model: own.layout, neurons, recurrent: false, perTrial: true };
  const blocks = layOutBlocks(population, () => 0, shape);
  const workspaces = blocks.map(() => layOutWorkspace(population, steps, shape));
  const nothing = (): number[] => [];
  const matrix = layOutMatrix(
    neurons,
    population,
    true,
    { weights: nothing },
    true,
    blocks.map(({ fired, drive }) => ({ inputs: [fired.record], drive, gathered: 0 })),
    shape,
  );
  const kernel = place.build(false);
  const { f32, exports } = kernel;
  const { lanes: lanesOfVector } = place;
  const vectors = vectorsOf(pack * neurons, lanesOfVector);
  const width = vectors * lanesOfVector;

  let start: State | undefined;
  // The way back writes over what the way forward left.
  let fresh = false;

  /** Brings coefficients and start up to date with the parameters, which may be the same for all trials. */
  const useParameters = (): void => {
    fresh = false;
    for (const [b, { coefficients: at, start: stateAt, lanes }] of blocks.entries()) {
      const held = {
        width: lanes.width,
        neurons: lanes.neurons.map((n) => (n < 0 ? n : n % own.neurons)),
      };
      own.write(f32, at / 4, held);
      if (start !== undefined) {
        own.writeState(f32, stateAt / 4, held, b * pack * neurons, start);
      }
    }
  };
  /**
   * Calls back with the place of every value of block `b` in the kernel, `[steps][channels][trials][neurons]`, and
   * in the caller's array, `[steps][trials][channels][neurons]`, where a neuron has `channels` values.
   */
  const eachValue = (
    b: number,
    channels: number,
    visit: (packed: number, given: number) => void,
  ): void => {
    const trials = Math.min(batch - b * pack, pack);
    for (let t = 0; t < steps; t++) {
      let given = (t * batch + b * pack) * channels * neurons;
      for (let trial = 0; trial < trials; trial++) {
        for (let channel = 0; channel < channels; channel++) {
          const packed = (t * channels + channel) * width + trial * neurons;
          for (let n = 0; n < neurons; n++) visit(packed + n, given++);
        }
      }
    }
  };
  /** Refuses a state that is infinite or none at the end of a run: it never came back from it. */
  const checkState = (at: number): void => {
    if (!areFinite(f32, at / 4, vectors, stateBytes, lasting, lanesOfVector)) throw overflow();
  };
  const useRecurrent = (recurrent: Float64Array | undefined): void => {
    if (recurrent === undefined) return;
    refuseOverflow(recurrent, 'recurrent');
    pad(f32, matrix.weights, recurrent, neurons, lanesOfVector);
    exports.publish(matrix.record);
  };
  const room = (channels: number): Float64Array =>
    new Float64Array(steps * batch * channels * neurons);
  const { input = room(dendrites), inputGradient = room(dendrites) } = options;
  const [output, outputGradient] = [room(1), room(1)];
  useParameters();

  const layer: DifferentiableLayer<Parameters, State> = {
    input,
    output,
    outputGradient,
    inputGradient,
    setParameters(next) {
      own = model.neurons(next, dt);
      useParameters();
    },
    setStart(state) {
      start = structuredClone(state);
      useParameters();
    },
    forward(recurrent, from = 0, to = steps) {
      refuseRange(from, to, steps);
      fresh = true;
      useRecurrent(recurrent);
      const spread = recurrent === undefined ? 0 : matrix.spread;
      output.fill(0);
      for (const [b, { record, drive, fired }] of blocks.entries()) {
        eachValue(b, dendrites, (packed, given) => {
          f32[drive / 4 + packed] = input[given]!;
        });
        const workspace = workspaces[b]!;
        exports.forward(record, workspace.record, steps, vectors, 0, 0, spread, 0);
        checkState(workspace.state);
        exports.transpose(workspace.spikes, steps + 1, fired.record, width);
      }
      readSpikes(kernel, blocks, output, batch, neurons);
      const { mostSpikes: most } = own;
      for (let i = 0; i < output.length; i++) if (!(output[i]! <= most)) throw overflow();
    },
    backward(recurrent, recurrentGradient, from = 0, to = steps) {
      refuseRange(from, to, steps);
      if (!fresh) layer.forward(recurrent);
      fresh = false;
      const transposed = recurrent === undefined ? 0 : matrix.transposed;
      for (const [b, { record, drive }] of blocks.entries()) {
        const workspace = workspaces[b]!;
        eachValue(b, 1, (packed, given) => {
          f32[workspace.outer / 4 + packed] = outputGradient[given]!;
        });
        exports.backFromOuter(record, workspace.record, steps, vectors, transposed, 0, 0, 0);
        eachValue(b, dendrites, (packed, given) => {
          inputGradient[given] = f32[drive / 4 + packed]!;
        });
      }
      if (recurrent === undefined || recurrentGradient === undefined) return;
      exports.gradientOf(matrix.record, 0, 1);
      const found = new Float64Array(recurrentGradient.length);
      unpad(f32, matrix.gradient, found, neurons, lanesOfVector);
      for (let i = 0; i < found.length; i++) {
        recurrentGradient[i] = recurrentGradient[i]! + found[i]!;
      }
    },
  };
  return layer;
}
