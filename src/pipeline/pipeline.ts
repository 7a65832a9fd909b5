/** The pipeline: a graph of named stages as plain data, of which the list is the simple case. */
import { InvalidArgumentError } from '../errors.ts';
import { faultsOf, readOnce, text, unknownName } from '../options.ts';
import { fault, type Problem, within } from '../problems.ts';
import {
  builtOutline,
  definitionProblems,
  hasAutomaticName,
  type Stage,
  type StageDefinition,
} from '../stages/stage.ts';
import { defaultStep } from '../stages/stage-kind.ts';
import {
  automaticName,
  type DraftNode,
  emissionsOf,
  type NodeInput,
  namesOf,
  nodeProblems,
  stagesOf,
} from './draft.ts';
import { looksLikePipeline, pipelineProblems, stageListProblems } from './guard.ts';

/** Where an input of a stage comes from. */
export interface StageInput {
  /** Name of the stage that gives it; null if it is the input of the pipeline. */
  readonly from: string | null;
  /** Whether it comes one step later. */
  readonly delayed: boolean;
}

/** A graph of stages: plain data that a trainer, a simulator or a chip can run. */
export interface Pipeline {
  /** The stages in the order in which they are computed. */
  readonly stages: readonly Stage[];
  /** For each stage, where its inputs come from: stages before it or, where delayed, any. */
  readonly inputs: readonly (readonly StageInput[])[];
  /** Name of the stage whose output leaves the pipeline. */
  readonly output: string;
  /** Channels that enter. */
  readonly channelsIn: number;
  /** Channels that leave. */
  readonly channelsOut: number;
  /** Step, seconds. */
  readonly dt: number;
}

/** What a pipeline is put together of: stages, and pipelines as parts of it. */
export type PipelinePart = StageDefinition | Pipeline;

/** The input of a pipeline. */
export const pipelineInput: NodeInput = { from: null, delayed: false };

/** Whether a part is a pipeline rather than a stage. */
function isPipeline(part: PipelinePart): part is Pipeline {
  return !Object.hasOwn(part, 'kind');
}

/** Appends the stages of a pipeline to `nodes`, with `enters` as its input, and returns what leaves it. */
function appendPipeline(nodes: DraftNode[], part: Pipeline, enters: NodeInput): NodeInput {
  const first = nodes.length;
  const places = new Map(part.stages.map(({ name }, i) => [name, first + i]));
  for (const [i, stage] of part.stages.entries()) {
    const { kind, name } = stage;
    nodes.push({
      part: stage,
      built: true,
      // A name that was made of kind and place is made anew; of a copy, nobody knows.
      name: (hasAutomaticName(stage) ?? name === automaticName(kind, i)) ? undefined : name,
      inputs: part.inputs[i]!.map(({ from, delayed }) =>
        from === null ? { ...enters, delayed } : { from: places.get(from)!, delayed },
      ),
    });
  }
  return { from: places.get(part.output)!, delayed: false };
}

/** Appends parts to `nodes`, one after the other, and returns what leaves the last. */
export function append(
  nodes: DraftNode[],
  parts: readonly PipelinePart[],
  enters: NodeInput = pipelineInput,
): NodeInput {
  let link = enters;
  for (const part of parts) {
    if (isPipeline(part)) {
      link = appendPipeline(nodes, part, link);
    } else {
      nodes.push({ part, built: false, name: part.name, inputs: [link] });
      link = { from: nodes.length - 1, delayed: false };
    }
  }
  return link;
}

/**
 * Reads the parts of a pipeline, and refuses what is none.
 *
 * @throws InvalidArgumentError with all problems
 */
export function soundParts(given: readonly PipelinePart[]): PipelinePart[] {
  const parts = given.map((part) => (looksLikePipeline(part) ? part : readOnce(part)));
  refuse(
    parts.flatMap((part, place) => {
      const check = looksLikePipeline(part) ? pipelineProblems : definitionProblems;
      return within(`stages[${place}]`, faultsOf(part, check));
    }),
  );
  return parts;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0)
    throw new InvalidArgumentError('this pipeline cannot be built', problems);
}

/**
 * Builds a pipeline of nodes; `output` is what leaves it.
 *
 * @throws InvalidArgumentError with all problems
 */
export function finish(
  nodes: readonly DraftNode[],
  output: NodeInput,
  { spiking }: { readonly spiking: boolean },
): Pipeline {
  const problems = nodeProblems(nodes);
  const names = namesOf(nodes);
  const last = output.from;
  if (spiking && last !== null && emissionsOf(nodes)[last] !== 'spikes') {
    const needed = 'the last stage must be one of neurons, so that spikes come out';
    problems.push(fault(names[last]!, 'conflict', needed));
  }
  refuse(problems);
  const inputs = nodes.map((node) =>
    node.inputs.map(({ from, delayed }) => ({
      from: from === null ? null : names[from]!,
      delayed,
    })),
  );
  return graphOf(stagesOf(nodes), inputs, names[last!]!);
}

