/** Pipelines of several branches and of loops: what composes stages and pipelines other than one after the other. */
import { InvalidArgumentError } from '../errors.ts';
import { listProblems, oneOf, optionProblems, readList, readOnce } from '../options.ts';
import { fault } from '../problems.ts';
import { add } from '../stages/add/definition.ts';
import { stageName } from '../stages/checks.ts';
import { concatenate } from '../stages/concatenate/definition.ts';
import { definitionProblems, type StageDefinition } from '../stages/stage.ts';
import { type DraftNode, type NodeInput, outlinesOf } from './draft.ts';
import { looksLikePipeline, mostStages } from './guard.ts';
import {
  append,
  finish,
  type Pipeline,
  type PipelinePart,
  pipelineInput,
  soundParts,
} from './pipeline.ts';

/** How parallel branches become one. */
export interface ParallelOptions {
  /** Their channels one after the other, or added channel by channel. */
  readonly join: 'concatenate' | 'add';
  /** Name of the stage that joins them. */
  readonly name?: string;
}

/** A branch: a stage, a pipeline, or several one after the other. */
export type Branch = PipelinePart | readonly PipelinePart[];

function isList(branch: Branch): branch is readonly PipelinePart[] {
  return Array.isArray(branch);
}

function partsOf(branch: Branch): readonly PipelinePart[] {
  const parts = readList(branch);
  return listProblems(parts, mostStages).length === 0 && isList(parts)
    ? parts
    : [parts as PipelinePart];
}

/** Whether what stands last is a branch, so that the options are missing. */
function isBranch(last: unknown): boolean {
  return (
    listProblems(last).length === 0 ||
    looksLikePipeline(last) ||
    definitionProblems(last).length === 0
  );
}

/** Channels that a node gives; 1 if that cannot be told, and its own problems say why. */
function widthOf(nodes: readonly DraftNode[], { from }: NodeInput): number {
  return (from === null ? undefined : outlinesOf(nodes)[from]!.channelsOut) ?? 1;
}

/** Appends a stage with several inputs, and returns what leaves it. */
function appendJoin(
  nodes: DraftNode[],
  part: StageDefinition,
  inputs: readonly NodeInput[],
): NodeInput {
  nodes.push({ part, built: false, name: part.name, inputs });
  return { from: nodes.length - 1, delayed: false };
}

/**
 * Puts branches side by side: each takes the same input, and their outputs become one, with their channels one after
 * the other or added; a single one is as it is. A branch of several stages is a list. The result is part of a pipeline, or one itself if
 * it ends in spikes.
 *
 * @throws InvalidArgumentError with all problems, as `pipeline` has them
 * @example
 * ```ts
 * const branches = parallel(
 *   [linear({ weight: [[3, 0]] }), lif({ neurons: 2, tauMem: 5e-3 })],
 *   [linear({ weight: [[1]] }), lif({ neurons: 1, tauMem: 50e-3 })],
 *   { join: 'concatenate' },
 * );
 * pipeline(branches, linear({ weight: [[1], [1], [1]] }), lif({ neurons: 1, tauMem: 0.02 })).channelsOut; // 1
 * ```
 */
export function parallel(...args: readonly [...Branch[], ParallelOptions]): Pipeline {
  const branches = (args.slice(0, -1) as readonly Branch[]).map(partsOf);
  const given = readOnce(args.at(-1)) as ParallelOptions;
  const problems = isBranch(given)
    ? [
        fault(
          'options',
          'missing',
          "after the branches, say { join: 'concatenate' } or { join: 'add' }",
        ),
      ]
    : optionProblems<ParallelOptions>(
        given,
        { join: oneOf(['concatenate', 'add']), name: stageName },
        'join',
      );
  if (branches.length === 0) {
    problems.push(
      fault('branches.length', 'missing', 'give one branch at least, and the options last'),
    );
  }
  if (problems.length > 0) throw new InvalidArgumentError('branches cannot be joined', problems);
  const parts = soundParts(branches.flat());
  const nodes: DraftNode[] = [];
  const outputs = branches.map(({ length }) => append(nodes, parts.splice(0, length)));
  const [only] = outputs;
  if (outputs.length === 1 && only !== undefined) return finish(nodes, only, { spiking: false });
  const { join, name } = given;
  const widths = outputs.map((output) => widthOf(nodes, output));
  const named = name === undefined ? {} : { name };
  const joined =
    join === 'add'
      ? add({ channels: widths[0]!, inputs: widths.length, ...named })
      : concatenate({ channels: widths, ...named });
  return finish(nodes, appendJoin(nodes, joined, outputs), { spiking: false });
}

/**
 * Adds the input of stages to their output, channel by channel: what they learn is what is to be added. They need
 * as many channels out as in. The result is part of a pipeline, or one itself if it ends in spikes.
 *
 * @throws InvalidArgumentError with all problems, as `pipeline` has them
 * @example
 * ```ts
 * const part = residual(linear({ weight: [[2]] }), lif({ neurons: 1, tauMem: 0.02 }));
 * part.stages.map(({ name }) => name); // ["linear0", "lif1", "add2"]
 * ```
 */
export function residual(...parts: readonly PipelinePart[]): Pipeline {
  const nodes: DraftNode[] = [];
  const output = append(nodes, soundParts(parts));
  const sum = add({ channels: widthOf(nodes, output) });
  return finish(nodes, appendJoin(nodes, sum, [pipelineInput, output]), { spiking: false });
}

/**
 * Adds the output of stages to their own input, one step later: what leaves in step t enters again in step t + 1.
 * They need as many channels out as in. The result is part of a pipeline, or one itself if it ends in spikes.
 *
 * @throws InvalidArgumentError with all problems, as `pipeline` has them
 * @example
 * ```ts
 * const echo = feedback(scale({ scale: [0.5] }));
 * const net = pipeline(echo, threshold({ threshold: [0.2] }));
 * const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0, 0, 0] });
 * startPipeline(net).process(input).counts; // Uint32Array [1, 1, 0, 0]
 * ```
 */
export function feedback(...parts: readonly PipelinePart[]): Pipeline {
  const nodes: DraftNode[] = [];
  const output = append(nodes, soundParts(parts));
  const channels = widthOf(nodes, output);
  // What comes back enters before the part, so every place moves up by one.
  const moved = nodes.map((node): DraftNode => ({ ...node, inputs: node.inputs.map(shifted) }));
  const sum: DraftNode = {
    part: add({ channels }),
    built: false,
    name: undefined,
    inputs: [pipelineInput, { from: shifted(output).from, delayed: true }],
  };
  return finish([sum, ...moved], shifted(output), { spiking: false });
}

/** The same link after a stage has been put before all, which takes the input of the pipeline in its place. */
function shifted({ from, delayed }: NodeInput): NodeInput {
  return { from: from === null ? 0 : from + 1, delayed };
}
