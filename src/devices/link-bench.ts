/** What the cases of the link suite share: opening, a burst of events, waiting. */
import { expectTrue, type SuiteTime, waiter } from '../suite.ts';
import type { Link } from './link.ts';
import { wrapTime } from './wrap.ts';

/** What `linkSuite` needs of a link. */
export interface LinkSuiteConfig<Configuration = unknown, Delta = unknown> extends SuiteTime {
  /** Opens the link; each case opens its own and closes it. */
  open(): Promise<Link<Configuration, Delta>>;
  /** A configuration in which {@link LinkSuiteConfig.word} makes a neuron spike that the host hears. */
  readonly configuration: Configuration;
  /** An event word that the configured chips listen to. */
  readonly word: number;
  /** A change in mid-run that fits the configuration; left out if the board cannot be changed. */
  readonly delta?: Delta;
  /** Breaks an open link as if its plug was pulled; that case is left out without it. */
  unplug?(link: Link<Configuration, Delta>): void | Promise<void>;
  /** Opens a link whose board has room for few events; the case of an overflow is left out without it. */
  openSmall?(): Promise<Link<Configuration, Delta>>;
  /** Opens a link whose time wraps within 50 ms; the case of a wrap is left out without it. */
  openBeforeWrap?(): Promise<Link<Configuration, Delta>>;
  /** Counts what is open in this process on behalf of links: timers, sockets, listeners; it must come to 0. */
  left?(): number;
}

/** An event as a case sees it: board time, wrapped, and word. */
export type HeardEvent = readonly [time: number, word: number];

/** What the cases share. */
export interface LinkBench<Configuration = unknown, Delta = unknown> {
  readonly config: LinkSuiteConfig<Configuration, Delta>;
  pass(milliseconds: number): Promise<void>;
  answer<T>(promise: Promise<T>, what: string): Promise<T>;
  /** Opens a link, uses it, and closes it; then nothing may be left. */
  used(
    use: (link: Link<Configuration, Delta>) => Promise<void>,
    open?: () => Promise<Link<Configuration, Delta>>,
  ): Promise<void>;
  /** The same with a link that is configured. */
  configured(
    use: (link: Link<Configuration, Delta>) => Promise<void>,
    open?: () => Promise<Link<Configuration, Delta>>,
  ): Promise<void>;
  /** Sends a burst of events and gives the time of the first. */
  send(link: Link<Configuration, Delta>): Promise<number>;
  /** Sends a burst and gives what came until it was over. */
  burst(
    link: Link<Configuration, Delta>,
  ): Promise<{ readonly start: number; readonly heard: HeardEvent[] }>;
  /** Fails if anything stays open. */
  nothingLeft(): Promise<void>;
}

/** Events of a burst, and how long it takes, µs of board time: a neuron under it spikes. */
export const burstEvents = 200;
/** Length of a burst, µs of board time. */
export const burstLength = 100_000;

/** Time before the first event on a board with a clock of its own, µs: it must be there in time. */
const headStart = 20_000;

/** Writes down what a link gives until `stop` is called. */
export function hear(link: Link): { readonly events: HeardEvent[]; stop(): void } {
  const events: HeardEvent[] = [];
  const stop = link.listen({
    events({ timestamps, words }) {
      for (const [i, word] of words.entries()) events.push([timestamps[i]!, word]);
    },
  });
  return { events, stop };
}

/** Makes what the cases share. */
export function linkBench<Configuration, Delta>(
  config: LinkSuiteConfig<Configuration, Delta>,
): LinkBench<Configuration, Delta> {
  const { pass, answer, until } = waiter(config);
  const { word, configuration, left = () => 0 } = config;
  const nothingLeft = (): Promise<void> =>
    until(() => left() === 0, 'the end of all timers, sockets and listeners');
  const send = async (link: Link): Promise<number> => {
    const now = await answer(link.time(), 'time()');
    const start = link.info.clock === 'board' ? now + headStart : now;
    const gap = burstLength / burstEvents;
    link.send({
      timestamps: Uint32Array.from({ length: burstEvents }, (_, i) => wrapTime(start + i * gap)),
      words: new Uint32Array(burstEvents).fill(word),
    });
    return start;
  };
  const used: LinkBench<Configuration, Delta>['used'] = async (use, open = config.open) => {
    const link = await answer(open(), 'open()');
    try {
      await use(link);
    } finally {
      await answer(link.close(), 'close()');
    }
    await nothingLeft();
  };
  return {
    config,
    pass,
    answer,
    nothingLeft,
    send,
    used,
    configured: (use, open) =>
      used(async (link) => {
        await answer(link.configure(configuration), 'configure()');
        await use(link);
      }, open),
    async burst(link) {
      const { events, stop } = hear(link);
      const start = await send(link);
      await answer(link.time(wrapTime(start + burstLength)), 'time(at)');
      stop();
      expectTrue(events.length > 0, 'no event came of a burst of events');
      return { start, heard: events };
    },
  };
}
