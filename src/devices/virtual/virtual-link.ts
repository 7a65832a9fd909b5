/** A link to a virtual board, from opening to closing: its time, its FIFOs, its failures. */
import type { DefaultConfiguration } from '../../chips/families.ts';
import type { ConfigurationDelta, MemoryWords } from '../../chips/family.ts';
import { DeviceError, InvalidArgumentError } from '../../errors.ts';
import { fault } from '../../problems.ts';
import { serial } from '../../serial.ts';
import { fittingDelta, fittingMemories } from '../fitting.ts';
import {
  type HardwareEvents,
  type Link,
  type LinkStatistics,
  type LinkUpdate,
  refuseTime,
  type SenderCounts,
  soundEvents,
} from '../link.ts';
import { linkListeners } from '../listeners.ts';
import { wrapTime } from '../wrap.ts';
import type { CompleteBoardConfig } from './board-config.ts';
import { boardRun, toldTime } from './board-run.ts';
import { type Chips, wireChips } from './chips.ts';
import { addCount, senderCounters } from './senders.ts';

/** A link to a virtual board, with what only a virtual one allows. */
export interface VirtualLink<Configuration = DefaultConfiguration>
  extends Link<Configuration, ConfigurationDelta> {
  /** Counts since opening; a virtual board has every counter. */
  readonly statistics: Required<LinkStatistics>;
  /**
   * Overwrites one memory word of a configured chip, as a fault would, and puts the chips to rest.
   *
   * @throws InvalidArgumentError if there is no such word
   */
  poke(chip: number, memory: string, index: number, word: number): void;
  /** Pulls the plug: listeners are told, and the link is gone. */
  unplug(): void;
}

/** Events that were handed over, and by whom. */
interface Handed {
  readonly events: HardwareEvents;
  readonly counts: SenderCounts | undefined;
}

/** Milliseconds between two looks at the clock, if nothing goes on. */
const idleInterval = 5;

/** Less is no pause, milliseconds. */
const leastPause = 1e-3;

/** Someone who waits for a time of the board. */
interface Asked {
  /** The time, unwrapped, and as it was asked for. */
  readonly time: number;
  readonly at: number;
  readonly reached: (at: number) => void;
  /** Whoever waits for the time after it. */
  next: Asked | undefined;
  /** Learns that the link is gone. */
  readonly gone: ((cause: DeviceError) => void) | undefined;
}

const gone = (): DeviceError =>
  new DeviceError('disconnected', 'the link is closed; open the board again');

