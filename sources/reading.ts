/** How items are read from bytes of any format: decoded, sliced, repeated, and paced to their times. */
import { asyncScheduler, type SchedulerLike, type Unsubscribable } from 'rxjs';
import { timeOf } from '../src/clock.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { itemStart, itemUntil, shiftItem } from '../src/events/items.ts';
import type { Losses } from '../src/events/losses.ts';
import { lossesCheck } from '../src/events/losses.ts';
import { itemKind, type StreamItem } from '../src/events/series.ts';
import { countSlicer } from '../src/filters/count-slice.ts';
import type { Slicer } from '../src/filters/filter.ts';
import { timeSlicer } from '../src/filters/time-slice.ts';
import { anything, having, number, type OptionTable, text } from '../src/options.ts';
import { fault, type Problem } from '../src/problems.ts';
import { decoded } from './decoding.ts';

/** How bytes are read. */
export interface ReadConfig {
  /** Name of their format (`dat`, `evt3`, …); found by content if left out. */
  readonly format?: string;
  /** Options of the format's decoder, such as the `width` and `height` that a file does not say. */
  readonly options?: object;
  /** Which stream of a recording, of any kind; its first stream of events if left out. */
  readonly stream?: string;
  /** Cuts events into packets of equal time, seconds; as they come if left out, or 10 ms if `speed` is given. */
  readonly window?: number;
  /** Cuts events into packets of equally many. */
  readonly events?: number;
  /** Keeps time: 1 is the pace of the recording, 2 twice that. Each item is emitted when its time is over; one
   * that a day or more would have to be waited for, as after a long pause, at once, and counted as `unwaited`. As fast as it can if left out.
   */
  readonly speed?: number;
  /** Clock by which time is kept; the machine's if left out. */
  readonly clock?: SchedulerLike;
  /** How far times may step back, as those of real cameras do, seconds; 10 ms if left out. Events that step back further are left out, and counted as `late`; single ones more than a minute ahead of all around them as `astray`. */
  readonly lateness?: number;
  /** Counts what in the bytes is no event of the stream, by reason; the source's own if left out. */
  readonly losses?: Losses;
}

/** Checks of {@link ReadConfig}. */
export const readTable: OptionTable<ReadConfig> = {
  format: text,
  options: anything,
  stream: text,
  window: number({ min: 1e-6, max: 1e9, unit: 'seconds' }),
  events: number({ min: 1, max: 2 ** 26, whole: true, unit: 'events' }),
  speed: number({ above: 0, unit: 'times its own' }),
  clock: having('a scheduler', 'now', 'schedule'),
  lateness: number({ min: 0, max: 1e6, unit: 'seconds' }),
  losses: lossesCheck,
};

/** What contradicts itself in a configuration whose values are sound. */
export function readProblems({ window, events, format, stream }: ReadConfig): Problem[] {
  const problems: Problem[] = [];
  if (window !== undefined && events !== undefined) {
    problems.push(
      fault('events', 'conflict', 'packets are of equal time or of equally many events'),
    );
  }
  if (stream !== undefined && (format ?? 'spk') !== 'spk') {
    problems.push(fault('stream', 'conflict', `${format} has one stream; recordings have several`));
  }
  return problems;
}

/** Something that is being read until it is stopped. */
export class Reading {
  #stopped = false;
  #wake: (() => void) | undefined;
  readonly #cleanups: (() => void)[] = [];

