/** Tells a NIR graph from anything else. */
import { areNumbers, listProblems, readable } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { type Field, type FieldForm, fieldsOf } from './fields.ts';

type Fields = Readonly<Record<string, unknown>>;

function isObject(given: unknown): given is Fields {
  return typeof given === 'object' && given !== null;
}

function isNumbers(given: unknown): boolean {
  if (listProblems(given, 2 ** 20).length > 0) return false;
  return Array.from(given as unknown[]).every((value) => typeof value === 'number');
}

/** Whether something is an array of NIR. */
function isArray(given: unknown): boolean {
  if (!isObject(given)) return false;
  const { shape, values } = given;
  const floats = areNumbers(values, Float32Array) || areNumbers(values, Float64Array);
  if (!floats || listProblems(shape, 64).length > 0) return false;
  return Array.from(shape as unknown[]).every((length) => Number.isSafeInteger(length));
}

const isForm: { readonly [form in FieldForm]: (given: unknown) => boolean } = {
  array: isArray,
  whole: (given) => typeof given === 'number',
  wholes: isNumbers,
  size: (given) => typeof given === 'number' || isNumbers(given),
  padding: (given) => typeof given === 'number' || typeof given === 'string' || isNumbers(given),
};

/** What each form of a field is, in words. */
export const formTexts: { readonly [form in FieldForm]: string } = {
  array: 'numbers',
  whole: 'a whole number',
  wholes: 'a list of whole numbers',
  size: 'a whole number or a list of them',
  padding: 'a whole number, a list of them, or a word',
};

function fieldProblems(node: Fields, [name, field]: readonly [string, Field]): Problem[] {
  const value = node[name];
  if (value === undefined && field.optional) return [];
  if (isForm[field.form](value)) return [];
  const needed = `${formTexts[field.form]} is needed`;
  return [problem(name, value === undefined ? 'missing' : 'wrong-type', value, needed)];
}

function nodeProblems(node: unknown, depth: number): Problem[] {
  const type = isObject(node) ? node['type'] : undefined;
  if (!isObject(node) || typeof type !== 'string') {
    return [problem('', 'wrong-type', node, 'a node with a type is needed')];
  }
  if (type === 'NIRGraph') return innerProblems(node, depth + 1);
  if (type === 'unknown') {
    const { primitive, fields } = node;
    if (typeof primitive === 'string' && isObject(fields)) return [];
    return [problem('', 'wrong-type', node, 'a primitive and its fields are needed')];
  }
  const fields = fieldsOf(type);
  if (fields === undefined) {
    return [problem('type', 'unknown', type, 'there is no such type; a node of any is unknown')];
  }
  return fields.flatMap((field) => fieldProblems(node, field));
}

function isEdge(edge: unknown): boolean {
  if (!Array.isArray(edge) || edge.length !== 2) return false;
  const [from, to] = edge as readonly unknown[];
  return typeof from === 'string' && typeof to === 'string';
}

/** Lists what keeps something from being metadata; all of it is read here, so that nothing surprises later. */
function metadataProblems(metadata: unknown): Problem[] {
  if (metadata === undefined) return [];
  if (!isObject(metadata)) {
    return [problem('metadata', 'wrong-type', metadata, 'values by name are needed')];
  }
  const levels = levelsOf(metadata, 0);
  const needed = `${deepest} levels are the most`;
  return levels <= deepest ? [] : [problem('metadata', 'too-large', levels, needed)];
}

/** Levels of values in values; not counted further than is allowed. */
function levelsOf(value: unknown, level: number): number {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return level;
  if (level > deepest || Array.isArray(value)) return level;
  return Object.values(value).reduce<number>(
    (most, inner) => Math.max(most, levelsOf(inner, level + 1)),
    level + 1,
  );
}

/** Graphs in graphs at most: one that holds itself has no end. */
const deepest = 64;

/** Lists what keeps something from being a graph, as junk in its place; what fits in it is asked elsewhere. */
export function graphProblems(given: unknown): Problem[] {
  return readable(() => innerProblems(given, 0));
}

function innerProblems(given: unknown, depth: number): Problem[] {
  if (!isObject(given) || given['type'] !== 'NIRGraph') {
    return [problem('', 'wrong-type', given, 'a graph is needed, such as readNir gives')];
  }
  if (depth > deepest) {
    return [problem('', 'too-large', depth, `${deepest} graphs in graphs are the most`)];
  }
  const { nodes, edges, metadata, version } = given;
  const problems: Problem[] = [];
  if (version !== undefined && typeof version !== 'string') {
    problems.push(problem('version', 'wrong-type', version, 'a text is needed'));
  }
  if (!isObject(nodes)) {
    problems.push(problem('nodes', 'wrong-type', nodes, 'nodes by name are needed'));
  }
  // A hole is no edge.
  if (listProblems(edges).length > 0 || !Array.from(edges as unknown[]).every(isEdge)) {
    problems.push(problem('edges', 'wrong-type', edges, 'pairs of names are needed'));
  }
  problems.push(...metadataProblems(metadata));
  if (!isObject(nodes)) return problems;
  const inner = Object.entries(nodes).flatMap(([name, node]) =>
    within(`nodes[${JSON.stringify(name)}]`, nodeProblems(node, depth)),
  );
  return [...problems, ...inner];
}
