/** Saves pipelines as JSON and MessagePack, and reads them back. */
import { Packr } from 'msgpackr/pack';
import { DataError, InvalidArgumentError } from '../errors.ts';
import { checkMsgpack } from '../events/msgpack-check.ts';
import { bytes as bytesCheck, text as textCheck } from '../options.ts';
import { type Problem, problem, problemText, within } from '../problems.ts';
import {
  definitionProblems,
  hasAutomaticName,
  type StageDefinition,
  stageDefinition,
  stageProblems,
} from '../stages/stage.ts';
import { type DraftNode, namesFor } from './draft.ts';
import { inputProblems, pipelineProblems } from './guard.ts';
import { finish, type Pipeline, pipeline, type StageInput } from './pipeline.ts';

// Maps, not records: what is written is read by any library.
const packr = new Packr({ useRecords: false });

/** Marks a saved pipeline. */
const format = 'spikeline/pipeline';
/** Version of its form that is written; version 1 had lists of stages only. */
const version = 2;

/** What a saved pipeline holds once its form has been checked. */
interface Saved {
  readonly stages: readonly StageDefinition[];
  /** Where the inputs of each stage come from; absent in version 1, where each stage feeds the next. */
  readonly inputs?: readonly (readonly StageInput[])[];
  readonly output?: string;
}

/** Writes a pipeline as plain lists and numbers, from which it is rebuilt without loss. */
function plain(saved: Pipeline): unknown {
  const problems = pipelineProblems(saved);
  if (problems.length > 0) throw new InvalidArgumentError('this cannot be saved', problems);
  const { stages, inputs, output } = saved;
  const definitions = stages.map(stageDefinition);
  // What could not be read back, as weights that are not finite, must not be written.
  const unsound = definitions.flatMap((stage, i) => stageProblems(stage, stages[i]!.name));
  if (unsound.length > 0) throw new InvalidArgumentError('this cannot be saved', unsound);
  const written = definitions.map((definition, i) => {
    if (hasAutomaticName(stages[i]!) !== true) return definition;
    // It is made anew when it is read, and known as made.
    const { name: _, ...unnamed } = definition;
    return unnamed;
  });
  return { format, version, stages: written, inputs, output };
}

/** Codes of problems of a stage that make it no stage at all, rather than one that cannot be built. */
const formCodes: readonly Problem['code'][] = ['wrong-type', 'unknown', 'missing'];

/** Lists what is wrong with the form of a saved stage. */
function formProblems(stage: unknown, place: number): Problem[] {
  const path = `stages[${place}]`;
  const problems = definitionProblems(stage);
  if (problems.length > 0) return within(path, problems);
  const found = stageProblems(stage as StageDefinition, path);
  return found.filter(({ code }) => formCodes.includes(code));
}

/** Lists what is wrong with the form of a saved pipeline. */
function savedProblems(value: unknown): Problem[] {
  if (typeof value !== 'object' || value === null) {
    return [problem('', 'wrong-type', value, 'an object is needed')];
  }
  const given = value as Readonly<Record<string, unknown>>;
  const { stages, inputs, output } = given;
  if (given['format'] !== format) {
    return [problem('format', 'unknown', given['format'], `${format} is needed`)];
  }
  const graph = given['version'] === version;
  if (!graph && given['version'] !== 1) {
    return [problem('version', 'unknown', given['version'], `1 or ${version} is needed`)];
  }
  const known = ['format', 'version', 'stages', ...(graph ? ['inputs', 'output'] : [])];
  const problems = Object.keys(given).flatMap((name) =>
    known.includes(name) ? [] : [problem(name, 'unknown', given[name], 'there is no such field')],
  );
  if (!Array.isArray(stages)) {
    return [...problems, problem('stages', 'wrong-type', stages, 'a list is needed')];
  }
  for (const found of stages.flatMap(formProblems)) problems.push(found);
  if (!graph || problems.length > 0) return problems;
  const names = namesFor(stages as readonly StageDefinition[]);
  if (!Array.isArray(inputs) || inputs.length !== stages.length) {
    problems.push(problem('inputs', 'wrong-type', inputs, 'a list for each stage is needed'));
  } else {
    problems.push(...inputs.flatMap((own, place) => inputProblems(own, place, names)));
  }
  if (typeof output !== 'string' || !names.includes(output)) {
    problems.push(problem('output', 'unknown', output, `one of ${names.join(', ')} is needed`));
  }
  return problems;
}

function refuseJunk(path: string, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new InvalidArgumentError('no pipeline can be read', within(path, problems));
  }
}

function rebuild(value: unknown): Pipeline {
  const problems = savedProblems(value);
  if (problems.length > 0) {
    const shown = problems.slice(0, 100).map(problemText).join('; ');
    const more = problems.length > 100 ? `; and ${problems.length - 100} more` : '';
    throw new DataError(`this is no saved pipeline: ${shown}${more}`);
  }
  const { stages, inputs, output } = value as Saved;
  if (inputs === undefined) return pipeline(...stages);
  const names = namesFor(stages);
  const nodes = stages.map(
    (part, place): DraftNode => ({
      part,
      built: false,
      name: part.name,
      inputs: inputs[place]!.map(({ from, delayed }) => ({
        from: from === null ? null : names.indexOf(from),
        delayed,
      })),
    }),
  );
  return finish(nodes, { from: names.indexOf(output!), delayed: false }, { spiking: false });
}

/**
 * Writes a pipeline as JSON. Every number survives to the last bit.
 *
 * @throws InvalidArgumentError if it is no pipeline, or holds what could not be read back
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
 * @throws DataError if the text is no saved pipeline
 * @throws InvalidArgumentError if the pipeline in it cannot be built
 */
export function pipelineFromJson(text: string): Pipeline {
  refuseJunk('text', textCheck(text));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError('this is no saved pipeline: the text is not JSON', { cause });
  }
  return rebuild(value);
}

/**
 * Writes a pipeline as MessagePack. Every number survives to the last bit.
 *
 * @throws InvalidArgumentError if it is no pipeline, or holds what could not be read back
 */
export function packPipeline(saved: Pipeline): Uint8Array {
  return packr.pack(plain(saved));
}

/**
 * Reads what is in MessagePack, whatever it is.
 *
 * @throws DataError if the bytes are no MessagePack
 */
export function unpackPlain(bytes: Uint8Array): unknown {
  refuseJunk('bytes', bytesCheck(bytes));
  try {
    checkMsgpack(bytes);
    return packr.unpack(bytes);
  } catch (cause) {
    throw new DataError('this is no saved pipeline: the bytes are not MessagePack', { cause });
  }
}

/**
 * Reads a pipeline from MessagePack and checks it.
 *
 * @throws DataError if the bytes are no saved pipeline
 * @throws InvalidArgumentError if the pipeline in it cannot be built
 */
export function unpackPipeline(bytes: Uint8Array): Pipeline {
  return rebuild(unpackPlain(bytes));
}
