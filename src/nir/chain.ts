import { bridged, type Edge, neighbours } from './edges.ts';
import type { FlatGraph, FlatNode } from './flatten.ts';
import type { NirRemark } from './graph.ts';

/** A node of a chain, and the nodes through which its output comes back to it. */
export interface Link {
  readonly name: string;
  readonly node: FlatNode;
  /** Names of nodes between its output and its input; its own where nothing is between. */
  readonly loops: readonly string[];
}

/** A graph as a chain from its input to its output. */
export interface Chain {
  /** The nodes between input and output, first to last. */
  readonly links: readonly Link[];
  /** Why it is no chain, node by node. */
  readonly problems: readonly NirRemark[];
  readonly notes: readonly NirRemark[];
}

/** Nodes whose spikes may come back to them one step later. */
const firing: readonly FlatNode['type'][] = ['LIF', 'CubaLIF', 'IF'];
/** Nodes that may weight what comes back. */
const weighting: readonly FlatNode['type'][] = ['Linear', 'Affine', 'Scale'];

/** Finds the nodes through which the output of a neuron comes back to it, and nothing else passes. */
function loopsOf({ nodes }: FlatGraph, edges: readonly Edge[]): ReadonlyMap<string, string[]> {
  const after = neighbours(edges);
  const before = neighbours(edges, 'before');
  const only = (list: readonly string[] | undefined, name: string): boolean =>
    list?.length === 1 && list[0] === name;
  const loops = new Map<string, string[]>();
  for (const [name, { type }] of nodes) {
    if (!firing.includes(type)) continue;
    const back = (after.get(name) ?? []).filter(
      (next) =>
        next === name ||
        (weighting.includes(nodes.get(next)!.type) &&
          only(after.get(next), name) &&
          only(before.get(next), name)),
    );
    if (back.length > 0) loops.set(name, back);
  }
  return loops;
}

/** Puts the nodes of a graph in their order from its input to its output. */
export function chainOf(graph: FlatGraph): Chain {
  const { nodes, inner } = graph;
  const passed = [...nodes.keys()].filter(
    (name) => inner.has(name) || nodes.get(name)!.type === 'Flatten',
  );
  const all = passed.reduce<readonly Edge[]>(bridged, graph.edges);
  const loops = loopsOf(graph, all);
  const edges = all.filter(
    ([from, to]) => !loops.get(from)?.includes(to) && !loops.get(to)?.includes(from),
  );
  const looped = [...loops].flatMap(([name, back]) => back.filter((other) => other !== name));
  const aside = new Set([...passed, ...looped]);
  const names = [...nodes.keys()].filter((name) => !aside.has(name));
  const after = neighbours(edges);
  const before = neighbours(edges, 'before');
  const start = endOf(graph, names, 'Input', before);
  const end = endOf(graph, names, 'Output', after);
  const problems = [
    ...names.flatMap((name) => forkProblems(name, after.get(name) ?? [], before.get(name) ?? [])),
    ...start.problems,
    ...end.problems,
  ];
  if (problems.length > 0) return { links: [], problems, notes: [] };
  const path = pathFrom(start.name!, after);
  const last = path.at(-1)!;
  if (last !== end.name) {
    const text = `what leaves it is not taken, so nothing comes to ${end.name}; lead it there`;
    return { links: [], problems: [{ node: last, text }], notes: [] };
  }
  const left = names.filter((name) => !path.includes(name));
  const notes = left.map((node) => ({ node, text: 'is not between input and output; left out' }));
  const links = path.flatMap((name) => {
    const node = nodes.get(name)!;
    const port = node.type === 'Input' || node.type === 'Output';
    return port ? [] : [{ name, node, loops: loops.get(name) ?? [] }];
  });
  return { links, problems, notes: [...start.notes, ...end.notes, ...notes] };
}

/** Where a chain begins or ends, or why that is not clear. */
interface End {
  readonly name?: string;
  readonly problems: readonly NirRemark[];
  readonly notes: readonly NirRemark[];
}

/**
 * Finds the one input or output. Where there is none, it is put at the one node that nothing leads to, or
 * that leads nowhere, as NIR's own Python package does.
 */
function endOf(
  { nodes }: FlatGraph,
  names: readonly string[],
  port: 'Input' | 'Output',
  beyond: ReadonlyMap<string, readonly string[]>,
): End {
  const ports = names.filter((name) => nodes.get(name)!.type === port);
  const found = ports.length > 0 ? ports : names.filter((name) => !beyond.has(name));
  const [name] = found;
  if (name === undefined || found.length > 1) {
    const which = ports.length > 0 ? `nodes of type ${port}` : `places for an ${port}`;
    const text = `there are ${found.length} ${which}${found.length > 1 ? ` (${found.join(', ')})` : ''}; a pipeline has one`;
    return { problems: [{ node: '', text }], notes: [] };
  }
  const text = `there is no ${port}; it is put here`;
  return { name, problems: [], notes: ports.length > 0 ? [] : [{ node: name, text }] };
}

/** Lists where a graph forks or joins, which a chain does not. */
function forkProblems(
  node: string,
  after: readonly string[],
  before: readonly string[],
): NirRemark[] {
  const to = [...new Set(after)];
  const from = [...new Set(before)];
  const texts = [
    ...(to.length > 1
      ? [`it leads to ${to.join(' and ')}; in a pipeline a stage leads to one`]
      : []),
    ...(from.length > 1
      ? [`${from.join(' and ')} lead to it; in a pipeline one stage leads to another`]
      : []),
    ...(to.length === 1 && after.length > 1
      ? [`it leads to ${to[0]} in more than one way; in a pipeline there is one`]
      : []),
  ];
  return texts.map((text) => ({ node, text }));
}

/** Follows edges from a node on, until there is none or it has been there. */
function pathFrom(start: string, after: ReadonlyMap<string, readonly string[]>): string[] {
  const path = new Set<string>();
  let at: string | undefined = start;
  while (at !== undefined && !path.has(at)) {
    path.add(at);
    [at] = after.get(at) ?? [];
  }
  return [...path];
}
