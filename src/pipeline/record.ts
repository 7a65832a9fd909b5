/** What can be recorded of a pipeline while it runs: outputs of stages, and states of neurons. */
import { modelOf } from '../neurons/model-table.ts';
import { listProblems, readable, unknownName } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { stageNeurons } from '../stages/stage.ts';
import type { Pipeline } from './pipeline.ts';

/** A signal of a pipeline that is recorded. */
export interface RecordedSignal {
  /** Its name as it was asked for. */
  readonly name: string;
  /** Name of the stage. */
  readonly stage: string;
  /** State of its neurons; what leaves the stage where undefined. */
  readonly state: string | undefined;
}

/** The signal that a name stands for: a stage, or with a colon a state of its neurons. */
export function recordedSignal({ stages }: Pick<Pipeline, 'stages'>, name: string): RecordedSignal {
  const colon = name.lastIndexOf(':');
  if (colon < 0 || stages.some((stage) => stage.name === name)) {
    return { name, stage: name, state: undefined };
  }
  return { name, stage: name.slice(0, colon), state: name.slice(colon + 1) };
}

/**
 * Lists what cannot be recorded of a pipeline: stages that do not exist, and states that their neurons do not have.
 *
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1, name: 'out' }));
 * recordProblems(net, ['out', 'out:imem']); // []
 * recordProblems(net, ['out:potential']).length; // 1
 * ```
 */
export function recordProblems(pipeline: Pick<Pipeline, 'stages'>, record: unknown): Problem[] {
  return readable(() => {
    if (listProblems(record, mostSignals).length > 0) {
      const needed = 'a list of names of stages and states is needed';
      return [problem('record', 'wrong-type', record, needed)];
    }
    // A hole is no name.
    return Array.from(record as readonly unknown[]).flatMap((name, i) =>
      within(`record[${i}]`, signalProblems(pipeline, name)),
    );
  });
}

/** Signals that are recorded at most. */
const mostSignals = 100_000;

function signalProblems({ stages }: Pick<Pipeline, 'stages'>, name: unknown): Problem[] {
  if (typeof name !== 'string') return [problem('', 'wrong-type', name, 'a name is needed')];
  const signal = recordedSignal({ stages }, name);
  const stage = stages.find((own) => own.name === signal.stage);
  if (stage === undefined) {
    const names = stages.map((own) => own.name);
    return [{ ...unknownName(signal.stage, names, ''), given: name }];
  }
  if (signal.state === undefined) return [];
  const parameters = stageNeurons(stage);
  const states = parameters === undefined ? [] : modelOf(parameters).signals(parameters);
  if (states.includes(signal.state)) return [];
  const there = states.length === 0 ? 'it has no states' : `its states are ${states.join(', ')}`;
  return [problem('', 'unknown', name, `${signal.stage} has no such state; ${there}`)];
}
