import { match } from 'ts-pattern';
import type { Engine } from '../neuron/engine.ts';
import type { SparseSpikes } from '../neuron/learner.ts';
import type { DynapSimParameters } from '../neuron/parameters.ts';
import { fromStages, type Pipeline } from '../pipeline/pipeline.ts';
import { type Stage, stageWeights, withStageWeights } from '../pipeline/stage.ts';
import type { LossFunction } from './loss.ts';
import type { TrainingSample } from './sample.ts';

/** The loss of a pipeline on its samples as a function of all its weights. */
export interface PipelineGradient {
  /** All trainable weights in one run: each stage's matrix in order, row-major. Live. */
  readonly weights: Float64Array;
  /** Gradient of the last evaluation, same layout. */
  readonly gradient: Float64Array;
  /** Output spikes of the last evaluation, `[steps][trials][channels]`. */
  readonly spikes: Float64Array;
  /** Uses other parameters (a mismatch draw), one set per stage that has any. */
  setParameters(parameters: readonly DynapSimParameters[]): void;
  /** Runs forward and back; returns the loss and leaves the gradient. */
  evaluate(): number;
}

/** Values on the way between two stages and the gradient on the way back, `[steps][trials][channels]`. */
interface Wire {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
}

interface GradientStage {
  forward(): void;
  backward(): void;
  setParameters?(parameters: DynapSimParameters): void;
}

/** Number of trainable weights of a stage. */
function weightCount(stage: Stage): number {
  return stageWeights(stage)?.values.length ?? 0;
}

/** All trainable weights of a pipeline in one run. */
export function pipelineWeights({ stages }: Pipeline): Float64Array {
  return Float64Array.from(
    stages.flatMap((stage) => Array.from(stageWeights(stage)?.values ?? [])),
  );
}

/** The same pipeline with other weights, given in one run. */
export function withWeights(pipeline: Pipeline, weights: Float64Array): Pipeline {
  let at = 0;
  const stages = pipeline.stages.map((stage) => {
    const values = weights.slice(at, at + weightCount(stage));
    at += values.length;
    return withStageWeights(stage, values);
  });
  return fromStages(stages);
}

/** The neuron parameters of a pipeline, one set per stage that has any. */
export function pipelineParameters({ stages }: Pipeline): DynapSimParameters[] {
  return stages.flatMap(({ parameters }) => parameters ?? []);
}

/** Spikes of all samples as sparse rows: row `t·trials + b` lists its channels and counts. */
export function sparseRows(
  samples: readonly TrainingSample[],
  steps: number,
  channels: number,
): SparseSpikes {
  const starts = new Uint32Array(steps * samples.length + 1);
  const columns: number[] = [];
  const counts: number[] = [];
  for (let t = 0, row = 0; t < steps; t++) {
    for (const { input } of samples) {
      for (let c = 0; c < channels; c++) {
        const count = input.counts[t * channels + c]!;
        if (count === 0) continue;
        columns.push(c);
        counts.push(count);
      }
      starts[++row] = columns.length;
    }
  }
  return { starts, columns: Uint32Array.from(columns), counts: Float64Array.from(counts) };
}

/** A linear stage on the input spikes, which are sparse and the same in every epoch. */
function sparseLinearStage(
  rows: SparseSpikes,
  out: Wire,
  width: number,
  weights: Float64Array,
  gradient: Float64Array,
): GradientStage {
  const { starts, columns, counts } = rows;
  return {
    forward() {
      out.values.fill(0);
      for (let row = 0, base = 0; row + 1 < starts.length; row++, base += width) {
        for (let k = starts[row]!; k < starts[row + 1]!; k++) {
          const count = counts[k]!;
          for (let j = 0, w = columns[k]! * width; j < width; j++, w++) {
            out.values[base + j] = out.values[base + j]! + count * weights[w]!;
          }
        }
      }
    },
    backward() {
      for (let row = 0, base = 0; row + 1 < starts.length; row++, base += width) {
        for (let k = starts[row]!; k < starts[row + 1]!; k++) {
          const count = counts[k]!;
          for (let j = 0, w = columns[k]! * width; j < width; j++, w++) {
            gradient[w] = gradient[w]! + count * out.gradient[base + j]!;
          }
        }
      }
    },
  };
}

