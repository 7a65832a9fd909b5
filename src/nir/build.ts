import { InvalidArgumentError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { type Pipeline, pipeline } from '../pipeline/pipeline.ts';
import { linear } from '../stages/linear/definition.ts';
import type { StageDefinition } from '../stages/stage.ts';
import type { Link } from './chain.ts';
import type { CheckedGraph } from './check.ts';
import type { FlatNode } from './flatten.ts';
import type { NirRemark } from './graph.ts';
import { sizeOf } from './shapes.ts';
import { listOf, stageOf, transposed } from './stages.ts';

/** What the links of a chain became. */
export interface Built {
  readonly pipeline?: Pipeline;
  readonly problems: readonly NirRemark[];
  readonly notes: readonly NirRemark[];
}

/** Builds a pipeline from the links of a chain, stepping by `dt` seconds. */
export function build(links: readonly Link[], { flat, shapes }: CheckedGraph, dt: number): Built {
  const problems: NirRemark[] = [];
  const notes: NirRemark[] = [];
  const definitions: StageDefinition[] = [];
  for (const { name, node, loops } of links) {
    const shape = shapes.get(name)?.leaves;
    if (shape === undefined) {
      problems.push({ node: name, text: 'its size is not known; give its values a shape' });
      continue;
    }
    const size = sizeOf(shape);
    const back = loops.map((loop) => ({ loop, ...weighted(flat.nodes.get(loop)!, size) }));
    for (const { loop, bias } of back) {
      if (bias === undefined) continue;
      const to = addBias(definitions, bias, loop);
      notes.push({ node: loop, text: `its bias flows all the time; ${to} adds it` });
    }
    const recurrent = sum(back.map(({ matrix }) => matrix));
    const stage = stageOf(node, { name, size, dt, ...(recurrent && { recurrent }) });
    if (stage !== undefined) definitions.push(stage);
  }
  if (problems.length > 0) return { problems, notes };
  try {
    return { pipeline: pipeline(...definitions), problems, notes };
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    const names = definitions.flatMap(({ name }) => name ?? []);
    return { problems: byNode(cause.reasons, names), notes };
  }
}

/** What a node makes of the output of `size` neurons that comes back to them through it. */
function weighted(node: FlatNode, size: number): { matrix: Matrix; bias?: number[] } {
  if (node.type === 'Linear') return { matrix: transposed(node.weight) };
  if (node.type === 'Affine') {
    return { matrix: transposed(node.weight), bias: listOf(node.bias, size) };
  }
  return { matrix: diagonal(node.type === 'Scale' ? listOf(node.scale, size) : ones(size)) };
}

function ones(size: number): number[] {
  return new Array<number>(size).fill(1);
}

function diagonal(factors: readonly number[]): Matrix {
  const size = factors.length;
  const values = new Float64Array(size * size);
  for (const [i, factor] of factors.entries()) values[i * size + i] = factor;
  return { rows: size, columns: size, values };
}

function sum([first, ...others]: readonly Matrix[]): Matrix | undefined {
  if (first === undefined) return undefined;
  const values = Float64Array.from(first.values, (value, i) =>
    others.reduce((total, other) => total + other.values[i]!, value),
  );
  return { ...first, values };
}

/**
 * Adds what always flows into a population to the linear stage before it, or to a new one of weights 1
 * called `name`. Returns the name of the stage.
 */
function addBias(definitions: StageDefinition[], bias: readonly number[], name: string): string {
  const before = definitions.at(-1);
  if (before?.kind !== 'linear') {
    definitions.push(linear({ name, weight: diagonal(ones(bias.length)), bias }));
    return name;
  }
  const own = before.bias ?? 0;
  const both = bias.map((value, i) => value + (typeof own === 'number' ? own : own[i]!));
  definitions[definitions.length - 1] = { ...before, bias: both };
  return before.name ?? name;
}

/** Finds the node that each reason opens with. */
export function byNode(reasons: readonly string[], names: readonly string[]): NirRemark[] {
  return reasons.map((reason) => {
    const [node = ''] = names
      .filter((name) => reason.startsWith(`${name}: `) || reason.startsWith(`${name} `))
      .sort((a, b) => b.length - a.length);
    const own = node !== '' && reason.startsWith(`${node}: `);
    return { node, text: own ? reason.slice(node.length + 2) : reason };
  });
}
