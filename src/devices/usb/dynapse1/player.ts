/** Events at their times, by the generator of spikes of a DYNAP-SE1 board: it plays trains that the host writes into its memory. */
import { routeOfWord } from '../../../chips/dynapse1/board.ts';
import type { Clock } from '../../../clock.ts';
import { DeviceError, InvalidArgumentError } from '../../../errors.ts';
import { fault } from '../../../problems.ts';
import type { SenderCounts } from '../../link.ts';
import type { BoardTime } from './board-time.ts';
import type { Dynapse1Calls } from './calls.ts';

/** What a player is made of. */
export interface PlayerConfig {
  readonly calls: Pick<Dynapse1Calls, 'loadPairs' | 'playPairs' | 'stopPlaying'>;
  readonly time: BoardTime;
  readonly clock: Clock;
  /** Words of 16 bits that the memory of the board holds; half of it is played while the other is written. */
  readonly memoryWords: number;
  /** Is told of events that are played more than a millisecond after their time. */
  late(count: number, counts: SenderCounts | undefined): void;
  /** The board failed. */
  failed(cause: unknown): void;
}

/** Plays events. */
export interface Player {
  /** Adds an event of the generator at a board time, microseconds from the beginning of the stream. */
  add(time: number, event: number, counts: SenderCounts | undefined): void;
  /** Begins to see to what was added. */
  go(): void;
  /** Forgets everything, and stops what is played; \`dropped\` is told of what had not been played yet. */
  clear(dropped: (counts: SenderCounts | undefined) => void): Promise<void>;
  /** Ends; nothing is told any more. */
  close(): void;
}

/** An event that waits. */
interface Waiting {
  readonly time: number;
  readonly event: number;
  readonly counts: SenderCounts | undefined;
}

/** Time before the first event of a train at which it is written, milliseconds. */
const lead = 4;
/** Least time that is left for writing a train, microseconds. */
const leastLoading = 200;
/** Longest train, microseconds: what comes meanwhile has to wait for its end. */
const longest = 20_000;
/** Longest time between two events of a train, microseconds. */
const mostBetween = 65_535;
/** Time between the end of a train and the beginning of the next, microseconds. */
const margin = 200;
/** Later is late, microseconds. */
const tolerance = 1000;

/**
 * The event that the generator of spikes plays for a word.
 *
 * @throws InvalidArgumentError if it is no event word
 * @throws DeviceError `unsupported` if the generator does not reach its chip
 */
export function playedEvent(word: number): number {
  const route = routeOfWord(word);
  if (route === undefined) {
    throw new InvalidArgumentError('this cannot be sent', [
      fault('words', 'out-of-range', `${word} is no event word of a DYNAP-SE1`),
    ]);
  }
  const { chip, cores, tag } = route;
  if (chip !== 0) {
    const told = 'the generator of spikes of a DYNAP-SE1 board reaches chip 0 only';
    throw new DeviceError('unsupported', `${told}; place what listens to the input there`);
  }
  return ((tag & 0xff) << 6) | ((tag >> 8) << 4) | cores;
}

/** Makes a player. Trains follow each other; a train that comes late catches up in its own pauses. */
export function player(config: PlayerConfig): Player {
  const { calls, time, clock, memoryWords } = config;
  const half = memoryWords >> 1;
  const most = half >> 1;
  let waiting: Waiting[] = [];
  /** What is in the board, with the times at which it is played. */
  let playing: { readonly one: Waiting; readonly at: number }[] = [];
  /** Board time from which on the generator is free. */
  let freeAt = Number.NEGATIVE_INFINITY;
  let upper = false;
  /** Time that is left for writing a train, microseconds: twice as long as it took of late. */
  let loading = 1000;
  let timer: { unsubscribe(): void } | undefined;
  /** Counts trains that were given up, so that nothing of them goes on. */
  let turn = 0;
  let busy = false;
  let closed = false;

  const after = (milliseconds: number, work: () => void): void => {
    timer?.unsubscribe();
    timer = clock.schedule(
      () => {
        timer = undefined;
        work();
      },
      Math.max(0, milliseconds),
    );
  };
  /** Takes the events of the next train. */
  const cut = (): Waiting[] => {
    const first = waiting[0]!.time;
    let count = 1;
    while (count < waiting.length && count < most) {
      const next = waiting[count]!.time;
      if (next - first > longest || next - waiting[count - 1]!.time > mostBetween) break;
      count++;
    }
    return waiting.splice(0, count);
  };
  const work = async (): Promise<void> => {
    const own = turn;
    busy = true;
    const train = cut();
    const from = time.now();
    const begin = Math.max(train[0]!.time, freeAt, from + loading);
    let before = begin;
    const timed = train.map((one) => {
      const at = Math.max(before, one.time);
      const pair = [one.event, Math.min(mostBetween, Math.round(at - before))] as const;
      before = at;
      return { one, at, pair };
    });
    playing = timed;
    const base = upper ? half : 0;
    upper = !upper;
    await calls.loadPairs(
      timed.map(({ pair }) => pair),
      base,
    );
    loading = Math.max(leastLoading, 0.8 * loading + 0.4 * (time.now() - from));
    if (own !== turn) return;
    after(time.until(begin), () => {
      start(timed, begin, base).catch(config.failed);
    });
  };
  const start = async (timed: typeof playing, begin: number, base: number): Promise<void> => {
    const own = turn;
    const asked = time.now();
    await calls.playPairs(timed.length, base);
    if (own !== turn) return;
    const answered = time.now();
    const slip = (asked + answered) / 2 - begin;
    // It began before the answer, whenever that was: nothing of it may be cut off by the next.
    freeAt = timed.at(-1)!.at + (answered - begin) + margin;
    for (const { one, at } of timed) {
      if (at + slip - one.time > tolerance) config.late(1, one.counts);
    }
    busy = false;
    go();
  };
  const go = (): void => {
    if (busy || closed || waiting.length === 0) return;
    after(time.until(Math.max(waiting[0]!.time, freeAt)) - lead, () => {
      if (waiting.length > 0) work().catch(config.failed);
    });
  };
  return {
    add(at, event, counts) {
      let to = waiting.length;
      while (to > 0 && waiting[to - 1]!.time > at) to--;
      const one = { time: at, event, counts };
      if (to === waiting.length) waiting.push(one);
      else waiting.splice(to, 0, one);
    },
    go,
    async clear(dropped) {
      turn++;
      timer?.unsubscribe();
      timer = undefined;
      const now = time.now();
      const left = [...playing.filter(({ at }) => at > now).map(({ one }) => one), ...waiting];
      const stops = playing.length > 0 && (busy || freeAt > now);
      waiting = [];
      playing = [];
      busy = false;
      freeAt = Number.NEGATIVE_INFINITY;
      for (const { counts } of left) dropped(counts);
      if (stops) await calls.stopPlaying();
    },
    close() {
      closed = true;
      turn++;
      timer?.unsubscribe();
      waiting = [];
    },
  };
}
