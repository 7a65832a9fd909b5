import { InvalidArgumentError } from '../errors.ts';
import {
  buildStage,
  type Stage,
  type StageDefinition,
  stageOutline,
  stageProblems,
} from '../stages/stage.ts';
import { defaultStep, type Emission } from '../stages/stage-kind.ts';

/** An ordered list of stages: plain data that a trainer, a simulator or a chip can run. */
export interface Pipeline {
  /** The stages, first to last. */
  readonly stages: readonly Stage[];
  /** Channels that enter. */
  readonly channelsIn: number;
  /** Channels that leave. */
  readonly channelsOut: number;
  /** Step, seconds. */
  readonly dt: number;
}

function nameOf(definition: StageDefinition, index: number): string {
  return definition.name ?? `${definition.kind}${index}`;
}

/** What enters each stage, and at last what leaves the pipeline. */
function emissions(definitions: readonly StageDefinition[]): Emission[] {
  let now: Emission = 'spikes';
  const passed: Emission[] = [now];
  for (const definition of definitions) {
    const { emits } = stageOutline(definition);
    if (emits !== 'same') now = emits;
    passed.push(now);
  }
  return passed;
}

/** Lists what does not fit between neighbours, whether or not each is sound by itself. */
function fitProblems(definitions: readonly StageDefinition[], names: readonly string[]): string[] {
  if (definitions.length === 0) return ['there is no stage; give at least one of neurons'];
  const outlines = definitions.map(stageOutline);
  const problems: string[] = [];
  const dts = new Set(outlines.flatMap(({ dt }) => dt ?? []));
  if (dts.size > 1) problems.push(`all stages need one dt; given are ${[...dts].join(', ')} s`);
  if (emissions(definitions).at(-1) !== 'spikes') {
    problems.push('the last stage must be one of neurons, so that spikes come out');
  }
  for (const [i, { channelsIn }] of outlines.entries()) {
    const before = outlines[i - 1];
    if (before !== undefined && before.channelsOut !== channelsIn) {
      problems.push(
        `${names[i - 1]} gives ${before.channelsOut} channels but ${names[i]} takes ${channelsIn}`,
      );
    }
  }
  for (const name of new Set(names.filter((name, i) => names.indexOf(name) !== i))) {
    problems.push(`two stages are named ${name}; each name may be used once`);
  }
  return problems;
}

/**
 * Builds a pipeline from stages. Refuses a bad one with every mistake at once.
 *
 * @throws InvalidArgumentError with all reasons: shapes that do not fit, numbers that are not
 * finite, negative currents, `dt` not above zero, names used twice, no neuron at the end
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 0], [0, 1]] }), dynapSim({ neurons: 2 }));
 * net.channelsIn; // 2
 * ```
 */
export function pipeline(...definitions: readonly StageDefinition[]): Pipeline {
  const names = definitions.map(nameOf);
  const problems = [
    ...definitions.flatMap((definition, i) => stageProblems(definition, names[i]!)),
    ...fitProblems(definitions, names),
  ];
  if (problems.length > 0)
    throw new InvalidArgumentError('this pipeline cannot be built', problems);
  const enters = emissions(definitions);
  return fromStages(
    definitions.map((definition, i) => buildStage(definition, names[i]!, enters[i])),
  );
}

/** Makes a pipeline of stages that were built before, as after training or loading. */
export function fromStages(stages: readonly Stage[]): Pipeline {
  return {
    stages,
    channelsIn: stages[0]!.channelsIn,
    channelsOut: stages.at(-1)!.channelsOut,
    dt: stages.find(({ dt }) => dt !== undefined)?.dt ?? defaultStep,
  };
}
