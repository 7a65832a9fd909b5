/** A link to a DYNAP-SE1 board, from opening to closing: its configuration, its time, its events, its end. */
import type { Dynapse1Configuration } from '../../../chips/dynapse1/configuration.ts';
import type { Dynapse1Delta } from '../../../chips/dynapse1/delta.ts';
import { dynapse1 } from '../../../chips/dynapse1/family.ts';
import type { MemoryWords } from '../../../chips/family.ts';
import type { Clock } from '../../../clock.ts';
import { DeviceError, InvalidArgumentError } from '../../../errors.ts';
import { type Losses, lossCounter } from '../../../events/losses.ts';
import { within } from '../../../problems.ts';
import { fittingDelta, fittingMemories } from '../../fitting.ts';
import { type Link, type LinkUpdate, soundEvents, timeCheck } from '../../link.ts';
import { linkListeners } from '../../listeners.ts';
import { unwrapNear, wrapTime } from '../../wrap.ts';
import { usbFailure } from '../failures.ts';
import { pause } from '../fpga.ts';
import { inTurn } from '../in-turn.ts';
import type { UsbPort } from '../port.ts';
import { answers } from './answers.ts';
import { boardTime } from './board-time.ts';
import { type Dynapse1Calls, type Dynapse1Info, dynapse1Calls } from './calls.ts';
import { chipMemory } from './chip-memory.ts';
import { count, counters } from './counters.ts';
import { boardExtras, type Dynapse1Extras } from './extras.ts';
import { firstReset } from './first-reset.ts';
import { playedEvent, player } from './player.ts';
import { spikeReader } from './spikes.ts';

/** How a link is opened. */
export interface Dynapse1LinkConfig {
  readonly clock: Clock;
  readonly chips: number;
  readonly reset: boolean;
  readonly settleTime: number;
  readonly restTime: number;
  readonly packetDelay: number;
  readonly memoryWords: number;
  /** Is called when the board is free again. */
  closed(): void;
}

/** A link to a DYNAP-SE1 board, with what only such a board has. */
export interface Dynapse1Link extends Link<Dynapse1Configuration, Dynapse1Delta>, Dynapse1Extras {
  /** What the board tells of itself. */
  readonly board: Dynapse1Info;
  /**
   * Counts what came that is no spike: `unknownWord`, `oddByte`, `stall`, `clockReset`.
   */
  readonly losses: Losses;
}

const gone = (): DeviceError =>
  new DeviceError('disconnected', 'the link is closed; open the board again');

/** Time between two looks at what a board has dropped, milliseconds. */
const lookInterval = 1000;

/** Whether a transfer was filled. */
function isFull(bytes: Uint8Array, port: UsbPort): boolean {
  return bytes.length >= port.kind.transferSize;
}

/**
 * Starts a board, and gives the link to it.
 *
 * @throws DeviceError if the board fails, or does not send
 */
export async function openDynapse1Link(
  port: UsbPort,
  config: Dynapse1LinkConfig,
): Promise<Dynapse1Link> {
  try {
    return await started(port, await dynapse1Calls(port), config);
  } catch (cause) {
    await port.close();
    throw usbFailure(port.kind, 'ask', cause);
  }
}

