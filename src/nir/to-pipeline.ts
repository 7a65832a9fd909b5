/** Turns NIR graphs into pipelines. */
import { InvalidArgumentError } from '../errors.ts';
import { number, optionProblems, readOnce } from '../options.ts';
import { chipGraph } from '../pipeline/chip-graph.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { within } from '../problems.ts';
import { build } from './build.ts';
import { checkNir } from './check.ts';
import type { NirGraph, NirRemark } from './graph/types.ts';
import { graphProblems } from './guard.ts';
import { orderOf } from './order.ts';
import { remarksOn } from './remark.ts';
import { chipProblems, simulatorProblems } from './support.ts';

/** Options of {@link pipelineOfNir}. */
export interface NirOptions {
  /** Step, seconds; if left out, `dt` of the graph's metadata, or else 1 ms. NIR itself has none. */
  readonly dt?: number;
}

/** What became of a NIR graph. */
export interface NirPipeline {
  /** The pipeline, its stages named as the nodes; none if there are problems. */
  readonly pipeline?: Pipeline;
  /** What keeps it from running in a simulator, node by node. */
  readonly problems: readonly NirRemark[];
  /**
   * What keeps it from running on a chip, node by node; where there is no pipeline, what each node tells by
   * itself. Whether it fits on one, `deploy` knows.
   */
  readonly chip: readonly NirRemark[];
  /** What was understood in a way that one may want to know. */
  readonly notes: readonly NirRemark[];
}

/** Step of a graph that says nothing, seconds. */
const defaultStep = 1e-3;

/**
 * Turns a NIR graph into a pipeline, or names what keeps it from being one. There must be one input and one
 * output. What several nodes give to one is added. Where LIF, CubaLIF or IF lead to themselves, straight or through one
 * Linear, Affine or Scale, that becomes their recurrent matrix, which acts one step later; what closes any other loop
 * comes one step later too. Nested graphs
 * are opened, and Flatten is dropped: channels are flat, row-major. Weights become `[pre][post]`.
 *
 * @throws InvalidArgumentError if it is no graph, or `dt` is not above 0
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[2]] }), lif({ neurons: 1, tauMem: 0.02 }));
 * const graph = nirOfPipeline(net);
 * pipelineOfNir(graph).problems; // []
 * pipelineOfNir(graph, { dt: 0.1 }).problems.length; // 1; with such a step, tauMem of lif1 diverges
 * ```
 */
export function pipelineOfNir(graph: NirGraph, options: NirOptions = {}): NirPipeline {
  graph = readOnce(graph);
  options = readOnce(options);
  const wrong = [
    ...within('graph', graphProblems(graph)),
    ...optionProblems<NirOptions>(options, { dt: number({ above: 0, unit: 'seconds' }) }),
  ];
  if (wrong.length > 0) {
    throw new InvalidArgumentError('the graph cannot become a pipeline', wrong);
  }
  const { dt = stepOf(graph) } = options;
  const checked = checkNir(graph);
  const nodes = [...checked.flat.nodes];
  // What no edge leads to or from takes no part, whatever it is.
  const taken = new Set(checked.flat.edges.flat());
  const unable = nodes.flatMap(([name, node]) =>
    nodes.length > 1 && !taken.has(name) ? [] : remarksOn(name, simulatorProblems(node)),
  );
  const alone = nodes.flatMap(([name, node]) => remarksOn(name, chipProblems(node)));
  const faults = [...checked.problems, ...unable];
  // Where edges lead nowhere, what else is odd follows from that.
  if (checked.problems.length > 0) return { problems: faults, chip: alone, notes: checked.notes };
  const ordered = orderOf(checked.flat, graph.metadata);
  const notes = [...checked.notes, ...ordered.notes];
  const problems = [...faults, ...ordered.problems];
  if (problems.length > 0) return { problems, chip: alone, notes };
  const { pipeline, ...built } = build(ordered, checked, dt);
  return {
    ...(pipeline && { pipeline }),
    problems: built.problems,
    chip: pipeline === undefined ? alone : onChip(pipeline),
    notes: [...notes, ...built.notes],
  };
}

/** What keeps a pipeline from a chip, stage by stage. */
function onChip(pipeline: Pipeline): NirRemark[] {
  return chipGraph(pipeline).problems.flatMap(({ stage, problem }) => remarksOn(stage, [problem]));
}

function stepOf({ metadata }: NirGraph): number {
  const given = metadata?.['dt'];
  // h5py writes a number as an array of one where it is told so.
  const list = typeof given === 'object' && 'values' in given ? given.values : undefined;
  const one = Array.isArray(list) || ArrayBuffer.isView(list) ? Array.from<unknown>(list) : [given];
  const dt = one.length === 1 ? one[0] : undefined;
  return typeof dt === 'number' && Number.isFinite(dt) && dt > 0 ? dt : defaultStep;
}