function graphOf(stages: readonly Stage[], inputs: Pipeline['inputs'], output: string): Pipeline {
  const entered = inputs.findIndex((own) => own.some(({ from }) => from === null));
  const at = inputs[entered]!.findIndex(({ from }) => from === null);
  return {
    stages,
    inputs,
    output,
    channelsIn: builtOutline(stages[entered]!).inputs[at]!,
    channelsOut: stages.find(({ name }) => name === output)!.channelsOut,
    dt: stages.find(({ dt }) => dt !== undefined)?.dt ?? defaultStep,
  };
}

/** A pipeline of stages that may not fit, refused then. */
function checked(pipeline: Pipeline): Pipeline {
  refuse(pipelineProblems(pipeline));
  return pipeline;
}

/**
 * Builds a pipeline from stages, and from pipelines as parts of it, one after the other. Refuses a bad one with
 * every mistake at once. A stage without a name is named by its kind and its place, such as `lif1`; as a part of
 * another pipeline it is named anew.
 *
 * @throws InvalidArgumentError with all problems: shapes that do not fit, numbers that are not
 * finite, negative currents, `dt` not above zero, names used twice, no neuron at the end
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 0], [0, 1]] }), dynapSim({ neurons: 2 }));
 * net.channelsIn; // 2
 * ```
 */
export function pipeline(...parts: readonly PipelinePart[]): Pipeline {
  const nodes: DraftNode[] = [];
  return finish(nodes, append(nodes, soundParts(parts)), { spiking: true });
}

/**
 * Makes a pipeline of stages that were built before, one after the other.
 *
 * @throws InvalidArgumentError if there is none, or they do not fit
 */
export function fromStages(stages: readonly Stage[]): Pipeline {
  refuse(stageListProblems(stages));
  if (stages.length === 0) {
    const needed = 'there is no stage; give a list of at least one';
    refuse([fault('stages', 'missing', needed)]);
  }
  const inputs = stages.map((_, i) => [{ from: stages[i - 1]?.name ?? null, delayed: false }]);
  return checked(graphOf(stages, inputs, stages.at(-1)!.name));
}

/**
 * The same graph with other stages, as after training: as many, in the same order, with the same channels.
 *
 * @throws InvalidArgumentError if it is no pipeline, or there are more stages or fewer, or they do not fit
 */
export function withStages(pipeline: Pipeline, stages: readonly Stage[]): Pipeline {
  refuse(pipelineProblems(pipeline));
  refuse(stageListProblems(stages));
  if (stages.length !== pipeline.stages.length) {
    refuse([fault('stages', 'wrong-shape', `${pipeline.stages.length} stages are needed`)]);
  }
  const renamed = new Map(pipeline.stages.map(({ name }, i) => [name, stages[i]!.name]));
  const inputs = pipeline.inputs.map((own) =>
    own.map(({ from, delayed }) => ({ from: from === null ? null : renamed.get(from)!, delayed })),
  );
  return checked(graphOf(stages, inputs, renamed.get(pipeline.output)!));
}

/**
 * The part of a pipeline that leads to one of its stages, whose output then leaves it.
 *
 * @throws InvalidArgumentError if it is no pipeline, or there is no such stage
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1 }), linear({ weight: [[2]] }), dynapSim({ neurons: 1 }));
 * pipelineUpTo(net, 'dynapSim1').stages.length; // 2
 * ```
 */
export function pipelineUpTo(pipeline: Pipeline, name: string): Pipeline {
  refuse([...pipelineProblems(pipeline), ...within('name', text(name))]);
  const { stages, inputs } = pipeline;
  const places = new Map(stages.map((stage, i) => [stage.name, i]));
  const last = places.get(name);
  if (last === undefined) {
    throw new InvalidArgumentError('there is no such part of the pipeline', [
      unknownName(name, [...places.keys()], 'name'),
    ]);
  }
  const needed = new Set([last]);
  for (const place of needed) {
    for (const { from } of inputs[place]!) if (from !== null) needed.add(places.get(from)!);
  }
  const kept = stages.map((_, i) => i).filter((i) => needed.has(i));
  const part = graphOf(
    kept.map((i) => stages[i]!),
    kept.map((i) => inputs[i]!),
    name,
  );
  // What leads to a stage may have no step of its own.
  return { ...part, dt: pipeline.dt };
}
