import { DeviceError, type HardwareEvents, type Link, type LinkListener } from 'spikeline';
import { echoReply, echoWord } from 'spikeline/chip';
import type { TestClock } from './test-clock.ts';

/** A link that tells who listens to it and what was asked of it. */
export type Spied<L extends Link> = L & {
  readonly listeners: number;
  readonly configured: number;
  readonly closings: number;
};

/** Puts an ear to `link`; it behaves as before. */
export function spied<L extends Link>(link: L): Spied<L> {
  let listeners = 0;
  let configured = 0;
  let closings = 0;
  const overrides = {
    listen(listener: LinkListener) {
      const silence = link.listen(listener);
      listeners++;
      let gone = false;
      return () => {
        if (!gone) listeners--;
        gone = true;
        silence();
      };
    },
    configure(configuration: Parameters<Link['configure']>[0]) {
      configured++;
      return link.configure(configuration);
    },
    close() {
      closings++;
      return link.close();
    },
  };
  const spy: object = Object.create(link, {
    listeners: { get: () => listeners },
    configured: { get: () => configured },
    closings: { get: () => closings },
  });
  return Object.assign(spy, overrides) as Spied<L>;
}

/** What was handed to a {@link PaperLink}, and when. */
export interface Handed {
  readonly at: number;
  readonly timestamps: readonly number[];
  readonly words: readonly number[];
}

/** A link without a board behind it: a test says what comes back. */
export interface PaperLink extends Link {
  readonly handed: Handed[];
  readonly echoes: number;
  readonly listeners: number;
  /** Lets events come from the board. */
  give(timestamps: readonly number[], words: readonly number[]): void;
  /** Tells the listeners that the link is gone. */
  lose(cause?: DeviceError): void;
}

/** How a {@link PaperLink} behaves. */
export interface PaperLinkConfig {
  readonly clock: TestClock;
  readonly realTime?: boolean;
  /** Whether it answers `echo()`. */
  readonly answers?: boolean;
  /** Whether echo words among the events come back. */
  readonly returns?: boolean;
  /** Board time, µs, when the clock stands at 0. */
  readonly zero?: number;
}

/** Makes a link that writes down what it is given; it emits every event at its time, in theory. */
export function paperLink(config: PaperLinkConfig): PaperLink {
  const { clock, realTime = true, answers = true, returns = true, zero = 0 } = config;
  const listeners = new Set<LinkListener>();
  const handed: Handed[] = [];
  const statistics = { sent: 0, delivered: 0, late: 0, dropped: 0, received: 0, overflowed: 0 };
  let closed = false;
  let echoes = 0;
  const now = (): number => zero + clock.now() * 1000;
  const give = (timestamps: readonly number[], words: readonly number[]): void => {
    const events: HardwareEvents = {
      timestamps: Uint32Array.from(timestamps, (time) => time % 2 ** 32),
      words: Uint32Array.from(words),
    };
    for (const listener of [...listeners]) listener.events(events);
  };
  const lose = (cause?: DeviceError): void => {
    closed = true;
    for (const listener of [...listeners]) listener.closed?.(cause);
    listeners.clear();
  };
  const alive = (): void => {
    if (closed) throw new DeviceError('disconnected', 'the paper link is closed');
  };
  return {
    info: { name: 'paper', serial: 'paper-0', family: 'dynapse2', chips: 1, realTime },
    statistics,
    handed,
    get closed() {
      return closed;
    },
    get echoes() {
      return echoes;
    },
    get listeners() {
      return listeners.size;
    },
    async configure() {
      alive();
    },
    send({ timestamps, words }) {
      alive();
      handed.push({ at: clock.now(), timestamps: [...timestamps], words: [...words] });
      for (const [i, word] of words.entries()) {
        const delay = realTime ? ((timestamps[i]! - now()) | 0) / 1000 : 0;
        if (word !== echoWord) {
          statistics.sent++;
          if (delay < 0) statistics.late++;
          else statistics.delivered++;
        } else if (returns) {
          const time = timestamps[i]!;
          clock.schedule(() => give([realTime ? now() : time], [echoReply]), Math.max(0, delay));
        }
      }
    },
    echo() {
      alive();
      echoes++;
      if (answers) clock.schedule(() => give([now()], [echoReply]));
    },
    listen(listener) {
      alive();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      lose();
    },
    give,
    lose,
  };
}
