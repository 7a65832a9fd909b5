import { match } from 'ts-pattern';
import { UnsupportedPipelineError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { type DynapSimParameters, eachParameter } from '../neuron/parameters.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Stage } from '../pipeline/stage.ts';

/**
 * A pipeline as one population: what the chip can hold. All neurons of all stages stand in one row,
 * in the order of the stages. A stage that feeds another becomes part of the recurrent matrix, so
 * each stage after the first acts one step later than in the simulator.
 */
export interface Network {
  /** Weights of the input channels, `[input][neuron]`, units of `Iscale`. */
  readonly input: Matrix;
  /** Weights between neurons, `[pre][post]`. */
  readonly recurrent: Matrix;
  /** Parameters of all neurons. */
  readonly parameters: DynapSimParameters;
  /** First neuron and size of each population by its name. */
  readonly populations: Readonly<Record<string, { readonly first: number; readonly size: number }>>;
  /** Name of the population whose spikes leave the pipeline. */
  readonly output: string;
  /** Step, seconds. */
  readonly dt: number;
}

/** Lists why `pipeline` cannot become one population; empty where it can. */
export function networkProblems({ stages }: Pipeline): string[] {
  const problems: string[] = [];
  const scales = new Set(stages.flatMap(({ parameters }) => parameters?.Iscale ?? []));
  if (scales.size > 1) {
    problems.push(`stages differ in Iscale (${[...scales].join(', ')} A); a chip has one`);
  }
  for (const [i, stage] of stages.entries()) {
    const before = stages[i - 1];
    if (before?.emits === 'weighted' && stage.emits === 'weighted') {
      problems.push(`${before.name} and ${stage.name} are both linear; multiply them into one`);
    }
    if (before?.emits === 'spikes' && stage.emits === 'spikes') {
      problems.push(
        `${before.name} feeds ${stage.name} without weights; put a linear between them`,
      );
    }
  }
  return problems;
}

function joinParameters(all: readonly DynapSimParameters[]): DynapSimParameters {
  return eachParameter(all[0]!.Iscale, (name) =>
    Float64Array.from(all.flatMap((parameters) => Array.from(parameters[name]))),
  );
}

/** Identity weights, for neurons that take their input as it is. */
function identity(size: number): Matrix {
  return matrix(
    Array.from({ length: size }, (_, r) => Array.from({ length: size }, (_, c) => +(r === c))),
  );
}

/** Copies `block` into `target` at a place. */
function place(target: Matrix, block: Matrix, row: number, column: number): void {
  for (let r = 0; r < block.rows; r++) {
    const values = block.values.subarray(r * block.columns, (r + 1) * block.columns);
    target.values.set(values, (row + r) * target.columns + column);
  }
}

function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) };
}

/**
 * Merges a pipeline into one population with one input and one recurrent matrix.
 *
 * @throws UnsupportedPipelineError with all reasons
 */
export function mergeStages(pipeline: Pipeline): Network {
  const problems = networkProblems(pipeline);
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);
  const { stages, channelsIn, dt } = pipeline;
  const neurons = stages.reduce(
    (sum, { parameters, channelsOut }) => sum + (parameters ? channelsOut : 0),
    0,
  );
  const input = zeros(channelsIn, neurons);
  const recurrent = zeros(neurons, neurons);
  const populations: Record<string, { first: number; size: number }> = {};
  const parameters: DynapSimParameters[] = [];
  let first = 0;
  let source: { matrix: Matrix; row: number } = { matrix: input, row: 0 };
  let pending: Matrix | undefined;
  for (const stage of stages) {
    match<Stage>(stage)
      .with({ kind: 'linear' }, ({ weight }) => {
        pending = weight;
      })
      .with({ kind: 'dynapSim' }, (population) => {
        const size = population.channelsOut;
        place(source.matrix, pending ?? identity(size), source.row, first);
        if (population.recurrent !== undefined)
          place(recurrent, population.recurrent, first, first);
        populations[population.name] = { first, size };
        parameters.push(population.parameters);
        source = { matrix: recurrent, row: first };
        pending = undefined;
        first += size;
      })
      .exhaustive();
  }
  const output = stages.at(-1)!.name;
  return { input, recurrent, parameters: joinParameters(parameters), populations, output, dt };
}
