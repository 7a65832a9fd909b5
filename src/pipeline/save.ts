import { pack, unpack } from 'msgpackr';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import { type StageDefinition, savedStages, stageDefinition } from '../stages/stage.ts';
import { type Pipeline, pipeline } from './pipeline.ts';

/** Marks a saved pipeline and the version of its form. */
const format = 'spikeline/pipeline';
const version = 1;

const savedPipeline = z.strictObject({
  format: z.literal(format),
  version: z.literal(version),
  stages: z.array(z.discriminatedUnion('kind', savedStages)),
});

/** Writes a pipeline as plain lists and numbers, from which it is rebuilt without loss. */
function plain({ stages }: Pipeline): unknown {
  return { format, version, stages: stages.map(stageDefinition) };
}

function rebuild(value: unknown): Pipeline {
  const parsed = savedPipeline.safeParse(value);
  if (!parsed.success) {
    throw new DataError(`this is no saved pipeline: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  }
  const definitions: unknown[] = parsed.data.stages;
  return pipeline(...(definitions as StageDefinition[]));
}

/**
 * Writes a pipeline as JSON. Every number survives to the last bit.
 *
 * @example
 * ```ts
 * const net = pipeline(dynapSim({ neurons: 1 }));
 * pipelineFromJson(pipelineToJson(net)).channelsIn; // 1
 * ```
 */
export function pipelineToJson(saved: Pipeline): string {
  return `${JSON.stringify(plain(saved), undefined, 1)}\n`;
}

/**
 * Reads a pipeline from JSON and checks it.
 *
 * @throws DataError where the text is no saved pipeline
 * @throws InvalidArgumentError where the pipeline in it cannot be built
 */
export function pipelineFromJson(text: string): Pipeline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError('this is no saved pipeline: the text is not JSON', { cause });
  }
  return rebuild(value);
}

/** Writes a pipeline as MessagePack. Every number survives to the last bit. */
export function packPipeline(saved: Pipeline): Uint8Array {
  return pack(plain(saved));
}

/**
 * Reads a pipeline from MessagePack and checks it.
 *
 * @throws DataError where the bytes are no saved pipeline
 * @throws InvalidArgumentError where the pipeline in it cannot be built
 */
export function unpackPipeline(bytes: Uint8Array): Pipeline {
  let value: unknown;
  try {
    value = unpack(bytes);
  } catch (cause) {
    throw new DataError('this is no saved pipeline: the bytes are not MessagePack', { cause });
  }
  return rebuild(value);
}
