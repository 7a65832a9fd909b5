/** Integrate-and-fire neurons: how they are defined, checked and built. */
import { anything, optionProblems } from '../../options.ts';
import { recurrence, soundCount } from '../checks.ts';
import {
  buildFiring,
  type Firing,
  type FiringConfig,
  firingDefinition,
  firingFields,
} from '../firing.ts';
import {
  buildIntegrating,
  type IntegratingMembrane,
  type IntegratorConfig,
  integratingDefinition,
  integratingFields,
} from '../integrator/definition.ts';
import { populationOutline, soundStep } from '../population-outline.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  definitionOf,
  recurrentWeights,
  type StageBase,
} from '../stage-kind.ts';
import { fieldChecks, populationChecks } from '../values.ts';

/** What a user says of integrate-and-fire neurons. */
export interface IntegrateAndFireConfig extends IntegratorConfig, FiringConfig {}

/** Integrate-and-fire neurons as written, not yet checked. */
export type IntegrateAndFireDefinition = DefinitionOf<'integrateAndFire', IntegrateAndFireConfig>;

/** A population of integrate-and-fire neurons. */
export interface IntegrateAndFireStage extends StageBase, IntegratingMembrane, Firing {
  readonly kind: 'integrateAndFire';
  /** Step, seconds. */
  readonly dt: number;
}

/**
 * Defines integrate-and-fire neurons (IF of NIR): dv/dt = resistance·S with S what enters, recurrence
 * of the step before included; a spike where v > threshold, then v = reset. Forward Euler from v = 0.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * const net = pipeline(integrateAndFire({ neurons: 1, resistance: 1000, threshold: 1.5 }));
 * const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 1, 1, 1, 1] });
 * startPipeline(net).process(input).counts; // Uint32Array [0, 1, 0, 1, 0]
 * ```
 */
export function integrateAndFire(config: IntegrateAndFireConfig): IntegrateAndFireDefinition {
  return definitionOf('integrateAndFire', config);
}

/** How integrate-and-fire neurons are defined, checked and built. */
export const integrateAndFireDefinition: DefinitionForm<
  IntegrateAndFireDefinition,
  IntegrateAndFireStage
> = {
  emits: 'spikes',
  problems(definition) {
    const neurons = soundCount(definition.neurons);
    const dt = soundStep(definition.dt);
    return optionProblems<IntegrateAndFireDefinition>(
      definition,
      {
        kind: anything,
        ...populationChecks,
        ...fieldChecks(integratingFields, neurons, dt),
        ...fieldChecks(firingFields, neurons, dt),
        recurrent: recurrence(neurons),
      },
      'neurons',
    );
  },
  outline: populationOutline,
  build: ({ kind, ...config }, base) => ({
    kind,
    ...base,
    ...buildIntegrating(config),
    ...buildFiring(config, config.neurons),
  }),
  ...recurrentWeights,
  definition: (stage) => ({
    kind: stage.kind,
    ...integratingDefinition(stage),
    ...firingDefinition(stage),
  }),
};
