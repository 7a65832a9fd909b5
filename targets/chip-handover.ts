/** How inputs of a run of the target `chip` are handed to the schedule, and outputs made of what comes back: by windows of time, or as events come. */
import type { FpgaSchedule } from '../src/devices/fpga-schedule.ts';
import { routeEvents } from '../src/devices/route.ts';
import { type AerPacket, emptyPacket } from '../src/events/aer-packet.ts';
import { rasterToEvents } from '../src/events/convert.ts';
import type { ChannelSpace, ChipWordSpace } from '../src/events/space.ts';
import type { TargetOutput, TargetRequest } from '../src/pipeline/target.ts';
import { queue } from '../src/queue.ts';
import { type GatherConfig, immediateOutputs, windowGatherer } from './chip-gather.ts';
import { eventsFrom, lastTime, type PacketItem, type RasterItem } from './chip-intake.ts';
import { packetWindows, rasterWindow, type Window } from './windows.ts';

/** What a handover needs. */
export interface HandoverConfig extends GatherConfig {
  readonly request: TargetRequest;
  /** Words of the board's chips. */
  readonly space: ChipWordSpace;
  /** The schedule on the board as it is configured now. */
  schedule(): FpgaSchedule;
  /** Gives an output. */
  give(output: TargetOutput): void;
  /** Makes what is done once the board has come to the end of an input; made once, and called for each. */
  reached(work: () => void): () => void;
  /** Asks that the board comes to the end of an input, stream time, and calls what {@link HandoverConfig.reached} made. */
  mark(end: number, reached: () => void, arrived: number): void;
}

/** Hands inputs over, one after the other. */
export interface Handover {
  /** The board has been configured, and is at rest. */
  rest(): void;
  /** Hands an input to the schedule. */
  submit(item: RasterItem | PacketItem): void;
  /** Takes events of the board, in the time of the stream. */
  take(packet: AerPacket): void;
  /** Nothing more comes: counts the events that belong to no input. */
  finish(): void;
}

/** Each input has its window of time; the spikes in it are given once the board has come to its end. */
export function windowHandover(config: HandoverConfig): Handover {
  const { signals, request, space, give, mark } = config;
  const { inputWords } = config.deployment;
  const gathered = windowGatherer(config);
  const windowOf = packetWindows(signals, request);
  /** End of the last bin that is complete, and packets with events after it: a reset must not swallow them. */
  let complete = Number.NEGATIVE_INFINITY;
  const unfinished = queue<AerPacket<ChannelSpace>>();
  let begun = false;

  const windowOver = config.reached(() => give(gathered.close().output()));
  /** Gives a window once the board has come to its end. */
  const gather = (window: Window, arrived: number): void => mark(window.to, windowOver, arrived);
  /** Time begins with the first bin of a raster, not with the first event in it. */
  const beginAt = (time: number, arrived: number): void => {
    if (begun) return;
    begun = true;
    config.schedule().begin(time);
    config.schedule().mark(time, noted, arrived);
  };
  const submitRaster = ({ raster, arrived }: RasterItem): void => {
    const window = rasterWindow(raster, signals, request);
    gathered.open(window);
    beginAt(window.from, arrived);
    const events = routeEvents(rasterToEvents(raster), inputWords, space);
    config.schedule().add(events, arrived, window.from);
    gather(window, arrived);
  };
  const submitPacket = ({ events, span, begin, arrived }: PacketItem): void => {
    const window = windowOf(span);
    if (begin === undefined) {
      // Before the first event there is nothing to be run.
      give(window.output());
      return;
    }
    gathered.open(window);
    const schedule = config.schedule();
    if (!begun && events !== undefined && events.timestamps.length > 0 && unfinished.size === 0) {
      // The first event comes at once, wherever in its bin it is.
      begun = true;
      schedule.begin(begin);
    }
    if (!begun) {
      beginAt(Math.max(begin, span.from), arrived);
      for (let i = 0; i < unfinished.size; i++) {
        const left = eventsFrom(unfinished.at(i)!, complete);
        schedule.add(routeEvents(left, inputWords, space), arrived);
      }
    }
    if (events !== undefined) {
      schedule.add(routeEvents(events, inputWords, space), arrived);
      if (events.timestamps.length > 0) unfinished.push(events);
    }
    complete = span.to;
    while (unfinished.size > 0 && lastTime(unfinished.first!) < complete) unfinished.shift();
    gather(window, arrived);
  };
  return {
    rest() {
      begun = false;
    },
    submit: (item) => (item.kind === 'raster' ? submitRaster(item) : submitPacket(item)),
    take: gathered.take,
    finish: gathered.finish,
  };
}

/** Packets are handed on at once; what comes of them is given as it comes, and with it up to when nothing more will come. */
export function immediateHandover(config: HandoverConfig): Handover {
  const { request, space, give, mark } = config;
  const { inputWords } = config.deployment;
  const outputNow = immediateOutputs(config, request);
  const nothing = emptyPacket(space);
  /** Time of the stream up to which spikes have been given. */
  let said = Number.NEGATIVE_INFINITY;
  /** Times up to which nothing more will come once the marks of what was handed on are reached. */
  const saying = queue<number>();
  let begun = false;

  const giveUntil = (packet: AerPacket, until: number): void => {
    said = Math.max(said, until);
    const output = outputNow(packet, said);
    if (output !== undefined) give(output);
  };
  const allSaid = config.reached(() => giveUntil(nothing, saying.shift()!));
  return {
    rest() {
      begun = false;
    },
    submit(item) {
      // The intake has refused rasters.
      const { events, until, arrived } = item as PacketItem;
      const schedule = config.schedule();
      if (!begun) schedule.begin(until);
      begun = true;
      if (events !== undefined) schedule.add(routeEvents(events, inputWords, space), arrived);
      saying.push(until);
      mark(until, allSaid, arrived);
    },
    take: (packet) => giveUntil(packet, packet.until),
    finish() {},
  };
}

/** What a mark is asked for that nobody waits for: the stream is to begin there. */
const noted = (): void => {};
