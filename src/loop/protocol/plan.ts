/** What a protocol is: phases with durations, stimuli and triggers, and blocks of them. */
import type { AerPacket } from '../../events/aer-packet.ts';
import type { ChannelSpace } from '../../events/space.ts';
import type { SpikeRaster } from '../../events/spike-raster.ts';

/** Anything that can be listened to, as an observable. */
export interface Listenable<T> {
  subscribe(observer: { next(value: T): void; error(cause: unknown): void; complete(): void }): {
    unsubscribe(): void;
  };
}

/** When a stimulus is asked for its spikes. */
export interface StimulusMoment {
  /** Step of the loop or stream, from 0. */
  readonly step: number;
  /** Start of the step, whole microseconds. */
  readonly time: number;
  /** Time since the phase began, pauses left out, whole microseconds. */
  readonly since: number;
  /** Bins of the step. */
  readonly bins: number;
}

/** Spikes that go into the network during a phase, beside whatever else goes in. */
export type Stimulus =
  /** Poisson noise of so many spikes per second, of all channels or of each; drawn from the seed of the run. */
  | { readonly kind: 'noise'; readonly rate: number | readonly number[] }
  /** A pulse on channels every so many seconds, the first at once; of one spike on each, or of `count`. */
  | {
      readonly kind: 'pulses';
      readonly every: number;
      readonly channels: readonly number[];
      readonly count?: number;
    }
  /** A raster from the beginning of the phase on, once, or again and again. */
  | { readonly kind: 'raster'; readonly raster: SpikeRaster; readonly loop?: boolean }
  /** Whatever comes while the phase lasts; it goes in with the next step. */
  | {
      readonly kind: 'stream';
      readonly items$: Listenable<SpikeRaster | AerPacket<ChannelSpace>>;
    }
  /** Counts `[bins × channels]` for a step; nothing if undefined. */
  | ((moment: StimulusMoment) => ArrayLike<number> | undefined);

/** What ends a phase before its time. */
export type Trigger =
  /** So many spikes of the output since the phase began, 1 if left out; of one channel, or of any. */
  | { readonly kind: 'spikes'; readonly count?: number; readonly channel?: number }
  /** A rate of the output, spikes per second and channel over a window in seconds, that is `above` or `below` a threshold. */
  | {
      readonly kind: 'rate';
      readonly above?: number;
      readonly below?: number;
      readonly window: number;
      readonly channels?: readonly number[];
    }
  /** A key, as the keys of the run give it. */
  | { readonly kind: 'key'; readonly key: string }
  /** A value of a stream, such as a message of a network; of those for which `where` holds. */
  | {
      readonly kind: 'signal';
      readonly signal$: Listenable<unknown>;
      readonly where?: (value: never) => boolean;
    };

/** A phase of a protocol. */
export interface Phase {
  /** Its name, for marks. */
  readonly name: string;
  /** How long it lasts at most, seconds, from a step of the network on; without it, until its trigger comes. */
  readonly duration?: number;
  /** What goes into the network; nothing of the protocol's if left out. */
  readonly stimulus?: Stimulus | readonly Stimulus[];
  /** What ends it; its duration alone if left out. */
  readonly until?: Trigger | readonly Trigger[];
  /** A mark of its own that is written when it begins. */
  readonly mark?: string;
  /** A change of the chip's biases and synapses when it begins: what `update` of a link takes. */
  readonly update?: unknown;
  /** Anything else that is done when it begins. It may give a promise: the protocol goes on, but ends once that is settled, and with what it fails with. */
  readonly action?: () => unknown;
}

/** Phases that follow each other, perhaps again and again, perhaps in another order each time. */
export interface Block {
  /** What it holds. */
  readonly items: readonly ProtocolItem[];
  /** How often it comes; once if left out. */
  readonly times?: number;
  /** As listed (`given`, if left out), or in an order that is drawn anew each time from the seed of the run. */
  readonly order?: 'given' | 'random';
}

/** A phase or a block. */
export type ProtocolItem = Phase | Block;

/** A protocol that was checked. */
export interface Protocol {
  /** Its phases and blocks, one after the other. */
  readonly items: readonly ProtocolItem[];
  /** Number of phases, every repetition counted. */
  readonly phases: number;
  /** How long it lasts at most, seconds; infinite if a phase only ends by a trigger. */
  readonly duration: number;
}

/** Whether an item is a block. */
export function isBlock(item: ProtocolItem): item is Block {
  return 'items' in item;
}

/** A list of what may be one. */
export function listed<T>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

/** Counts phases and their time. */
export function sizeOf(items: readonly ProtocolItem[]): Omit<Protocol, 'items'> {
  let [phases, duration] = [0, 0];
  for (const item of items) {
    if (!isBlock(item)) {
      phases++;
      duration += item.duration ?? Number.POSITIVE_INFINITY;
      continue;
    }
    const size = sizeOf(item.items);
    const { times = 1 } = item;
    phases += times * size.phases;
    if (size.duration > 0) duration += times * size.duration;
  }
  return { phases, duration };
}
