/** The target `chip`: runs a pipeline on the chips of a board behind an open link. */
import { type DefaultConfiguration, defaultFamily, familyNamed } from '../src/chips/families.ts';
import { type Clock, monotonic } from '../src/clock.ts';
import { deploy } from '../src/compile/deploy.ts';
import { type Deployment, type DeployOptions, deployTable } from '../src/compile/deployment.ts';
import type { MergedPopulation } from '../src/compile/network.ts';
import { checkDeployment } from '../src/compile/plan.ts';
import { type Link, linkProblems, readLink } from '../src/devices/link.ts';
import {
  type ScheduleMode,
  type SlipPolicy,
  scheduleModes,
  slipPolicies,
} from '../src/devices/schedule/stream-clock.ts';
import { DeviceError, InvalidArgumentError } from '../src/errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import {
  having,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
  refuse,
} from '../src/options.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { recordedSignal } from '../src/pipeline/record.ts';
import { outputSignals, requestProblems } from '../src/pipeline/signals.ts';
import type { Target, TargetRequest, TargetRun } from '../src/pipeline/target.ts';
import { type Problem, problem } from '../src/problems.ts';
import { startChipRun } from './chip-run.ts';

/** Configuration of {@link chip}. */
export interface ChipConfig<Configuration = DefaultConfiguration>
  extends DeployOptions<Configuration> {
  /** How long before its time an event is handed to the board, seconds; 5 ms if left out. */
  readonly lookAhead?: number;
  /** What becomes of a stream that falls behind the board; it is followed if left out, and each slip is counted. */
  readonly policy?: SlipPolicy;
  /**
   * When events are emitted and spikes handed out. `scheduled` (if left out): each event `lookAhead` after it came, and the spikes of an
   * input when its time is over, so that nothing depends on the host. `immediate`: both as they come, for closed loops of packets.
   */
  readonly mode?: ScheduleMode;
  /** Clock of the host; the machine's if left out. */
  readonly clock?: Clock;
  /** A deployment made before, to be used instead of deploying the pipeline. */
  readonly deployment?: Deployment<Configuration>;
  /** Counts what was lost on the way; the target's own if left out. */
  readonly losses?: Losses;
}

/** A chip as a target, with what was lost on the way. */
export interface ChipTarget extends Target {
  /**
   * Events to the board that came after their time (`late`, emitted all the same) or found no room
   * (`dropped`); events from the board that found no room (`overflowed`), belong to no input
   * (`unbinned`), or come from nothing that is in the pipeline (`unknownWord`).
   */
  readonly losses: Losses;
  /** How often its streams fell behind the board and were followed, or caught up, and by how much later they are for that. */
  readonly slips: { readonly count: number; readonly microseconds: number };
}

function table(limits: Parameters<typeof deployTable>[0]): OptionTable<ChipConfig> {
  return {
    ...deployTable(limits),
    lookAhead: number({ min: 0, unit: 'seconds' }),
    policy: slipPolicies,
    mode: scheduleModes,
    clock: having('a clock', 'now', 'schedule'),
    deployment: having('a deployment', 'wordsOf', 'populationOf'),
    losses: lossesCheck,
  };
}

/**
 * Whether the circuits of a board that is computed with four dendrites would fall silent: negative weights of neurons with one synapse
 * become a leak there, some thousand times that of the membrane, and nothing of the sum that they were trained with is left.
 */
function modelProblems({ info }: Link, population: MergedPopulation | undefined): Problem[] {
  if (info.model !== 'dynapSe2' || population?.parameters.model !== 'dynapSim') return [];
  const { input, recurrent } = population;
  if (![input, recurrent].some(({ weight }) => weight.some((one) => one < 0))) return [];
  const needed =
    "the board computes four dendrites, on which negative weights are a leak that silences neurons with one synapse; train dynapSe2 neurons, or take a board of model 'dynapSim'";
  return [problem('pipeline', 'conflict', population.parameters.model, needed)];
}

/** Whether the board has chips of another family. */
function familyProblems(path: string, name: string, { info }: Link): Problem[] {
  if (name === info.family) return [];
  const needed = `the board has chips of ${info.family}; name their family`;
  return [problem(path, 'conflict', name, needed)];
}

/** Lists why a deployment cannot be one of `pipeline` on this board. */
function deploymentProblems(
  { inputWords, outputWords, dt, family }: Deployment<unknown>,
  pipeline: Pipeline,
  link: Link,
): Problem[] {
  const { channelsIn, channelsOut } = pipeline;
  const problems: Problem[] = [];
  const differs = (path: string, given: unknown, needed: string): void => {
    problems.push(problem(`deployment.${path}`, 'conflict', given, needed));
  };
  if (inputWords.length !== channelsIn) {
    differs('inputWords.length', inputWords.length, `the pipeline takes ${channelsIn} channels`);
  }
  if (outputWords.length !== channelsOut) {
    differs('outputWords.length', outputWords.length, `the pipeline gives ${channelsOut} channels`);
  }
  if (dt !== pipeline.dt) differs('dt', dt, `the pipeline steps by ${pipeline.dt} s`);
  return [...problems, ...familyProblems('deployment.family', family.name, link)];
}

/** Whether a population of a deployment reports to the host; undefined if there is none of the name. */
function reportsOf(deployment: Deployment<unknown>, name: string): boolean | undefined {
  if (!Object.hasOwn(deployment.population.populations, name)) return undefined;
  return deployment.wordsOf(name).every((word) => deployment.populationOf(word) !== undefined);
}

