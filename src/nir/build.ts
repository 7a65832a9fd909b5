/** Builds pipelines of the nodes of a graph. */
import { InvalidArgumentError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { type DraftNode, type NodeInput, namesOf } from '../pipeline/draft.ts';
import { finish, type Pipeline } from '../pipeline/pipeline.ts';
import { within } from '../problems.ts';
import { add } from '../stages/add/definition.ts';
import { count } from '../stages/checks.ts';
import { linear } from '../stages/linear/definition.ts';
import { isPopulation, nirForm, type StageDefinition, stageProblems } from '../stages/stage.ts';
import type { CheckedGraph } from './check.ts';
import type { FlatNode } from './flatten.ts';
import { formOf } from './forms.ts';
import { listOf, matrixOf } from './graph/arrays.ts';
import type { NirPrimitive, NirRemark } from './graph/types.ts';
import type { Ordered, OrderedNode } from './order.ts';
import { remark, remarksOn } from './remark.ts';
import { sizeOf } from './shapes.ts';

/** What the nodes of a graph became. */
export interface Built {
  readonly pipeline?: Pipeline;
  readonly problems: readonly NirRemark[];
  readonly notes: readonly NirRemark[];
}

/** A pipeline that is put together of nodes. */
class Assembly {
  readonly nodes: DraftNode[] = [];
  /** The node of the graph that each was made for. */
  readonly makers: string[] = [];
  readonly problems: NirRemark[] = [];
  readonly #places = new Map<string, number>();

  /** Where what a node of the graph gives comes from. */
  inputOf(from: string | null, delayed: boolean): NodeInput {
    // What comes a step late may come from a node that is not there yet: see `settle`.
    return { from: from === null ? null : (this.#places.get(from) ?? this.#later(from)), delayed };
  }

  readonly #waiting: string[] = [];

  #later(name: string): number {
    this.#waiting.push(name);
    return -this.#waiting.length;
  }

  /** Appends a stage for a node of the graph; with a `name`, others take it for that node. */
  append(
    part: StageDefinition,
    maker: string,
    inputs: readonly NodeInput[],
    named: boolean,
  ): NodeInput {
    const name = named ? stageNameOf(maker) : undefined;
    const own: StageDefinition = name === undefined ? part : { ...part, name };
    this.problems.push(...remarksOn(maker, stageProblems(own, '')));
    this.nodes.push({ part: own, built: false, name, inputs });
    this.makers.push(maker);
    if (named) this.#places.set(maker, this.nodes.length - 1);
    return { from: this.nodes.length - 1, delayed: false };
  }

  /** The nodes, with what was not there yet put in. */
  settled(): DraftNode[] {
    const settle = ({ from, delayed }: NodeInput): NodeInput => {
      if (from === null || from >= 0) return { from, delayed };
      return { from: this.#places.get(this.#waiting[-from - 1]!)!, delayed };
    };
    return this.nodes.map((node) => ({ ...node, inputs: node.inputs.map(settle) }));
  }
}

/** The name of the stage of a node: NIR allows what a stage cannot be called. */
function stageNameOf(node: string): string {
  return node === '' ? '_' : node.replaceAll(':', '.');
}

/** Weights of a matrix that nodes do not hold, but imply, at most: they fill 128 MB. */
const mostWeights = 2 ** 24;

/** Builds a pipeline of nodes in their order, stepping by `dt` seconds. */
export function build(
  { nodes, output }: Pick<Ordered, 'nodes' | 'output'>,
  { flat, shapes }: CheckedGraph,
  dt: number,
): Built {
  const assembly = new Assembly();
  const notes: NirRemark[] = [];
  for (const { name, node, loops, inputs } of nodes) {
    const shape = shapes.get(name)?.leaves;
    const form = formOf(node.type);
    if (shape === undefined || form === undefined) {
      const needed = 'its size is not known; give its values a shape';
      assembly.problems.push(remark(name, 'missing', needed));
      continue;
    }
    const size = sizeOf(shape);
    const entering = sizeOf(shapes.get(name)?.enters ?? shape);
    // Lists of so many numbers are made below.
    const sizes = [...count(size), ...count(entering)];
    if (sizes.length > 0) {
      assembly.problems.push(...remarksOn(name, within('size', sizes.slice(0, 1))));
      continue;
    }
    if (loops.length > 0 && size * size > mostWeights) {
      const needed = `a matrix of ${size}×${size} is needed for its loop; ${mostWeights} weights are the most`;
      assembly.problems.push(remark(name, 'too-large', needed));
      continue;
    }
    const back = loops.map((loop) => ({ loop, ...weighted(flat.nodes.get(loop)!, size) }));
    const recurrent = sum(back.map(({ matrix }) => matrix));
    if (inputs.length > 1 && isOnes(node)) {
      const sources = inputs.map(({ from, delayed }) => assembly.inputOf(from, delayed));
      assembly.append(add({ name, channels: size, inputs: sources.length }), name, sources, true);
      continue;
    }
    let entry = joined(assembly, name, inputs, entering);
    for (const { loop, bias } of back) {
      if (bias === undefined) continue;
      const added = addBias(assembly, entry, bias, loop, nodes, inputs);
      entry = added.entry;
      notes.push(remark(loop, 'conflict', `its bias flows all the time; ${added.by} adds it`));
    }
    notes.push(...slowNotes(name, node, dt));
    const context = { name, size, dt, ...(recurrent === undefined ? {} : { recurrent }) };
    const definition = form.definition(node as NirPrimitive, context);
    assembly.append(definition, name, [entry], true);
  }
  const { problems } = assembly;
  if (problems.length > 0) return { problems, notes };
  const ends = output.map((from) => ({ from, delayed: false }));
  const width = nodes.at(-1) === undefined ? 1 : sizeOf(shapes.get(nodes.at(-1)!.name)!.leaves!);
  const last = joined(assembly, '', ends, width);
  const drafts = assembly.settled();
  const names = namesOf(drafts);
  try {
    const end = last.from === null ? undefined : drafts[last.from];
    // Neurons that never spike may stand last: their potential is what is read.
    const graded = end !== undefined && isPopulation(end.part);
    const pipeline = finish(drafts, last, { spiking: !graded });
    const { emits } = pipeline.stages.find(({ name }) => name === pipeline.output)!;
    if (emits !== 'spikes') {
      const text = 'values leave the graph here, no spikes; a run needs spikes, training does not';
      notes.push(remark(pipeline.output, 'conflict', text));
    }
    return { pipeline, problems, notes };
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    // What is wrong with each stage was asked before; what is left is how they fit, at the name of a stage.
    return {
      problems: cause.problems.flatMap((found) => {
        const place = names.indexOf(found.path);
        const node = place < 0 ? '' : assembly.makers[place]!;
        return remarksOn(node, [place < 0 ? found : { ...found, path: '' }]);
      }),
      notes,
    };
  }
}

/** Steps of input 1 after which a neuron without leak has fired, if its r is meant as it is written. */
const slow = 100;

/** Says that a neuron without leak takes long to fire, which may mean that its r was meant per step. */
function slowNotes(name: string, node: FlatNode, dt: number): NirRemark[] {
  if (node.type !== 'IF') return [];
  const { r, v_threshold } = node;
  const min = Array.from(v_threshold.values).reduce((a, b) => Math.min(a, b));
  const steps = min / dt;
  if (!Array.from(r.values).every((value) => value === 1) || !(steps > slow)) return [];
  const text = `with r = 1 per second it takes ${Math.ceil(steps)} steps of input 1 to fire; if r was meant per step, as some tools have it, give ${1 / dt}`;
  return [remark(name, 'conflict', text)];
}

/** What enters a node: where several lead to it, a stage that adds them. */
function joined(
  assembly: Assembly,
  maker: string,
  inputs: OrderedNode['inputs'],
  channels: number,
): NodeInput {
  const sources = inputs.map(({ from, delayed }) => assembly.inputOf(from, delayed));
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return only;
  return assembly.append(add({ channels, inputs: sources.length }), maker, sources, false);
}

/** Whether a node hands on what enters as it is. */
function isOnes(node: FlatNode): boolean {
  return node.type === 'Scale' && node.scale.values.every((factor) => factor === 1);
}

/** What a node makes of the output of `size` neurons that comes back to them through it. */
function weighted(node: FlatNode, size: number): { matrix: Matrix; bias?: number[] } {
  if (node.type === 'Linear') return { matrix: matrixOf(node.weight) };
  if (node.type === 'Affine') {
    return { matrix: matrixOf(node.weight), bias: listOf(node.bias, size) };
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

/** The same stage with a bias added to what leaves it; undefined if its kind cannot. */
function withBias(part: StageDefinition, bias: readonly number[]): StageDefinition | undefined {
  const form = nirForm(part.kind);
  return form.form === 'node' ? form.withBias?.(part, bias) : undefined;
}

/**
 * Adds what always flows into a population to the stage before it, where that can take it and nothing else takes what
 * it gives, or to a new one of weights 1. Returns what enters the population then, and the name of the stage.
 */
function addBias(
  assembly: Assembly,
  entry: NodeInput,
  bias: readonly number[],
  loop: string,
  nodes: readonly OrderedNode[],
  inputs: OrderedNode['inputs'],
): { readonly entry: NodeInput; readonly by: string } {
  const place = entry.from;
  const before = place === null ? undefined : assembly.nodes[place];
  const giver = inputs.length === 1 ? inputs[0]!.from : null;
  const takers = nodes.flatMap((node) => node.inputs).filter(({ from }) => from === giver);
  const alone = takers.length === 1 || before?.name === undefined;
  const biased =
    before === undefined || before.built || !alone ? undefined : withBias(before.part, bias);
  if (place === null || before === undefined || before.built || biased === undefined) {
    const part = linear({ weight: diagonal(ones(bias.length)), bias });
    return { entry: assembly.append(part, loop, [entry], true), by: loop };
  }
  assembly.nodes[place] = { ...before, part: biased };
  return { entry, by: assembly.makers[place]! };
}
