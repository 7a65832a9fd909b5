/** The stages of a pipeline over all steps of all trials, forward and back, in the order in which they are computed. */
import type { Engine } from '../neurons/engine.ts';
import type { SparseSpikes } from '../neurons/learner.ts';
import type { NeuronParameters } from '../neurons/model-table.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { blocksOf, placesOf, sourcesOf } from '../pipeline/walk.ts';
import type { Activations, GradientStage } from '../stages/gradient-stage.ts';
import { gradientStage, stageWeights } from '../stages/stage.ts';

/** What enters a pipeline, in the form that a stage takes. */
interface Entering {
  sparse(): SparseSpikes;
  dense(): Float64Array;
}

/** What the gradient of a pipeline is made for. */
interface GraphContext {
  readonly engine: Engine;
  readonly steps: number;
  readonly trials: number;
  /** All trainable weights: each stage's matrix in order. Live. */
  readonly weights: Float64Array;
  /** The gradient of that. */
  readonly gradient: Float64Array;
}

/** A pipeline over all steps, and back. */
interface GraphGradient {
  /** What leaves it; the gradient is there before `backward`. */
  readonly output: Activations;
  /** Takes other parameters of the populations that have mismatch, in the order of the stages. */
  readonly setParameters: readonly ((parameters: NeuronParameters) => void)[];
  forward(): void;
  /** Adds to the gradient of the weights. */
  backward(): void;
}

/** What one stage takes of what another gives: its values, and a gradient of its own to go back. */
interface Branch {
  readonly activations: Activations;
  readonly delayed: boolean;
}

/** What enters a pipeline; arrays are made when they are first asked for. */
function enteringActivations(entering: Entering, size: number): Activations {
  let dense: Float64Array | undefined;
  let sparse: SparseSpikes | undefined;
  let gradient: Float64Array | undefined;
  return {
    get values() {
      dense ??= entering.dense();
      return dense;
    },
    get gradient() {
      // Nobody takes it, so all that take the input may write to the same.
      gradient ??= new Float64Array(size);
      return gradient;
    },
    get sparse() {
      sparse ??= entering.sparse();
      return sparse;
    },
  };
}

/** Prepares all stages of a pipeline. */
export function graphGradient(
  pipeline: Pipeline,
  entering: Entering,
  { engine, steps, trials, weights, gradient }: GraphContext,
): GraphGradient {
  const { stages, channelsIn } = pipeline;
  const blocks = blocksOf(pipeline);
  const sources = sourcesOf(pipeline);
  const last = placesOf(pipeline).get(pipeline.output)!;
  const input = enteringActivations(entering, steps * trials * channelsIn);
  const runs: GradientStage[] = [];
  /** For each stage, what others take of it. */
  const branches: Branch[][] = stages.map(() => []);
  /** For each stage, what it takes of others one step later than they give it. */
  const lagging: { readonly from: number; readonly values: Float64Array }[][] = stages.map(
    () => [],
  );
  const rowOf = (place: number): number => trials * stages[place]!.channelsOut;

  /** How often the output of a stage is taken, leaving the pipeline included. */
  const taken = stages.map((_, place) => {
    const inputs = sources.flat().filter(({ from }) => from === place);
    return inputs.length + (place === last ? 1 : 0);
  });
  const branchOf = (from: number, delayed: boolean): Activations => {
    const { output } = runs[from] ?? {};
    // Where one stage alone takes it, the two share their arrays.
    if (output !== undefined && !delayed && taken[from] === 1) return output;
    const size = steps * rowOf(from);
    const values = delayed || output === undefined ? new Float64Array(size) : output.values;
    const activations = { values, gradient: new Float64Array(size) };
    branches[from]!.push({ activations, delayed });
    return activations;
  };
  let at = 0;
  for (const [place, stage] of stages.entries()) {
    const inputs = sources[place]!.map(({ from, delayed }) => {
      if (from === null) return input;
      const branch = branchOf(from, delayed);
      if (delayed) lagging[place]!.push({ from, values: branch.values });
      return branch;
    });
    const end = at + (stageWeights(stage)?.values.length ?? 0);
    const { stepped } = blocks.find(({ first, end }) => first <= place && place < end)!;
    runs.push(
      gradientStage(stage, inputs, {
        engine,
        steps,
        trials,
        weights: weights.subarray(at, end),
        weightGradient: gradient.subarray(at, end),
        stepped,
      }),
    );
    at = end;
  }
  const left = runs[last]!.output;
  // The loss writes where nobody else does.
  const output =
    taken[last] === 1
      ? left
      : { values: left.values, gradient: new Float64Array(left.values.length) };
  if (output !== left) branches[last]!.push({ activations: output, delayed: false });

  const forward = (place: number, from: number, to: number): void => {
    for (const { from: source, values } of lagging[place]!) {
      const row = rowOf(source);
      const given = runs[source]!.output.values;
      for (let i = Math.max(from * row, row); i < to * row; i++) values[i] = given[i - row]!;
    }
    runs[place]!.forward(from, to);
  };
  const backward = (place: number, from: number, to: number): void => {
    const own = branches[place]!;
    if (own.length > 0) {
      const row = rowOf(place);
      const { gradient: sum } = runs[place]!.output;
      sum.fill(0, from * row, to * row);
      for (const { activations, delayed } of own) {
        // What is taken a step later comes back from a step later; from beyond the last, nothing does.
        const lag = delayed ? row : 0;
        const stop = Math.min(to * row, steps * row - lag);
        for (let i = from * row; i < stop; i++) sum[i] = sum[i]! + activations.gradient[i + lag]!;
      }
    }
    runs[place]!.backward(from, to);
  };
  return {
    output,
    setParameters: runs.flatMap(({ setParameters }) => setParameters ?? []),
    forward() {
      for (const { first, end, stepped } of blocks) {
        const stride = stepped ? 1 : steps;
        for (let t = 0; t < steps; t += stride) {
          for (let place = first; place < end; place++) forward(place, t, t + stride);
        }
      }
    },
    backward() {
      for (let b = blocks.length - 1; b >= 0; b--) {
        const { first, end, stepped } = blocks[b]!;
        const stride = stepped ? 1 : steps;
        for (let t = steps; t > 0; t -= stride) {
          for (let place = end - 1; place >= first; place--) backward(place, t - stride, t);
        }
      }
    },
  };
}