/** A linear stage between two others. */
function linearStage(
  from: Wire,
  out: Wire,
  height: number,
  width: number,
  weights: Float64Array,
  gradient: Float64Array,
): GradientStage {
  return {
    forward() {
      out.values.fill(0);
      for (let i = 0; i < from.values.length; i++) {
        const value = from.values[i]!;
        if (value === 0) continue;
        const base = Math.floor(i / height) * width;
        for (let j = 0, w = (i % height) * width; j < width; j++, w++) {
          out.values[base + j] = out.values[base + j]! + value * weights[w]!;
        }
      }
    },
    backward() {
      for (let i = 0; i < from.values.length; i++) {
        const value = from.values[i]!;
        const base = Math.floor(i / height) * width;
        let sum = 0;
        for (let j = 0, w = (i % height) * width; j < width; j++, w++) {
          const g = out.gradient[base + j]!;
          sum += weights[w]! * g;
          gradient[w] = gradient[w]! + value * g;
        }
        from.gradient[i] = sum;
      }
    },
  };
}

/** Hands values on unchanged, where two populations follow each other. */
function identityStage(from: Wire, out: Wire): GradientStage {
  return {
    forward: () => out.values.set(from.values),
    backward: () => from.gradient.set(out.gradient),
  };
}

/** The input spikes as a dense wire, for a pipeline that opens with neurons. */
function denseWire(samples: readonly TrainingSample[], steps: number, channels: number): Wire {
  const wire = {
    values: new Float64Array(steps * samples.length * channels),
    gradient: new Float64Array(steps * samples.length * channels),
  };
  for (const [b, { input }] of samples.entries()) {
    for (let i = 0; i < steps * channels; i++) {
      const row = Math.floor(i / channels) * samples.length + b;
      wire.values[row * channels + (i % channels)] = input.counts[i]!;
    }
  }
  return wire;
}

/**
 * Prepares the gradient through time of `pipeline` on `samples`: forward over all steps stage by
 * stage, then back with the adjoint of each. Trusts its input; `train` checks it.
 */
export function pipelineGradient(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  loss: LossFunction,
  engine: Engine,
): PipelineGradient {
  const steps = samples[0]!.input.steps;
  const trials = samples.length;
  const weights = pipelineWeights(pipeline);
  const gradient = new Float64Array(weights.length);
  const run: GradientStage[] = [];
  let wire: Wire | undefined;
  let at = 0;
  for (const stage of pipeline.stages) {
    const own = weights.subarray(at, at + weightCount(stage));
    const ownGradient = gradient.subarray(at, at + weightCount(stage));
    at += own.length;
    wire = match(stage)
      .with({ kind: 'linear' }, ({ channelsIn, channelsOut }) => {
        const size = steps * trials * channelsOut;
        const out = { values: new Float64Array(size), gradient: new Float64Array(size) };
        run.push(
          wire === undefined
            ? sparseLinearStage(
                sparseRows(samples, steps, channelsIn),
                out,
                channelsOut,
                own,
                ownGradient,
              )
            : linearStage(wire, out, channelsIn, channelsOut, own, ownGradient),
        );
        return out;
      })
      .with({ kind: 'dynapSim' }, ({ parameters, dt, recurrent, channelsIn }) => {
        const layer = engine.differentiableLayer(parameters, dt, steps, trials, channelsIn);
        const from = wire ?? denseWire(samples, steps, channelsIn);
        run.push(identityStage(from, { values: layer.input, gradient: layer.inputGradient }));
        const matrix = recurrent === undefined ? undefined : own;
        run.push({
          forward: () => layer.forward(matrix),
          backward: () => layer.backward(matrix, ownGradient),
          setParameters: (next) => layer.setParameters(next),
        });
        return { values: layer.spikes, gradient: layer.spikesGradient };
      })
      .exhaustive();
  }
  const output = wire!;
  const tunable = run.filter((stage) => stage.setParameters !== undefined);
  return {
    weights,
    gradient,
    spikes: output.values,
    setParameters(parameters) {
      for (const [i, stage] of tunable.entries()) stage.setParameters?.(parameters[i]!);
    },
    evaluate() {
      for (const stage of run) stage.forward();
      gradient.fill(0);
      const value = loss(output.values, output.gradient);
      for (let i = run.length - 1; i >= 0; i--) run[i]!.backward();
      return value;
    },
  };
}
