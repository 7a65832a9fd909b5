/** How a command lets a stream run: until it ends, fails or is stopped, with its progress on standard error. */
import {
  type MonoTypeOperatorFunction,
  merge,
  NEVER,
  type Observable,
  Subject,
  tap,
  timer,
} from 'rxjs';
import type { StreamItem } from 'spikeline/events';
import type { Stop } from '../stop.ts';
import type { StopSignal, Terminal } from '../terminal.ts';
import type { StreamSource } from './source.ts';

/** How a stream ended. */
export interface Ended<Report> {
  /** What was emitted last. */
  readonly report: Report | undefined;
  /** Who stopped it; undefined if it ended by itself. */
  readonly signal: StopSignal | undefined;
  /** How long it took, seconds. */
  readonly seconds: number;
}

/**
 * Lets a stream run. The first wish to stop ends its source, so that everything that is whole goes through and is kept; the
 * second ends it where it is.
 *
 * @param build makes the stream; its source ends with `stopped$`
 * @param source what is waited for until it is closed
 */
export async function flow<Report>(
  stop: Stop,
  build: (stopped$: Observable<unknown>) => Observable<Report>,
  source: Pick<StreamSource, 'closed'> = {},
): Promise<Ended<Report>> {
  const begin = performance.now();
  const stopped$ = new Subject<StopSignal>();
  let signal: StopSignal | undefined;
  let silence = (): void => {};
  try {
    const report = await new Promise<Report | undefined>((resolve, reject) => {
      let last: Report | undefined;
      const running = build(stopped$).subscribe({
        next(value) {
          last = value;
        },
        error: reject,
        complete: () => resolve(last),
      });
      silence = stop.on((wish) => {
        const again = signal !== undefined || wish === 'SIGPIPE';
        signal ??= wish;
        if (!again) return stopped$.next(wish);
        running.unsubscribe();
        resolve(last);
      });
    });
    return { report, signal, seconds: (performance.now() - begin) / 1000 };
  } finally {
    silence();
    await source.closed?.();
  }
}

/** What a stream has brought so far. */
export interface Count {
  /** Packets, rasters, series or marks. */
  items: number;
  /** Their events, bins, samples or marks. */
  count: number;
}

/** How many events, bins, samples or marks an item has. */
export function lengthOf(item: StreamItem): number {
  return 'steps' in item ? item.steps : item.timestamps.length;
}

/** Milliseconds between two words about progress: on a terminal, and elsewhere. */
const intervals = { terminal: 200, lines: 5000 };

/** Says from time to time how far something is. */
export interface Progress {
  /** Learns how much there is so far. */
  so(far: number): void;
  /** Wipes what it said off a terminal. */
  end(): void;
}

/** Starts to say how much there is of something. */
export function progress(terminal: Terminal, label: string): Progress {
  const { bars } = terminal;
  const interval = bars === undefined ? intervals.lines : intervals.terminal;
  const begin = performance.now();
  let last = begin;
  return {
    so(far) {
      const now = performance.now();
      if (now - last < interval) return;
      last = now;
      const rate = far / ((now - begin) / 1000);
      const text = `${label}: ${far} so far, ${rate.toPrecision(3)} a second`;
      if (bars === undefined) terminal.err(`${text}\n`);
      else bars.write(`\r${text}\u001b[K`);
    },
    end() {
      if (bars !== undefined && last > begin) bars.write('\r\u001b[K');
    },
  };
}

/** Counts what passes, and says so from time to time. */
export function counting(
  into: Count,
  terminal: Terminal,
  label: string,
): MonoTypeOperatorFunction<StreamItem> {
  const { so, end } = progress(terminal, label);
  return tap({
    next(item) {
      into.items++;
      into.count += lengthOf(item);
      so(into.count);
    },
    finalize: end,
  });
}

/** Emits when a stream is to stop: when its command is, or after a while. */
export function lasting(
  seconds: number | undefined,
  stopped$: Observable<unknown>,
): Observable<unknown> {
  return merge(stopped$, seconds === undefined ? NEVER : timer(seconds * 1000));
}
