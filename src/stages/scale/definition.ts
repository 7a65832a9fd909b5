import { z } from 'zod';
import { countProblems } from '../checks.ts';
import type { StageDefinition } from '../stage.ts';
import { type DefinitionOf, type StageBase, type StageKind, weightless } from '../stage-kind.ts';
import { perNeuron, valueProblems } from '../values.ts';

/** What a user says of a stage that scales. */
export interface ScaleConfig {
  /** Factor of each channel. */
  readonly scale: ArrayLike<number>;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** Multiplies each channel by a factor of its own. */
export interface ScaleStage extends StageBase {
  readonly kind: 'scale';
  /** Factor of each channel. */
  readonly scale: Float64Array;
}

/**
 * Defines a stage that multiplies each channel by a factor of its own (Scale of NIR):
 * out[c] = scale[c]·in[c]. Its factors are not trained.
 *
 * @example
 * ```ts
 * scale({ scale: [0.5, 2] });
 * ```
 */
export function scale(config: ScaleConfig): StageDefinition {
  return { kind: 'scale', ...config };
}

/** All about stages that scale. */
export const scaleKind: StageKind<DefinitionOf<'scale', ScaleConfig>, ScaleStage> = {
  problems: ({ scale }) => [
    ...countProblems('the number of factors in scale', scale.length),
    ...valueProblems('scale', scale, scale.length),
  ],
  outline: ({ scale }) => ({
    channelsIn: scale.length,
    channelsOut: scale.length,
    emits: 'weighted',
  }),
  build: ({ kind, scale }, base) => ({ kind, ...base, scale: perNeuron(scale, scale.length) }),
  ...weightless,
  definition: ({ kind, name, scale }) => ({ kind, name, scale: Array.from(scale) }),
  saved: z.strictObject({
    kind: z.literal('scale'),
    name: z.string(),
    scale: z.array(z.number()),
  }),
};
