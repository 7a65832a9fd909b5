import type { NirArray, NirGraph, NirNode } from 'spikeline/nir';

/** Numbers in a row, or of a shape. */
export function numbers(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): NirArray {
  return { shape, values: Float64Array.from(values) };
}

/** Numbers of a shape, none like its neighbours, from `low` to `high`. */
export function varied(low: number, high: number, ...shape: number[]): NirArray {
  const length = shape.reduce((all, one) => all * one, 1);
  const values = Array.from({ length }, (_, i) => low + ((high - low) * ((i * 7) % 11)) / 10);
  return numbers(values, shape);
}

/** A graph of nodes and edges; an edge is written `from > to`, and `a > b > c` is two. */
export function graphOf(nodes: Readonly<Record<string, NirNode>>, ...paths: string[]): NirGraph {
  const edges = paths.flatMap((path) => {
    const names = path.split(' > ');
    return names.slice(1).map((name, i): [string, string] => [names[i]!, name]);
  });
  return { type: 'NIRGraph', nodes, edges };
}

/** Where `size` channels enter. */
export function input(...shape: number[]): NirNode {
  return { type: 'Input', shape };
}

/** Where `size` channels leave. */
export function output(...shape: number[]): NirNode {
  return { type: 'Output', shape };
}

/** LIF neurons of one shape. */
export function lifNode(...shape: number[]): Extract<NirNode, { type: 'LIF' }> {
  return {
    type: 'LIF',
    tau: varied(0.01, 0.03, ...shape),
    r: varied(1, 2, ...shape),
    v_leak: varied(-0.1, 0.1, ...shape),
    v_threshold: varied(0.1, 0.3, ...shape),
    v_reset: varied(-0.2, 0, ...shape),
  };
}

/** CubaLIF neurons of one shape. */
export function cubaNode(...shape: number[]): Extract<NirNode, { type: 'CubaLIF' }> {
  const { tau, type: _, ...rest } = lifNode(...shape);
  return {
    type: 'CubaLIF',
    ...rest,
    tau_mem: tau,
    tau_syn: varied(0.002, 0.02, ...shape),
    w_in: varied(1, 3, ...shape),
  };
}
