/** The source `fromLsl`: what instruments send over Lab Streaming Layer. */
import { Observable } from 'rxjs';
import { type Clock, monotonic } from '../src/clock.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import type { Marks, Series } from '../src/events/series.ts';
import { hearLsl } from '../src/lsl/hearing.ts';
import { lslLibrary } from '../src/lsl/library.ts';
import {
  having,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
  refuse,
  text,
} from '../src/options.ts';
import { within } from '../src/problems.ts';
import type { CountingSource } from './counting-source.ts';

/** Configuration of {@link fromLsl}. */
export interface FromLslConfig {
  /** Path of liblsl; that of the variable PYLSL_LIB, or wherever the system has it, if left out. */
  readonly library?: string;
  /** How long the stream is looked for, seconds; 10 if left out. */
  readonly wait?: number;
  /** Milliseconds between two looks at what has come; 4 if left out. */
  readonly every?: number;
  /** Milliseconds after which a sample that did not come is taken to be missing, so that time passes; 200 if left out. */
  readonly lateness?: number;
  /** Clock that says when to look; the machine's if left out. */
  readonly clock?: Clock;
  /** Counts what was lost; the source's own if left out. */
  readonly losses?: Losses;
}

const table: OptionTable<FromLslConfig> = {
  library: text,
  wait: number({ min: 0, max: 1e6, unit: 'seconds' }),
  every: number({ min: 0.1, max: 10_000, unit: 'milliseconds' }),
  lateness: number({ min: 0, max: 60_000, unit: 'milliseconds' }),
  clock: having('a clock', 'now', 'schedule'),
  losses: lossesCheck,
};

/** The predicate of liblsl for a name or a query. */
function predicateOf(stream: string): string {
  if (stream.includes('=') || stream.includes('(')) return stream;
  return stream.includes("'") ? `name="${stream}"` : `name='${stream}'`;
}

/**
 * Receives a stream of Lab Streaming Layer: numbers as a series, texts as marks. Times are whole microseconds of the
 * clock that Lab Streaming Layer has on this machine, so that all instruments lie on one clock: the sender's clock is
 * asked for again and again, and its offset and drift are followed. When the stream is lost, it is waited for; a new
 * beginning is counted as `restarted`, missing samples of a regular stream as `lost`. It never completes. Errors with a
 * `DeviceError` if there is no such stream or no liblsl, with a `MissingLibraryError` without koffi.
 *
 * @param stream its name, or a query as of liblsl: `type='EEG' and channel_count=8`
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const eeg$ = fromLsl("type='EEG'", { wait: 30 });
 * eeg$.losses.total; // 0
 * ```
 */
export function fromLsl<Item extends Series | Marks = Series | Marks>(
  stream: string,
  config: FromLslConfig = {},
): CountingSource<Item> {
  config = readOnce(config, table);
  refuse('nothing can be heard', () => [
    ...within('stream', text(stream)),
    ...optionProblems(config, table),
  ]);
  const { library, wait = 10, every = 4, lateness = 200, losses = lossCounter() } = config;
  const clock = monotonic(config.clock);
  const source = new Observable<Item>((subscriber) => {
    let stop = (): void => {};
    const hearing = { predicate: predicateOf(stream), wait, every, lateness, clock, losses };
    lslLibrary(library).then(
      (api) => {
        if (subscriber.closed) return;
        stop = hearLsl(api, hearing, {
          next: (item) => subscriber.next(item as Item),
          error: (cause) => subscriber.error(cause),
        });
        // It may have ended at once.
        if (subscriber.closed) stop();
      },
      (cause: unknown) => subscriber.error(cause),
    );
    return () => stop();
  });
  return Object.assign(source, { losses });
}
