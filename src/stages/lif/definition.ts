/** Leaky integrate-and-fire neurons: how they are defined, checked and built. */
import type { LeakyParameters } from '../../neurons/li/parameters.ts';
import { anything, optionProblems } from '../../options.ts';
import { recurrence, soundCount } from '../checks.ts';
import {
  buildFiring,
  type Firing,
  type FiringConfig,
  firingDefinition,
  firingFields,
} from '../firing.ts';
import { buildLeaky, type LiConfig, leakyDefinition, leakyFields } from '../li/definition.ts';
import { populationOutline, soundStep } from '../population-outline.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  definitionOf,
  recurrentWeights,
  type StageBase,
} from '../stage-kind.ts';
import { fieldChecks, populationChecks, requiredFields } from '../values.ts';

/** What a user says of leaky integrate-and-fire neurons. */
export interface LifConfig extends LiConfig, FiringConfig {}

/** Leaky integrate-and-fire neurons as written, not yet checked. */
export type LifDefinition = DefinitionOf<'lif', LifConfig>;

/** A population of leaky integrate-and-fire neurons. */
export interface LifStage extends StageBase, LeakyParameters, Firing {
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
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
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
export function lif(config: LifConfig): LifDefinition {
  return definitionOf('lif', config);
}

/** How leaky integrate-and-fire neurons are defined, checked and built. */
export const lifDefinition: DefinitionForm<LifDefinition, LifStage> = {
  emits: 'spikes',
  problems(definition) {
    const neurons = soundCount(definition.neurons);
    const dt = soundStep(definition.dt);
    return optionProblems<LifDefinition>(
      definition,
      {
        kind: anything,
        ...populationChecks,
        ...fieldChecks(leakyFields, neurons, dt),
        ...fieldChecks(firingFields, neurons, dt),
        recurrent: recurrence(neurons),
      },
      'neurons',
      ...requiredFields(leakyFields),
    );
  },
  outline: populationOutline,
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
};
