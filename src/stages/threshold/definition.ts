/** The stage that compares: a spike if a channel is above its threshold. */
import { anything, optionProblems } from '../../options.ts';
import { channelValues, lengthOf, stageName } from '../checks.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  definitionOf,
  type StageBase,
  weightless,
} from '../stage-kind.ts';
import { perNeuron } from '../values.ts';

/** What a user says of a stage that compares. */
export interface ThresholdConfig {
  /** Value of each channel above which a spike leaves. */
  readonly threshold: ArrayLike<number>;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** A stage that compares as written, not yet checked. */
export type ThresholdDefinition = DefinitionOf<'threshold', ThresholdConfig>;

/** Turns values into spikes by comparison. */
export interface ThresholdStage extends StageBase {
  readonly kind: 'threshold';
  /** Value of each channel above which a spike leaves. */
  readonly threshold: Float64Array;
}

/**
 * Defines a stage that gives one spike in each step in which a channel is above its threshold
 * (Threshold of NIR). It keeps no state.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * pipeline(linear({ weight: [[1, 2]] }), threshold({ threshold: [1.5, 1.5] }));
 * ```
 */
export function threshold(config: ThresholdConfig): ThresholdDefinition {
  return definitionOf('threshold', config);
}

/** How stages that compare are defined, checked and built. */
export const thresholdDefinition: DefinitionForm<ThresholdDefinition, ThresholdStage> = {
  emits: 'spikes',
  problems: (definition) =>
    optionProblems<ThresholdDefinition>(
      definition,
      { kind: anything, threshold: channelValues, name: stageName },
      'threshold',
    ),
  outline: ({ threshold }) => ({
    inputs: [lengthOf(threshold)],
    channelsOut: lengthOf(threshold),
  }),
  build: ({ kind, threshold }, base) => ({
    kind,
    ...base,
    threshold: perNeuron(threshold, threshold.length),
  }),
  ...weightless,
  definition: ({ kind, name, threshold }) => ({ kind, name, threshold: Array.from(threshold) }),
};
