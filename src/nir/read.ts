/** Reads NIR files. */
import { DataError } from '../errors.ts';
import { bytes as bytesCheck, refuse } from '../options.ts';
import { within } from '../problems.ts';
import { type Field, fieldsOf } from './fields.ts';
import type { NirArray, NirGraph, NirMetadata, NirNode } from './graph/types.ts';
import { formTexts } from './guard.ts';
import { readHdf5 } from './hdf5-read.ts';
import type { Hdf5Group, Hdf5Item } from './hdf5-tree.ts';

/**
 * Reads a NIR file (the Neuromorphic Intermediate Representation: Pedersen et al. 2024, Nature
 * Communications 15). What does not fit together in the graph is no error here;
 * {@link pipelineOfNir} names it.
 *
 * @throws InvalidArgumentError if it is given no bytes
 * @throws DataError if the bytes are no NIR file, or are damaged, with all that is wrong
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[2]] }), lif({ neurons: 1, tauMem: 0.02, name: 'out' }));
 * const graph = await readNir(await writeNir(nirOfPipeline(net)));
 * graph.nodes['out']?.type; // 'LIF'
 * ```
 */
export async function readNir(bytes: Uint8Array): Promise<NirGraph> {
  refuse('no NIR file can be read', () => within('bytes', bytesCheck(bytes)));
  const file = await readHdf5(bytes);
  const reasons: string[] = [];
  const root = file.items.get('node');
  const graph = root?.kind === 'group' ? nodeOf(root, 'node', reasons) : undefined;
  if (root?.kind !== 'group') reasons.push('there is no group named node');
  if (graph !== undefined && graph.type !== 'NIRGraph') {
    reasons.push(`node is of type ${typeName(graph)}; a NIRGraph is needed`);
  }
  if (graph?.type !== 'NIRGraph' || reasons.length > 0) {
    throw new DataError(`this is no NIR file: ${reasons.join('; ')}`);
  }
  const version = wordOf(file.items.get('version'));
  return version === undefined ? graph : { ...graph, version };
}

function typeName(node: NirNode): string {
  return node.type === 'unknown' ? node.primitive : node.type;
}

/** Reads a node, collecting what is wrong with it. */
function nodeOf(group: Hdf5Group, place: string, reasons: string[]): NirNode | undefined {
  const type = wordOf(group.items.get('type'));
  if (type === undefined) {
    reasons.push(`${place} has no type`);
    return undefined;
  }
  const metadata = group.items.get('metadata');
  const remarks = metadata?.kind === 'group' ? freeForm(metadata) : undefined;
  const base = remarks === undefined ? {} : { metadata: remarks };
  if (type === 'NIRGraph') return { ...base, ...graphOf(group, place, reasons) };
  const fields = fieldsOf(type);
  if (fields === undefined) {
    const { type: _, metadata: __, ...rest } = freeForm(group);
    return { ...base, type: 'unknown', primitive: type, fields: rest };
  }
  const names = ['type', 'metadata', ...fields.map(([name]) => name)];
  const ignored = [...group.items.keys()].filter((name) => !names.includes(name));
  const values = fields.flatMap(([name, field]) => {
    const value = fieldOf(group, name, field);
    if (value === undefined && field.optional !== true) {
      reasons.push(`${place}: ${problemOf(name, field, group.items.get(name))}`);
    }
    return value === undefined ? [] : [[name, value] as const];
  });
  const extra = ignored.length === 0 ? {} : { ignored };
  const node: unknown = { ...base, ...extra, type, ...Object.fromEntries(values) };
  return node as NirNode;
}

function graphOf(group: Hdf5Group, place: string, reasons: string[]): NirGraph {
  const nodes = group.items.get('nodes');
  const edges = group.items.get('edges');
  if (nodes?.kind !== 'group') reasons.push(`${place} has no group named nodes`);
  const members = nodes?.kind === 'group' ? [...nodes.items] : [];
  const read = members.flatMap(([name, item]) => {
    const inner = `${place}/nodes/${name}`;
    if (item.kind !== 'group') reasons.push(`${inner} is no node`);
    const node = item.kind === 'group' ? nodeOf(item, inner, reasons) : undefined;
    return node === undefined ? [] : [[name, node] as const];
  });
  const pairs = edgesOf(edges);
  if (pairs === undefined) reasons.push(`${place}: edges are no list of pairs of names`);
  return { type: 'NIRGraph', nodes: Object.fromEntries(read), edges: pairs ?? [] };
}

function edgesOf(item: Hdf5Item | undefined): [string, string][] | undefined {
  if (item === undefined || item.kind === 'group' || item.kind === 'other') return undefined;
  // Without any edge, the list is of any type and shape.
  if (item.values.length === 0) return [];
  if (item.kind !== 'words' || item.shape.length !== 2 || item.shape[1] !== 2) return undefined;
  const { values } = item;
  return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i]!, values[2 * i + 1]!]);
}

/** Reads a field; undefined if it is not there or not what it should be. */
function fieldOf(group: Hdf5Group, name: string, field: Field): unknown {
  const item = group.items.get(name);
  if (item === undefined) return missingValue(group, field);
  if (item.kind === 'words' && field.form === 'padding') return wordOf(item);
  if (item.kind !== 'numbers') return undefined;
  const { shape, values } = item;
  if (field.form === 'array') return { shape, values };
  const numbers = Array.from(values);
  const one = shape.length === 0;
  if (!numbers.every(Number.isSafeInteger) || shape.length > 1) return undefined;
  if (field.form === 'whole') return numbers.length === 1 ? numbers[0] : undefined;
  return one && field.form !== 'wholes' ? numbers[0] : numbers;
}

/** What stands for a field that is left out: a number, or an array of the shape of `r`. */
function missingValue(group: Hdf5Group, { form, missing }: Field): number | NirArray | undefined {
  if (missing === undefined || form !== 'array') return missing;
  const like = group.items.get('r');
  if (like?.kind !== 'numbers') return undefined;
  return { shape: like.shape, values: like.values.map(() => missing) };
}

function problemOf(name: string, { form }: Field, item: Hdf5Item | undefined): string {
  const needed = formTexts[form];
  if (item === undefined) return `${name} is missing; it is ${needed}`;
  return item.kind === 'other'
    ? `${name} is ${item.what}, not ${needed}`
    : `${name} is not ${needed}`;
}

function wordOf(item: Hdf5Item | undefined): string | undefined {
  return item?.kind === 'words' && item.values.length === 1 ? item.values[0] : undefined;
}

/** Reads a group of whatever there is; what is neither numbers nor text is left out. */
function freeForm(group: Hdf5Group): NirMetadata {
  const entries = [...group.items].flatMap(([name, item]): [string, NirMetadata[string]][] => {
    if (item.kind === 'other') return [];
    if (item.kind === 'group') return [[name, freeForm(item)]];
    const { shape, values } = item;
    if (shape.length === 0) return [[name, values[0]!]];
    return [[name, item.kind === 'words' ? item.values : { shape, values: item.values }]];
  });
  return Object.fromEntries(entries);
}