/** Lists what cannot be heard of a deployment: states, and populations that do not report. */
function hearingProblems(
  reports: (population: string) => boolean | undefined,
  pipeline: Pipeline,
  { record = [] }: TargetRequest,
): Problem[] {
  return record.flatMap((name, i): Problem[] => {
    const path = `record[${i}]`;
    if (recordedSignal(pipeline, name).state !== undefined) {
      const needed = 'states cannot be seen on a chip; record spikes here, states in the simulator';
      return [problem(path, 'unsupported', name, needed)];
    }
    const heard = reports(name);
    if (heard === undefined) {
      return [problem(path, 'unsupported', name, 'there are no neurons of that name on the chip')];
    }
    const needed = `it does not report to the host; name it in monitored when deploying`;
    return heard ? [] : [problem(path, 'unsupported', name, needed)];
  });
}

/** Links that a pipeline runs on: two would configure each other's chips and hear each other's spikes. */
const occupied = new WeakSet<Link>();

/** A run of something that could not be started. */
const idle: TargetRun = { push: () => {}, reset: () => {}, end: () => {}, stop: () => {} };

/**
 * Makes the chips behind an open link a target: deploys the pipeline, configures the board, schedules every input event
 * at its own time, and gathers for each input the spikes of the output, or of the populations to be recorded. A board
 * without a clock of its own runs as fast as it can. A reset waits until everything has come back, and configures the
 * board again; on a board with a clock of its own, what follows is later by the time that this takes. One pipeline at a
 * time runs on a link; another errors with a `DeviceError` of code `busy`. The link stays open; close it yourself or
 * with `usingLink`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const link = await virtualBoard({ seed: 1 }).open();
 * const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1 }));
 * poisson({ channels: 1, rate: 50, duration: 0.1, seed: 0 }).pipe(runOn(chip(link), net));
 * ```
 */
export function chip<Configuration = DefaultConfiguration>(
  link: Link<Configuration>,
  config: ChipConfig<Configuration> = {},
): ChipTarget {
  config = readOnce(config);
  const given = link;
  link = readLink(link);
  let named: ReturnType<typeof familyNamed<Configuration>>;
  refuse('this target cannot be made', () => {
    const unfit = linkProblems(link);
    if (unfit.length === 0) named = familyNamed<Configuration>(link.info.family);
    const { limits } = config?.family ?? named ?? defaultFamily;
    return [...unfit, ...optionProblems(config, table(limits))];
  });
  const {
    lookAhead = 5e-3,
    policy = 'follow',
    mode = 'scheduled',
    clock: hostClock,
    losses = lossCounter(),
    deployment: made,
    family = named,
    ...asked
  } = config;
  /** How to deploy: for the chips of this link, unless told otherwise. */
  const options = {
    chips: link.info.chips,
    ...(family === undefined ? {} : { family }),
    ...asked,
  };
  const slips = { count: 0, microseconds: 0 };
  let prepared:
    | { readonly pipeline: Pipeline; readonly deployment: Deployment<unknown> }
    | undefined;
  const deploymentOf = (pipeline: Pipeline): Deployment<unknown> => {
    if (made !== undefined) return made as Deployment<unknown>;
    if (prepared?.pipeline !== pipeline) {
      const deployment = deploy(pipeline, options);
      prepared = { pipeline, deployment: deployment as Deployment<unknown> };
    }
    return prepared.deployment;
  };
  return {
    name: 'chip',
    immediate: mode === 'immediate',
    losses,
    slips,
    unsupported(pipeline, request = {}) {
      request = readOnce(request);
      const wrong = requestProblems(pipeline, request);
      if (wrong.length > 0) return wrong;
      try {
        if (made !== undefined) {
          const deployment = made as Deployment<unknown>;
          return [
            ...deploymentProblems(deployment, pipeline, link),
            ...modelProblems(link, deployment.population),
            ...hearingProblems((name) => reportsOf(deployment, name), pipeline, request),
          ];
        }
        const { name } = family ?? defaultFamily;
        const other = familyProblems('family', name, link);
        if (other.length > 0) return other;
        const check = checkDeployment(pipeline, options);
        const silent = modelProblems(link, check.population);
        if (check.problems.length + silent.length > 0) return [...check.problems, ...silent];
        return hearingProblems((name) => check.reports.get(name), pipeline, request);
      } catch (cause) {
        if (cause instanceof InvalidArgumentError) return cause.problems;
        throw cause;
      }
    },
    start(pipeline, observer, request = {}) {
      if (occupied.has(given)) {
        const what =
          'another pipeline runs on this link; wait until it is done or open another board';
        observer.error(new DeviceError('busy', what));
        return idle;
      }
      const deployment = deploymentOf(pipeline);
      const signals = outputSignals(pipeline, request).map((signal) => ({
        ...signal,
        words:
          request.record === undefined ? deployment.outputWords : deployment.wordsOf(signal.name),
      }));
      occupied.add(given);
      return startChipRun({
        link,
        deployment,
        signals,
        request,
        observer,
        lookAhead,
        policy,
        mode,
        slipped(size) {
          slips.count++;
          slips.microseconds += size;
        },
        clock: monotonic(hostClock),
        losses,
        done: () => occupied.delete(given),
      });
    },
  };
}
