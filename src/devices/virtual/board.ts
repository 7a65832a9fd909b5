import { echoReply, echoWord } from '../../chips/dynapse2/event.ts';
import { chipLimits } from '../../chips/dynapse2/limits.ts';
import { type ChipMemory, chipMemories } from '../../chips/dynapse2/memory.ts';
import { systemClock } from '../../clock.ts';
import { DeviceError, InvalidArgumentError } from '../../errors.ts';
import { binStart } from '../../events/convert.ts';
import { defaultEngine } from '../../kernel/engine.ts';
import type { Link, LinkListener } from '../link.ts';
import { unwrapNear, unwrapper } from '../wrap.ts';
import { boardProblems, type VirtualBoardConfig } from './board-config.ts';
import { type Chips, wireChips } from './chips.ts';
import { type EventFifo, eventFifo } from './fifo.ts';

/** Memories that can be written word by word. */
export type MemoryName = keyof ChipMemory;

/** A link to a virtual board, with what only a virtual one allows. */
export interface VirtualLink extends Link {
  /** Overwrites one memory word of a configured chip, as a fault would. */
  poke(chip: number, memory: MemoryName, index: number, word: number): void;
  /** Pulls the plug: listeners are told, and the link is gone. */
  unplug(): void;
}

/** A board that can be opened by one owner at a time. */
export interface VirtualBoard {
  /**
   * Opens the board.
   *
   * @throws DeviceError `busy` where it is open already
   */
  open(): Promise<VirtualLink>;
}

/** Milliseconds between two looks at the clock. */
const tickInterval = 1;

/**
 * Makes a virtual DYNAP-SE2 board. It decodes only memory words and bias codes, draws the mismatch of
 * its silicon from its seed, stamps events with microseconds that wrap at 2^32, and has FIFOs that
 * overflow. In real time it follows the clock; otherwise it runs to the bin of the last event it was sent,
 * and through the bin before an echo.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * const link = await virtualBoard({ seed: 3 }).open();
 * await link.close();
 * ```
 */
export function virtualBoard(config: VirtualBoardConfig = {}): VirtualBoard {
  const complete: Required<VirtualBoardConfig> = {
    seed: 0,
    chips: chipLimits.chips,
    mismatch: { fraction: 0.3 },
    circuit: 'lumped',
    dt: 1e-3,
    realTime: false,
    clock: systemClock,
    startTime: 0,
    inputCapacity: 65_536,
    outputCapacity: 65_536,
    ...config,
    engine: config.engine ?? defaultEngine(),
  };
  const problems = boardProblems(complete);
  if (problems.length > 0) throw new InvalidArgumentError('this board cannot be made', problems);
  let open = false;
  return {
    async open() {
      if (open) throw new DeviceError('busy', 'the virtual board is open already; close it first');
      open = true;
      return openLink(complete, () => {
        open = false;
      });
    },
  };
}

