import { networkProblems } from '../compile/front/lif.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { build, byNode } from './build.ts';
import { chainOf } from './chain.ts';
import { checkNir } from './check.ts';
import type { NirGraph, NirRemark } from './graph.ts';
import { chipReasons, simulatorReasons } from './support.ts';

/** Options of {@link pipelineOfNir}. */
export interface NirOptions {
  /** Step, seconds; where left out, `dt` of the graph's metadata, or else 1 ms. NIR itself has none. */
  readonly dt?: number;
}

/** What became of a NIR graph. */
export interface NirPipeline {
  /** The pipeline, its stages named as the nodes; none where there are problems. */
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
 * Turns a NIR graph into a pipeline, or names what keeps it from being one. The nodes must be a chain
 * from one input to one output. Where LIF, CubaLIF or IF lead to themselves, straight or through one
 * Linear, Affine or Scale, that becomes their recurrent matrix, which acts one step later. Nested graphs
 * are opened, and Flatten is dropped: channels are flat, row-major. Weights become `[pre][post]`.
 *
 * @throws InvalidArgumentError where `dt` is not above 0
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[2]] }), lif({ neurons: 1, tauMem: 0.02 }));
 * const graph = nirOfPipeline(net);
 * pipelineOfNir(graph).problems; // []
 * pipelineOfNir(graph, { dt: 0.1 }).problems.length; // 1; with such a step, tauMem of lif1 diverges
 * ```
 */
export function pipelineOfNir(graph: NirGraph, options: NirOptions = {}): NirPipeline {
  const { dt = stepOf(graph) } = options;
  if (!(Number.isFinite(dt) && dt > 0)) {
    throw new InvalidArgumentError('the graph cannot become a pipeline', [
      `dt is ${dt}; seconds above 0 are needed`,
    ]);
  }
  const checked = checkNir(graph);
  const nodes = [...checked.flat.nodes];
  const unable = nodes.flatMap(([name, node]) => of(name, simulatorReasons(node)));
  const alone = nodes.flatMap(([name, node]) => of(name, chipReasons(node)));
  const wrong = [...checked.problems, ...unable];
  // Where edges lead nowhere, what else is odd follows from that.
  if (checked.problems.length > 0) return { problems: wrong, chip: alone, notes: checked.notes };
  const { links, ...chain } = chainOf(checked.flat);
  const notes = [...checked.notes, ...chain.notes];
  const problems = [...wrong, ...chain.problems];
  if (problems.length > 0) return { problems, chip: alone, notes };
  const { pipeline, ...built } = build(links, checked, dt);
  return {
    ...(pipeline && { pipeline }),
    problems: built.problems,
    chip: pipeline ? byNode(networkProblems(pipeline), namesOf(pipeline)) : alone,
    notes: [...notes, ...built.notes],
  };
}

function stepOf({ metadata }: NirGraph): number {
  const dt = metadata?.['dt'];
  return typeof dt === 'number' && dt > 0 ? dt : defaultStep;
}

function namesOf({ stages }: Pipeline): string[] {
  return stages.map(({ name }) => name);
}

function of(node: string, texts: readonly string[]): NirRemark[] {
  return texts.map((text) => ({ node, text }));
}
