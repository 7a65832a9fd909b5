/** Checks how the nodes of a graph fit together. */

import { fault, type Problem } from '../problems.ts';
import type { Edge } from './edges.ts';
import { arraysOf } from './fields.ts';
import { type FlatGraph, type FlatNode, flatten } from './flatten.ts';
import type { NirGraph, NirRemark } from './graph/types.ts';
import { remark, remarksOn } from './remark.ts';
import { type NodeShapes, type Shape, shapesOf, shapeText, sizeOf } from './shapes.ts';

/** A graph without graphs in it, and what there is to say of it. */
export interface CheckedGraph {
  readonly flat: FlatGraph;
  /** What is known of the shapes at each node. */
  readonly shapes: ReadonlyMap<string, NodeShapes>;
  /** What contradicts itself. */
  readonly problems: readonly NirRemark[];
  /** What is odd, but clear enough. */
  readonly notes: readonly NirRemark[];
}

/** Checks how the nodes of a graph fit together, edge by edge. */
export function checkNir(graph: NirGraph): CheckedGraph {
  const flat = flatten(graph);
  const shapes = shapesOf(flat);
  const problems = [...flat.problems];
  const notes: NirRemark[] = [];
  for (const [name, node] of flat.nodes) {
    problems.push(...remarksOn(name, nodeProblems(node)));
    for (const field of node.ignored ?? []) {
      notes.push(remark(name, 'unknown', `${field} is no field of ${node.type}; it is ignored`));
    }
  }
  for (const name of flat.inner) {
    const node = flat.nodes.get(name)!;
    const stated = 'shape' in node && Array.isArray(node.shape) ? node.shape : undefined;
    const real = shapes.get(name)?.enters;
    if (stated === undefined || real === undefined || same(stated, real)) continue;
    const text = `it says ${shapeText(stated)}, but ${shapeText(real)} passes; taken as that`;
    notes.push(remark(name, 'wrong-shape', text));
  }
  for (const [from, to] of repeated(flat.edges)) {
    const text = `its edge to ${to} is given more than once; NIR does not say what that means`;
    problems.push(remark(from, 'duplicate', text));
  }
  for (const [from, to] of flat.edges) {
    const { leaves } = shapes.get(from)!;
    const { enters } = shapes.get(to)!;
    if (leaves === undefined || enters === undefined || same(leaves, enters)) continue;
    const text = `${from} gives the shape ${shapeText(leaves)} but ${to} takes ${shapeText(enters)}`;
    if (sizeOf(leaves) !== sizeOf(enters)) problems.push(remark(to, 'wrong-shape', text));
    else notes.push(remark(to, 'wrong-shape', `${text}; taken element by element`));
  }
  return { flat, shapes, problems, notes };
}

/** The edges that are there more than once, once each. */
function repeated(edges: readonly Edge[]): Edge[] {
  const counts = new Map<string, number>();
  return edges.filter((edge) => {
    const key = JSON.stringify(edge);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count === 2;
  });
}

function same(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

/** Lists what contradicts itself within a node. */
function nodeProblems(node: FlatNode): Problem[] {
  if (node.type === 'unknown') return [];
  if (node.type === 'Input' || node.type === 'Output') return lengthProblems('shape', node.shape);
  const arrays = arraysOf(node);
  const empty = arrays.flatMap(([name, { shape }]) => lengthProblems(name, shape));
  if (empty.length > 0) return empty;
  if ('weight' in node) return weightProblems(node);
  const own = arrays.find(([, { shape }]) => shape.length > 0);
  return arrays.flatMap(([name, { shape }]) => {
    if (own === undefined || shape.length === 0 || same(shape, own[1].shape)) return [];
    return misshapen(name, shape, ` but ${own[0]} has ${shapeText(own[1].shape)}`);
  });
}

function misshapen(name: string, shape: Shape, needed: string): Problem[] {
  return [fault(name, 'wrong-shape', `it has the shape ${shapeText(shape)}${needed}`)];
}

function lengthProblems(name: string, shape: Shape): Problem[] {
  if (shape.every((length) => length > 0)) return [];
  return misshapen(name, shape, '; lengths above 0 are needed');
}

function weightProblems(node: Extract<FlatNode, { weight: unknown }>): Problem[] {
  const { shape } = node.weight;
  const dimensions = node.type === 'Conv1d' ? 3 : node.type === 'Conv2d' ? 4 : 2;
  const product = dimensions === 2;
  if (product ? shape.length < dimensions : shape.length !== dimensions) {
    return misshapen('weight', shape, `; ${dimensions} dimensions are needed`);
  }
  if (node.type === 'Linear') return [];
  const bias = node.bias.shape;
  const outputs = product ? shape.slice(0, -1) : shape.slice(0, 1);
  if (bias.length === 0 || sizeOf(bias) === sizeOf(outputs)) return [];
  return misshapen('bias', bias, ` but weight gives ${shapeText(outputs)}`);
}
