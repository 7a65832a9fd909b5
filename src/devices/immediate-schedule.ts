/** A stream whose events go to a board as they come, whatever times they carry: for closed loops. */
import type { AerPacket } from '../events/aer-packet.ts';
import { reals, wholes } from '../events/blocks.ts';
import { chipWords } from '../events/space.ts';
import type { FpgaSchedule, FpgaScheduleConfig } from './fpga-schedule.ts';
import type { HardwareEvents, Link, SenderCounts } from './link.ts';
import { boardQuestions } from './schedule/board-questions.ts';
import { scheduleEnd } from './schedule/schedule-end.ts';
import { unwrapNear, wrapTime } from './wrap.ts';

/** How a stream behaves that is not scheduled. */
export type ImmediateScheduleConfig = Pick<
  FpgaScheduleConfig,
  'clock' | 'output' | 'handed' | 'failed'
>;

/**
 * Hands events to a board with a clock of its own as they come, to be emitted at once. What comes back has the time of the
 * stream at that moment: what came last is now. A mark is told once all before it has been emitted and its answers are in.
 *
 * @throws DeviceError `disconnected` if the link is closed
 */
export function immediateSchedule(link: Link, config: ImmediateScheduleConfig): FpgaSchedule {
  const { clock } = config;
  const space = chipWords(link.info.family);
  const counts: SenderCounts = {};
  /** What came before the board had told its time. */
  const early: (() => void)[] = [];
  let sent = 0;
  let waiting = 0;
  let timer: { unsubscribe(): void } | undefined;
  /** Board time less stream time, by what came last; and the times that were given last, which never go back. */
  let offset = 0;
  let said = Number.NEGATIVE_INFINITY;
  let lastSent = 0;
  let lastHeard = Number.NEGATIVE_INFINITY;

  const askAgain = (): void => {
    questions.look();
    if (ending.over || !(questions.waiting || !questions.board.known)) return;
    timer = clock.schedule(look, questions.nextLook);
  };
  const look = (): void => {
    timer?.unsubscribe();
    timer = undefined;
    ending.guard(askAgain);
  };
  /** Board time of now, whole microseconds; the stream is at `time`. */
  const nowAt = (time: number): number => {
    const now = Math.max(lastSent, Math.floor(questions.now()));
    if (time >= said) {
      said = time;
      offset = now - time;
    }
    return now;
  };
  /** Sends events to the board, which has told its time. */
  const send = ({ timestamps, addresses: words, until }: AerPacket): void => {
    lastSent = nowAt(Math.max(until, timestamps.at(-1)!));
    waiting -= words.length;
    const now = wholes(words.length).fill(wrapTime(lastSent));
    link.send({ timestamps: now, words }, counts);
    config.handed?.();
  };
  const mark = (time: number, reached: () => void): void => {
    questions.mark(reached);
    questions.askMark(nowAt(time) + 1);
  };
  /** Keeps what needs the board's time until it is known; whether it is. What is done then makes no list of what it was given. */
  const isKnown = (): boolean => {
    if (timer === undefined) look();
    return questions.board.known;
  };
  const receive = ({ timestamps, words }: HardwareEvents): void => {
    if (words.length === 0 || said === Number.NEGATIVE_INFINITY) return;
    const near = questions.now();
    const times = reals(words.length);
    for (let i = 0; i < words.length; i++) {
      lastHeard = Math.max(lastHeard, unwrapNear(timestamps[i]!, near) - offset);
      times[i] = lastHeard;
    }
    config.output?.({ timestamps: times, addresses: words, space, until: lastHeard });
  };
  const ending = scheduleEnd(link, {
    received: receive,
    ended() {
      timer?.unsubscribe();
      early.length = 0;
      questions.stop();
    },
    failed: (cause) => config.failed(cause),
  });
  const questions = boardQuestions(link, {
    clock,
    known: () => {
      for (const work of early.splice(0)) ending.guard(work);
    },
    came: () => {},
    failed: ending.fail,
  });
  look();
  return {
    counts,
    dropped: 0,
    get sent() {
      return sent;
    },
    get handed() {
      return sent - waiting;
    },
    get waiting() {
      return waiting;
    },
    isDue: () => false,
    begin: () => {},
    add(packet) {
      const { length } = packet.addresses;
      if (length === 0 || ending.over) return;
      sent += length;
      waiting += length;
      if (!isKnown()) early.push(() => send(packet));
      else ending.guard(send, packet);
    },
    streamTime: (board) =>
      said === Number.NEGATIVE_INFINITY ? undefined : unwrapNear(board, questions.now()) - offset,
    mark(time, reached) {
      if (ending.over) return;
      if (!isKnown()) early.push(() => mark(time, reached));
      else ending.guard(mark, time, reached);
    },
    stop: ending.stop,
  };
}
