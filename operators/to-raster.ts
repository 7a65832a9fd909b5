/** The operator `toRaster`: address-events become chunks of time bins. */
import type { OperatorFunction } from 'rxjs';
import { DataError, InvalidArgumentError } from '../src/errors.ts';
import { type AerPacket, soundPacket } from '../src/events/aer-packet.ts';
import { astrayWatch, leastLeap } from '../src/events/astray.ts';
import { binOf, binStart, startProblems } from '../src/events/bins.ts';
import { wholes } from '../src/events/blocks.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import type { ChannelSpace } from '../src/events/space.ts';
import { chunkProblems, type SpikeRaster } from '../src/events/spike-raster.ts';
import { number, type OptionTable, oneOf, optionProblems, readOnce } from '../src/options.ts';
import { within } from '../src/problems.ts';
import { emittedAtOnce, oneAtATime, unfinished } from './one-at-a-time.ts';

/** Configuration of {@link toRaster}. */
export interface ToRasterConfig {
  /** Number of channels; events of others are counted as `unknownChannel`. */
  readonly channels: number;
  /** Width of a bin, seconds. */
  readonly dt: number;
  /** Steps of each chunk. */
  readonly chunkSteps: number;
  /** Start of the first bin, whole microseconds; the start of the bin of the first event if left out. */
  readonly startTime?: number;
  /**
   * Longest silence that is binned if no `until` has spoken of it before the next event, seconds; 60 if left out. A time that is
   * broken and nearer than this is believed, and all before it comes too late then: make it no longer than the pauses of the stream
   * of which nothing is said, down to a second, where times may be broken. Of a silence that a
   * single `until` speaks of, an hour is binned, or `maxGap` if that is longer.
   */
  readonly maxGap?: number;
  /** What becomes of a longer silence: a `jump` over it, which is counted (if left out), or an `error`. */
  readonly onGap?: 'jump' | 'error';
  /** Counts what has no place; the operator's own if left out. */
  readonly losses?: Losses;
}

/** The operator, with what it could not place. */
export type ToRaster = OperatorFunction<AerPacket<ChannelSpace>, SpikeRaster> & {
  /** Events that had no place: `late`, `before` the start, `astray` far ahead, `unknownChannel`; and `jumps` over time that nobody spoke of. */
  readonly losses: Losses;
};

const table: OptionTable<ToRasterConfig> = {
  channels: number({ min: 1, whole: true }),
  dt: number({ min: 1e-6, unit: 'seconds' }),
  chunkSteps: number({ min: 1, whole: true }),
  startTime: number({
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    whole: true,
    unit: 'µs',
  }),
  maxGap: number({ min: 0, unit: 'seconds', infinite: true }),
  onGap: oneOf(['jump', 'error']),
  losses: lossesCheck,
};

/**
 * Bins address-events into chunks of a raster, `[chunkSteps × channels]`. Time is what `until` says: a chunk is emitted
 * once `until` has reached its end. The last one is emitted on completion, cut to the bins that have begun before
 * `until` or hold an event. Silence gives chunks of zeros, from the bin of the first event on if no `startTime` is
 * given. An event more than `maxGap` after all that was said before it ends the chunk, and the next one begins with it, if
 * what comes next is there too, or nothing does; it waits for that. Else its time is broken: it is left out and counted as
 * `astray`. Nearer times than a second, and with `onGap: 'error'` all, are not asked for that. Events that come after their chunk are counted, never dropped in silence. A packet of
 * more than a thousand chunks is binned in turns, between which timers run; what comes meanwhile waits. Errors with a
 * `DataError` if an event has no time, or addresses are no channels.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const binned = toRaster({ channels: 2, dt: 1e-3, chunkSteps: 10 });
 * of(aerPacket([0, 25_000], [0, 1], channels(2))).pipe(
 *   binned,
 *   map(({ steps }) => steps),
 * ); // emits 10, 10, 6
 * binned.losses.total; // 0
 * ```
 */
