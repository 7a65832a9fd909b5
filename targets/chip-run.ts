/** A run of the target `chip`: configures the board, schedules what goes in, gathers what comes out. */

import type { Clock } from '../src/clock.ts';
import type { Deployment } from '../src/compile/deployment.ts';
import { type FpgaSchedule, fpgaSchedule, type SlipPolicy } from '../src/devices/fpga-schedule.ts';
import type { Link, LinkStatistics, SenderCounts } from '../src/devices/link.ts';
import { routeEvents } from '../src/devices/route.ts';
import { DataError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { chunkEnd } from '../src/events/bins.ts';
import { rasterToEvents } from '../src/events/convert.ts';
import type { Losses } from '../src/events/losses.ts';
import { type ChannelSpace, chipWords } from '../src/events/space.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { tickWidth } from '../src/events/ticks.ts';
import { kindCheck } from '../src/pipeline/binned-run.ts';
import { type BinSpan, packetBins } from '../src/pipeline/packet-bins.ts';
import { checkGrid, checkOrder } from '../src/pipeline/run.ts';
import type { OutputSignal } from '../src/pipeline/signals.ts';
import {
  isPacket,
  type TargetObserver,
  type TargetRequest,
  type TargetRun,
} from '../src/pipeline/target.ts';
import { packetWindow, rasterWindow, type Window } from './windows.ts';

/** What a run needs. */
export interface ChipRunConfig {
  readonly link: Link;
  readonly deployment: Deployment<unknown>;
  /** What comes out, with the event words of each channel. */
  readonly signals: readonly (OutputSignal & { readonly words: Uint32Array })[];
  readonly request: TargetRequest;
  readonly observer: TargetObserver;
  /** How long before its time an event is handed to the board, seconds. */
  readonly lookAhead: number;
  readonly policy: SlipPolicy;
  /** Is told of each slip, microseconds. */
  slipped(size: number): void;
  readonly clock: Clock;
  readonly losses: Losses;
  /** Is called once, when the link is free again. */
  done(): void;
}

/** Inputs that are handed to the schedule ahead of the board; the others wait as they came. */
const inputsAhead = 64;

/** Silence that a board without a clock is run through at most, microseconds: a day. */
const longestSilence = 86_400e6;

/** Refuses a time that lies so far ahead that the board would never come there: broken time stamps do. */
function checkGap(from: number | undefined, to: number | undefined): void {
  if (from === undefined || to === undefined || to - from <= longestSilence) return;
  throw new DataError(
    `${to} µs follows ${from} µs: the board would be run through more than a day of silence; mend the time, or start another run`,
  );
}

/** What waits to be handed to the schedule. */
type Item =
  | { readonly kind: 'raster'; readonly raster: SpikeRaster; readonly arrived: number }
  | {
      readonly kind: 'packet';
      readonly events: AerPacket<ChannelSpace> | undefined;
      readonly span: BinSpan;
      /** Host time at which it came. */
      readonly arrived: number;
      /** Start of the first bin, if it is known. */
      readonly begin: number | undefined;
    }
  | { readonly kind: 'reset' };

/** Hands events of the board to the windows that they belong to. */
function collector({ signals, deployment, losses }: ChipRunConfig) {
  const placeOf = new Map(
    signals.flatMap(({ words }, signal) =>
      Array.from(words, (word, channel) => [word, { signal, channel }] as const),
    ),
  );
  const open: Window[] = [];
  return {
    open: (window: Window) => open.push(window),
    close: () => open.shift(),
    clear: () => {
      open.length = 0;
    },
    take({ timestamps, addresses }: AerPacket): void {
      let unbinned = 0;
      let unknownWord = 0;
      for (let i = 0; i < addresses.length; i++) {
        const place = placeOf.get(addresses[i]!);
        if (place === undefined) {
          // Spikes of a population that nobody asked for are no losses.
          if (deployment.populationOf(addresses[i]!) === undefined) unknownWord++;
          continue;
        }
        const time = timestamps[i]!;
        const window = open.find(({ from, to }) => time >= from && time < to);
        if (window === undefined) unbinned++;
        else window.take(place.signal, place.channel, time);
      }
      losses.add('unbinned', unbinned);
      losses.add('unknownWord', unknownWord);
    },
  };
}

/** Counts what the board loses of a run; of a link that cannot tell whose events they were, what it loses of all. */
function boardLosses(link: Link, losses: Losses) {
  let schedule: FpgaSchedule | undefined;
  let own: SenderCounts = {};
  let all: LinkStatistics = {};
  return {
    /** Begins with a schedule on a board that is configured: what was lost before is not of this run. */
    begin(begun: FpgaSchedule): void {
      schedule = begun;
      own = {};
      all = { ...link.statistics };
    },
    /** Adds what was lost since the last call. */
    count(): void {
      if (schedule === undefined) return;
      const [ownBefore, allBefore] = [own, all];
      own = { ...schedule.counts };
      all = { ...link.statistics };
      for (const reason of ['late', 'dropped'] as const) {
        const tells = own[reason] !== undefined;
        const [now, before] = tells ? [own, ownBefore] : [all, allBefore];
        if (tells || schedule.handed > 0)
          losses.add(reason, (now[reason] ?? 0) - (before[reason] ?? 0));
      }
      losses.add('overflowed', (all.overflowed ?? 0) - (allBefore.overflowed ?? 0));
    },
  };
}

/** Starts a run; the board is configured first, and what arrives meanwhile waits. */
export function startChipRun(config: ChipRunConfig): TargetRun {
  const { link, deployment, signals, request, observer, lookAhead, clock, losses } = config;
  const { dt, inputWords, configuration } = deployment;
  const channelsIn = inputWords.length;
  const space = chipWords(link.info.family);
  const collected = collector(config);
  const boardLost = boardLosses(link, losses);
  const bins = packetBins({ channelsIn, dt, startTime: request.startTime });
  const check = kindCheck();
  const waiting: Item[] = [];
  let schedule: FpgaSchedule | undefined;
  /** Events of a bin that is not complete: a reset must not swallow them. */
  let unfinished: AerPacket<ChannelSpace>[] = [];
  let begun = false;
  let ahead = 0;
  let ended = false;
  let stopped = false;
  let reached: number | undefined;
  const hostClock = link.info.clock === 'host';
  /** Time of the last event of packets. */
  let heard: number | undefined;

  const fail = (cause: unknown): void => {
    if (stopped) return;
    stop();
    try {
      observer.error(cause);
    } catch {
      // Whoever was told has failed too; what it throws now has nobody to go to.
    }
  };
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    schedule?.stop();
    waiting.length = 0;
    config.done();
  };
  const completeIfDone = (): void => {
    if (!ended || ahead > 0 || waiting.length > 0 || stopped) return;
    stop();
    observer.complete();
  };
  /** Time begins with the first bin, not with the first event in it. */
  const beginAt = (time: number, arrived: number): void => {
    if (!begun) schedule!.mark(time, () => {}, arrived);
    begun = true;
  };
  /** Gives a window once the board has come to its end. */
  const gather = (window: Window, arrived: number): void => {
    ahead++;
    schedule!.mark(
      window.to,
      () => {
        collected.close();
        boardLost.count();
        ahead--;
        observer.next(window.output());
        submitWaiting();
        completeIfDone();
      },
      arrived,
    );
  };
  const submit = (item: Exclude<Item, { readonly kind: 'reset' }>): void => {
    if (item.kind === 'raster') {
      const window = rasterWindow(item.raster, signals, request);
      collected.open(window);
      beginAt(window.from, item.arrived);
      schedule!.add(routeEvents(rasterToEvents(item.raster), inputWords, space), item.arrived);
      gather(window, item.arrived);
      return;
    }
    const { events, span, begin, arrived } = item;
    const window = packetWindow(span, signals, request);
    if (begin === undefined) {
      // Before the first event there is nothing to be run.
      observer.next(window.output());
      return;
    }
    collected.open(window);
    if (!begun) {
      beginAt(Math.max(begin, span.from), arrived);
      for (const packet of unfinished) {
        schedule!.add(routeEvents(packet, inputWords, space), arrived);
      }
    }
    if (events !== undefined) schedule!.add(routeEvents(events, inputWords, space), arrived);
    unfinished = [...unfinished, ...(events === undefined ? [] : [events])].flatMap((packet) =>
      eventsFrom(packet, span.to),
    );
    gather(window, arrived);
  };
  const submitWaiting = (): void => {
    while (schedule !== undefined && !stopped && ahead < inputsAhead && waiting.length > 0) {
      const [next] = waiting as [Item];
      if (next.kind === 'reset') {
        // What was sent before must have come back before the board is put to rest.
        if (ahead > 0) return;
        waiting.shift();
        schedule.stop();
        schedule = undefined;
        configured().catch(fail);
        return;
      }
      waiting.shift();
      submit(next);
    }
  };
  const configured = async (): Promise<void> => {
    await link.configure(configuration);
    if (stopped) return;
    begun = false;
    schedule = fpgaSchedule(link, {
      lookAhead,
      policy: config.policy,
      slipped: config.slipped,
      capacity: Number.POSITIVE_INFINITY,
      clock,
      grid: tickWidth(dt),
      output: (packet) => collected.take(packet),
      failed: fail,
    });
    boardLost.begin(schedule);
    submitWaiting();
    completeIfDone();
  };
  const guard = (work: () => void): void => {
    if (stopped) return;
    try {
      work();
      submitWaiting();
      completeIfDone();
    } catch (cause) {
      fail(cause);
    }
  };
  configured().catch(fail);
  return {
    push: (input) =>
      guard(() => {
        check(input);
        const arrived = clock.now();
        if (isPacket(input)) {
          if (hostClock) {
            const { timestamps } = input;
            for (let i = 0; i < timestamps.length; i++) {
              checkGap(timestamps[i - 1] ?? heard, timestamps[i]);
            }
            checkGap(timestamps.at(-1) ?? heard, input.until);
            heard =
              timestamps.length > 0 || heard !== undefined
                ? Math.max(heard ?? input.until, input.until)
                : undefined;
          }
          const span = bins.take(input);
          waiting.push({ kind: 'packet', events: input, span, begin: bins.begin, arrived });
          return;
        }
        checkGrid(input, { channelsIn, dt });
        checkOrder(input, reached);
        if (hostClock) checkGap(reached, input.startTime);
        reached = chunkEnd(input);
        waiting.push({ kind: 'raster', raster: input, arrived });
      }),
    reset: () => guard(() => waiting.push({ kind: 'reset' })),
    end: () =>
      guard(() => {
        ended = true;
        const span = bins.finish();
        if (span.steps === 0) return;
        waiting.push({
          kind: 'packet',
          events: undefined,
          span,
          begin: bins.begin,
          arrived: clock.now(),
        });
      }),
    stop,
  };
}

/** The events of a packet from a time on; none if there are none. */
function eventsFrom(packet: AerPacket<ChannelSpace>, time: number): AerPacket<ChannelSpace>[] {
  const { timestamps, addresses } = packet;
  let i = timestamps.length;
  while (i > 0 && timestamps[i - 1]! >= time) i--;
  if (i === timestamps.length) return [];
  return [{ ...packet, timestamps: timestamps.subarray(i), addresses: addresses.subarray(i) }];
}
