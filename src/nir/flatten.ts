/** Puts the nodes of nested graphs in place of the graphs. */
import type { NirGraph, NirNode, NirRemark } from './graph/types.ts';
import { remark } from './remark.ts';

/** A node that is no graph. */
export type FlatNode = Exclude<NirNode, NirGraph>;

/** A graph without graphs in it. */
export interface FlatGraph {
  /** Nodes by name; those of nested graphs have the names of their graphs before theirs, with dots. */
  readonly nodes: ReadonlyMap<string, FlatNode>;
  /** Edges between nodes that are there, as often as they were given. */
  readonly edges: readonly (readonly [string, string])[];
  /** Inputs and outputs of nested graphs: what enters them leaves them. */
  readonly inner: ReadonlySet<string>;
  /** What does not fit together. */
  readonly problems: readonly NirRemark[];
}

interface Flat {
  readonly nodes: Map<string, FlatNode>;
  readonly edges: (readonly [string, string])[];
  readonly inner: Set<string>;
  readonly problems: NirRemark[];
}

/** Puts the nodes of nested graphs in place of the graphs. */
export function flatten(graph: NirGraph): FlatGraph {
  const flat: Flat = { nodes: new Map(), edges: [], inner: new Set(), problems: [] };
  addNodes(graph, '', flat);
  addEdges(graph, '', flat);
  return flat;
}

function addNodes({ nodes }: NirGraph, prefix: string, flat: Flat): void {
  for (const [name, node] of Object.entries(nodes)) {
    const full = `${prefix}${name}`;
    if (node.type === 'NIRGraph') {
      addNodes(node, `${full}.`, flat);
      continue;
    }
    if (flat.nodes.has(full)) {
      flat.problems.push(remark(full, 'duplicate', 'two nodes have this name; rename one'));
    }
    flat.nodes.set(full, node);
    if (prefix !== '' && isPort(node)) flat.inner.add(full);
  }
}

function isPort({ type }: NirNode): boolean {
  return type === 'Input' || type === 'Output';
}

function addEdges(graph: NirGraph, prefix: string, flat: Flat): void {
  const missing = new Map<string, string>();
  for (const [from, to] of graph.edges) {
    const sources = endsOf(graph, from, 'Output', prefix, flat);
    const targets = endsOf(graph, to, 'Input', prefix, flat);
    if (sources.length === 0) missing.set(from, `${from} → ${to}`);
    if (targets.length === 0) missing.set(to, `${from} → ${to}`);
    for (const source of sources) {
      for (const target of targets) flat.edges.push([source, target]);
    }
  }
  for (const [name, edge] of missing) {
    const nested = Object.hasOwn(graph.nodes, name);
    const there = Object.keys(graph.nodes).join(', ');
    const needed = nested
      ? `the edge ${edge} needs an input and an output in this graph`
      : `the edge ${edge} names it, but there is no such node; there are ${there}`;
    flat.problems.push(remark(`${prefix}${name}`, 'missing', needed));
  }
  for (const [name, node] of Object.entries(graph.nodes)) {
    if (node.type === 'NIRGraph') addEdges(node, `${prefix}${name}.`, flat);
  }
}

/** The nodes that an end of an edge stands for: of a graph, its inputs or outputs. */
function endsOf(
  graph: NirGraph,
  name: string,
  port: 'Input' | 'Output',
  prefix: string,
  flat: Flat,
): string[] {
  const full = `${prefix}${name}`;
  const node = Object.hasOwn(graph.nodes, name) ? graph.nodes[name] : undefined;
  if (node?.type !== 'NIRGraph') return flat.nodes.has(full) ? [full] : [];
  return Object.entries(node.nodes).flatMap(([inner, { type }]) =>
    type === port ? [`${full}.${inner}`] : [],
  );
}
