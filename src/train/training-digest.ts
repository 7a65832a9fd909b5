/** The digest of all that decides the result of training: what a checkpoint belongs to. */
import { type Digestible, digest } from '../digest.ts';
import { defaultEngine } from '../kernel/engine.ts';
import { arraysOf } from '../neurons/state.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { isChain, sourcesOf } from '../pipeline/walk.ts';
import { type Stage, stageWeights } from '../stages/stage.ts';
import { pipelineParameters } from './gradient.ts';
import type { TrainingSample } from './sample.ts';
import type { TrainingOptions } from './training-options.ts';

/** Plain data as text, the same whatever the order in which it was written. */
function canonicalJson(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** What a stage holds beside weights and parameters of analog neurons: time constants, thresholds, factors. */
function constantsOf(stage: Stage): Digestible[] {
  return Object.entries<unknown>({ ...stage }).flatMap(([name, values]) =>
    values instanceof Float64Array ? [`${stage.kind} ${name}`, values] : [],
  );
}

/** Digest of everything that decides the result. */
export function trainingDigest(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  options: TrainingOptions,
): string {
  const { checkpoint: _, engine = defaultEngine(), ...deciding } = options;
  const parameters = pipelineParameters(pipeline);
  const scales = parameters.map(({ Iscale }) => Iscale);
  const outputPlace = pipeline.stages.findIndex(({ name }) => name === pipeline.output);
  const labels = samples.map(({ label }) => label);
  return digest(
    canonicalJson([deciding, engine.name, pipeline.dt, scales, labels]),
    // A list of stages says by itself how they follow each other.
    ...(isChain(pipeline) ? [] : [canonicalJson([sourcesOf(pipeline), outputPlace])]),
    ...pipeline.stages.map((stage) => stageWeights(stage)?.values ?? new Float64Array(0)),
    ...parameters.flatMap((own) => Object.values(arraysOf(own))),
    ...pipeline.stages.flatMap(constantsOf),
    ...samples.flatMap(({ input, target = [] }) => [
      input.counts,
      target instanceof Float64Array ? target : Float64Array.from(target),
    ]),
  );
}
