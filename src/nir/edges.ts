/** Edges of graphs by the names of nodes. */

/** Name of the metadata of a graph that lists the edges of loops that come a step late: source, target, and so on. */
export const delayedEdges = 'delayed_edges';

/** An edge by the names of its ends. */
export type Edge = readonly [string, string];

/** For each node that edges leave, where they lead to; or for each that they enter, where they come from. */
export function neighbours(
  edges: readonly Edge[],
  side: 'after' | 'before' = 'after',
): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const [from, to] of edges) {
    const [node, other] = side === 'after' ? [from, to] : [to, from];
    const list = lists.get(node);
    if (list === undefined) lists.set(node, [other]);
    else list.push(other);
  }
  return lists;
}

/** The same edges without a node: what led to it leads where it led. */
export function bridged(edges: readonly Edge[], node: string): Edge[] {
  const before = edges.filter(([from, to]) => to === node && from !== node);
  const after = edges.filter(([from, to]) => from === node && to !== node);
  return [
    ...edges.filter(([from, to]) => from !== node && to !== node),
    ...before.flatMap(([from]) => after.map(([, to]): Edge => [from, to])),
  ];
}
