/** The stage that puts the channels of several stages one after the other. */
import { anything, listOf, optionProblems } from '../../options.ts';
import { count, soundCount, stageName } from '../checks.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  definitionOf,
  type StageBase,
  weightless,
} from '../stage-kind.ts';

/** What a user says of a stage that concatenates. */
export interface ConcatenateConfig {
  /** Number of channels of each input, in their order. */
  readonly channels: readonly number[];
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** A stage that concatenates as written, not yet checked. */
export type ConcatenateDefinition = DefinitionOf<'concatenate', ConcatenateConfig>;

/** Puts the channels of several stages one after the other. */
export interface ConcatenateStage extends StageBase {
  readonly kind: 'concatenate';
  /** Number of channels of each input. */
  readonly channels: readonly number[];
}

/**
 * Defines a stage that puts the channels of several stages one after the other: those of the first input, then
 * those of the second, and so on. Spikes stay spikes; where anything weighted enters, weighted values leave.
 * {@link parallel} puts it in.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * concatenate({ channels: [3, 2] }).kind; // "concatenate"
 * ```
 */
export function concatenate(config: ConcatenateConfig): ConcatenateDefinition {
  return definitionOf('concatenate', config);
}

/** Channels of all inputs together, where all are sound. */
function total(channels: unknown): number | undefined {
  if (!Array.isArray(channels)) return undefined;
  return channels.every((one) => soundCount(one) !== undefined)
    ? (channels as readonly number[]).reduce((sum, one) => sum + one, 0)
    : undefined;
}

/** How stages that concatenate are defined, checked and built. */
export const concatenateDefinition: DefinitionForm<ConcatenateDefinition, ConcatenateStage> = {
  emits: 'same',
  problems: (definition) =>
    optionProblems<ConcatenateDefinition>(
      definition,
      { kind: anything, channels: listOf(count, { min: 1 }), name: stageName },
      'channels',
    ),
  outline: ({ channels }) => ({
    inputs: Array.isArray(channels) ? channels.map(soundCount) : [],
    channelsOut: total(channels),
  }),
  inputsOf: ({ channels }) => channels,
  build: ({ kind, channels }, base) => ({ kind, ...base, channels: [...channels] }),
  ...weightless,
  definition: ({ kind, name, channels }) => ({ kind, name, channels: [...channels] }),
};
