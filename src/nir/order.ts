/** The nodes of a graph in an order in which they can be computed, and the edges of its loops that come a step late. */
import { bridged, delayedEdges, type Edge, neighbours } from './edges.ts';
import type { FlatGraph, FlatNode } from './flatten.ts';
import { formOf } from './forms.ts';
import type { NirRemark } from './graph/types.ts';
import { remark } from './remark.ts';

/** A node between input and output. */
export interface OrderedNode {
  readonly name: string;
  readonly node: FlatNode;
  /** Names of the nodes that lead to it; null is the input of the graph. */
  readonly inputs: readonly { readonly from: string | null; readonly delayed: boolean }[];
  /** Names of nodes between its output and its input that become its own recurrence; its own where nothing is between. */
  readonly loops: readonly string[];
}

/** A graph from its input to its output. */
export interface Ordered {
  /** The nodes between input and output, each after those that lead to it at once. */
  readonly nodes: readonly OrderedNode[];
  /** Names of the nodes that lead to the output; null is the input. */
  readonly output: readonly (string | null)[];
  /** Why there is no such order, node by node. */
  readonly problems: readonly NirRemark[];
  readonly notes: readonly NirRemark[];
}

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
    if (formOf(type)?.recurrent !== true) continue;
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

/** All nodes that edges lead to from `start`, itself included. */
function reachable(start: string, after: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set([start]);
  for (const name of found) for (const next of after.get(name) ?? []) found.add(next);
  return found;
}

/**
 * Finds the edges that close loops, going from `start` on in the order of the edges: what they bring
 * comes a step late, as a loop in NIR has it (NIR leaves open where).
 */
function closing(start: string, after: ReadonlyMap<string, readonly string[]>): Edge[] {
  const open = new Set([start]);
  const done = new Set<string>();
  const path: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
  const found: Edge[] = [];
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const next = (after.get(at.name) ?? [])[at.next++];
    if (next === undefined) {
      open.delete(at.name);
      done.add(at.name);
      path.pop();
    } else if (open.has(next)) {
      found.push([at.name, next]);
    } else if (!done.has(next)) {
      open.add(next);
      path.push({ name: next, next: 0 });
    }
  }
  return found;
}

/** The edges that the writer of a graph says come a step late, as far as they are there. */
function statedEdges(stated: unknown, edges: readonly Edge[]): Edge[] {
  if (!Array.isArray(stated)) return [];
  return edges.filter(([from, to]) =>
    stated.some((name, i) => i % 2 === 0 && name === from && stated[i + 1] === to),
  );
}

/** Puts names into an order in which edges lead forward; first come those that edges name first. */
function sorted(names: ReadonlySet<string>, edges: readonly Edge[]): string[] {
  const first = new Map<string, number>();
  for (const [i, [, to]] of edges.entries()) if (!first.has(to)) first.set(to, i);
  const rank = (name: string): number => first.get(name) ?? -1;
  const waiting = new Map<string, number>();
  for (const [from, to] of edges) {
    if (names.has(from) && names.has(to)) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  }
  const after = neighbours(edges);
  const ready = [...names].filter((name) => !waiting.has(name)).sort((a, b) => rank(b) - rank(a));
  const order: string[] = [];
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    order.push(name);
    for (const next of after.get(name) ?? []) {
      const left = (waiting.get(next) ?? 0) - 1;
      waiting.set(next, left);
      if (left !== 0) continue;
      const place = ready.findIndex((other) => rank(other) < rank(next));
      ready.splice(place < 0 ? ready.length : place, 0, next);
    }
  }
  return order;
}

