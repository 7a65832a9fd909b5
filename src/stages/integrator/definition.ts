/** Integrators: how they are defined, checked and built. */
import { anything, optionProblems } from '../../options.ts';
import { soundCount } from '../checks.ts';
import { populationOutline, soundStep } from '../population-outline.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  defaultStep,
  definitionOf,
  type StageBase,
  weightless,
} from '../stage-kind.ts';
import {
  fieldChecks,
  filledIn,
  listed,
  type PerNeuron,
  type PopulationConfig,
  populationChecks,
  type ValueFields,
} from '../values.ts';

/** Values of membranes that only integrate. */
export interface IntegratingValues {
  /** What v gains per second and unit of input; 1 if left out. */
  readonly resistance?: PerNeuron;
}

/** The values of membranes that only integrate. */
export const integratingFields: ValueFields<IntegratingValues> = { resistance: { default: 1 } };

/** What a user says of integrators. */
export interface IntegratorConfig extends IntegratingValues, PopulationConfig {}

/** Membranes that only integrate, one value per neuron. */
export interface IntegratingMembrane {
  /** Step, seconds. */
  readonly dt: number;
  /** What v gains per second and unit of input. */
  readonly resistance: Float64Array;
}

/** Integrators as written, not yet checked. */
export type IntegratorDefinition = DefinitionOf<'integrator', IntegratorConfig>;

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
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * integrator({ neurons: 2, resistance: 100 });
 * ```
 */
export function integrator(config: IntegratorConfig): IntegratorDefinition {
  return definitionOf('integrator', config);
}

/** Completes membranes that only integrate. */
export function buildIntegrating(config: IntegratorConfig): IntegratingMembrane {
  const { neurons, dt = defaultStep } = config;
  const { resistance } = filledIn<IntegratingValues>(integratingFields, config, neurons);
  return { dt, resistance: resistance! };
}

/** The definition of a population of membranes that only integrate. */
export function integratingDefinition(stage: StageBase & IntegratingMembrane): IntegratorConfig {
  const { name, channelsOut, dt } = stage;
  const values = listed<IntegratingValues>(integratingFields, stage);
  return { name, neurons: channelsOut, dt, ...values };
}

/** How integrators are defined, checked and built. */
export const integratorDefinition: DefinitionForm<IntegratorDefinition, IntegratorStage> = {
  emits: 'weighted',
  problems: (definition) =>
    optionProblems<IntegratorDefinition>(
      definition,
      {
        kind: anything,
        ...populationChecks,
        ...fieldChecks(integratingFields, soundCount(definition.neurons), soundStep(definition.dt)),
      },
      'neurons',
    ),
  outline: populationOutline,
  build: ({ kind, ...config }, base) => ({ kind, ...base, ...buildIntegrating(config) }),
  ...weightless,
  definition: (stage) => ({ kind: stage.kind, ...integratingDefinition(stage) }),
};