async function started(
  port: UsbPort,
  calls: Dynapse1Calls,
  config: Dynapse1LinkConfig,
): Promise<Dynapse1Link> {
  const { clock, chips, packetDelay } = config;
  const remedy = 'if there are more, say so when it is opened';
  const room = { family: dynapse1, chips, remedy };
  const delay = packetDelay * 125;
  const { counts, statistics } = counters(calls.info);
  const losses = lossCounter();
  const listeners = linkListeners();
  const updates: LinkUpdate<Dynapse1Delta>[] = [];
  const reader = spikeReader();
  const time = boardTime(clock, delay);
  const memory = chipMemory(calls, chips);
  const together = inTurn();
  let memories: MemoryWords[] | undefined;
  let closed = false;
  let full = false;
  /** The time that was told last: it never goes back. */
  let told = 0;
  const resets = firstReset({ clock, what: port.kind.what, reset: () => calls.resetTime() });

  const failed = (cause: unknown): void => {
    void shut(usbFailure(port.kind, 'ask', cause));
  };
  const waiting = answers({
    time,
    clock,
    delay,
    heard: () => reader.now,
    full: () => full,
    roundTrip: () => calls.fpga.get(6, 0),
    failed,
  });
  const play = player({
    calls,
    time,
    clock,
    memoryWords: config.memoryWords,
    late(by, own) {
      counts.late += by;
      count(own, 'late', by);
    },
    failed,
  });
  let droppedBefore = 0;
  const readDropped = async (): Promise<void> => {
    if (!calls.info.countsAer && !calls.info.countsDrops) return;
    counts.lostInBoard = (await calls.eventsDropped()) - droppedBefore;
  };
  let watch = { unsubscribe() {} };
  /** Looks once a second at what the board has dropped. */
  const look = (): void => {
    watch = clock.schedule(() => {
      look();
      readDropped().catch(failed);
    }, lookInterval);
  };
  /** Closes everything; those who listen are told once it is closed. */
  const shut = async (cause?: DeviceError): Promise<void> => {
    if (closed) return;
    closed = true;
    play.close();
    watch.unsubscribe();
    waiting.reject(cause ?? gone());
    resets.fail(cause ?? gone());
    if (cause === undefined) {
      await readDropped().catch(() => {});
      await calls.stop().catch(() => {});
    }
    await port.close();
    config.closed();
    listeners.close(cause);
  };
  const alive = (): void => {
    if (closed) throw gone();
  };
  const data = (bytes: Uint8Array): void => {
    const before = { ...reader.counts };
    full = isFull(bytes, port);
    const { times, words } = reader.read(bytes);
    const { unknown, oddBytes } = reader.counts;
    const set = reader.counts.resets - before.resets;
    losses.add('unknownWord', unknown - before.unknown);
    losses.add('oddByte', oddBytes - before.oddBytes);
    if (set > 0 && !resets.heard()) losses.add('clockReset', set);
    time.heard(reader.now);
    if (words.length > 0) {
      if (listeners.size === 0) counts.unheard += words.length;
      else {
        counts.received += words.length;
        const timestamps = new Uint32Array(times.length);
        for (let i = 0; i < times.length; i++) timestamps[i] = wrapTime(times[i]!);
        listeners.give({ timestamps, words });
      }
    }
    waiting.look();
  };
  const now = (): number => {
    told = Math.max(told, reader.now, Math.floor(time.now()));
    return told;
  };
  if (config.reset) {
    await memory.writeDefaults();
    await pause(clock, config.settleTime * 1000);
  } else {
    await calls.openChips();
    await calls.closeChips();
  }
  await calls.setPacketDelay(packetDelay);
  port.listen({
    data: (bytes) => {
      if (!closed) data(bytes);
    },
    stalled: () => losses.add('stall', 1),
    lost: (cause) => void shut(cause),
  });
  await calls.start();
  await readDropped();
  droppedBefore = counts.lostInBoard;
  counts.lostInBoard = 0;
  await resets.run((before, after) => {
    time.wasAt(reader.epoch, before, after);
    time.heard(reader.now);
  });
  look();

  return {
    info: {
      name: 'DYNAP-SE1 board',
      serial: port.serial === '' ? 'without a number' : port.serial,
      family: dynapse1.name,
      chips,
      clock: 'board',
    },
    board: calls.info,
    losses,
    get closed() {
      return closed;
    },
    statistics,
    updates,
    async configure(configuration) {
      alive();
      const next = fittingMemories(configuration, room);
      await together(async () => {
        alive();
        await play.clear((own) => {
          counts.dropped++;
          count(own, 'dropped');
        });
        memories = undefined;
        await memory.configure(next);
        memories = next;
        await pause(clock, config.restTime * 1000);
      });
      alive();
    },
    send(events, own) {
      alive();
      const { timestamps, words } = soundEvents(events);
      const played = Array.from(words, playedEvent);
      const present = now();
      for (const name of ['late', 'dropped'] as const) count(own, name, 0);
      for (const [i, event] of played.entries()) {
        const at = unwrapNear(timestamps[i]!, present);
        play.add(at, event, own);
      }
      counts.sent += played.length;
      play.go();
    },
    async update(delta) {
      alive();
      delta = fittingDelta(delta, room, memories?.length);
      return together(async () => {
        alive();
        dynapse1.change(memories!, delta);
        await memory.update(memories!);
        alive();
        const at = wrapTime(now());
        updates.push({ time: at, delta });
        return at;
      });
    },
    async time(at) {
      alive();
      if (at === undefined) return wrapTime(now());
      const problems = within('at', timeCheck(at));
      if (problems.length > 0) throw new InvalidArgumentError('there is no such time', problems);
      const wanted = unwrapNear(at, now());
      await waiting.wait(wanted);
      told = Math.max(told, wanted);
      return wrapTime(now());
    },
    // Its circuits know no steps.
    align: alive,
    listen(listener) {
      alive();
      return listeners.add(listener);
    },
    close: () => shut(),
    ...boardExtras(calls, together, chips, alive),
  };
}
