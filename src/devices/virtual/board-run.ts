/** What a virtual board does between its two FIFOs: it takes events, runs steps, and has events to give. */
import type { Clock } from '../../clock.ts';
import type { HardwareEvents, LinkStatistics, SenderCounts } from '../link.ts';
import { unwrapNear, unwrapper, wrapTime } from '../wrap.ts';
import type { Chips } from './chips.ts';
import { eventFifo } from './fifo.ts';
import { addCount, senderQueue } from './senders.ts';
import { boardSteps, stepEvents } from './steps.ts';

/** What a board that runs is made of. */
export interface BoardRunConfig {
  /** Whether it keeps time with the clock. */
  readonly realTime: boolean;
  readonly clock: Clock;
  /** Board time at power-up. */
  readonly startTime: number;
  /** Step of the circuits, seconds. */
  readonly dt: number;
  readonly inputCapacity: number;
  readonly outputCapacity: number;
  /** The word that comes back as an event, and what it comes back as. */
  readonly echo: { readonly word: number; readonly reply: number };
  /** Whether somebody hears what comes out; what nobody hears waits. */
  heard(): boolean;
  /** Whether it has been switched off. */
  off(): boolean;
  /** Takes what the output FIFO has no room for; only between steps. */
  give(events: HardwareEvents): void;
}

/** A board that runs. */
export interface BoardRun {
  /** Counts since power-up. */
  readonly statistics: { -readonly [name in keyof LinkStatistics]-?: number };
  /** Board time of the step that comes next. */
  readonly start: number;
  /** When the clock says that that step is over, milliseconds from now on. */
  readonly restOfStep: number;
  /** Whether something goes on: events come in or go out, or did a moment ago. */
  readonly busy: boolean;
  /** Board time of now. */
  now(): number;
  /** Continues a time that the host gave. */
  unwrap(time: number): number;
  /** Puts chips in the place of those that are there. */
  insert(chips: Chips): void;
  /** Lets a step begin at a time. */
  align(time: number): void;
  /** Does every step whose time is over. */
  run(): void;
  /** Takes an event from the host. */
  accept(timestamp: number, word: number, counts: SenderCounts | undefined): void;
  /** Learns that a time is asked for: a board without a clock runs through it. */
  ask(time: number): void;
  /** Whether all that was to come before a time has come. */
  reached(time: number): boolean;
  /** Gives what is ready for the host. */
  flush(): void;
  /** Empties both FIFOs; what was in them is counted. */
  empty(): void;
  /** Brings the board to where it would be had nothing been sent: what was asked for has passed, and nothing waits. */
  settle(): void;
}

/** For how long after the last event a board is taken to be busy, milliseconds. */
const afterglow = 100;

/** Switches a board on. */
export function boardRun(config: BoardRunConfig): BoardRun {
  const { realTime, clock, startTime, echo } = config;
  const input = eventFifo(config.inputCapacity);
  const output = eventFifo(config.outputCapacity);
  const senders = senderQueue();
  const statistics = { sent: 0, delivered: 0, late: 0, dropped: 0, received: 0, overflowed: 0 };
  const incoming = unwrapper(startTime);
  const poweredAt = clock.now();
  const steps = boardSteps(startTime, config.dt);
  let chips: Chips | undefined;
  let busyUntil = Number.NEGATIVE_INFINITY;
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
    while (overfull.length > 0) config.give(overfull.shift()!);
    // Whoever is given an event may let the board run on.
    while (output.size > 0 && config.heard()) config.give(take());
  };
  const give = (time: number, word: number): void => {
    if (output.full && !realTime && config.heard()) overfull.push(take());
    if (!output.push(time, word)) statistics.overflowed++;
    if (realTime) busyUntil = steps.end + afterglow * 1000;
  };
  const fired = stepEvents();
  const emit = (word: number, index: number, count: number): void =>
    fired.add(steps.bin + Math.floor((index * (steps.end - steps.bin)) / count), word);
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
  const goesOn = (): boolean =>
    steps.end <= newestEvent || steps.start < newestAsked || input.headTime < steps.start;
  const run = (): void => {
    if (realTime) {
      const time = now();
      while (steps.end <= time && !config.off()) runStep();
      answerEchoes();
      return;
    }
    answerEchoes();
    while (goesOn() && !config.off()) {
      runStep();
      answerEchoes();
      if (overfull.length > 0) flush();
    }
  };
  const empty = (): void => {
    const { sent, delivered, late, dropped } = statistics;
    statistics.dropped += sent - delivered - late - dropped;
    statistics.overflowed += output.size;
    senders.clear();
    input.clear();
    output.clear();
  };
  return {
    statistics,
    get start() {
      return steps.start;
    },
    get restOfStep() {
      return (steps.end - startTime) / 1000 - (clock.now() - poweredAt);
    },
    get busy() {
      return input.size > 0 || now() < busyUntil;
    },
    now,
    unwrap,
    insert(next) {
      chips = next;
    },
    align: (time) => steps.align(unwrap(time), now()),
    run,
    accept(timestamp, word, counts) {
      const time = unwrap(timestamp);
      const isEcho = word === echo.word;
      if (!isEcho) statistics.sent++;
      if (realTime) busyUntil = Math.max(time, now()) + afterglow * 1000;
      // Without a clock the bus waits until there is room.
      while (input.full && !realTime && !config.off()) {
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
    },
    ask(time) {
      newestAsked = Math.max(newestAsked, time);
    },
    reached: (time) => time <= steps.start && !(input.headTime < time),
    flush,
    empty,
    settle() {
      flush();
      empty();
      if (!realTime) while (steps.start < newestAsked) steps.advance();
      newestEvent = steps.start;
      newestAsked = steps.start;
    },
  };
}

/** Board time as a host is told it. */
export function toldTime({ now }: Pick<BoardRun, 'now'>): number {
  return wrapTime(now());
}
