import type { DeviceError, HardwareEvents, Link, LinkListener } from 'spikeline';
import { echoReply, echoWord } from 'spikeline/chip';
import { wrapTime } from 'spikeline/devices';
import type { FakeClock } from './fake-clock.ts';

/** A board that only keeps what it is sent and answers echoes. */
export interface StubLink extends Link {
  /** What was handed over, echoes left out: the time it carries and the board time at that moment. */
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
}

/** Makes such a board. */
export function stubLink({
  clock,
  realTime = true,
  startTime = 0,
  mute = false,
}: StubConfig): StubLink {
  const listeners = new Set<LinkListener>();
  const handed: StubLink['handed'] = [];
  const startedAt = clock.now();
  const boardTime = (): number => startTime + Math.floor((clock.now() - startedAt) * 1000);
  const say = (events: HardwareEvents): void => {
    for (const listener of [...listeners]) listener.events(events);
  };
  const answerAt = (delay: number): void => {
    if (mute) return;
    clock.schedule(
      () =>
        say({
          timestamps: Uint32Array.of(wrapTime(boardTime())),
          words: Uint32Array.of(echoReply),
        }),
      delay,
    );
  };
  return {
    info: { name: 'stub', serial: '0', family: 'dynapse2', chips: 1, realTime },
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
    configure: async () => {},
    send({ timestamps, words }) {
      const at = boardTime();
      for (let i = 0; i < words.length; i++) {
        const timestamp = timestamps[i]!;
        if (words[i] !== echoWord) {
          handed.push({ timestamp, word: words[i]!, at });
          continue;
        }
        const turns = Math.round((at - timestamp) / 2 ** 32);
        answerAt(Math.max(0, (timestamp + turns * 2 ** 32 - at) / 1000));
      }
    },
    echo: () => answerAt(0.3),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {},
  };
}
