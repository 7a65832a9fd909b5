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
import { filledIn, listed, optionalProblems, type PerNeuron, savedValues } from '../values.ts';

/** What a user says of integrators. */
export interface IntegratorConfig {
  /** Number of neurons. */
  readonly neurons: number;
  /** What v gains per second and unit of input; 1 where left out. */
  readonly resistance?: PerNeuron;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

/** Membranes that only integrate, one value per neuron. */
export interface IntegratingMembrane {
  /** Step, seconds. */
  readonly dt: number;
  /** What v gains per second and unit of input. */
  readonly resistance: Float64Array;
}

/** A population of integrators. */
export interface IntegratorStage extends StageBase, IntegratingMembrane {
  readonly kind: 'integrator';
  /** Step, seconds. */
  readonly dt: number;
}

/**
 * Defines integrators (I of NIR): dv/dt = resistance·input, stepped by forward Euler from v = 0. What
 * leaves is v, for a linear stage or neurons to take.
 *
 * @example
 * ```ts
 * integrator({ neurons: 2, resistance: 100 });
 * ```
 */
export function integrator(config: IntegratorConfig): StageDefinition {
  return { kind: 'integrator', ...config };
}

const defaults = { resistance: 1 };

/** Lists what is wrong with membranes that only integrate. */
export function integratingProblems(config: IntegratorConfig): string[] {
  const { neurons, dt } = config;
  const count = countProblems('neurons', neurons);
  return [
    ...count,
    ...stepProblems(dt),
    ...(count.length > 0 ? [] : optionalProblems(config, defaults, neurons)),
  ];
}

/** Completes membranes that only integrate. */
export function buildIntegrating(config: IntegratorConfig): IntegratingMembrane {
  const { neurons, dt = defaultStep } = config;
  return { dt, ...filledIn(config, defaults, neurons) };
}

/** The definition of a population of membranes that only integrate. */
export function integratingDefinition(stage: StageBase & IntegratingMembrane): IntegratorConfig {
  const { name, channelsOut, dt } = stage;
  return { name, neurons: channelsOut, dt, ...listed(stage, ['resistance']) };
}

/** What membranes that only integrate have in a file. */
export const savedIntegrating: { readonly [name in keyof IntegratorConfig]-?: z.ZodType } = {
  neurons: z.number(),
  resistance: savedValues.optional(),
  dt: z.number().optional(),
  name: z.string(),
};

/** All about populations of integrators. */
export const integratorKind: StageKind<
  DefinitionOf<'integrator', IntegratorConfig>,
  IntegratorStage
> = {
  problems: integratingProblems,
  outline: (config) => populationOutline(config, 'weighted'),
  build: ({ kind, ...config }, base) => ({ kind, ...base, ...buildIntegrating(config) }),
  ...weightless,
  definition: (stage) => ({ kind: stage.kind, ...integratingDefinition(stage) }),
  saved: z.strictObject({ kind: z.literal('integrator'), ...savedIntegrating }),
};
