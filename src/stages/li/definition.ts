/** Leaky integrators: their fields, and how they are defined, checked and built. */
import type { LeakyParameters } from '../../neurons/li/parameters.ts';
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
  requiredFields,
  type ValueFields,
} from '../values.ts';

/** Values of leaky membranes. */
export interface LeakyValues {
  /** Time constant of the membrane, seconds; at least `dt / 2`. */
  readonly tauMem: PerNeuron;
  /** Time constant of the synapse, seconds, at least `dt / 2`; if left out, input is the current. */
  readonly tauSyn?: PerNeuron;
  /** Current that always flows; 0 if left out. */
  readonly bias?: PerNeuron;
  /** Membrane potential per unit of current; 1 if left out. */
  readonly resistance?: PerNeuron;
  /** Potential that the membrane leaks to; 0 if left out. */
  readonly leak?: PerNeuron;
  /** Factor on all that enters, recurrence included; 1 if left out. */
  readonly inputWeight?: PerNeuron;
}

/** The values of leaky membranes: the one list from which they are checked, filled in, saved and read. */
export const leakyFields: ValueFields<LeakyValues> = {
  tauMem: { tau: true },
  tauSyn: { tau: true, optional: true },
  bias: { default: 0 },
  resistance: { default: 1 },
  leak: { default: 0 },
  inputWeight: { default: 1 },
};

/** What a user says of leaky integrators. */
export interface LiConfig extends LeakyValues, PopulationConfig {}

/** Leaky integrators as written, not yet checked. */
export type LiDefinition = DefinitionOf<'li', LiConfig>;

/** A population of leaky integrators. */
export interface LiStage extends StageBase, LeakyParameters {
  readonly kind: 'li';
  /** Step, seconds. */
  readonly dt: number;
}

/**
 * Defines leaky integrators (LI and CubaLI of NIR): what leaves is their potential v, for a linear
 * stage or neurons to take. They step as {@link lif} does and never fire.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * li({ neurons: 2, tauMem: 20e-3, tauSyn: [5e-3, 10e-3] });
 * ```
 */
export function li(config: LiConfig): LiDefinition {
  return definitionOf('li', config);
}

/** Completes leaky membranes. */
export function buildLeaky(config: LiConfig): LeakyParameters & { readonly dt: number } {
  const { dt = defaultStep } = config;
  return { dt, ...(filledIn<LeakyValues>(leakyFields, config, config.neurons) as LeakyParameters) };
}

/** The definition of a population of leaky membranes. */
export function leakyDefinition(
  stage: StageBase & LeakyParameters & { readonly dt: number },
): LiConfig {
  const { name, channelsOut, dt } = stage;
  return { name, neurons: channelsOut, dt, ...listed<LeakyValues>(leakyFields, stage) };
}

/** How leaky integrators are defined, checked and built. */
export const liDefinition: DefinitionForm<LiDefinition, LiStage> = {
  emits: 'weighted',
  problems: (definition) =>
    optionProblems<LiDefinition>(
      definition,
      {
        kind: anything,
        ...populationChecks,
        ...fieldChecks(leakyFields, soundCount(definition.neurons), soundStep(definition.dt)),
      },
      'neurons',
      ...requiredFields(leakyFields),
    ),
  outline: populationOutline,
  build: ({ kind, ...config }, base) => ({ kind, ...base, ...buildLeaky(config) }),
  ...weightless,
  definition: (stage) => ({ kind: stage.kind, ...leakyDefinition(stage) }),
};
