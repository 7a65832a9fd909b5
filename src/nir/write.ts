/** Writes NIR files. */
import { readOnce, refuse } from '../options.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import { fieldsOf } from './fields.ts';
import type { NirArray, NirGraph, NirMetadata, NirNode } from './graph/types.ts';
import { graphProblems } from './guard.ts';
import type { Hdf5Group, Hdf5Item, Hdf5Numbers, Hdf5Words } from './hdf5-tree.ts';
import { writeHdf5 } from './hdf5-write.ts';

/** The version of NIR whose layout is written, unless the graph names another. */
const nirVersion = '1.0';

/**
 * Writes a graph as a NIR file, arrays packed by gzip, as NIR's own Python package does. What
 * {@link readNir} reads of it is the graph, in the precision that it has.
 *
 * @throws InvalidArgumentError if names cannot stand in a file, or arrays do not fill their shape
 * @example
 * ```ts
 * const bytes = await writeNir({
 *   type: 'NIRGraph',
 *   nodes: {
 *     input: { type: 'Input', shape: [1] },
 *     half: { type: 'Scale', scale: { shape: [1], values: Float32Array.of(0.5) } },
 *     output: { type: 'Output', shape: [1] },
 *   },
 *   edges: [['input', 'half'], ['half', 'output']],
 * });
 * (await readNir(bytes)).edges.length; // 2
 * ```
 */
export async function writeNir(graph: NirGraph): Promise<Uint8Array> {
  graph = readOnce(graph);
  let node = group([]);
  refuse('this graph cannot be written', () => {
    const problems = within('graph', graphProblems(graph));
    if (problems.length === 0) node = nodeItem(graph, '', problems);
    return problems;
  });
  const version = words(graph.version ?? nirVersion);
  return writeHdf5(
    group([
      ['version', version],
      ['node', node],
    ]),
  );
}

function nodeItem(node: NirNode, place: string, problems: Problem[]): Hdf5Group {
  const { metadata, type } = node;
  const remarks: Items =
    metadata === undefined ? [] : [['metadata', freeForm(metadata, `${place}metadata.`, problems)]];
  if (type === 'NIRGraph') {
    return group([['type', words(type)], ...graphItems(node, place, problems), ...remarks]);
  }
  if (type === 'unknown') {
    const { items } = freeForm(node.fields, place, problems);
    return group([...items, ['type', words(node.primitive)], ...remarks]);
  }
  const values = new Map<string, unknown>(Object.entries(node));
  const fields = (fieldsOf(type) ?? []).flatMap(([name, { form }]): Items => {
    const value = values.get(name);
    if (value === undefined) return [];
    const label = `${place}${name}`;
    if (form === 'array') return [[name, numbers(value as NirArray, label, problems)]];
    return [[name, sizes(value as NirSize, label, problems)]];
  });
  return group([['type', words(type)], ...fields, ...remarks]);
}

function graphItems({ nodes, edges }: NirGraph, place: string, problems: Problem[]): Items {
  const items = Object.entries(nodes).map(([name, node]) => {
    problems.push(...within(`${place}${name}`, nameProblems(name)));
    return [name, nodeItem(node, `${place}${name}.`, problems)] as const;
  });
  const pairs: Hdf5Words = { kind: 'words', shape: [edges.length, 2], values: edges.flat() };
  return [
    ['nodes', group(items)],
    ['edges', pairs],
  ];
}

/** Says why a name cannot stand in a NIR file, if so. */
export function nameProblems(name: string): Problem[] {
  const short = name === '' || name === '.';
  if (!short && !/[/\p{Cs}]/u.test(name) && !name.includes('\0')) return [];
  const needed =
    'a name in a NIR file needs a character, and no slash, zero or half of a surrogate pair';
  return [problem('', 'out-of-range', name, needed)];
}

type Items = readonly (readonly [string, Hdf5Item])[];
type NirSize = string | number | readonly number[];

function group(items: Items): Hdf5Group {
  return { kind: 'group', items: new Map(items) };
}

function words(word: string): Hdf5Words {
  return { kind: 'words', shape: [], values: [word] };
}

function numbers({ shape, values }: NirArray, label: string, problems: Problem[]): Hdf5Numbers {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== values.length) {
    const needed = `it says [${shape.join(', ')}] but holds ${values.length} values`;
    problems.push(fault(label, 'wrong-shape', needed));
  }
  return { kind: 'numbers', shape, values, whole: false };
}

function sizes(value: NirSize, label: string, problems: Problem[]): Hdf5Words | Hdf5Numbers {
  if (typeof value === 'string') return words(value);
  const list = typeof value === 'number' ? [value] : value;
  if (!list.every(Number.isSafeInteger)) {
    problems.push(problem(label, 'out-of-range', value, 'whole numbers are needed'));
    return words('');
  }
  const shape = typeof value === 'number' ? [] : [list.length];
  return { kind: 'numbers', shape, values: Float64Array.from(list), whole: true };
}

function freeForm(metadata: NirMetadata, place: string, problems: Problem[]): Hdf5Group {
  const items = Object.entries(metadata).map(([name, value]): [string, Hdf5Item] => {
    problems.push(...within(`${place}${name}`, nameProblems(name)));
    const label = `${place}${name}`;
    if (typeof value === 'string') return [name, words(value)];
    if (typeof value === 'number') return [name, single(value)];
    if (isList(value)) {
      return [name, { kind: 'words', shape: [value.length], values: Array.from(value) }];
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const needed = 'a text, a number, a list of texts, an array or values by name are needed';
      problems.push(problem(label, 'wrong-type', value, needed));
      return [name, words('')];
    }
    return [
      name,
      isArray(value) ? numbers(value, label, problems) : freeForm(value, `${label}.`, problems),
    ];
  });
  return group(items);
}

function single(value: number): Hdf5Numbers {
  const whole = Number.isSafeInteger(value);
  return { kind: 'numbers', shape: [], values: Float64Array.of(value), whole };
}

function isList(value: NirMetadata[string]): value is readonly string[] {
  return Array.isArray(value) && Array.from<unknown>(value).every((one) => typeof one === 'string');
}

function isArray(value: NirArray | NirMetadata): value is NirArray {
  return ArrayBuffer.isView(value['values']);
}
