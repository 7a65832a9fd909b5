/** The sink `toLsl`: spikes, numbers and marks for the instruments of a laboratory, over Lab Streaming Layer. */
import type { OperatorFunction } from 'rxjs';
import { oneAtATime } from '../operators/one-at-a-time.ts';
import { type Clock, monotonic } from '../src/clock.ts';
import type { StreamItem } from '../src/events/series.ts';
import type { LslApi } from '../src/lsl/api.ts';
import { lslLibrary } from '../src/lsl/library.ts';
import { type LslCounts, type LslSender, lslSender } from '../src/lsl/sending.ts';
import {
  having,
  listOf,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readOnce,
  refuse,
  text,
} from '../src/options.ts';
import { within } from '../src/problems.ts';

/** Configuration of {@link toLsl}. */
export interface ToLslConfig {
  /** Type of the stream; if left out `Spikes` for events, `Signal` for series, `Markers` for marks. */
  readonly type?: string;
  /** Identifier by which receivers find the stream again when it is restarted; its name if left out. */
  readonly source?: string;
  /** Sampling rate, Hz; 0 if left out, for samples at any time. */
  readonly rate?: number;
  /** Names of the channels; none if left out. */
  readonly labels?: readonly string[];
  /** Clock of the times: the first is `now` (if left out), or all are those of Lab Streaming Layer (`lsl`), as `fromLsl` gives them. */
  readonly time?: 'now' | 'lsl';
  /** How long the stream stays open after its end, so that all receive the last of it, milliseconds; 200 if left out. */
  readonly linger?: number;
  /** Path of liblsl; that of the variable PYLSL_LIB, or wherever the system has it, if left out. */
  readonly library?: string;
  /** Clock of `linger`; the machine's if left out. */
  readonly clock?: Clock;
}

const table: OptionTable<ToLslConfig> = {
  type: text,
  source: text,
  rate: number({ min: 0, max: 1e9, unit: 'samples a second' }),
  labels: listOf(text),
  time: oneOf(['now', 'lsl']),
  linger: number({ min: 0, max: 60_000, unit: 'milliseconds' }),
  library: text,
  clock: having('a clock', 'now', 'schedule'),
};

/**
 * Sends a stream over Lab Streaming Layer: of events the number of their address, series as they are, marks as texts.
 * Each sample has its own time. It is meant for what happens now: others receive what comes while they listen, and what
 * nobody received is counted. Emits the counts with each item, and completes with the source.
 *
 * @param name of the stream
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const events$ = poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(toEvents());
 * const sent$ = events$.pipe(toLsl('spikes', { source: 'spikeline-1' }));
 * typeof sent$.subscribe; // 'function'
 * ```
 */
export function toLsl(
  name: string,
  config: ToLslConfig = {},
): OperatorFunction<StreamItem, LslCounts> {
  config = readOnce(config, table);
  refuse('nothing can be sent', () => [
    ...within('name', text(name)),
    ...optionProblems(config, table),
  ]);
  const { type, source: id = name, rate = 0, labels = [], time = 'now', linger = 200 } = config;
  const clock = monotonic(config.clock);
  const sending = { name, type, source: id, rate, labels, timed: time === 'lsl' };
  return oneAtATime<StreamItem, LslCounts>((subscriber) => {
    let sender: LslSender | undefined;
    /** What came before the library was there, or was done with what had come before that. */
    const early: StreamItem[] = [];
    let ready = false;
    let over = false;
    const take = (item: StreamItem): void => {
      sender!.take(item);
      subscriber.next(sender!.counts);
    };
    const end = (): void => {
      const last = clock.schedule(() => subscriber.complete(), linger);
      subscriber.add(() => last.unsubscribe());
    };
    const begin = (api: LslApi): void => {
      if (subscriber.closed) return;
      sender = lslSender(api, sending);
      subscriber.add(() => sender!.close());
      while (early.length > 0 && !subscriber.closed) take(early.shift()!);
      ready = true;
      if (over) end();
    };
    lslLibrary(config.library)
      .then(begin)
      .catch((cause: unknown) => subscriber.error(cause));
    return {
      next: (item) => (ready ? take(item) : early.push(item)),
      complete() {
        over = true;
        if (ready) end();
      },
    };
  });
}
