/** From a pipeline to one population: lists the synapses of all weights that lie between neurons. */

import { dendriteCodes } from '../../chips/family.ts';
import { hasDendrites } from '../../chips/switches.ts';
import { UnsupportedPipelineError } from '../../errors.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import { combineParameters } from '../../neurons/parameter-set.ts';
import type { ChipGraph, ChipSource } from '../../pipeline/chip-graph.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { ChipConstants } from '../../stages/chip-form.ts';
import type {
  Connection,
  MergedPopulation,
  PopulationRange,
  WeightedSynapses,
} from '../network.ts';
import { bareProblems, checkedGraph, isPlain } from './chip-problems.ts';

/** Weights between two places of the merged population. */
interface Block {
  /** First sender. */
  readonly pre: number;
  /** First neuron of the population that listens, and how many it has. */
  readonly first: number;
  readonly size: number;
  /** First of its channels that the weights lead to. */
  readonly channel: number;
  readonly weights: ChipSource['weights'];
}

const rowsOf = (weights: ChipSource['weights']): number =>
  weights.form === 'matrix' ? weights.matrix.rows : weights.factors.length;

/** The values of a block whose rows are as long as all channels of the population that listens; else undefined. */
function wholeRows({ weights, channel }: Block, channels: number): Float64Array | undefined {
  const whole = weights.form === 'matrix' && channel === 0 && weights.matrix.columns === channels;
  return whole ? weights.matrix.values : undefined;
}

/** Adds one row of a block to the columns of the population that listens. */
function addRow({ weights, channel }: Block, row: number, columns: Float64Array): void {
  if (weights.form === 'diagonal') {
    columns[channel + row] = columns[channel + row]! + weights.factors[row]!;
    return;
  }
  const { columns: width, values } = weights.matrix;
  for (let c = 0, i = row * width; c < width; c++, i++) {
    columns[channel + c] = columns[channel + c]! + values[i]!;
  }
}

/** Synapses as they are found; the arrays grow by doubling. */
function synapseStore() {
  let room = 1024;
  let count = 0;
  let pre = new Uint32Array(room);
  let post = new Uint32Array(room);
  let dendrite = new Uint8Array(room);
  let weight = new Float64Array(room);
  const grow = (): void => {
    room *= 2;
    const moved = [pre, post, dendrite, weight] as const;
    pre = new Uint32Array(room);
    post = new Uint32Array(room);
    dendrite = new Uint8Array(room);
    weight = new Float64Array(room);
    pre.set(moved[0]);
    post.set(moved[1]);
    dendrite.set(moved[2]);
    weight.set(moved[3]);
  };
  return {
    add(from: number, to: number, kind: number, value: number): void {
      if (count === room) grow();
      pre[count] = from;
      post[count] = to;
      dendrite[count] = kind;
      weight[count++] = value;
    },
    list: (): WeightedSynapses => ({
      pre: pre.slice(0, count),
      post: post.slice(0, count),
      dendrite: dendrite.slice(0, count),
      weight: weight.slice(0, count),
    }),
  };
}

