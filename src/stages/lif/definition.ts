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
  buildLeaky,
  type LeakyMembrane,
  type LiConfig,
  leakyDefinition,
  leakyProblems,
  savedLeaky,
} from '../li/definition.ts';
import type { StageDefinition } from '../stage.ts';
import {
  type DefinitionOf,
  populationOutline,
  recurrentWeights,
  type StageBase,
  type StageKind,
} from '../stage-kind.ts';

/** What a user says of leaky integrate-and-fire neurons. */
export interface LifConfig extends LiConfig, FiringConfig {}

/** A population of leaky integrate-and-fire neurons. */
export interface LifStage extends StageBase, LeakyMembrane, Firing {
  readonly kind: 'lif';
  /** Step, seconds. */
  readonly dt: number;
}

/**
 * Defines leaky integrate-and-fire neurons: LIF of NIR, or CubaLIF where `tauSyn` is given. With S
 * what enters, recurrence of the step before included,
 *
 * ```text
 * tauSyn·dI/dt = -I + inputWeight·S          (I = inputWeight·S where there is no tauSyn)
 * tauMem·dv/dt = leak - v + resistance·(I + bias)
 * a spike where v > threshold; then v = reset
 * ```
 *
 * stepped by forward Euler from I = v = 0. Both derivatives are taken at the old values: v of a step
 * takes I from before it, as in the authors' own CubaLIF (NIR, Pedersen et al. 2024, Nature
 * Communications 15; `nir_reference_impl.py` beside the paper), so that with a synapse, input acts on
 * v one step later. Potentials and currents have no unit; times are seconds.
 *
 * @example
 * ```ts
 * const net = pipeline(
 *   linear({ weight: [[40]] }),
 *   lif({ neurons: 1, tauMem: 20e-3, tauSyn: 5e-3 }),
 * );
 * const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0, 0, 0, 0, 0] });
 * startPipeline(net).process(input).counts; // Uint32Array [0, 0, 0, 0, 1, 0]
 * ```
 */
export function lif(config: LifConfig): StageDefinition {
  return { kind: 'lif', ...config };
}

/** All about populations of leaky integrate-and-fire neurons. */
export const lifKind: StageKind<DefinitionOf<'lif', LifConfig>, LifStage> = {
  problems: (config) => [
    ...leakyProblems(config),
    ...(countProblems('neurons', config.neurons).length > 0
      ? []
      : firingProblems(config, config.neurons)),
  ],
  outline: (config) => populationOutline(config, 'spikes'),
  build: ({ kind, ...config }, base) => ({
    kind,
    ...base,
    ...buildLeaky(config),
    ...buildFiring(config, config.neurons),
  }),
  ...recurrentWeights,
  definition: (stage) => ({
    kind: stage.kind,
    ...leakyDefinition(stage),
    ...firingDefinition(stage),
  }),
  saved: z.strictObject({ kind: z.literal('lif'), ...savedLeaky, ...savedFiring }),
};