/** Runs a board from opening to closing. */
export function openVirtualLink<Configuration>(
  config: CompleteBoardConfig<Configuration>,
  onClose: () => void,
): VirtualLink<Configuration> {
  const { family, chips: boardChips, realTime, clock } = config;
  const remedy = 'use fewer chips or open a larger board';
  const room = { family, chips: boardChips, remedy };
  const listeners = linkListeners();
  const updates: LinkUpdate<ConfigurationDelta>[] = [];
  let memories: readonly MemoryWords[] = [];
  let chips: Chips | undefined;
  let closed = false;
  let timer: { unsubscribe(): void } | undefined;
  /** When the timer is due; host time. */
  let timerAt = Number.POSITIVE_INFINITY;
  /** Who waits for the earliest time; each knows the next. */
  let asked: Asked | undefined;
  const board = boardRun({
    ...config,
    echo: family.echo ?? { word: -1, reply: -1 },
    heard: () => listeners.size > 0,
    off: () => closed,
    give: (events) => listeners.give(events),
  });
  const { statistics } = board;

  /** Answers those whose time has come, once what was handed over for before it is passed on. */
  const answer = (): void => {
    while (asked !== undefined && board.reached(asked.time)) {
      const one: Asked = asked;
      asked = one.next;
      one.next = undefined;
      try {
        one.reached(one.at);
      } catch {
        // Whoever was told has failed; what it throws has nobody to go to.
      }
      // It may have let the board run on: what came of that is given before the next answer.
      board.flush();
    }
  };
  /** Lets someone wait for a time. */
  const ask = (at: number, reached: Asked['reached'], gone?: Asked['gone']): void => {
    refuseTime(at);
    const time = board.unwrap(at);
    board.ask(time);
    let before: Asked | undefined;
    for (let each = asked; each !== undefined && each.time <= time; each = each.next) before = each;
    const one = { time, at, reached, gone, next: before === undefined ? asked : before.next };
    if (before === undefined) asked = one;
    else before.next = one;
    wake(realTime && !board.reached(time) ? pause() : 0);
  };
  const advance = (): void => {
    board.run();
    board.flush();
    answer();
  };
  /** Looks at the clock at the end of the step, and less often while nothing goes on. */
  const pause = (): number => {
    const rest = Math.max(leastPause, board.restOfStep);
    return board.busy || asked !== undefined ? rest : Math.max(rest, idleInterval);
  };
  const tick = (): void => {
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
    if (closed) return;
    try {
      advance();
    } catch (cause) {
      // An engine that fails, or a family: there is nobody above a timer to tell.
      shut(
        new DeviceError('disconnected', 'the virtual board broke down; open it again', { cause }),
      );
    }
    if (realTime) wake(pause());
  };
  const wake = (delay: number): void => {
    if (closed) return;
    const at = clock.now() + delay;
    if (at > timerAt - leastPause) return;
    timer?.unsubscribe();
    timerAt = at;
    timer = clock.schedule(tick, delay);
  };
  const shut = (cause?: DeviceError): void => {
    if (closed) return;
    closed = true;
    timer?.unsubscribe();
    board.empty();
    onClose();
    let waiting = asked;
    asked = undefined;
    for (; waiting !== undefined; waiting = waiting.next) waiting.gone?.(cause ?? gone());
    listeners.close(cause);
  };
  const alive = (): void => {
    if (closed) throw gone();
  };
  const acceptAll = serial(({ events, counts }: Handed) => {
    if (closed) return;
    const { timestamps, words } = events;
    for (let i = 0; i < senderCounters.length; i++) addCount(counts, senderCounters[i]!, 0);
    // What is late is decided by the time of arrival, not by when the board last looked.
    if (realTime) board.run();
    for (let i = 0; i < words.length; i++) board.accept(timestamps[i]!, words[i]!, counts);
    wake(realTime ? pause() : 0);
  });

  if (realTime) wake(0);
  return {
    info: {
      name: 'virtual board',
      serial: `virtual-${config.seed}`,
      family: family.name,
      chips: config.chips,
      clock: realTime ? 'board' : 'host',
      model: config.model,
    },
    get closed() {
      return closed;
    },
    statistics,
    updates,
    async configure(configuration) {
      alive();
      const next = fittingMemories(configuration, room);
      const wired = wireChips(family, next, config);
      board.settle();
      answer();
      // A listener that was given what had been sent may have closed the link.
      alive();
      memories = next;
      chips = wired;
      board.insert(wired);
    },
    send(events, counts) {
      alive();
      acceptAll({ events: soundEvents(events), counts });
    },
    async update(delta) {
      alive();
      delta = fittingDelta(delta, room, chips === undefined ? undefined : memories.length);
      advance();
      alive();
      family.change(memories, delta);
      chips?.rewire();
      const time = wrapTime(board.start);
      updates.push({ time, delta });
      return time;
    },
    async time(at) {
      alive();
      if (at === undefined) return toldTime(board);
      return new Promise((resolve, reject) => ask(at, () => resolve(toldTime(board)), reject));
    },
    whenReached(at, reached) {
      alive();
      ask(at, reached);
    },
    align(at) {
      alive();
      if (realTime) board.run();
      board.align(at);
    },
    listen(listener) {
      alive();
      const silence = listeners.add(listener);
      wake(0);
      return silence;
    },
    async close() {
      shut();
    },
    poke(chip, memory, index, word) {
      alive();
      const target = memories[chip]?.[memory];
      if (target === undefined || !(index >= 0 && index < target.length)) {
        const there = `${memories.length} chips are configured with ${target?.length ?? 0} words`;
        throw new InvalidArgumentError('no such memory word', [
          fault(`chip ${chip}, ${memory}, word ${index}`, 'unknown', there),
        ]);
      }
      target[index] = word;
      chips = wireChips(family, memories, config);
      board.insert(chips);
    },
    unplug() {
      shut(
        new DeviceError(
          'disconnected',
          'the virtual board was unplugged; plug it in and open it again',
        ),
      );
    },
  };
}