/** Puts the nodes of a graph in order from its input to its output. */
export function orderOf(
  graph: FlatGraph,
  metadata: Readonly<Record<string, unknown>> = {},
): Ordered {
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
  const nothing = { nodes: [], output: [], notes: [] };
  const problems = [...waysProblems(edges), ...start.problems, ...end.problems];
  if (problems.length > 0) return { ...nothing, problems };
  const [first, last] = [start.name!, end.name!];
  const forth = reachable(first, after);
  if (!forth.has(last)) return { ...nothing, problems: untaken(forth, after, last) };
  const back = reachable(last, before);
  const lost = [...back].filter((name) => !forth.has(name));
  if (lost.length > 0) {
    const needed = `it leads to ${last}, but ${first} does not lead to it; a pipeline has one input`;
    return { ...nothing, problems: lost.map((name) => remark(name, 'conflict', needed)) };
  }
  const used = new Set([...forth].filter((name) => back.has(name)));
  const kept = edges.filter(([from, to]) => used.has(from) && used.has(to));
  const stated = statedEdges(metadata[delayedEdges], kept);
  const late = [
    ...stated,
    ...closing(first, neighbours(kept.filter((edge) => !stated.includes(edge)))),
  ];
  const isLate = (from: string, to: string): boolean =>
    late.some((edge) => edge[0] === from && edge[1] === to);
  const order = sorted(
    used,
    kept.filter(([from, to]) => !isLate(from, to)),
  );
  const isPort = (name: string): boolean =>
    nodes.get(name)!.type === 'Input' || nodes.get(name)!.type === 'Output';
  const giver = (name: string): string | null => (isPort(name) ? null : name);
  const left = names.filter((name) => !used.has(name));
  const leading = neighbours(kept, 'before');
  const ordered = order.flatMap((name): OrderedNode[] => {
    if (isPort(name)) return [];
    const given = (leading.get(name) ?? []).map((from) => ({
      from: giver(from),
      delayed: isLate(from, name),
    }));
    // A node that was taken for the input has nothing before it.
    const inputs = name === first ? [{ from: null, delayed: false }, ...given] : given;
    return [{ name, node: nodes.get(name)!, inputs, loops: loops.get(name) ?? [] }];
  });
  const output = isPort(last) ? (leading.get(last) ?? []).map(giver) : [last];
  return {
    nodes: ordered,
    output,
    problems: [],
    notes: [
      ...start.notes,
      ...end.notes,
      ...left.map((name) => remark(name, 'conflict', 'is not between input and output; left out')),
      ...closingNotes(late.filter((edge) => !stated.includes(edge))),
    ],
  };
}

/** Says where a loop was given its step of delay, which NIR leaves open. */
function closingNotes(late: readonly Edge[]): NirRemark[] {
  return late.map(([from, to]) =>
    remark(to, 'conflict', `it is in a loop; what comes back from ${from} comes one step later`),
  );
}

/** Lists the nodes that come to nothing. */
function untaken(
  forth: ReadonlySet<string>,
  after: ReadonlyMap<string, readonly string[]>,
  last: string,
): NirRemark[] {
  const needed = `what leaves it is not taken, so nothing comes to ${last}; lead it there`;
  const ends = [...forth].filter((name) => (after.get(name) ?? []).length === 0);
  const stuck = ends.length > 0 ? ends : [...forth].slice(-1);
  return stuck.map((name) => remark(name, 'missing', needed));
}

/** Where a graph begins or ends, or why that is not clear. */
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
    return { problems: [remark('', 'conflict', text)], notes: [] };
  }
  const note = remark(name, 'missing', `there is no ${port}; it is put here`);
  return { name, problems: [], notes: ports.length > 0 ? [] : [note] };
}

/** Lists the nodes that lead to the same one in more than one way, as through two nodes that only reshape. */
function waysProblems(edges: readonly Edge[]): NirRemark[] {
  const counts = new Map<string, number>();
  return edges.flatMap(([from, to]) => {
    const key = JSON.stringify([from, to]);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const needed = `it leads to ${to} in more than one way; in a pipeline there is one`;
    return count === 2 ? [remark(from, 'duplicate', needed)] : [];
  });
}
