/** The contract of a place where pipelines run. */
import type { Demand } from '../demand.ts';
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import type { ChannelSpace } from '../events/space.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import { type Check, flag, having, keeping, readAs, readBy, text } from '../options.ts';
import { printable } from '../printable.ts';
import type { Problem } from '../problems.ts';
import type { Pipeline } from './pipeline.ts';

/** What goes into a target: chunks of time bins, or packets of events on its channels. */
export type TargetInput = SpikeRaster | AerPacket<ChannelSpace>;

/** Spikes in the form in which the input came. */
export type SpikesOf<In extends TargetInput> = In extends SpikeRaster
  ? SpikeRaster
  : AerPacket<ChannelSpace>;

/** Signals by name, over the same time: spikes of populations, and states, whose names have a colon. */
export type RecordedOf<In extends TargetInput, Names extends readonly string[]> = {
  readonly [Name in Names[number]]: Name extends `${string}:${string}`
    ? SignalRaster
    : string extends Name
      ? SpikesOf<In> | SignalRaster
      : SpikesOf<In>;
};

/** What was recorded, of whatever input. */
export type Recorded = Readonly<Record<string, TargetInput | SignalRaster>>;

/** What comes out of a target for each input: spikes of the output population, or what was to be recorded. */
export type TargetOutput = TargetInput | Recorded;

/** What is wanted of a run. */
export interface TargetRequest {
  /**
   * What is given instead of the spikes of the output population: spikes of populations by name (`hidden`), and
   * states of their neurons (`output:imem`), of targets that can see them.
   */
  readonly record?: readonly string[] | undefined;
  /**
   * Time at which a stream of packets begins, whole microseconds; if left out, at the start of the bin of the
   * first event, on the grid of whole steps from time 0. Rasters say themselves when they begin.
   */
  readonly startTime?: number | undefined;
}

/** A change of the chip in mid-run, as `Link.update` makes it. */
export interface TargetUpdate {
  /** Time of the stream from which on it holds, whole microseconds. */
  readonly time: number;
  /** How often the run had been brought to rest before, which undoes all changes. */
  readonly resets: number;
  /** What was changed, as the chip family has it. */
  readonly delta: unknown;
}

/** Receives what a running pipeline gives. */
export interface TargetObserver {
  /**
   * Takes one output for each input, in its order and over its time; and at the end of a stream of packets one
   * more, if a bin had begun.
   */
  next(output: TargetOutput): void;
  /** Learns that the chip was changed in mid-run, whoever did it; of targets that are chips. */
  updated?(update: TargetUpdate): void;
  /** Learns of a failure; nothing follows. */
  error(cause: unknown): void;
  /** Learns that everything that went in has come out; nothing follows. */
  complete(): void;
}

/**
 * A pipeline that runs on a target. Inputs follow each other in time, and are all rasters or all packets; absolute
 * times are kept. A gap between two rasters is silence in which time passes; of packets, all bins that end by
 * `until` are run, whatever the cut.
 */
export interface TargetRun {
  /** Takes the next input. */
  push(input: TargetInput): void;
  /**
   * The same, but a part of it at a time, so that long work gives way: gives whether it is not done with it, and {@link goOn} is to be
   * called in another turn, before anything else is pushed. Absent where nothing takes long.
   */
  pushPart?(input: TargetInput): boolean;
  /** Goes on with what was pushed, and gives whether it is not done with it. */
  goOn?(): boolean;
  /**
   * Brings all neurons to rest between what was pushed and what will be: before the next raster; in a stream of
   * packets, at the start of the first bin that has not ended by the last `until`. Time goes on.
   */
  reset(): void;
  /**
   * Changes the chip between what was pushed and what will be, without bringing it to rest, until it is: what `Link.update` takes.
   * Absent where there is no chip to be changed.
   */
  update?(delta: unknown): void;
  /** Says that no more inputs follow. */
  end(): void;
  /** Stops at once and frees everything. */
  stop(): void;
  /** What it can take by now, of targets that lag behind: sources that can wait are held back by it. */
  readonly demand?: Demand;
}

/** A place where pipelines run. */
export interface Target {
  /** Name in messages. */
  readonly name: string;
  /**
   * Whether it takes packets only and gives spikes as they come, for closed loops: an output without events then says that the oldest
   * input without an answer has been answered.
   */
  readonly immediate?: boolean;
  /** Lists everything that keeps `pipeline` from running here as wanted; empty if nothing does. Simulates nothing. */
  unsupported(pipeline: Pipeline, request?: TargetRequest): readonly Problem[];
  /** Starts `pipeline` at rest. What cannot be started ends in `error`. */
  start(pipeline: Pipeline, observer: TargetObserver, request?: TargetRequest): TargetRun;
}

const asTarget = keeping('a target', {
  methods: ['unsupported', 'start'],
  says: { name: text, immediate: (value) => (value === undefined ? [] : flag(value)) },
});
const isRun = having('a run', 'push', 'reset', 'end', 'stop');

/** Reads a target once; what it starts must be a run. */
function readTarget(given: Target): Target {
  const target = readAs(given, asTarget);
  if (asTarget(target).length > 0) return target;
  return {
    ...target,
    start(...asked) {
      const run = target.start(...asked);
      if (isRun(run).length === 0) return run;
      throw new DataError(`start() of the target ${printable(target.name)} gave no run`);
    },
  };
}

/** Checks that something is a target. */
export const targetCheck: Check = readBy(
  (value: unknown) => asTarget(value),
  (given) => readTarget(given as Target),
);

/** Tells packets from rasters. */
export function isPacket(input: TargetInput): input is AerPacket<ChannelSpace> {
  return 'timestamps' in input;
}
