/** Trials to learn from. */
import { rasterProblems, type SpikeRaster } from '../events/spike-raster.ts';
import { listProblems, readable } from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { fault, type Problem, problem, within } from '../problems.ts';

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

/** Lists what is wrong with `samples` for `pipeline`; empty if all is well. */
export function sampleProblems(pipeline: Pipeline, samples: readonly TrainingSample[]): Problem[] {
  return readable(() => listFaults(pipeline, samples));
}

/** Samples at most: more would be a mistake, such as a list of holes. */
const mostSamples = 2 ** 22;

function listFaults(pipeline: Pipeline, samples: readonly TrainingSample[]): Problem[] {
  if (!Array.isArray(samples)) {
    return [problem('samples', 'wrong-type', samples, 'a list of samples is needed')];
  }
  if (samples.length > mostSamples) {
    const needed = `${mostSamples} samples are the most`;
    return [problem('samples.length', 'too-large', samples.length, needed)];
  }
  if (samples.length === 0) {
    return [problem('samples.length', 'out-of-range', 0, 'at least one sample is needed')];
  }
  // A hole is no sample.
  const given: readonly unknown[] = Array.from(samples);
  const steps = given.map(inputOf).find((input) => input !== undefined)?.steps;
  return given.flatMap((sample, i) =>
    within(
      `samples[${i}]`,
      readable(() => {
        const { label, target }: Record<string, unknown> = { ...(sample as object) };
        return [
          ...(label === undefined || typeof label === 'number'
            ? []
            : [problem('label', 'wrong-type', label, 'a channel by its number is needed')]),
          ...(target === undefined || isNumbers(target)
            ? []
            : [problem('target', 'wrong-type', target, 'a list of numbers is needed')]),
          ...within('input', inputProblems(pipeline, inputOf(sample), steps)),
        ];
      }),
    ),
  );
}

/** Whether something is a list that one can go through, as far as its type tells. */
function isNumbers(given: unknown): boolean {
  const view = ArrayBuffer.isView(given) && !(given instanceof DataView);
  return view || listProblems(given).length === 0;
}

/** The input of a sample; undefined if there is none. */
function inputOf(sample: unknown): SpikeRaster | undefined {
  const input = (sample as Partial<TrainingSample> | null | undefined)?.input;
  return typeof input === 'object' && input !== null ? input : undefined;
}

function inputProblems(
  { channelsIn, dt }: Pipeline,
  input: SpikeRaster | undefined,
  steps: number | undefined,
): Problem[] {
  if (input === undefined) return [fault('', 'missing', 'a raster of spikes is needed')];
  const problems = rasterProblems(input);
  if (problems.length > 0) return problems;
  if (input.channels !== channelsIn) {
    const needed = `the pipeline takes ${channelsIn}`;
    problems.push(problem('channels', 'wrong-shape', input.channels, needed));
  }
  if (input.dt !== dt) {
    problems.push(problem('dt', 'conflict', input.dt, `the pipeline steps by ${dt} s`));
  }
  if (input.steps !== steps) {
    problems.push(problem('steps', 'wrong-shape', input.steps, `the first sample has ${steps}`));
  }
  return problems;
}
