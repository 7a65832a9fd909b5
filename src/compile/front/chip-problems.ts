/** Lists why a pipeline cannot be on a chip, whatever its size. */

import { InvalidArgumentError } from '../../errors.ts';
import type { Matrix } from '../../matrix.ts';
import { defaultParameters, parameterProblems } from '../../neurons/dynap-sim/parameters.ts';
import {
  type ChipGraph,
  type ChipNeurons,
  type ChipSource,
  chipGraph,
  stageProblemsOf,
} from '../../pipeline/chip-graph.ts';
import { pipelineProblems } from '../../pipeline/guard.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { fault, type Problem, problem, within } from '../../problems.ts';
import type { ChipConstants } from '../../stages/chip-form.ts';

/** Names the first weight below zero, if there is one: no synapse can take away from a dendrite. */
function negativeProblem(path: string, { values, columns }: Matrix): Problem[] {
  const at = values.findIndex((value) => value < 0);
  if (at < 0) return [];
  return [
    problem(
      `${path}[${Math.floor(at / columns)}][${at % columns}]`,
      'out-of-range',
      values[at],
      'synapses only add to a dendrite: let GABA or SHUNT inhibit, as ampaGaba does',
    ),
  ];
}

/** Where the weights of a way stand in code. */
function weightPath({ name }: ChipNeurons, { from, stage }: ChipSource): string {
  return stage === name && from === name ? `${name}.recurrent` : `${stage ?? name}.weight`;
}

/** Lists why neurons with four dendrites cannot be on a chip as they are. */
function dendriteProblems({ populations }: ChipGraph): Problem[] {
  const of = (model: string): ChipNeurons[] =>
    populations.filter(({ parameters }) => parameters.model === model);
  const [four, one] = [of('dynapSe2'), of('dynapSim')];
  const names = (all: readonly ChipNeurons[]): string => all.map(({ name }) => name).join(', ');
  const mixed =
    four.length > 0 && one.length > 0
      ? [
          fault(
            '',
            'conflict',
            `${names(four)} have four dendrites and ${names(one)} one synapse; a board has neurons of one kind`,
          ),
        ]
      : [];
  const negative = four.flatMap((own) =>
    own.sources.flatMap((source) =>
      source.weights.form === 'matrix'
        ? negativeProblem(weightPath(own, source), source.weights.matrix)
        : [],
    ),
  );
  return [...mixed, ...negative];
}

/** Currents by unit of weight that populations differ in: a chip has one. */
function scaleProblems({ populations }: ChipGraph): Problem[] {
  const scales = new Set(populations.map(({ parameters }) => parameters.Iscale));
  return scales.size < 2
    ? []
    : [
        fault(
          '',
          'conflict',
          `stages differ in Iscale (${[...scales].join(', ')} A); a chip has one`,
        ),
      ];
}

/** A pipeline as a chip sees it, with everything that keeps it from being one network. */
export interface CheckedGraph {
  readonly graph: ChipGraph;
  readonly problems: readonly Problem[];
}

/**
 * Refuses arguments that are no pipeline or no constants.
 *
 * @throws InvalidArgumentError with all problems
 */
function checkArguments(pipeline: unknown, constants: unknown): void {
  const isObject = typeof constants === 'object' && constants !== null;
  const problems = [
    ...within('pipeline', pipelineProblems(pipeline)),
    ...(isObject
      ? within('constants', parameterProblems(constants, 1))
      : [problem('constants', 'wrong-type', constants, 'an object of constants is needed')]),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('this cannot be on a chip', problems);
}

/**
 * Reads a pipeline as populations, and lists everything that keeps them from being one network.
 *
 * @throws InvalidArgumentError if it is no pipeline, or a constant cannot be
 */
export function checkedGraph(pipeline: Pipeline, constants: ChipConstants = {}): CheckedGraph {
  checkArguments(pipeline, constants);
  const own = pipeline.stages.find(({ parameters }) => parameters !== undefined)?.parameters;
  const Iscale = constants.Iscale ?? own?.Iscale ?? defaultParameters.Iscale;
  const graph = chipGraph(pipeline, { ...constants, Iscale });
  const problems = [
    ...scaleProblems(graph),
    ...stageProblemsOf(graph.problems),
    ...dendriteProblems(graph),
  ];
  return { graph, problems };
}

/** Lists populations that take the input of the pipeline as it is: on a chip it needs weights. */
export function bareProblems({ populations }: ChipGraph): Problem[] {
  const bare = ({ from, weights, stage }: ChipSource): boolean =>
    from === null && stage === undefined && isPlain(weights);
  return populations
    .filter(({ sources }) => sources.some(bare))
    .map(({ name }) =>
      fault(
        name,
        'unsupported',
        'it takes the input without weights; put a linear stage before it, so that its input has weights that the chip can hold',
      ),
    );
}

/** Whether weights leave everything as it is. */
export function isPlain(weights: ChipSource['weights']): boolean {
  return weights.form === 'diagonal' && weights.factors.every((factor) => factor === 1);
}

/**
 * Lists why `pipeline` cannot become one population, stage by stage; empty if it can. What a chip
 * has no counterpart for is in the list, sizes are not.
 *
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1]] }), lif({ neurons: 1, tauMem: 0.02, leak: 1 }));
 * networkProblems(net).map(({ path }) => path); // ["lif1.tauSyn", "lif1.leak[0]"]
 * ```
 */
export function networkProblems(pipeline: Pipeline): Problem[] {
  return [...checkedGraph(pipeline).problems];
}
