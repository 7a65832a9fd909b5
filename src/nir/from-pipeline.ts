/** Turns pipelines into NIR graphs. */
import { InvalidArgumentError } from '../errors.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import type { Pipeline, StageInput } from '../pipeline/pipeline.ts';
import { fault, type Problem, within } from '../problems.ts';
import { nirForm, stageWeights } from '../stages/stage.ts';
import { delayedEdges, type Edge } from './edges.ts';
import { nirMatrix } from './graph/arrays.ts';
import type { NirGraph, NirMetadata, NirNode } from './graph/types.ts';
import { nameProblems } from './write.ts';

/** Takes a name, or one like it where it is taken. */
function fresh(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '_';
  taken.add(free);
  return free;
}

/**
 * Turns a pipeline into a NIR graph, in float64; `dt` goes into its metadata. Nodes are named as the
 * stages, and the recurrent weights of `a` are the node `a.w_rec`. What {@link pipelineOfNir} makes of the
 * graph is the pipeline, but that NIR has no bias of neurons, which goes into `v_leak`, and no
 * `inputWeight` without a synapse, which goes into `r`: both act as before, up to rounding.
 *
 * @throws InvalidArgumentError with each stage that NIR has nothing for, and each name that no file takes
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[2]] }), lif({ neurons: 1, tauMem: 0.02, recurrent: [[-1]] }));
 * Object.keys(nirOfPipeline(net).nodes); // ["input", "linear0", "lif1", "lif1.w_rec", "output"]
 * ```
 */
export function nirOfPipeline(pipeline: Pipeline): NirGraph {
  const guard = pipelineProblems(pipeline);
  if (guard.length > 0) throw new InvalidArgumentError('this is no pipeline', guard);
  const { stages, inputs, channelsIn, channelsOut, dt } = pipeline;
  const taken = new Set(stages.map(({ name }) => name));
  const input = fresh('input', taken);
  const output = fresh('output', taken);
  const nodes: [string, NirNode][] = [[input, { type: 'Input', shape: [channelsIn] }]];
  const edges: Edge[] = [];
  const late: Edge[] = [];
  const problems: Problem[] = [];

  /** Leads what is given to a node. */
  const lead = (given: readonly StageInput[], to: string): void => {
    for (const [i, { from, delayed }] of given.entries()) {
      const edge: Edge = [from ?? input, to];
      if (given.findIndex((other) => other.from === from) < i) {
        const needed = `${edge[0]} is given to it twice, which NIR cannot say; put a scale between them`;
        problems.push(fault(to, 'unsupported', needed));
      }
      edges.push(edge);
      if (delayed) late.push(edge);
    }
  };
  for (const [place, stage] of stages.entries()) {
    const { name, kind } = stage;
    const form = nirForm(kind);
    problems.push(...within(name, nameProblems(name)));
    if (form.form === 'none') {
      problems.push(fault(name, 'unsupported', form.needed));
      continue;
    }
    nodes.push([name, form.node(stage)]);
    lead(inputs[place]!, name);
    const back = form.form === 'node' && form.recurrent ? stageWeights(stage) : undefined;
    if (back !== undefined) {
      const loop = fresh(`${name}.w_rec`, taken);
      nodes.push([loop, { type: 'Linear', weight: nirMatrix(back) }]);
      edges.push([name, loop], [loop, name]);
    }
  }
  lead([{ from: pipeline.output, delayed: false }], output);
  if (problems.length > 0) {
    throw new InvalidArgumentError('this pipeline cannot be written as NIR', problems);
  }
  nodes.push([output, { type: 'Output', shape: [channelsOut] }]);
  const metadata: NirMetadata = late.length === 0 ? { dt } : { dt, [delayedEdges]: late.flat() };
  return { type: 'NIRGraph', nodes: Object.fromEntries(nodes), edges, metadata };
}
