/** The stage that adds what several stages give, channel by channel. */
import { anything, number, optionProblems } from '../../options.ts';
import { count, soundCount, stageName } from '../checks.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  definitionOf,
  type StageBase,
  weightless,
} from '../stage-kind.ts';

/** What a user says of a stage that adds. */
export interface AddConfig {
  /** Number of channels of each input. */
  readonly channels: number;
  /** Number of inputs; 2 if left out. */
  readonly inputs?: number;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** A stage that adds as written, not yet checked. */
export type AddDefinition = DefinitionOf<'add', AddConfig>;

/** Adds what several stages give, channel by channel. */
export interface AddStage extends StageBase {
  readonly kind: 'add';
  /** Number of inputs. */
  readonly inputs: number;
}

/** Inputs of a stage at most. */
const mostInputs = 1024;

const defaultInputs = 2;

/**
 * Defines a stage that adds what several stages give: out[c] = Σ in[i][c]. Spikes stay spikes; where anything
 * weighted enters, weighted values leave. {@link parallel}, {@link residual} and {@link feedback} put it in.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * add({ channels: 3, inputs: 2 }).kind; // "add"
 * ```
 */
export function add(config: AddConfig): AddDefinition {
  return definitionOf('add', config);
}

const inputCount = number({ min: 2, max: mostInputs, whole: true });

/** How stages that add are defined, checked and built. */
export const addDefinition: DefinitionForm<AddDefinition, AddStage> = {
  emits: 'same',
  problems: (definition) =>
    optionProblems<AddDefinition>(
      definition,
      { kind: anything, channels: count, inputs: inputCount, name: stageName },
      'channels',
    ),
  outline({ channels, inputs = defaultInputs }) {
    const width = soundCount(channels);
    const sound = inputCount(inputs).length === 0 ? inputs : 0;
    return { inputs: new Array<typeof width>(sound).fill(width), channelsOut: width };
  },
  inputsOf: ({ channelsIn, inputs }) => new Array<number>(inputs).fill(channelsIn),
  build: ({ kind, channels, inputs = defaultInputs }, base) => ({
    kind,
    ...base,
    channelsIn: channels,
    inputs,
  }),
  ...weightless,
  definition: ({ kind, name, channelsOut, inputs }) => ({
    kind,
    name,
    channels: channelsOut,
    inputs,
  }),
};
