import { z } from 'zod';
import { countProblems, stepProblems } from '../checks.ts';
import type { StageDefinition } from '../stage.ts';
import {
  type DefinitionOf,
  defaultStep,
  type StageBase,
  type StageKind,
  weightless,
} from '../stage-kind.ts';
import { type PerNeuron, perNeuron, savedValues, valueProblems } from '../values.ts';

/** What a user says of a stage that delays. */
export interface DelayConfig {
  /** Delay of each channel, or of all, seconds; rounded to whole steps. */
  readonly delay: PerNeuron;
  /** Number of channels. */
  readonly channels: number;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Name of the stage in messages and maps. */
  readonly name?: string;
}

/** Holds each channel back for a time of its own. */
export interface DelayStage extends StageBase {
  readonly kind: 'delay';
  /** Step, seconds. */
  readonly dt: number;
  /** Delay of each channel, seconds, as it was given. */
  readonly delay: Float64Array;
}

/**
 * Defines a stage that holds each channel back by round(delay / dt) whole steps (Delay of NIR). What
 * enters leaves as it is: spikes stay spikes, weighted values stay weighted. Before anything has come
 * through, zeros leave. Delays are not trained.
 *
 * @example
 * ```ts
 * const net = pipeline(delay({ channels: 1, delay: 2e-3 }));
 * const input = spikeRaster({ channels: 1, dt: 1e-3, counts: [3, 1, 0, 0] });
 * startPipeline(net).process(input).counts; // Uint32Array [0, 0, 3, 1]
 * ```
 */
export function delay(config: DelayConfig): StageDefinition {
  return { kind: 'delay', ...config };
}

/** Whole steps of each delay. */
export function delaySteps({ delay, dt }: Pick<DelayStage, 'delay' | 'dt'>): Uint32Array {
  return Uint32Array.from(delay, (seconds) => Math.round(seconds / dt));
}

/** Values on their way at most: they fill 128 MB. */
const mostHeld = 2 ** 24;

/** All about stages that delay. */
export const delayKind: StageKind<DefinitionOf<'delay', DelayConfig>, DelayStage> = {
  problems({ delay, channels, dt = defaultStep }) {
    const general = [...countProblems('channels', channels), ...stepProblems(dt)];
    if (general.length > 0) return general;
    const longest = Math.floor(mostHeld / channels);
    return valueProblems('delay', delay, channels, (seconds) => {
      if (seconds < 0) return 'it must not be negative';
      return seconds / dt > longest
        ? `that is more than ${longest} steps, the most for ${channels} channels`
        : undefined;
    });
  },
  outline: ({ channels, dt = defaultStep }) => ({
    channelsIn: channels,
    channelsOut: channels,
    emits: 'same',
    dt,
  }),
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
  saved: z.strictObject({
    kind: z.literal('delay'),
    name: z.string(),
    channels: z.number(),
    dt: z.number().optional(),
    delay: savedValues,
  }),
};
