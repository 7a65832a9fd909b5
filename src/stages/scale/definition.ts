/** The stage that scales: a factor for each channel. */
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

/** What a user says of a stage that scales. */
export interface ScaleConfig {
  /** Factor of each channel. */
  readonly scale: ArrayLike<number>;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** A stage that scales as written, not yet checked. */
export type ScaleDefinition = DefinitionOf<'scale', ScaleConfig>;

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
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * scale({ scale: [0.5, 2] });
 * ```
 */
export function scale(config: ScaleConfig): ScaleDefinition {
  return definitionOf('scale', config);
}

/** How stages that scale are defined, checked and built. */
export const scaleDefinition: DefinitionForm<ScaleDefinition, ScaleStage> = {
  emits: 'weighted',
  problems: (definition) =>
    optionProblems<ScaleDefinition>(
      definition,
      { kind: anything, scale: channelValues, name: stageName },
      'scale',
    ),
  outline: ({ scale }) => ({ inputs: [lengthOf(scale)], channelsOut: lengthOf(scale) }),
  build: ({ kind, scale }, base) => ({ kind, ...base, scale: perNeuron(scale, scale.length) }),
  ...weightless,
  definition: ({ kind, name, scale }) => ({ kind, name, scale: Array.from(scale) }),
};