  /** Whether it has been stopped. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Does something when it is stopped, at once if it was. */
  onStop(cleanup: () => void): void {
    if (this.#stopped) cleanup();
    else this.#cleanups.push(cleanup);
  }

  /** Stops it. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }

  /** Waits, unless it is stopped. */
  async wait(clock: SchedulerLike, ms: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer: Unsubscribable = clock.schedule(() => resolve(), ms);
      this.#wake = () => {
        timer.unsubscribe();
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

/** Where bytes come from. */
export interface ByteSource {
  /** Gives the bytes from the beginning, and frees what it has opened when it ends or is stopped. */
  open(reading: Reading): AsyncIterable<Uint8Array>;
  /** Is told that they will be read, until the returned function is called. */
  note?(): () => void;
}

/** Reads items from bytes. Each iteration opens them anew; returning stops it at once. */
export function readItems(
  source: ByteSource,
  config: ReadConfig & { readonly losses: Losses },
  passes = 1,
): AsyncIterable<StreamItem> {
  return {
    [Symbol.asyncIterator]() {
      const reading = new Reading();
      reading.onStop(source.note?.() ?? (() => {}));
      const items = paced(passesOf(source, config, passes, reading), config, reading);
      return {
        next: () => items.next(),
        async return() {
          reading.stop();
          return items.return(undefined);
        },
      };
    },
  };
}

/** All passes over the bytes, one after the other in time. */
async function* passesOf(
  source: ByteSource,
  config: ReadConfig & { readonly losses: Losses },
  passes: number,
  reading: Reading,
): AsyncGenerator<StreamItem> {
  const cut = cutterOf(config);
  let shift = 0;
  for (let pass = 0; pass < passes && !reading.stopped; pass++) {
    let first: number | undefined;
    let last = 0;
    for await (const item of decoded(source.open(reading), config)) {
      first ??= itemStart(item);
      last = itemUntil(item);
      yield* cut(later(item, shift));
    }
    if (first === undefined) break;
    // The next pass begins where this one has ended.
    shift += last - first;
  }
  yield* cut();
}

/** The same item, later. The times of events are written in place: nobody else has seen them yet. */
function later(item: StreamItem, by: number): StreamItem {
  if (by === 0 || itemKind(item) !== 'events') return shiftItem(item, by);
  const { timestamps } = item as AerPacket;
  for (let i = 0; i < timestamps.length; i++) timestamps[i] = timestamps[i]! + by;
  return { ...(item as AerPacket), until: (item as AerPacket).until + by };
}

/** Whether items go on as they were decoded: then each has its arrays for itself. */
export function isUncut({ window, events, speed }: ReadConfig): boolean {
  return window === undefined && events === undefined && speed === undefined;
}

/** Slices that are made before the first of them goes on: one packet may last for hours, which are many. */
const slicesAtOnce = 256;

/** Cuts items as the configuration says; called without one at the end. */
function cutterOf({
  window,
  events,
  speed,
  losses,
}: ReadConfig & { readonly losses: Losses }): (item?: StreamItem) => Iterable<StreamItem> {
  const span = window ?? (speed === undefined || events !== undefined ? undefined : 0.01);
  let slicer: Slicer<AerPacket, AerPacket> | undefined;
  if (events !== undefined) slicer = countSlicer({ events });
  else if (span !== undefined) slicer = timeSlicer({ window: span, losses });
  let slices: StreamItem[] = [];
  const emit = (slice: StreamItem): boolean => slices.push(slice) >= slicesAtOnce;
  const taken = (): readonly StreamItem[] => {
    const some = slices;
    slices = [];
    return some;
  };
  return function* cut(item) {
    if (item === undefined) slicer?.end(emit);
    else if (slicer !== undefined && itemKind(item) === 'events') {
      slicer.push(item as AerPacket, emit);
      yield* taken();
      for (let isLeft = true; isLeft; yield* taken()) isLeft = slicer.goOn?.(emit) === true;
    } else slices.push(item);
    yield* taken();
  };
}

/** Holds each item back until its time is over, if time is kept. */
async function* paced(
  items: AsyncIterable<StreamItem>,
  { speed, clock, losses }: ReadConfig & { readonly losses: Losses },
  reading: Reading,
): AsyncGenerator<StreamItem> {
  try {
    if (speed === undefined) yield* items;
    else yield* atPace(items, speed, clock, losses, reading);
  } finally {
    reading.stop();
  }
}

/** Longest wait for an item, milliseconds: a day. Nobody waits for longer, and timers count to 25 days alone. */
const longestWait = 86_400_000;

async function* atPace(
  items: AsyncIterable<StreamItem>,
  speed: number,
  clock: SchedulerLike | undefined,
  losses: Losses,
  reading: Reading,
): AsyncGenerator<StreamItem> {
  const scheduler = clock ?? asyncScheduler;
  const now = timeOf(scheduler);
  let begin: number | undefined;
  let start = 0;
  for await (const item of items) {
    if (begin === undefined) {
      begin = now();
      start = itemStart(item);
    }
    const left = begin + (itemUntil(item) - start) / 1000 / speed - now();
    if (left > longestWait) {
      begin -= left;
      losses.add('unwaited', 1);
    } else if (left > 0) await reading.wait(scheduler, left);
    if (reading.stopped) return;
    yield item;
  }
}
