/** Shapes at the nodes of a graph, as far as they follow from the nodes and their edges. */
import { match } from 'ts-pattern';
import { neighbours } from './edges.ts';
import { arraysOf } from './fields.ts';
import type { FlatGraph, FlatNode } from './flatten.ts';
import type { NirConvolution, NirPool } from './graph/types.ts';

/** Lengths of dimensions. */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A shape in words. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** What is known of the shapes at a node. */
export interface NodeShapes {
  /** Of what enters, as the node itself or what leads to it says. */
  readonly enters?: Shape;
  /** Of what leaves. */
  readonly leaves?: Shape;
}

/** Works out the shapes at all nodes, as far as they follow from the nodes and their edges. */
export function shapesOf({ nodes, edges, inner }: FlatGraph): ReadonlyMap<string, NodeShapes> {
  const shapes = new Map<string, NodeShapes>();
  const learn = (name: string, before: Shape | undefined): boolean => {
    const node = nodes.get(name)!;
    // What a nested graph says of its ports counts only where nothing else tells: writers often get it wrong.
    const enters = inner.has(name) ? before : (sound(entering(node)) ?? before);
    const leaves = inner.has(name) ? before : sound(leaving(node, enters));
    const grew = leaves !== undefined && shapes.get(name)?.leaves === undefined;
    shapes.set(name, { ...(enters && { enters }), ...(leaves && { leaves }) });
    return grew;
  };
  const next = neighbours(edges);
  const passOn = (queue: string[]): void => {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const { leaves } = shapes.get(name)!;
      for (const to of next.get(name) ?? []) {
        if (shapes.get(to)!.enters === undefined && learn(to, leaves)) queue.push(to);
      }
    }
  };
  passOn([...nodes.keys()].filter((name) => learn(name, undefined)));
  for (const name of inner) {
    if (shapes.get(name)!.enters !== undefined) continue;
    if (learn(name, sound(entering(nodes.get(name)!)))) passOn([name]);
  }
  return shapes;
}

/** Leaves out what is no shape, as where a window is larger than what it goes over. */
function sound(shape: Shape | undefined): Shape | undefined {
  return shape?.every((length) => length > 0) ? shape : undefined;
}

/** The shape that a node takes, where it says so itself. */
function entering(node: FlatNode): Shape | undefined {
  return match(node)
    .returnType<Shape | undefined>()
    .with({ type: 'Input' }, { type: 'Output' }, ({ shape }) => shape)
    .with({ type: 'Linear' }, { type: 'Affine' }, ({ weight: { shape } }) =>
      shape.length < 2 ? undefined : [...shape.slice(0, -2), shape.at(-1)!],
    )
    .with({ type: 'Conv1d' }, { type: 'Conv2d' }, ({ weight, groups, input_shape }) =>
      input_shape === undefined || weight.shape.length < 3
        ? undefined
        : [weight.shape[1]! * groups, ...listOf(input_shape, weight.shape.length - 2)],
    )
    .with({ type: 'Flatten' }, ({ input_type }) => input_type)
    .with({ type: 'SumPool2d' }, { type: 'AvgPool2d' }, { type: 'unknown' }, () => undefined)
    .otherwise((elementwise) => ownShape(elementwise));
}

/** The shape that a node gives for what enters it. */
function leaving(node: FlatNode, enters: Shape | undefined): Shape | undefined {
  return match(node)
    .returnType<Shape | undefined>()
    .with({ type: 'Input' }, { type: 'Output' }, ({ shape }) => shape)
    .with({ type: 'Linear' }, { type: 'Affine' }, ({ weight: { shape } }) =>
      shape.length < 2 ? undefined : shape.slice(0, -1),
    )
    .with({ type: 'Conv1d' }, { type: 'Conv2d' }, (node) => enters && convolved(node, enters))
    .with({ type: 'SumPool2d' }, { type: 'AvgPool2d' }, (node) => enters && pooled(node, enters))
    .with(
      { type: 'Flatten' },
      ({ start_dim, end_dim }) => enters && flattened(enters, start_dim, end_dim),
    )
    .with({ type: 'unknown' }, () => undefined)
    .otherwise((elementwise) => ownShape(elementwise) ?? enters);
}

/** The shape that all values of a node have, unless all are single numbers. */
export function ownShape(node: Exclude<FlatNode, { type: 'unknown' }>): Shape | undefined {
  return arraysOf(node).find(([, { shape }]) => shape.length > 0)?.[1].shape;
}

type Sizes = number | readonly number[];

/** One number for each dimension. */
function listOf(size: Sizes, dimensions: number): readonly number[] {
  return typeof size === 'number' ? new Array<number>(dimensions).fill(size) : size;
}

/** Lengths of dimensions after a window has gone over them, as in PyTorch and NIR. */
function slid(
  lengths: readonly number[],
  { window, stride, padding, dilation = 1 }: Readonly<Record<string, Sizes>>,
): number[] {
  const [windows, strides, paddings, dilations] = [window!, stride!, padding!, dilation].map(
    (size) => listOf(size, lengths.length),
  );
  return lengths.map((length, i) => {
    const reach = dilations![i]! * (windows![i]! - 1) + 1;
    return Math.floor((length + 2 * paddings![i]! - reach) / strides![i]! + 1);
  });
}

function convolved(node: NirConvolution, [, ...lengths]: Shape): Shape {
  const [channels = 0, , ...window] = node.weight.shape;
  const { stride, dilation, padding } = node;
  if (padding === 'same') return [channels, ...lengths];
  const around = typeof padding === 'string' ? 0 : padding;
  return [channels, ...slid(lengths, { window, stride, dilation, padding: around })];
}

function pooled(
  { kernel_size, stride, padding }: NirPool,
  [channels = 0, ...lengths]: Shape,
): Shape {
  return [channels, ...slid(lengths, { window: kernel_size, stride, padding })];
}

function flattened(shape: Shape, start: number, end: number): Shape {
  const [first, last] = [start, end].map((at) => (at < 0 ? at + shape.length : at));
  const merged = shape.slice(first!, last! + 1);
  return [...shape.slice(0, first!), sizeOf(merged), ...shape.slice(last! + 1)];
}
