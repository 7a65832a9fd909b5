import { z } from 'zod';
import { countProblems, stepProblems } from '../checks.ts';
import type { StageDefinition } from '../stage.ts';
import {
  type DefinitionOf,
  defaultStep,
  populationOutline,
  type StageBase,
  type StageKind,
  weightless,
} from '../stage-kind.ts';
import {
  filledIn,
  listed,
  optionalProblems,
  type PerNeuron,
  perNeuron,
  savedValues,
  tauProblems,
} from '../values.ts';

/** What a user says of leaky integrators. */
export interface LiConfig {
  /** Number of neurons. */
  readonly neurons: number;
  /** Time constant of the membrane, seconds; at least `dt / 2`. */
  readonly tauMem: PerNeuron;
  /** Time constant of the synapse, seconds, at least `dt / 2`; where left out, input is the current. */
  readonly tauSyn?: PerNeuron;
  /** Current that always flows; 0 where left out. */
  readonly bias?: PerNeuron;
  /** Membrane potential per unit of current; 1 where left out. */
  readonly resistance?: PerNeuron;
  /** Potential that the membrane leaks to; 0 where left out. */
  readonly leak?: PerNeuron;
  /** Factor on all that enters, recurrence included; 1 where left out. */
  readonly inputWeight?: PerNeuron;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

/** Leaky membranes, one value per neuron. */
export interface LeakyMembrane {
  /** Step, seconds. */
  readonly dt: number;
  /** Time constant of the membrane, seconds. */
  readonly tauMem: Float64Array;
  /** Time constant of the synapse, seconds; none where input is the current. */
  readonly tauSyn?: Float64Array;
  /** Current that always flows. */
  readonly bias: Float64Array;
  /** Membrane potential per unit of current. */
  readonly resistance: Float64Array;
  /** Potential that the membrane leaks to. */
  readonly leak: Float64Array;
  /** Factor on all that enters. */
  readonly inputWeight: Float64Array;
}

/** A population of leaky integrators. */
export interface LiStage extends StageBase, LeakyMembrane {
  readonly kind: 'li';
  /** Step, seconds. */
  readonly dt: number;
}

/**
 * Defines leaky integrators (LI and CubaLI of NIR): what leaves is their potential v, for a linear
 * stage or neurons to take. They step as {@link lif} does and never fire.
 *
 * @example
 * ```ts
 * li({ neurons: 2, tauMem: 20e-3, tauSyn: [5e-3, 10e-3] });
 * ```
 */
export function li(config: LiConfig): StageDefinition {
  return { kind: 'li', ...config };
}

const defaults = { bias: 0, resistance: 1, leak: 0, inputWeight: 1 };

/** Lists what is wrong with leaky membranes. */
export function leakyProblems(config: LiConfig): string[] {
  const { neurons, tauMem, tauSyn, dt = defaultStep } = config;
  const general = [...countProblems('neurons', neurons), ...stepProblems(dt)];
  if (general.length > 0) return general;
  return [
    ...tauProblems('tauMem', tauMem, neurons, dt),
    ...(tauSyn === undefined ? [] : tauProblems('tauSyn', tauSyn, neurons, dt)),
    ...optionalProblems(config, defaults, neurons),
  ];
}

/** Completes leaky membranes. */
export function buildLeaky(config: LiConfig): LeakyMembrane {
  const { neurons, tauMem, tauSyn, dt = defaultStep } = config;
  return {
    dt,
    tauMem: perNeuron(tauMem, neurons),
    ...(tauSyn === undefined ? {} : { tauSyn: perNeuron(tauSyn, neurons) }),
    ...filledIn(config, defaults, neurons),
  };
}

/** The definition of a population of leaky membranes. */
export function leakyDefinition(stage: StageBase & LeakyMembrane): LiConfig {
  const { name, channelsOut, dt, tauSyn } = stage;
  return {
    name,
    neurons: channelsOut,
    dt,
    ...listed(stage, ['tauMem', 'bias', 'resistance', 'leak', 'inputWeight']),
    ...(tauSyn === undefined ? {} : { tauSyn: Array.from(tauSyn) }),
  };
}

/** What leaky membranes have in a file. */
export const savedLeaky: {
  readonly [name in keyof LiConfig]-?: z.ZodType;
} = {
  neurons: z.number(),
  tauMem: savedValues,
  tauSyn: savedValues.optional(),
  bias: savedValues.optional(),
  resistance: savedValues.optional(),
  leak: savedValues.optional(),
  inputWeight: savedValues.optional(),
  dt: z.number().optional(),
  name: z.string(),
};

/** All about populations of leaky integrators. */
export const liKind: StageKind<DefinitionOf<'li', LiConfig>, LiStage> = {
  problems: leakyProblems,
  outline: (config) => populationOutline(config, 'weighted'),
  build: ({ kind, ...config }, base) => ({ kind, ...base, ...buildLeaky(config) }),
  ...weightless,
  definition: (stage) => ({ kind: stage.kind, ...leakyDefinition(stage) }),
  saved: z.strictObject({ kind: z.literal('li'), ...savedLeaky }),
};
