import { DeviceError, type HardwareEvents, type Link, type LinkListener } from 'spikeline';
import { unwrapNear, wrapTime } from '#src/devices/wrap';
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
  /** How often the time was asked for. */
  readonly questions: number;
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
  /** Whether it tells the time. */
  readonly answers?: boolean;
  /** Whether it remembers a question about a time to come until then. */
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
  let questions = 0;
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
    info: {
      name: 'paper',
      serial: 'paper-0',
      family: 'dynapse2',
      chips: 1,
      clock: realTime ? 'board' : 'host',
    },
    statistics,
    updates: [],
    handed,
    get closed() {
      return closed;
    },
    get questions() {
      return questions;
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
      for (const timestamp of timestamps) {
        statistics.sent++;
        if (realTime && unwrapNear(timestamp, now()) < now()) statistics.late++;
        else statistics.delivered++;
      }
    },
    async update() {
      alive();
      return 0;
    },
    async time(at) {
      alive();
      questions++;
      const delay = at === undefined || !realTime ? 0 : (unwrapNear(at, now()) - now()) / 1000;
      const lost = !answers || (at !== undefined && !returns && (delay > 0 || !realTime));
      return new Promise((resolve) => {
        if (lost) return;
        clock.schedule(
          () => resolve(wrapTime(realTime ? now() : (at ?? now()))),
          Math.max(0, delay),
        );
      });
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
