import type { SpikeRaster } from '../events/spike-raster.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/** One trial to learn from: what goes in, and what should come out. */
export interface TrainingSample {
  /** Input spikes. */
  readonly input: SpikeRaster;
  /**
   * Wanted spikes, row-major `[steps × channelsOut]`; a loss on rates reads only the class, see
   * {@link TrainingSample.label}.
   */
  readonly target?: ArrayLike<number>;
  /** Output channel that should fire most, for a loss on rates. */
  readonly label?: number;
}

/** Lists what is wrong with `samples` for `pipeline`; empty where all is well. */
export function sampleProblems(pipeline: Pipeline, samples: readonly TrainingSample[]): string[] {
  if (samples.length === 0) return ['there are no samples; at least one is needed'];
  const { steps } = samples[0]!.input;
  return samples.flatMap(({ input }, i) => [
    ...(input.channels === pipeline.channelsIn
      ? []
      : [`sample ${i} has ${input.channels} channels; the pipeline takes ${pipeline.channelsIn}`]),
    ...(input.dt === pipeline.dt
      ? []
      : [`sample ${i} has dt ${input.dt} s; the pipeline ${pipeline.dt} s`]),
    ...(input.steps === steps
      ? []
      : [`sample ${i} has ${input.steps} steps; sample 0 has ${steps}`]),
  ]);
}
