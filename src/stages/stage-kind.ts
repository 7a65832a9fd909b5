import type { z } from 'zod';
import type { Matrix } from '../matrix.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';

/** A stage as written, not yet checked: its kind beside what a user says of it. */
export type DefinitionOf<Kind extends string, Config> = { readonly kind: Kind } & Config;

/** What leaves a stage: spikes (counts), or values of any size. */
export type Emission = 'spikes' | 'weighted';

/** What every stage tells about itself. */
export interface StageBase {
  /** Name of the stage. */
  readonly name: string;
  /** Channels that enter. */
  readonly channelsIn: number;
  /** Channels that leave. */
  readonly channelsOut: number;
  /** What leaves: address-events, or weighted values that a neuron must take. */
  readonly emits: Emission;
  /** Step that the stage was built for, seconds; a stage without time has none. */
  readonly dt?: number;
  /** Parameters of DynapSim and DYNAP-SE2 neurons; a stage of anything else has none. */
  readonly parameters?: AnalogParameters;
}

/** What a definition promises, sound or not: enough to compare it with its neighbours. */
export interface StageOutline extends Omit<StageBase, 'name' | 'emits' | 'parameters'> {
  /** What leaves; `same` is what enters. */
  readonly emits: Emission | 'same';
}

/** All that a pipeline must know about a kind of stage. */
export interface StageKind<Definition, Stage> {
  /** Lists everything wrong with a definition. */
  problems(definition: Definition): string[];
  outline(definition: Definition): StageOutline;
  /** Completes a checked definition: defaults filled in, arrays copied. */
  build(definition: Definition, base: StageBase): Stage;
  /** The trainable matrix, if there is one. */
  weights(stage: Stage): Matrix | undefined;
  /** The same stage with another trainable matrix; as it is where it has none. */
  withWeights(stage: Stage, weights: Matrix): Stage;
  /** The definition that builds `stage` again: plain numbers and lists. */
  definition(stage: Stage): Definition;
  /** The form of a definition in a file. */
  readonly saved: z.ZodObject;
}

/** Step of a stage that is not told otherwise, seconds. */
export const defaultStep = 1e-3;

/** Outline of a population with one channel of input a neuron. */
export function populationOutline(
  { neurons, dt = defaultStep }: { readonly neurons: number; readonly dt?: number },
  emits: Emission,
): StageOutline {
  return { channelsIn: neurons, channelsOut: neurons, emits, dt };
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
