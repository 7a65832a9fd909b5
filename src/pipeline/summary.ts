/** A pipeline in a few lines, for people. */
import { InvalidArgumentError } from '../errors.ts';
import { defaultEngine } from '../kernel/engine.ts';
import { computing, type Engine, engineCheck } from '../neurons/engine.ts';
import { keeping, listOf, readAs, readEach, text } from '../options.ts';
import { type Problem, problemText, within } from '../problems.ts';
import { type Stage, stageNeurons, stageWeights } from '../stages/stage.ts';
import { fusedObstacle } from './fused.ts';
import { pipelineProblems } from './guard.ts';
import type { Pipeline, StageInput } from './pipeline.ts';
import { blocksOf } from './walk.ts';

/** What a summary asks of a target. */
export interface AskedTarget {
  readonly name: string;
  unsupported(pipeline: Pipeline): readonly Problem[];
}

const askedCheck = keeping('a target', { methods: ['unsupported'], says: { name: text } });

/** Lays rows out in columns; the first row is the heading. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((cells) => cells[c]!.length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c]!))
      .join('  ')
      .trimEnd(),
  );
  const line = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [lines[0]!, line, ...lines.slice(1)];
}

/** How many weights other than 0 a stage has: synapses, where it is on a chip. */
function synapsesOf(stage: Stage): number {
  return stageWeights(stage)?.values.reduce((sum, weight) => sum + Number(weight !== 0), 0) ?? 0;
}

function sourceText({ from, delayed }: StageInput): string {
  return `${from ?? '(input)'}${delayed ? ' (one step late)' : ''}`;
}

function figure(count: number): string {
  return count === 0 ? '' : `${count}`;
}

function rowOf(stage: Stage, inputs: readonly StageInput[], engine: Engine): string[] {
  const { name, kind, channelsIn, channelsOut } = stage;
  const parameters = stageNeurons(stage);
  return [
    name,
    kind,
    inputs.map(sourceText).join(' + '),
    channelsIn === channelsOut ? `${channelsOut}` : `${channelsIn} → ${channelsOut}`,
    figure(stageWeights(stage)?.values.length ?? 0),
    figure(synapsesOf(stage)),
    parameters === undefined ? '' : computing(engine, parameters.model).name,
  ];
}

function total(stages: readonly Stage[], countOf: (stage: Stage) => number): number {
  return stages.reduce((sum, stage) => sum + countOf(stage), 0);
}

/** Lines about the stages that are computed one step at a time. */
function loopLines(pipeline: Pipeline): string[] {
  return blocksOf(pipeline).flatMap(({ first, end, stepped }) => {
    if (!stepped) return [];
    const names = pipeline.stages.slice(first, end).map(({ name }) => name);
    return [`loop      ${names.join(', ')}: one step at a time`];
  });
}

function targetLines(pipeline: Pipeline, target: AskedTarget): string[] {
  const problems = target.unsupported(pipeline);
  const name = target.name.padEnd(9);
  if (problems.length === 0) return [`${name} runs it`];
  return [`${name} cannot run it:`, ...problems.map((one) => `  - ${problemText(one)}`)];
}

/**
 * Prints a pipeline for people: its stages with where their input comes from, channels, trainable weights, synapses
 * (weights other than 0) and what computes their neurons; how it is trained; and what each of some targets says of it.
 *
 * @param targets to be asked whether they can run it
 * @param engine what computes the neurons; the kernel if left out
 * @throws InvalidArgumentError if it is no pipeline, or a target is none
 * @example
 * ```ts
 * const net = pipeline(
 *   linear({ weight: [[1, 0], [2, 3]], name: 'in' }),
 *   lif({ neurons: 2, tauMem: 0.02, name: 'out' }),
 * );
 * summary(net, [simulator()]).split('\n').at(-1); // "simulator runs it"
 * ```
 */
export function summary(
  pipeline: Pipeline,
  targets: readonly AskedTarget[] = [],
  engine: Engine = defaultEngine(),
): string {
  targets = readEach(targets, askedCheck);
  engine = readAs(engine, engineCheck);
  const wrong = [
    ...within('pipeline', pipelineProblems(pipeline)),
    ...within('targets', listOf(askedCheck)(targets)),
    ...within('engine', engineCheck(engine)),
  ];
  if (wrong.length > 0) throw new InvalidArgumentError('there is nothing to sum up', wrong);
  const { stages, inputs, channelsIn, channelsOut, dt, output } = pipeline;
  const heading = ['stage', 'kind', 'from', 'channels', 'weights', 'synapses', 'neurons by'];
  const rows = stages.map((stage, i) => rowOf(stage, inputs[i]!, engine));
  const populations = stages.filter((stage) => stageNeurons(stage) !== undefined);
  const neurons = total(populations, ({ channelsOut: own }) => own);
  const weights = total(stages, (stage) => stageWeights(stage)?.values.length ?? 0);
  const obstacle = fusedObstacle(pipeline, engine);
  return [
    ...table([heading, ...rows]),
    '',
    `pipeline  ${channelsIn} → ${channelsOut} channels, steps of ${dt} s; what leaves ${output} leaves it`,
    `in all    ${neurons} neurons in ${populations.length} populations, ${weights} weights, ${total(stages, synapsesOf)} synapses`,
    ...loopLines(pipeline),
    obstacle === undefined
      ? `training  whole epochs at a time, by the ${engine.name}`
      : `training  stage by stage (${problemText(obstacle)})`,
    ...targets.flatMap((target) => targetLines(pipeline, target)),
  ].join('\n');
}
