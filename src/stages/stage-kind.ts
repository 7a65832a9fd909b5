/** What a kind of stage must say of itself to be a row of the table. */

import type { Matrix } from '../matrix.ts';
import type { ChainLink } from '../neurons/chain.ts';
import type { AnalogParameters, NeuronParameters } from '../neurons/model-table.ts';
import { readOnce, refuse } from '../options.ts';
import { type Problem, problem } from '../problems.ts';
import type { ChipConstants, ChipForm } from './chip-form.ts';
import type { Activations, GradientContext, GradientStage } from './gradient-stage.ts';
import type { NirForm } from './nir-form.ts';
import type { RunContext, StageRun } from './stage-run.ts';

/** A stage as written, not yet checked: its kind beside what a user says of it. */
export type DefinitionOf<Kind extends string, Config> = { readonly kind: Kind } & Config;

/** What leaves a stage: spikes (counts), or values of any size. */
export type SignalKind = 'spikes' | 'weighted';

/** What every stage tells about itself. */
export interface StageBase {
  /** Name of the stage. */
  readonly name: string;
  /** Channels that enter. */
  readonly channelsIn: number;
  /** Channels that leave. */
  readonly channelsOut: number;
  /** What leaves: address-events, or weighted values that a neuron must take. */
  readonly emits: SignalKind;
  /** Step that the stage was built for, seconds; a stage without time has none. */
  readonly dt?: number;
  /** Parameters of DynapSim and DYNAP-SE2 neurons; a stage of anything else has none. */
  readonly parameters?: AnalogParameters;
}

/** What a definition promises, sound or not, as far as it can be told: enough to compare it with its neighbours. */
export interface StageOutline {
  /** Channels of each input. */
  readonly inputs: readonly (number | undefined)[];
  /** Channels that leave. */
  readonly channelsOut: number | undefined;
  /** Step, seconds. */
  readonly dt?: unknown;
  /** Values that it holds back; absent if it holds none. */
  readonly held?: number;
}

/** A stage of a chain: what weighs spikes, or neurons. */
export type ChainPart =
  | (Required<Pick<ChainLink, 'weight'>> & Pick<ChainLink, 'bias'>)
  | Pick<ChainLink, 'parameters' | 'recurrent'>;

/** How a kind of stage is defined, checked and built. */
export interface DefinitionForm<Definition, Stage> {
  /** What leaves; `same` is what enters, weighted if anything is that enters. */
  readonly emits: SignalKind | 'same';
  /** Lists everything wrong with a definition, with paths within it. Its fields may be of any type. */
  problems(definition: Definition): Problem[];
  /** What a definition promises. Its fields may be of any type. */
  outline(definition: Definition): StageOutline;
  /** Channels of each input of a stage; absent if there is one input. */
  inputsOf?(stage: Stage): readonly number[];
  /** Values that a stage holds back; absent if it holds none. */
  heldOf?(stage: Stage): number;
  /** Completes a checked definition: defaults filled in, arrays copied. */
  build(definition: Definition, base: StageBase): Stage;
  /** The trainable matrix, if there is one. */
  weights(stage: Stage): Matrix | undefined;
  /** The same stage with another trainable matrix; as it is if it has none. */
  withWeights(stage: Stage, weights: Matrix): Stage;
  /** The definition that builds `stage` again: plain numbers and lists. */
  definition(stage: Stage): Definition;
}

/** All that there is to know about a kind of stage: a row of the table. */
export interface StageKind<Definition, Stage> extends DefinitionForm<Definition, Stage> {
  /** Parameters by which an engine computes its neurons; only kinds of neurons have it. */
  neurons?(stage: Stage): NeuronParameters;
  /** What it is in a chain that an engine runs as one: neurons, or what weighs the spikes before them; absent if neither. */
  chained?(stage: Stage): ChainPart;
  /** Makes what runs a stage on what its inputs hold. */
  run(stage: Stage, inputs: readonly Float64Array[], context: RunContext): StageRun;
  /** Makes what runs a stage over all steps of all trials, and back. */
  gradient(stage: Stage, inputs: readonly Activations[], context: GradientContext): GradientStage;
  /** What a stage becomes on a chip with such constants. */
  chip(stage: Stage, constants: ChipConstants): ChipForm;
  /** What a stage is in NIR. */
  readonly nir: NirForm<Definition, Stage>;
}

/** Step of a stage that is not told otherwise, seconds. */
export const defaultStep = 1e-3;

/**
 * Puts a kind beside what a user says of a stage; whether that is sound is asked when it is built.
 *
 * @throws InvalidArgumentError if it is no object
 */
export function definitionOf<Kind extends string, Config>(
  kind: Kind,
  config: Config,
): DefinitionOf<Kind, Config> {
  let definition: Config | undefined;
  refuse(`${kind} cannot be defined`, () => {
    if (typeof config !== 'object' || config === null || Array.isArray(config)) {
      const needed = 'an object that says what the stage is like is needed';
      return [problem('', 'wrong-type', config, needed)];
    }
    definition = readOnce(config);
    return [];
  });
  return { ...definition!, kind };
}

/** Stages whose trainable matrix is the recurrent one have this in place of `weights` and `withWeights`. */
export const recurrentWeights: {
  weights(stage: { readonly recurrent?: Matrix }): Matrix | undefined;
  withWeights<Stage>(stage: Stage, weights: Matrix): Stage;
} = {
  weights: ({ recurrent }) => recurrent,
  withWeights: (stage, recurrent) => ({ ...stage, recurrent }),
};

/** Stages without weights have this in place of `weights` and `withWeights`. */
export const weightless: {
  weights(): undefined;
  withWeights<Stage>(stage: Stage): Stage;
} = { weights: () => undefined, withWeights: (stage) => stage };
