/** Pipelines while they are put together: nodes that know where their inputs come from, not yet checked or named. */
import { fault, type Problem, problem } from '../problems.ts';
import {
  buildStage,
  builtOutline,
  emissionOf,
  isPopulation,
  noteAutomatic,
  type Stage,
  type StageDefinition,
  stageOutline,
  stageProblems,
} from '../stages/stage.ts';
import type { SignalKind, StageOutline } from '../stages/stage-kind.ts';
import { nameProblems } from './guard.ts';

/** Where an input of a node comes from: another node by its place, or the input of the pipeline. */
export interface NodeInput {
  readonly from: number | null;
  readonly delayed: boolean;
}

/** A node of a pipeline that is put together: as written, or as built before. */
export type DraftNode = {
  /** The name that it was given; undefined if it is to be named by its kind and place. */
  readonly name: string | undefined;
  readonly inputs: readonly NodeInput[];
} & (
  | { readonly built: false; readonly part: StageDefinition }
  | { readonly built: true; readonly part: Stage }
);

/** Name of a stage that was given none. */
export function automaticName(kind: string, place: number): string {
  return `${kind}${place}`;
}

/** Names of all nodes; a name that is no text is one of the problems of its stage. */
export function namesOf(nodes: readonly DraftNode[]): string[] {
  return namesFor(nodes.map(({ part, name }) => ({ kind: part.kind, name })));
}

/** Names of stages in their order. */
export function namesFor(
  stages: readonly { readonly kind: string; readonly name?: unknown }[],
): string[] {
  return stages.map(({ kind, name }, place) =>
    typeof name === 'string' ? name : automaticName(kind, place),
  );
}

/** What nodes promise, sound or not. */
export function outlinesOf(nodes: readonly DraftNode[]): StageOutline[] {
  return nodes.map(outlineOf);
}

function outlineOf(node: DraftNode): StageOutline {
  return node.built ? builtOutline(node.part) : stageOutline(node.part);
}

/** Channels of the input of a pipeline, as the first node says that takes it. */
function enteringOf(nodes: readonly DraftNode[], outlines: readonly StageOutline[]) {
  for (const [place, { inputs }] of nodes.entries()) {
    const at = inputs.findIndex(({ from }) => from === null);
    const width = outlines[place]!.inputs[at];
    if (at >= 0 && width !== undefined) return { place, width };
  }
  return undefined;
}

/** Lists what does not fit between nodes, whether or not each is sound by itself. */
function fitProblems(nodes: readonly DraftNode[], names: readonly string[]): Problem[] {
  const outlines = outlinesOf(nodes);
  const problems: Problem[] = [];
  const steps = new Set(outlines.flatMap(({ dt }) => (typeof dt === 'number' ? [dt] : [])));
  if (steps.size > 1) {
    const given = [...steps].join(', ');
    problems.push(fault('dt', 'conflict', `all stages need one dt; given are ${given} s`));
  }
  const entering = enteringOf(nodes, outlines);
  for (const [place, { inputs }] of nodes.entries()) {
    const name = names[place]!;
    const takes = outlines[place]!.inputs;
    if (takes.length !== inputs.length) {
      const needed = `it takes ${takes.length} inputs and is given ${inputs.length}; parallel, residual and feedback give a stage several`;
      problems.push(fault(name, 'wrong-shape', needed));
      continue;
    }
    for (const [at, { from }] of inputs.entries()) {
      const width = takes[at];
      const gives = from === null ? entering?.width : outlines[from]!.channelsOut;
      if (width === undefined || gives === undefined || width === gives) continue;
      const giver =
        from === null
          ? `the input of the pipeline has ${gives}, as ${names[entering!.place]} takes it`
          : `${names[from]} gives ${gives} channels`;
      problems.push(fault(name, 'wrong-shape', `${giver} but ${name} takes ${width}`));
    }
  }
  return problems;
}

/** What leaves each node. */
export function emissionsOf(nodes: readonly DraftNode[]): SignalKind[] {
  const emits: SignalKind[] = nodes.map(() => 'spikes');
  // What comes back in a loop is known after a round; each round makes more of them weighted, never less.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [place, { part, inputs }] of nodes.entries()) {
      const enters = inputs.map(({ from }) => (from === null ? 'spikes' : emits[from]!));
      const now = emissionOf(part, enters);
      changed ||= now !== emits[place];
      emits[place] = now;
    }
  }
  return emits;
}

/** Lists everything wrong with nodes: each by itself, and how they fit. */
export function nodeProblems(nodes: readonly DraftNode[]): Problem[] {
  const names = namesOf(nodes);
  const none = fault('stages.length', 'missing', 'there is no stage; give at least one of neurons');
  if (nodes.length === 0) return [none];
  return [
    ...nodes.flatMap((node, place) => (node.built ? [] : stageProblems(node.part, names[place]!))),
    ...fitProblems(nodes, names),
    ...nameProblems(names),
    ...budgetProblems(nodes),
  ];
}

/** Neurons of a pipeline in all at most: with 24 parameters each, they fill 200 MB. */
const mostNeurons = 2 ** 20;
/** Channels of all stages of a pipeline at most. */
const mostChannels = 2 ** 23;

/** Values that all stages of a pipeline hold back at most: they fill 128 MB, as those of one stage do at most. */
const mostHeld = 2 ** 24;

/** Lists what of a pipeline is too large in all, though each stage by itself is not. */
function budgetProblems(nodes: readonly DraftNode[]): Problem[] {
  let [neurons, channels, delayed] = [0, 0, 0];
  for (const node of nodes) {
    const { channelsOut = 0, held = 0 } = outlineOf(node);
    channels += channelsOut;
    delayed += held;
    if (isPopulation(node.part)) neurons += channelsOut;
  }
  const sums: readonly [string, number, number][] = [
    ['neurons', neurons, mostNeurons],
    ['channels', channels, mostChannels],
    ['delayed values', delayed, mostHeld],
  ];
  return sums.flatMap(([what, count, most]) =>
    count <= most
      ? []
      : [problem(what, 'too-large', count, `${most} in all stages together are the most`)],
  );
}

/** Builds the stages of sound nodes. */
export function stagesOf(nodes: readonly DraftNode[]): Stage[] {
  const names = namesOf(nodes);
  const emits = emissionsOf(nodes);
  return nodes.map((node, place) => {
    const name = names[place]!;
    const stage: Stage = node.built
      ? { ...node.part, name, emits: emits[place]! }
      : buildStage(node.part, name, emits[place]!);
    noteAutomatic(stage, node.name === undefined);
    return stage;
  });
}