/** Lists the weights of blocks that are not zero: by sender, then dendrite, then listener. */
function synapsesOf(blocks: readonly Block[], lumped: boolean): WeightedSynapses {
  const store = synapseStore();
  const kinds = lumped ? 1 : dendriteNames.length;
  const last = blocks.reduce((max, { pre, weights }) => Math.max(max, pre + rowsOf(weights)), 0);
  // Populations that listen, by their first neuron, each with a row of all its channels.
  const sizes = new Map(blocks.map(({ first, size }) => [first, size]));
  const listeners = [...sizes]
    .sort(([a], [b]) => a - b)
    .map(([first, size]) => ({
      first,
      size,
      row: new Float64Array(kinds * size),
      blocks: blocks.filter((block) => block.first === first),
    }));
  for (let pre = 0; pre < last; pre++) {
    const heard = listeners.flatMap(({ first, size, blocks: own, row }) => {
      const sending = own.filter((b) => pre >= b.pre && pre < b.pre + rowsOf(b.weights));
      const [only] = sending;
      if (only === undefined) return [];
      // Read where it stands if nothing is added to it: a large matrix is mostly zeros.
      const values = sending.length === 1 ? wholeRows(only, row.length) : undefined;
      if (values) return [{ first, size, values, from: (pre - only.pre) * row.length }];
      row.fill(0);
      for (const block of sending) addRow(block, pre - block.pre, row);
      return [{ first, size, values: row, from: 0 }];
    });
    for (let kind = 0; kind < kinds; kind++) {
      for (const { first, size, values, from } of heard) {
        for (let n = 0, at = from + kind * size; n < size; n++, at++) {
          const value = values[at]!;
          if (value === 0) continue;
          const sign = value < 0 ? dendriteCodes.gaba : dendriteCodes.ampa;
          store.add(pre, first + n, lumped ? sign : kind, value);
        }
      }
    }
  }
  return store.list();
}

function joinParameters(all: readonly AnalogParameters[]): AnalogParameters {
  return combineParameters(all, (values) => {
    const joined = new Float64Array(values.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const own of values) {
      joined.set(own, at);
      at += own.length;
    }
    return joined;
  });
}

/**
 * Merges a pipeline into one population with the synapses that exist. LIF neurons become DynapSim neurons
 * as {@link toDynapSim} makes them.
 *
 * @param constants constants of the chip that LIF neurons are converted for
 * @throws UnsupportedPipelineError with all reasons
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 0, -2]] }), dynapSim({ neurons: 3, name: 'output' }));
 * mergeStages(net).input.post; // Uint32Array [0, 2]
 * ```
 */
export function mergeStages(pipeline: Pipeline, constants: ChipConstants = {}): MergedPopulation {
  const { graph, problems } = checkedGraph(pipeline, constants);
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);
  return mergeGraph(graph, pipeline);
}

/**
 * Merges a pipeline for a chip, whose input channels need weights as well.
 *
 * @throws UnsupportedPipelineError with all reasons
 */
export function mergeForChip(pipeline: Pipeline): MergedPopulation {
  const { graph, problems } = checkedGraph(pipeline);
  const all = [...problems, ...bareProblems(graph)];
  if (all.length > 0) throw new UnsupportedPipelineError('chip', all);
  return mergeGraph(graph, pipeline);
}

/** The ways between two populations as one connection. */
function connectionsOf({ populations }: ChipGraph): Connection[] {
  const found = new Map<string, Connection>();
  for (const { name: to, sources } of populations) {
    for (const { from, stage, weights } of sources) {
      const key = JSON.stringify([from, to]);
      const known = found.get(key);
      const plain = stage === undefined && isPlain(weights) && known === undefined;
      found.set(key, { from, to, stage: known?.stage ?? stage, plain });
    }
  }
  return [...found.values()];
}

function mergeGraph(graph: ChipGraph, pipeline: Pipeline): MergedPopulation {
  const populations: Record<string, PopulationRange> = Object.create(null);
  let neurons = 0;
  for (const { name, size } of graph.populations) {
    populations[name] = { first: neurons, size };
    neurons += size;
  }
  const input: Block[] = [];
  const recurrent: Block[] = [];
  for (const { name, sources } of graph.populations) {
    const { first, size } = populations[name]!;
    for (const { from, pre, post: channel, weights } of sources) {
      const start = from === null ? 0 : populations[from]!.first;
      const to = from === null ? input : recurrent;
      to.push({ pre: start + pre, first, size, channel, weights });
    }
  }
  const parameters = joinParameters(graph.populations.map((own) => own.parameters));
  const lumped = !hasDendrites(parameters);
  return {
    channels: pipeline.channelsIn,
    neurons,
    input: synapsesOf(input, lumped),
    recurrent: synapsesOf(recurrent, lumped),
    parameters,
    populations,
    connections: connectionsOf(graph),
    output: graph.output,
    dt: pipeline.dt,
  };
}