export function toRaster(config: ToRasterConfig): ToRaster {
  config = readOnce(config, table);
  const problems = optionProblems(config, table, 'channels', 'dt', 'chunkSteps');
  if (problems.length === 0) {
    problems.push(...within('startTime', startProblems(config.startTime ?? 0, config.dt)));
    problems.push(...chunkProblems(config.chunkSteps, config.channels));
  }
  if (problems.length > 0) throw new InvalidArgumentError('this raster cannot be made', problems);
  const { channels, dt, chunkSteps, maxGap = 60, onGap = 'jump', losses = lossCounter() } = config;
  const longest = maxGap * 1e6;
  /** An event farther ahead, of which nothing was said, must be followed by others there. */
  const leap = Math.max(longest, leastLeap);
  const longestSaid = Math.max(longest, 3600e6);

  const operator = oneAtATime<AerPacket<ChannelSpace>, SpikeRaster>((subscriber) => {
    /** Start of the first bin, once it is known, and the time up to which everything was said. */
    let startTime = config.startTime;
    let said = startTime;
    let first = 0;
    /** Bins that have begun, or hold an event. */
    let reached = 0;
    let counts = wholes(chunkSteps * channels);
    /** What has no place, until it is counted: before whoever is given a chunk may look. */
    let before = 0;
    let late = 0;
    let unknownChannel = 0;
    const count = (): void => {
      const [beforeNow, lateNow, unknownNow] = [before, late, unknownChannel];
      before = late = unknownChannel = 0;
      losses.add('before', beforeNow);
      losses.add('late', lateNow);
      losses.add('unknownChannel', unknownNow);
    };
    const emit = (steps: number): void => {
      const chunk = counts.subarray(0, steps * channels);
      const at = binStart(first, dt, startTime!);
      first += steps;
      counts = wholes(chunkSteps * channels);
      count();
      subscriber.next({ steps, channels, dt, startTime: at, counts: chunk });
    };
    /** Chunks that may be emitted before others have a turn. */
    let inTurn = 0;
    /** Emits every chunk that has ended before bin `step`; `false` if that is too much for one turn. */
    const passTo = (step: number): boolean => {
      while (step >= first + chunkSteps && !subscriber.closed) {
        if (inTurn-- === 0) return false;
        emit(chunkSteps);
      }
      return true;
    };
    /** Leaves out what lies between all that was said and bin `step`. */
    const jumpTo = (step: number, time: number, what: string): void => {
      if (onGap === 'error') {
        throw new DataError(
          `${what} ${time} µs comes ${(time - said!) / 1e6} s after everything that was said, with at most ${maxGap} s to be filled; mend its time, say that time passes by empty packets, or raise maxGap`,
        );
      }
      if (reached > first) emit(reached - first);
      losses.add('jumps', 1);
      first = step;
    };
    /** Counts the events from `from` on that lie in bin `step`, which is open; gives where they end. */
    const countBin = ({ timestamps, addresses }: AerPacket, from: number, step: number): number => {
      const [start, end] = [binStart(step, dt, startTime!), binStart(step + 1, dt, startTime!)];
      const [into, row] = [counts, (step - first) * channels];
      let newest = said!;
      let unknown = 0;
      let i = from;
      for (; i < timestamps.length; i++) {
        const time = timestamps[i]!;
        if (!(time >= start && time < end) || time !== Math.floor(time)) break;
        if (time > newest) newest = time;
        const channel = addresses[i]!;
        if (channel < channels) into[row + channel] = into[row + channel]! + 1;
        else unknown++;
      }
      said = newest;
      unknownChannel += unknown;
      return i;
    };
    const watch = astrayWatch(leap, losses);
    /** Bins are shorter than gaps that are jumped over: within one, nothing can be. */
    const short = dt * 1e6 <= longest;
    /** Whether nothing more comes: then every event is believed. */
    let ended = false;
    /** The packet that is being binned, and the event where it goes on. */
    let packet: AerPacket;
    let at = 0;
    /** Bins the packet from where it is; `false` if that is too much for one turn. */
    const bin = (): boolean => {
      const { timestamps, addresses } = packet;
      let last = Number.NaN;
      for (let i = at; i < timestamps.length; i++) {
        const time = timestamps[i]!;
        if (!Number.isSafeInteger(time)) {
          throw new DataError(`timestamp ${i} is ${time}; whole microseconds are needed`);
        }
        // On the grid of whole steps from 0, so that no cut makes a difference.
        startTime ??= binStart(binOf(time, 0, dt), dt);
        said ??= startTime;
        const step = binOf(time, startTime, dt);
        // Of many events in a bin, all but the first are counted together.
        if (step === last && step >= first && short) {
          i = countBin(packet, i, step) - 1;
          continue;
        }
        last = step;
        if (time - said > leap && onGap === 'jump' && !ended && watch.judge(packet, i) !== 'leap')
          continue;
        if (time - said > longest) jumpTo(step, time, 'an event at');
        if (time > said) said = time;
        at = i;
        if (!passTo(step)) return false;
        if (step >= reached) reached = step + 1;
        const channel = addresses[i]!;
        if (step < 0) before++;
        else if (step < first) late++;
        else if (channel >= channels) unknownChannel++;
        else {
          const cell = (step - first) * channels + channel;
          counts[cell] = counts[cell]! + 1;
        }
      }
      at = timestamps.length;
      count();
      if (startTime === undefined) return true;
      const until = watch.untilOf(packet, said!);
      // A time that no clock shows says nothing of how much of it has passed.
      const sound = Math.abs(until) <= Number.MAX_SAFE_INTEGER;
      if (!sound && onGap === 'jump') {
        losses.add('jumps', 1);
        return true;
      }
      if (!sound || until - said! > longestSaid) {
        jumpTo(sound ? binOf(until, startTime, dt) : 0, until, 'an until of');
      }
      if (until > said!) said = until;
      if (!passTo(binOf(until, startTime, dt))) return false;
      const begun = binOf(until - 1, startTime, dt) + 1;
      if (begun > reached) reached = begun;
      return true;
    };
    const goOn = (): unknown => {
      inTurn = emittedAtOnce;
      return bin() || unfinished;
    };
    return {
      next(given) {
        packet = watch.resume(soundPacket(given, 'channels'));
        at = 0;
        return goOn();
      },
      goOn,
      complete() {
        const held = watch.end();
        if (held !== undefined) {
          packet = held as AerPacket<ChannelSpace>;
          at = 0;
          ended = true;
          bin();
        }
        if (reached > first) emit(reached - first);
        subscriber.complete();
      },
    };
  });
  return Object.assign(operator, { losses });
}