/** Runs a board from opening to closing. */
function openLink(config: Required<VirtualBoardConfig>, onClose: () => void): VirtualLink {
  const { dt, realTime, clock, startTime } = config;
  const input: EventFifo = eventFifo(config.inputCapacity);
  const output: EventFifo = eventFifo(config.outputCapacity);
  const statistics = { sent: 0, delivered: 0, late: 0, dropped: 0, received: 0, overflowed: 0 };
  const listeners = new Set<LinkListener>();
  const incoming = unwrapper(startTime);
  const poweredAt = clock.now();
  let memories: ChipMemory[] = [];
  let chips: Chips | undefined;
  let closed = false;
  let timer: { unsubscribe(): void } | undefined;
  /** Steps done since power-up, and the time at which the next one starts and ends. */
  let steps = 0;
  let stepStart = startTime;
  let stepEnd = startTime + binStart(1, dt);
  /** Times of the newest event and echo: a board without a clock runs to the bin of one, through the other's. */
  let newestEvent = startTime;
  let newestEcho = startTime;

  const now = (): number =>
    realTime ? startTime + Math.floor((clock.now() - poweredAt) * 1000) : stepStart;

  const flush = (): void => {
    if (output.size === 0 || listeners.size === 0) return;
    const events = output.drain();
    statistics.received += events.words.length;
    for (const listener of [...listeners]) listener.events(events);
  };
  const give = (time: number, word: number): void => {
    if (output.full && !realTime) flush();
    if (!output.push(time, word)) statistics.overflowed++;
  };
  const emit = (word: number, index: number, count: number): void => {
    give(stepStart + Math.floor((index * (stepEnd - stepStart)) / count), word);
  };
  /** Answers the echoes that are next in line and whose time is over. */
  const answerEchoes = (): void => {
    while (input.headWord === echoWord && input.headTime <= stepStart) {
      give(realTime ? now() : Math.max(input.headTime, stepStart), echoReply);
      input.shift();
    }
  };
  const runStep = (): void => {
    while (input.headTime < stepEnd) {
      if (input.headWord === echoWord) {
        give(realTime ? now() : input.headTime, echoReply);
      } else {
        if (input.headTime < stepStart) statistics.late++;
        else statistics.delivered++;
        chips?.take(input.headWord);
      }
      input.shift();
    }
    chips?.step(emit);
    steps++;
    stepStart = stepEnd;
    stepEnd = startTime + binStart(steps + 1, dt);
  };
  /** Does every step whose time is over. */
  const runDue = (): void => {
    if (realTime) {
      const time = now();
      while (stepEnd <= time && !closed) runStep();
    } else {
      while ((stepEnd <= newestEvent || stepStart < newestEcho) && !closed) runStep();
    }
  };
  const advance = (): void => {
    runDue();
    answerEchoes();
    flush();
  };
  const tick = (): void => {
    timer = undefined;
    if (closed) return;
    advance();
    // A listener that has sent something has set the timer already.
    if (realTime && !closed) timer ??= clock.schedule(tick, tickInterval);
  };
  const wake = (): void => {
    timer ??= clock.schedule(tick, 0);
  };
  const shut = (cause?: DeviceError): void => {
    if (closed) return;
    closed = true;
    timer?.unsubscribe();
    const { sent, delivered, late, dropped } = statistics;
    statistics.dropped += sent - delivered - late - dropped;
    statistics.overflowed += output.size;
    input.clear();
    output.clear();
    onClose();
    for (const listener of [...listeners]) listener.closed?.(cause);
    listeners.clear();
  };
  const alive = (): void => {
    if (closed) throw new DeviceError('disconnected', 'the link is closed; open the board again');
  };
  const accept = (timestamp: number, word: number): void => {
    // A board with a clock knows what time it is, however long ago the last event was.
    const time = realTime ? unwrapNear(timestamp, now()) : incoming.unwrap(timestamp);
    const echo = word === echoWord;
    if (!echo) statistics.sent++;
    // Without a clock the bus waits until there is room.
    while (input.full && !realTime && !closed) {
      answerEchoes();
      if (input.full) runStep();
    }
    if (!input.push(time, word)) {
      if (!echo) statistics.dropped++;
    } else if (echo) newestEcho = Math.max(newestEcho, time);
    else newestEvent = Math.max(newestEvent, time);
  };

  if (realTime) wake();
  return {
    info: {
      name: 'virtual board',
      serial: `virtual-${config.seed}`,
      family: 'dynapse2',
      chips: config.chips,
      realTime,
    },
    get closed() {
      return closed;
    },
    statistics,
    async configure(configuration) {
      alive();
      if (configuration.chips.length > config.chips) {
        throw new InvalidArgumentError('this configuration does not fit the board', [
          `${configuration.chips.length} chips are configured; the board has ${config.chips}: use fewer chips or open a larger board`,
        ]);
      }
      memories = chipMemories(configuration);
      chips = wireChips(memories, config);
    },
    send({ timestamps, words }) {
      alive();
      // What is late is decided by the time of arrival, not by when the board last looked.
      if (realTime) runDue();
      for (let i = 0; i < words.length; i++) accept(timestamps[i]!, words[i]!);
      wake();
    },
    echo() {
      alive();
      const time = now();
      if (input.push(time, echoWord)) newestEcho = Math.max(newestEcho, time);
      wake();
    },
    listen(listener) {
      alive();
      listeners.add(listener);
      wake();
      return () => listeners.delete(listener);
    },
    async close() {
      shut();
    },
    poke(chip, memory, index, word) {
      alive();
      const target = memories[chip]?.[memory];
      if (target === undefined || !(index >= 0 && index < target.length)) {
        throw new InvalidArgumentError('no such memory word', [
          `chip ${chip}, ${memory}, word ${index}; ${memories.length} chips are configured with ${target?.length ?? 0} words`,
        ]);
      }
      target[index] = word;
      chips = wireChips(memories, config);
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
