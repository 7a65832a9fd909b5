/** A link to a virtual board, from opening to closing: its time, its FIFOs, its failures. */
import type { DefaultConfiguration } from '../../chips/families.ts';
import type { ConfigurationDelta, MemoryWords } from '../../chips/family.ts';
import { DeviceError, InvalidArgumentError } from '../../errors.ts';
import { fault, within } from '../../problems.ts';
import { serial } from '../../serial.ts';
import {
  checkEvents,
  type HardwareEvents,
  type Link,
  type LinkStatistics,
  type LinkUpdate,
  type SenderCounts,
  timeCheck,
} from '../link.ts';
import { linkListeners } from '../listeners.ts';
import { unwrapNear, unwrapper, wrapTime } from '../wrap.ts';
import { type CompleteBoardConfig, fitProblems } from './board-config.ts';
import { type Chips, wireChips } from './chips.ts';
import { eventFifo } from './fifo.ts';
import { addCount, senderQueue } from './senders.ts';
import { boardSteps, stepEvents } from './steps.ts';

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

/** Milliseconds between two looks at the clock. */
const tickInterval = 1;

/** Someone who waits for a time of the board. */
interface Asked {
  readonly at: number;
  resolve(time: number): void;
  reject(cause: DeviceError): void;
}

const gone = (): DeviceError =>
  new DeviceError('disconnected', 'the link is closed; open the board again');

