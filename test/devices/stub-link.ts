import type { DeviceError, HardwareEvents, Link, LinkListener } from 'spikeline';
import { unwrapNear, wrapTime } from '#src/devices/wrap';
import type { FakeClock } from './fake-clock.ts';

/** A board that only keeps what it is sent and tells the time. */
export interface StubLink extends Link {
  /** What was handed over: the time it carries and the board time at that moment. */
  readonly handed: { readonly timestamp: number; readonly word: number; readonly at: number }[];
  /** Listeners that listen. */
  readonly listening: number;
  /** Board time of now, unwrapped microseconds. */
  boardTime(): number;
  /** Speaks to all listeners. */
  say(events: HardwareEvents): void;
  /** Tells all listeners that the link is gone. */
  vanish(cause?: DeviceError): void;
}

/** How a stub behaves. */
export interface StubConfig {
  readonly clock: FakeClock;
  readonly realTime?: boolean;
  /** Board time at the start, microseconds. */
  readonly startTime?: number;
  /** Whether it answers at all. */
  readonly mute?: boolean;
  /** By how much its clock is faster than the host's, as a share of it. */
  readonly drift?: number;
}

/** Makes such a board. */
export function stubLink({
  clock,
  realTime = true,
  startTime = 0,
  mute = false,
  drift = 0,
}: StubConfig): StubLink {
  const listeners = new Set<LinkListener>();
  const handed: StubLink['handed'] = [];
  const startedAt = clock.now();
  const boardTime = (): number =>
    startTime + Math.floor((clock.now() - startedAt) * 1000 * (1 + drift));
  const say = (events: HardwareEvents): void => {
    for (const listener of [...listeners]) listener.events(events);
  };
  const answerIn = (delay: number): Promise<number> =>
    new Promise((resolve) => {
      if (!mute) clock.schedule(() => resolve(wrapTime(boardTime())), delay);
    });
  return {
    info: {
      name: 'stub',
      serial: '0',
      family: 'dynapse2',
      chips: 1,
      clock: realTime ? 'board' : 'host',
    },
    closed: false,
    statistics: { sent: 0, delivered: 0, late: 0, dropped: 0, received: 0, overflowed: 0 },
    handed,
    get listening() {
      return listeners.size;
    },
    boardTime,
    say,
    vanish(cause) {
      for (const listener of [...listeners]) listener.closed?.(cause);
    },
    updates: [],
    configure: async () => {},
    update: async () => 0,
    send({ timestamps, words }) {
      const at = boardTime();
      for (let i = 0; i < words.length; i++) {
        handed.push({ timestamp: timestamps[i]!, word: words[i]!, at });
      }
    },
    time(at) {
      // The board reads its clock halfway between question and answer.
      if (at === undefined) {
        return new Promise((resolve) => {
          clock.schedule(() => {
            const read = wrapTime(boardTime());
            if (!mute) clock.schedule(() => resolve(read), 0.15);
          }, 0.15);
        });
      }
      const now = boardTime();
      return answerIn(Math.max(0, (unwrapNear(at, now) - now) / 1000));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {},
  };
}
