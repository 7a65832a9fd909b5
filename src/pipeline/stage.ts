import { match } from 'ts-pattern';
import {
  isMatrix,
  type Matrix,
  type MatrixInput,
  matrix,
  matrixRows,
  matrixShapeProblem,
} from '../matrix.ts';
import {
  type DynapSimParameters,
  type DynapSimParametersInput,
  dynapSimParameters,
  parameterNames,
  parameterProblems,
} from '../neuron/parameters.ts';

/** What a user says of a linear stage. */
export interface LinearConfig {
  /** Weights `[pre][post]`, in units of `Iscale` amperes. */
  readonly weight: MatrixInput;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** What a user says of a stage of DynapSim neurons. */
export interface DynapSimConfig extends DynapSimParametersInput {
  /** Number of neurons. */
  readonly neurons: number;
  /** Recurrent weights `[pre][post]`, acting one step later, in units of `Iscale` amperes. */
  readonly recurrent?: MatrixInput;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

/** A stage as written, not yet checked. */
export type StageDefinition =
  | ({ readonly kind: 'linear' } & LinearConfig)
  | ({ readonly kind: 'dynapSim' } & DynapSimConfig);

/** What every stage tells about itself. */
interface StageBase {
  /** Name of the stage. */
  readonly name: string;
  /** Channels that enter. */
  readonly channelsIn: number;
  /** Channels that leave. */
  readonly channelsOut: number;
  /** What leaves: address-events, or weighted values that a neuron must take. */
  readonly emits: 'spikes' | 'weighted';
  /** Step that the stage was built for, seconds; a stage without time has none. */
  readonly dt?: number;
  /** Neuron parameters; a stage without neurons has none. */
  readonly parameters?: DynapSimParameters;
}

/** Multiplies spikes by a matrix of weights. */
export interface LinearStage extends StageBase {
  readonly kind: 'linear';
  /** Weights `[pre][post]`. */
  readonly weight: Matrix;
}

/** A population of DynapSim neurons. */
export interface DynapSimStage extends StageBase {
  readonly kind: 'dynapSim';
  /** Step, seconds. */
  readonly dt: number;
  /** Parameters, one value per neuron. */
  readonly parameters: DynapSimParameters;
  /** Recurrent weights `[pre][post]`. */
  readonly recurrent?: Matrix;
}

/** A stage of a built pipeline: plain data, checked. */
export type Stage = LinearStage | DynapSimStage;

/**
 * Defines a linear stage: out[post] = Σ weight[pre][post]·in[pre].
 *
 * @example
 * ```ts
 * linear({ weight: [[1, 0], [0, 1]] });
 * ```
 */
export function linear(config: LinearConfig): StageDefinition {
  return { kind: 'linear', ...config };
}

/**
 * Defines a population of DynapSim neurons. Parameters that are left out take the chip's defaults;
 * currents are amperes, `dt` seconds.
 *
 * @example
 * ```ts
 * dynapSim({ neurons: 2, recurrent: [[0, -1], [-1, 0]], Idc: 1e-11 });
 * ```
 */
export function dynapSim(config: DynapSimConfig): StageDefinition {
  return { kind: 'dynapSim', ...config };
}

function weightProblems(label: string, input: MatrixInput): string[] {
  const shape = matrixShapeProblem(input);
  if (shape !== undefined) return [`${label}: ${shape}`];
  const { rows, columns, values } = matrix(input);
  const problems = rows * columns === 0 ? [`${label} is ${rows}×${columns}; it needs entries`] : [];
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `${label}[${Math.floor(bad / columns)}][${bad % columns}]`;
    problems.push(`${place} is ${values[bad]}; a finite number is needed`);
  }
  return problems;
}

function sizeOf(input: MatrixInput): { rows: number; columns: number } {
  return isMatrix(input) ? input : { rows: input.length, columns: input[0]?.length ?? 0 };
}

/** Step of neurons that are not told otherwise, seconds. */
const defaultStep = 1e-3;

/** What a definition promises, sound or not: enough to compare it with its neighbours. */
export function stageOutline(definition: StageDefinition): Omit<StageBase, 'name'> {
  return match(definition)
    .with({ kind: 'linear' }, ({ weight }) => {
      const { rows, columns } = sizeOf(weight);
      return { channelsIn: rows, channelsOut: columns, emits: 'weighted' as const };
    })
    .with({ kind: 'dynapSim' }, ({ neurons, dt = defaultStep }) => ({
      channelsIn: neurons,
      channelsOut: neurons,
      emits: 'spikes' as const,
      dt,
    }))
    .exhaustive();
}

/** Neurons of a stage at most: with 24 parameters each, this fills 200 MB. */
const mostNeurons = 2 ** 20;

/** Lists everything wrong with one stage, each reason opening with the stage's name. */
export function stageProblems(definition: StageDefinition, name: string): string[] {
  const problems = match(definition)
    .with({ kind: 'linear' }, ({ weight }) => weightProblems('weight', weight))
    .with({ kind: 'dynapSim' }, ({ kind: _, neurons, recurrent, dt, name: __, ...parameters }) => {
      const found: string[] = [];
      const countable = Number.isSafeInteger(neurons) && neurons > 0 && neurons <= mostNeurons;
      if (!countable) {
        found.push(`neurons is ${neurons}; a whole number from 1 to ${mostNeurons} is needed`);
      }
      if (dt !== undefined && !(Number.isFinite(dt) && dt > 0)) {
        found.push(`dt is ${dt}; seconds above 0 are needed`);
      }
      found.push(...parameterProblems(parameters, countable ? neurons : 1));
      if (recurrent !== undefined) {
        found.push(...weightProblems('recurrent', recurrent));
        const { rows, columns } = sizeOf(recurrent);
        if (countable && (rows !== neurons || columns !== neurons)) {
          found.push(`recurrent is ${rows}×${columns}; ${neurons}×${neurons} is needed`);
        }
      }
      return found;
    })
    .exhaustive();
  return problems.map((problem) => `${name}: ${problem}`);
}

/** Completes a checked definition: defaults filled in, arrays copied. */
export function buildStage(definition: StageDefinition, name: string): Stage {
  const outline = { name, ...stageOutline(definition) };
  return match(definition)
    .with(
      { kind: 'linear' },
      ({ kind, weight }): Stage => ({
        kind,
        ...outline,
        weight: matrix(weight),
      }),
    )
    .with({ kind: 'dynapSim' }, (given): Stage => {
      const { kind, neurons, recurrent, dt = defaultStep, name: _, ...parameters } = given;
      return {
        kind,
        ...outline,
        dt,
        parameters: dynapSimParameters(parameters, neurons),
        ...(recurrent === undefined ? {} : { recurrent: matrix(recurrent) }),
      };
    })
    .exhaustive();
}

/** The trainable matrix of a stage, if it has one. */
export function stageWeights(stage: Stage): Matrix | undefined {
  return match(stage)
    .with({ kind: 'linear' }, ({ weight }): Matrix | undefined => weight)
    .with({ kind: 'dynapSim' }, ({ recurrent }) => recurrent)
    .exhaustive();
}

/** The same stage with other values in its trainable matrix; as it is where it has none. */
export function withStageWeights(stage: Stage, values: Float64Array): Stage {
  return match(stage)
    .with({ kind: 'linear' }, (s): Stage => ({ ...s, weight: { ...s.weight, values } }))
    .with(
      { kind: 'dynapSim' },
      (s): Stage =>
        s.recurrent === undefined ? s : { ...s, recurrent: { ...s.recurrent, values } },
    )
    .exhaustive();
}

/** The definition that builds `stage` again: plain numbers and lists. */
export function stageDefinition(stage: Stage): StageDefinition {
  return match(stage)
    .with(
      { kind: 'linear' },
      ({ kind, name, weight }): StageDefinition => ({
        kind,
        name,
        weight: matrixRows(weight),
      }),
    )
    .with({ kind: 'dynapSim' }, ({ kind, name, channelsOut, dt, parameters, recurrent }) => {
      const perNeuron = parameterNames.map((parameter) => [
        parameter,
        Array.from(parameters[parameter]),
      ]);
      return {
        kind,
        name,
        neurons: channelsOut,
        dt,
        Iscale: parameters.Iscale,
        ...Object.fromEntries(perNeuron),
        ...(recurrent === undefined ? {} : { recurrent: matrixRows(recurrent) }),
      } as StageDefinition;
    })
    .exhaustive();
}
