/** What the compiler sees of a pipeline: populations and the weights between them. */
import type { Matrix } from '../../matrix.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { fault, type Problem } from '../../problems.ts';
import type { ChipConstants } from '../../stages/chip-form.ts';
import { networkProblems, toDynapSim } from './lif.ts';

/** Weights that lead to a population. */
export interface ChipSource {
  /** Population that sends; null if the input of the pipeline does. */
  readonly from: string | null;
  /** First channel of the sender. */
  readonly pre: number;
  /** First input channel of the receiver. */
  readonly post: number;
  readonly weight: { readonly matrix: Matrix } | { readonly diagonal: Float64Array };
  /** Names of the stages that the weights come from. */
  readonly stages: readonly string[];
}

/** A population of neurons that a chip has. */
export interface ChipGraphPopulation {
  readonly name: string;
  readonly size: number;
  readonly parameters: AnalogParameters;
  readonly sources: readonly ChipSource[];
}

/** A pipeline as populations. */
export interface ChipGraph {
  readonly populations: readonly ChipGraphPopulation[];
  /** Name of the population whose spikes leave. */
  readonly output: string;
  /** Everything that has no counterpart on a chip. */
  readonly problems: readonly Problem[];
}

/** Reads a pipeline as populations. */
export function chipGraph(pipeline: Pipeline, constants: ChipConstants): ChipGraph {
  const problems = networkProblems(pipeline).map((reason) => fault('', 'unsupported', reason));
  if (problems.length > 0) return { populations: [], output: '', problems };
  const populations: ChipGraphPopulation[] = [];
  let from: string | null = null;
  let pending: { readonly matrix: Matrix; readonly name: string } | undefined;
  for (const stage of toDynapSim(pipeline, constants).stages) {
    if (stage.kind === 'linear') pending = { matrix: stage.weight, name: stage.name };
    if (stage.kind !== 'dynapSim' && stage.kind !== 'dynapSe2') continue;
    const { name, channelsIn, channelsOut: size, parameters, recurrent } = stage;
    const weight =
      pending === undefined
        ? { diagonal: new Float64Array(channelsIn).fill(1) }
        : { matrix: pending.matrix };
    const sources: ChipSource[] = [
      { from, pre: 0, post: 0, weight, stages: pending === undefined ? [] : [pending.name] },
    ];
    if (recurrent !== undefined) {
      const own = { matrix: recurrent };
      sources.push({ from: name, pre: 0, post: 0, weight: own, stages: [name] });
    }
    populations.push({ name, size, parameters, sources });
    from = name;
    pending = undefined;
  }
  return { populations, output: pipeline.stages.at(-1)!.name, problems };
}
