import { z } from 'zod';
import { countProblems } from '../checks.ts';
import type { StageDefinition } from '../stage.ts';
import { type DefinitionOf, type StageBase, type StageKind, weightless } from '../stage-kind.ts';
import { perNeuron, valueProblems } from '../values.ts';

/** What a user says of a stage that compares. */
export interface ThresholdConfig {
  /** Value of each channel above which a spike leaves. */
  readonly threshold: ArrayLike<number>;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

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
 * @example
 * ```ts
 * pipeline(linear({ weight: [[1, 2]] }), threshold({ threshold: [1.5, 1.5] }));
 * ```
 */
export function threshold(config: ThresholdConfig): StageDefinition {
  return { kind: 'threshold', ...config };
}

/** All about stages that compare. */
export const thresholdKind: StageKind<
  DefinitionOf<'threshold', ThresholdConfig>,
  ThresholdStage
> = {
  problems: ({ threshold }) => [
    ...countProblems('the number of values in threshold', threshold.length),
    ...valueProblems('threshold', threshold, threshold.length),
  ],
  outline: ({ threshold }) => ({
    channelsIn: threshold.length,
    channelsOut: threshold.length,
    emits: 'spikes',
  }),
  build: ({ kind, threshold }, base) => ({
    kind,
    ...base,
    threshold: perNeuron(threshold, threshold.length),
  }),
  ...weightless,
  definition: ({ kind, name, threshold }) => ({ kind, name, threshold: Array.from(threshold) }),
  saved: z.strictObject({
    kind: z.literal('threshold'),
    name: z.string(),
    threshold: z.array(z.number()),
  }),
};
