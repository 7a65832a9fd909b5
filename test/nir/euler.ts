import type { NirArray, NirGraph, NirNode } from 'spikeline/nir';

/** One step of a node: what leaves it for the sum of what enters it. */
type NodeStep = (input: readonly number[]) => number[];

function at({ values }: NirArray, i: number): number {
  return values.length === 1 ? values[0]! : values[i]!;
}

function product(weight: NirArray, input: readonly number[]): number[] {
  const [post, pre] = weight.shape as [number, number];
  return Array.from({ length: post }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < pre; i++) sum += weight.values[o * pre + i]! * input[i]!;
    return sum;
  });
}

/** Writes down forward Euler of one node, straight from NIR's table of primitives. */
function stepOf(node: NirNode, dt: number): NodeStep {
  const v: number[] = [];
  const current: number[] = [];
  const fire = (i: number, threshold: NirArray, reset: NirArray): number => {
    if (!(v[i]! > at(threshold, i))) return 0;
    v[i] = at(reset, i);
    return 1;
  };
  switch (node.type) {
    case 'Linear':
      return (x) => product(node.weight, x);
    case 'Affine':
      return (x) => product(node.weight, x).map((sum, i) => sum + at(node.bias, i));
    case 'Scale':
      return (x) => x.map((value, i) => value * at(node.scale, i));
    case 'Threshold':
      return (x) => x.map((value, i) => (value > at(node.threshold, i) ? 1 : 0));
    case 'Delay': {
      const past: (readonly number[])[] = [];
      return (x) => {
        past.push(x);
        return x.map(
          (_, i) => past[past.length - 1 - Math.round(at(node.delay, i) / dt)]?.[i] ?? 0,
        );
      };
    }
    case 'I':
    case 'IF':
      return (x) =>
        x.map((input, i) => {
          v[i] = (v[i] ?? 0) + dt * at(node.r, i) * input;
          return node.type === 'I' ? v[i] : fire(i, node.v_threshold, node.v_reset);
        });
    case 'LI':
    case 'LIF':
      return (x) =>
        x.map((input, i) => {
          const old = v[i] ?? 0;
          v[i] = old + (dt / at(node.tau, i)) * (at(node.v_leak, i) - old + at(node.r, i) * input);
          return node.type === 'LI' ? v[i] : fire(i, node.v_threshold, node.v_reset);
        });
    case 'CubaLI':
    case 'CubaLIF':
      return (x) =>
        x.map((input, i) => {
          const old = v[i] ?? 0;
          const I = current[i] ?? 0;
          current[i] = I + (dt / at(node.tau_syn, i)) * (at(node.w_in, i) * input - I);
          v[i] = old + (dt / at(node.tau_mem, i)) * (at(node.v_leak, i) - old + at(node.r, i) * I);
          return node.type === 'CubaLI' ? v[i] : fire(i, node.v_threshold, node.v_reset);
        });
    default:
      return (x) => [...x];
  }
}

/** Sizes of what leaves each node. */
function sizesOf({ nodes, edges }: NirGraph): Map<string, number> {
  const sizes = new Map<string, number>();
  const own = (node: NirNode): number | undefined => {
    if (node.type === 'Input') return node.shape.reduce((all, length) => all * length, 1);
    if (node.type === 'Linear' || node.type === 'Affine') return node.weight.shape[0];
    return undefined;
  };
  for (let pass = 0; pass <= edges.length; pass++) {
    for (const [name, node] of Object.entries(nodes)) {
      const before = edges.find(([from, to]) => to === name && sizes.has(from))?.[0];
      const size = own(node) ?? (before === undefined ? undefined : sizes.get(before));
      if (size !== undefined) sizes.set(name, size);
    }
  }
  return sizes;
}

/**
 * Runs a graph without nested graphs by forward Euler, node by node as its edges say; what comes back on a
 * circle is that of the step before. Independent of the library: it knows no pipeline. Returns what leaves
 * each node, a row per step.
 */
export function simulateNir(
  graph: NirGraph,
  input: readonly (readonly number[])[],
  dt: number,
): Map<string, number[][]> {
  const { nodes, edges } = graph;
  const sizes = sizesOf(graph);
  const steps = new Map(Object.entries(nodes).map(([name, node]) => [name, stepOf(node, dt)]));
  const start = Object.keys(nodes).find((name) => nodes[name]!.type === 'Input')!;
  // In order of distance from the input, a node that leads back to one before it comes last.
  const order = [start];
  for (const name of order) {
    for (const [from, to] of edges) if (from === name && !order.includes(to)) order.push(to);
  }
  const neurons = (name: string): boolean =>
    /^(I|IF|LI|LIF|CubaLI|CubaLIF)$/.test(nodes[name]!.type);
  const out = new Map(order.map((name) => [name, new Array<number>(sizes.get(name)!).fill(0)]));
  // What comes back at the first step is what silence makes of it: a bias.
  for (const name of order) {
    const before = edges.filter(([, to]) => to === name).map(([from]) => from);
    if (!neurons(name) && before.every(neurons)) {
      out.set(name, steps.get(name)!(new Array<number>(sizes.get(before[0] ?? name)!).fill(0)));
    }
  }
  const rows = new Map<string, number[][]>(order.map((name) => [name, []]));
  for (const row of input) {
    for (const name of order) {
      const before = edges.flatMap(([from, to]) => (to === name ? [from] : []));
      const sum = new Array<number>(sizes.get(before[0] ?? name)!).fill(0);
      for (const from of before) for (let i = 0; i < sum.length; i++) sum[i]! += out.get(from)![i]!;
      out.set(name, name === start ? [...row] : steps.get(name)!(sum));
      rows.get(name)!.push(out.get(name)!);
    }
  }
  return rows;
}