/** Runs a board from opening to closing. */
export function openVirtualLink<Configuration>(
  config: CompleteBoardConfig<Configuration>,
  onClose: () => void,
): VirtualLink<Configuration> {
  const { family, realTime, clock, startTime } = config;
  const input = eventFifo(config.inputCapacity);
  const output = eventFifo(config.outputCapacity);
  const senders = senderQueue();
  const statistics = { sent: 0, delivered: 0, late: 0, dropped: 0, received: 0, overflowed: 0 };
  const listeners = linkListeners();
  const updates: LinkUpdate<ConfigurationDelta>[] = [];
  const incoming = unwrapper(startTime);
  const poweredAt = clock.now();
  const steps = boardSteps(startTime, config.dt);
  const echo = family.echo ?? { word: -1, reply: -1 };
  let memories: readonly MemoryWords[] = [];
  let chips: Chips | undefined;
  let closed = false;
  let timer: { unsubscribe(): void } | undefined;
  let asked: Asked[] = [];
  /** Times of the newest event and of the newest time asked for: a board without a clock runs to the bin of one, through the other. */
  let newestEvent = startTime;
  let newestAsked = startTime;

  const now = (): number =>
    realTime ? startTime + Math.floor((clock.now() - poweredAt) * 1000) : steps.start;
  /** Continues a time that the host gave: a board with a clock knows it, however long ago the last event was. */
  const unwrap = (time: number): number =>
    realTime ? unwrapNear(time, now()) : incoming.unwrap(time);

  /** What the output FIFO had no room for in the middle of a step: nobody is called before the step is over. */
  const overfull: HardwareEvents[] = [];
  const take = (): HardwareEvents => {
    const events = output.drain();
    statistics.received += events.words.length;
    return events;
  };
  const flush = (): void => {
    while (overfull.length > 0) listeners.give(overfull.shift()!);
    if (output.size > 0 && listeners.size > 0) listeners.give(take());
  };
  const give = (time: number, word: number): void => {
    if (output.full && !realTime && listeners.size > 0) overfull.push(take());
    if (!output.push(time, word)) statistics.overflowed++;
  };
  const fired = stepEvents();
  const emit = (word: number, index: number, count: number): void =>
    fired.add(steps.start + Math.floor((index * (steps.end - steps.start)) / count), word);
  /** Answers the echo words that are next in line and whose time is over. */
  const answerEchoes = (): void => {
    while (input.headWord === echo.word && input.headTime <= steps.start) {
      const time = realTime ? now() : Math.max(input.headTime, steps.start);
      input.shift();
      give(time, echo.reply);
    }
  };
  const runStep = (): void => {
    while (input.headTime < steps.end) {
      const { headTime, headWord } = input;
      input.shift();
      if (headWord === echo.word) {
        give(realTime ? now() : headTime, echo.reply);
      } else {
        const as = headTime < steps.start ? 'late' : 'delivered';
        statistics[as]++;
        senders.shift(as);
        chips?.take(headWord);
      }
    }
    chips?.step(emit);
    fired.drain(give);
    steps.advance();
  };
  /** Does every step whose time is over. */
  const runDue = (): void => {
    if (realTime) {
      const time = now();
      while (steps.end <= time && !closed) runStep();
    } else {
      answerEchoes();
      const goesOn = (): boolean =>
        steps.end <= newestEvent || steps.start < newestAsked || input.headTime < steps.start;
      while (goesOn() && !closed) {
        runStep();
        answerEchoes();
        if (overfull.length > 0) flush();
      }
    }
  };
  /** Answers those whose time has come, once what was handed over for before it is passed on. */
  const answer = (): void => {
    if (asked.length === 0) return;
    const isDue = ({ at }: Asked): boolean => at <= steps.start && !(input.headTime < at);
    const due = asked.filter(isDue);
    asked = asked.filter((each) => !isDue(each));
    for (const { resolve } of due) resolve(wrapTime(now()));
  };
  const advance = (): void => {
    runDue();
    answerEchoes();
    flush();
    answer();
  };
  const tick = (): void => {
    timer = undefined;
    if (closed) return;
    try {
      advance();
    } catch (cause) {
      // An engine that fails, or a family: there is nobody above a timer to tell.
      shut(
        new DeviceError('disconnected', 'the virtual board broke down; open it again', { cause }),
      );
    }
    // A listener that has sent something has set the timer already.
    if (realTime && !closed) timer ??= clock.schedule(tick, tickInterval);
  };
  const wake = (): void => {
    timer ??= clock.schedule(tick, 0);
  };
  /** Empties both FIFOs; what was in them is counted. */
  const empty = (): void => {
    const { sent, delivered, late, dropped } = statistics;
    statistics.dropped += sent - delivered - late - dropped;
    statistics.overflowed += output.size;
    senders.clear();
    input.clear();
    output.clear();
  };
  const shut = (cause?: DeviceError): void => {
    if (closed) return;
    closed = true;
    timer?.unsubscribe();
    empty();
    onClose();
    const waiting = asked;
    asked = [];
    for (const { reject } of waiting) reject(cause ?? gone());
    listeners.close(cause);
  };
  const alive = (): void => {
    if (closed) throw gone();
  };
  const accept = (timestamp: number, word: number, counts: SenderCounts | undefined): void => {
    const time = unwrap(timestamp);
    const isEcho = word === echo.word;
    if (!isEcho) statistics.sent++;
    // Without a clock the bus waits until there is room.
    while (input.full && !realTime && !closed) {
      answerEchoes();
      if (input.full) runStep();
    }
    if (!input.push(time, word)) {
      if (isEcho) return;
      statistics.dropped++;
      addCount(counts, 'dropped');
    } else if (isEcho) newestAsked = Math.max(newestAsked, time);
    else {
      newestEvent = Math.max(newestEvent, time);
      senders.push(counts);
    }
  };
  const acceptAll = serial(({ events, counts }: Handed) => {
    if (closed) return;
    const { timestamps, words } = events;
    for (const name of ['delivered', 'late', 'dropped'] as const) addCount(counts, name, 0);
    // What is late is decided by the time of arrival, not by when the board last looked.
    if (realTime) runDue();
    for (let i = 0; i < words.length; i++) accept(timestamps[i]!, words[i]!, counts);
    wake();
  });
  /** Brings the board to where it would be had nothing been sent: what was asked for has passed, and nothing waits. */
  const settle = (): void => {
    flush();
    empty();
    if (!realTime) while (steps.start < newestAsked) steps.advance();
    newestEvent = steps.start;
    newestAsked = steps.start;
    answer();
  };

  if (realTime) wake();
  return {
    info: {
      name: 'virtual board',
      serial: `virtual-${config.seed}`,
      family: family.name,
      chips: config.chips,
      clock: realTime ? 'board' : 'host',
    },
    get closed() {
      return closed;
    },
    statistics,
    updates,
    async configure(configuration) {
      alive();
      const problems = fitProblems(configuration, config);
      if (problems.length > 0) {
        throw new InvalidArgumentError('this configuration does not fit the board', problems);
      }
      const next = family.memories(configuration);
      const wired = wireChips(family, next, config);
      settle();
      // A listener that was given what had been sent may have closed the link.
      alive();
      memories = next;
      chips = wired;
    },
    send(events, counts) {
      alive();
      checkEvents(events);
      acceptAll({ events, counts });
    },
    async update(delta) {
      alive();
      const problems = family.deltaProblems(delta, memories.length);
      if (chips === undefined) problems.push(fault('', 'missing', 'nothing is configured yet'));
      if (problems.length > 0) throw new InvalidArgumentError('this change cannot be', problems);
      advance();
      alive();
      family.change(memories, delta);
      chips?.rewire();
      const time = wrapTime(steps.start);
      updates.push({ time, delta });
      return time;
    },
    async time(at) {
      alive();
      if (at === undefined) return wrapTime(now());
      const problems = within('at', timeCheck(at));
      if (problems.length > 0) throw new InvalidArgumentError('there is no such time', problems);
      const time = unwrap(at);
      newestAsked = Math.max(newestAsked, time);
      const answered = new Promise<number>((resolve, reject) => {
        asked.push({ at: time, resolve, reject });
      });
      wake();
      return answered;
    },
    listen(listener) {
      alive();
      const silence = listeners.add(listener);
      wake();
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
