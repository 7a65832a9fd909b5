import { UnsupportedPipelineError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import { combineParameters } from '../neurons/parameter-set.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Stage } from '../stages/stage.ts';
import { dendriteOrder, dendriticProblems, hasDendrites } from './dendrites.ts';
import { foldScales } from './fold.ts';
import { conversionProblems, type LifTarget, toDynapSim } from './lif.ts';

/**
 * A pipeline as one population: what the chip can hold. All neurons of all stages stand in one row,
 * in the order of the stages. A stage that feeds another becomes part of the recurrent matrix, so
 * each stage after the first acts one step later than in the simulator.
 *
 * Neurons with one synapse have one column each. Those with four dendrites have four: column
 * `dendrite·neurons + neuron`, in the order AMPA, GABA, NMDA, SHUNT.
 */
export interface Network {
  /** Weights of the input channels, `[input][column]`, units of `Iscale`. */
  readonly input: Matrix;
  /** Weights between neurons, `[pre][column]`. */
  readonly recurrent: Matrix;
  /** Parameters of all neurons. */
  readonly parameters: AnalogParameters;
  /** First neuron and size of each population by its name. */
  readonly populations: Readonly<Record<string, { readonly first: number; readonly size: number }>>;
  /** Name of the population whose spikes leave the pipeline. */
  readonly output: string;
  /** Step, seconds. */
  readonly dt: number;
}

/** Lists which neighbours cannot be on a chip beside each other. */
function neighbourProblems(stages: readonly Stage[]): string[] {
  const problems: string[] = [];
  const fires = (stage: Stage | undefined): boolean =>
    stage?.kind === 'dynapSim' || stage?.kind === 'dynapSe2' || stage?.kind === 'lif';
  for (const [i, stage] of stages.entries()) {
    const before = stages[i - 1];
    if (before?.kind === 'linear' && stage.kind === 'linear') {
      problems.push(`${before.name} and ${stage.name} are both linear; multiply them into one`);
    }
    if (before !== undefined && fires(before) && fires(stage)) {
      problems.push(
        `${before.name} feeds ${stage.name} without weights; put a linear between them`,
      );
    }
    if (before === undefined && stage.kind === 'lif') {
      problems.push(`${stage.name} takes its input without weights; put a linear before it`);
    }
  }
  return problems;
}

/**
 * Lists why `pipeline` cannot become one population, stage by stage; empty where it can. What a chip
 * has no counterpart for is in the list, sizes are not.
 *
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1]] }), lif({ neurons: 1, tauMem: 0.02, leak: 1 }));
 * networkProblems(net).length; // 2; there is no tauSyn, and it leaks to 1
 * ```
 */
export function networkProblems(pipeline: Pipeline): string[] {
  const stages = foldScales(pipeline.stages);
  const scales = new Set(stages.flatMap(({ parameters }) => parameters?.Iscale ?? []));
  return [
    ...(scales.size > 1
      ? [`stages differ in Iscale (${[...scales].join(', ')} A); a chip has one`]
      : []),
    ...conversionProblems(pipeline),
    ...neighbourProblems(stages),
    ...dendriticProblems(stages),
  ];
}

function joinParameters(all: readonly AnalogParameters[]): AnalogParameters {
  return combineParameters(all, (values) =>
    Float64Array.from(values.flatMap((own) => Array.from(own))),
  );
}

/** Identity weights, for neurons that take their input as it is. */
function identity(size: number): Matrix {
  return matrix(
    Array.from({ length: size }, (_, r) => Array.from({ length: size }, (_, c) => +(r === c))),
  );
}

/** Copies `block` into `target` at a row and a neuron; both have `blocks` columns for each neuron. */
function place(target: Matrix, block: Matrix, row: number, neuron: number, blocks: number): void {
  const [own, all] = [block.columns / blocks, target.columns / blocks];
  for (let i = 0; i < block.rows * blocks; i++) {
    const r = Math.floor(i / blocks);
    const values = block.values.subarray(i * own, (i + 1) * own);
    target.values.set(values, (row + r) * target.columns + (i % blocks) * all + neuron);
  }
}

function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) };
}

/**
 * Merges a pipeline into one population with one input and one recurrent matrix. LIF neurons become
 * DynapSim neurons as {@link toDynapSim} makes them.
 *
 * @param target constants of the chip that LIF neurons are converted for
 * @throws UnsupportedPipelineError with all reasons
 */
export function mergeStages(pipeline: Pipeline, target: LifTarget = {}): Network {
  const problems = networkProblems(pipeline);
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);
  const { stages, channelsIn, dt } = toDynapSim(pipeline, target);
  const neurons = stages.reduce(
    (sum, { parameters, channelsOut }) => sum + (parameters ? channelsOut : 0),
    0,
  );
  const dendritic = stages.some(({ parameters }) => parameters && hasDendrites(parameters));
  const blocks = dendritic ? dendriteOrder.length : 1;
  const input = zeros(channelsIn, blocks * neurons);
  const recurrent = zeros(neurons, blocks * neurons);
  const populations: Record<string, { first: number; size: number }> = {};
  const parameters: AnalogParameters[] = [];
  let first = 0;
  let source: { matrix: Matrix; row: number } = { matrix: input, row: 0 };
  let pending: Matrix | undefined;
  for (const stage of stages) {
    if (stage.kind === 'linear') pending = stage.weight;
    if (stage.kind !== 'dynapSim' && stage.kind !== 'dynapSe2') continue;
    const size = stage.channelsOut;
    place(source.matrix, pending ?? identity(stage.channelsIn), source.row, first, blocks);
    if (stage.recurrent !== undefined) place(recurrent, stage.recurrent, first, first, blocks);
    populations[stage.name] = { first, size };
    parameters.push(stage.parameters);
    source = { matrix: recurrent, row: first };
    pending = undefined;
    first += size;
  }
  const output = stages.at(-1)!.name;
  return { input, recurrent, parameters: joinParameters(parameters), populations, output, dt };
}
