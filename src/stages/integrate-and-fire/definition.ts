import { z } from 'zod';
import { countProblems } from '../checks.ts';
import {
  buildFiring,
  type Firing,
  type FiringConfig,
  firingDefinition,
  firingProblems,
  savedFiring,
} from '../firing.ts';
import {
  buildIntegrating,
  type IntegratingMembrane,
  type IntegratorConfig,
  integratingDefinition,
  integratingProblems,
  savedIntegrating,
} from '../integrator/definition.ts';
import type { StageDefinition } from '../stage.ts';
import {
  type DefinitionOf,
  populationOutline,
  recurrentWeights,
  type StageBase,
  type StageKind,
} from '../stage-kind.ts';

/** What a user says of integrate-and-fire neurons. */
export interface IntegrateAndFireConfig extends IntegratorConfig, FiringConfig {}

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
 * @example
 * ```ts
 * const net = pipeline(integrateAndFire({ neurons: 1, resistance: 1000, threshold: 1.5 }));
 * const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 1, 1, 1, 1] });
 * startPipeline(net).process(input).counts; // Uint32Array [0, 1, 0, 1, 0]
 * ```
 */
export function integrateAndFire(config: IntegrateAndFireConfig): StageDefinition {
  return { kind: 'integrateAndFire', ...config };
}

/** All about populations of integrate-and-fire neurons. */
export const integrateAndFireKind: StageKind<
  DefinitionOf<'integrateAndFire', IntegrateAndFireConfig>,
  IntegrateAndFireStage
> = {
  problems: (config) => [
    ...integratingProblems(config),
    ...(countProblems('neurons', config.neurons).length > 0
      ? []
      : firingProblems(config, config.neurons)),
  ],
  outline: (config) => populationOutline(config, 'spikes'),
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
  saved: z.strictObject({
    kind: z.literal('integrateAndFire'),
    ...savedIntegrating,
    ...savedFiring,
  }),
};
