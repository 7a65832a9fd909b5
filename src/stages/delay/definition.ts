/** The stage that delays: each channel is held back for a time of its own. */
import { stepsIn } from '../../events/ticks.ts';
import { anything, optionProblems } from '../../options.ts';
import { count, perNeuronValues, soundCount, stageName, step } from '../checks.ts';
import {
  type DefinitionForm,
  type DefinitionOf,
  defaultStep,
  definitionOf,
  type StageBase,
  weightless,
} from '../stage-kind.ts';
import { type PerNeuron, perNeuron } from '../values.ts';

/** What a user says of a stage that delays. */
export interface DelayConfig {
  /** Delay of each channel, or of all, seconds; rounded to whole steps. */
  readonly delay: PerNeuron;
  /** Number of channels. */
  readonly channels: number;
  /** Step, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** A stage that delays as written, not yet checked. */
export type DelayDefinition = DefinitionOf<'delay', DelayConfig>;

/** Holds each channel back for a time of its own. */
export interface DelayStage extends StageBase {
  readonly kind: 'delay';
  /** Step, seconds. */
  readonly dt: number;
  /** Delay of each channel, seconds, as it was given. */
  readonly delay: Float64Array;
}

/**
 * Defines a stage that holds each channel back by the whole steps nearest to delay / dt (Delay of NIR). What
 * enters leaves as it is: spikes stay spikes, weighted values stay weighted. Before anything has come
 * through, zeros leave. Delays are not trained.
 *
 * @throws InvalidArgumentError if it is given no object; what is in it is checked when the pipeline is built
 * @example
 * ```ts
 * const net = pipeline(delay({ channels: 1, delay: 2e-3 }));
 * const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [3, 1, 0, 0] });
 * startPipeline(net).process(input).counts; // Uint32Array [0, 0, 3, 1]
 * ```
 */
export function delay(config: DelayConfig): DelayDefinition {
  return definitionOf('delay', config);
}

/** Whole steps of each delay. */
export function delaySteps({ delay, dt }: Pick<DelayStage, 'delay' | 'dt'>): Uint32Array {
  return Uint32Array.from(delay, (seconds) => stepsIn(seconds, dt));
}

/** Values on their way at most: they fill 128 MB. */
const mostHeld = 2 ** 24;

/** Says what a delay of one of `channels` must be, if it is not. */
function delayNeeded(channels: number, dt: unknown): (seconds: number) => string | undefined {
  const longest = Math.floor(mostHeld / channels);
  const stepOf = step(dt).length === 0 ? (dt as number) : Number.POSITIVE_INFINITY;
  return (seconds) => {
    if (seconds < 0) return 'it must not be negative';
    return seconds / stepOf > longest
      ? `that is more than ${longest} steps, the most for ${channels} channels`
      : undefined;
  };
}

/** Values that a delay holds back: the longest of its channels, for all of them. What is refused holds none. */
function heldBy(channels: number | undefined, delay: unknown, dt: unknown): number {
  if (channels === undefined || step(dt).length > 0) return 0;
  const all = typeof delay === 'number' ? [delay] : (delay as ArrayLike<unknown>);
  let longest = 0;
  for (let i = 0; i < Math.min(all.length, channels); i++) {
    const seconds = all[i];
    if (typeof seconds === 'number' && seconds > longest) longest = seconds;
  }
  const held = channels * Math.ceil(longest / (dt as number));
  return held > mostHeld ? 0 : held;
}

/** How stages that delay are defined, checked and built. */
export const delayDefinition: DefinitionForm<DelayDefinition, DelayStage> = {
  emits: 'same',
  problems(definition) {
    const { channels, dt = defaultStep } = definition;
    const width = soundCount(channels);
    return optionProblems<DelayDefinition>(
      definition,
      {
        kind: anything,
        channels: count,
        dt: step,
        delay: perNeuronValues(width, delayNeeded(width ?? 1, dt)),
        name: stageName,
      },
      'channels',
      'delay',
    );
  },
  outline: ({ channels, delay, dt = defaultStep }) => ({
    inputs: [soundCount(channels)],
    channelsOut: soundCount(channels),
    dt,
    held: heldBy(soundCount(channels), delay, dt),
  }),
  heldOf: ({ channelsOut, delay, dt }) => heldBy(channelsOut, delay, dt),
  build: ({ kind, delay, channels, dt = defaultStep }, base) => ({
    kind,
    ...base,
    dt,
    delay: perNeuron(delay, channels),
  }),
  ...weightless,
  definition: ({ kind, name, channelsOut, dt, delay }) => ({
    kind,
    name,
    channels: channelsOut,
    dt,
    delay: Array.from(delay),
  }),
};
