/** The operator `toRaster`: address-events become chunks of time bins. */
import type { OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { type AerPacket, checkPacket } from '../src/events/aer-packet.ts';
import { binOf, binStart, startProblems } from '../src/events/bins.ts';
import { type Losses, lossCounter } from '../src/events/losses.ts';
import type { ChannelSpace } from '../src/events/space.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { having, number, type OptionTable, optionProblems } from '../src/options.ts';
import { within } from '../src/problems.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Configuration of {@link toRaster}. */
export interface ToRasterConfig {
  /** Number of channels; events of others are counted as `unknownChannel`. */
  readonly channels: number;
  /** Width of a bin, seconds. */
  readonly dt: number;
  /** Steps of each chunk. */
  readonly chunkSteps: number;
  /** Start of the first bin, whole microseconds; 0 if left out. */
  readonly startTime?: number;
  /** Counts what has no place; the operator's own if left out. */
  readonly losses?: Losses;
}

/** The operator, with what it could not place. */
export type ToRaster = OperatorFunction<AerPacket<ChannelSpace>, SpikeRaster> & {
  /** Events that had no place: `late`, `before` the start, `unknownChannel`. */
  readonly losses: Losses;
};

const table: OptionTable<ToRasterConfig> = {
  channels: number({ min: 1, whole: true }),
  dt: number({ min: 1e-6, unit: 'seconds' }),
  chunkSteps: number({ min: 1, whole: true }),
  startTime: number({ whole: true, unit: 'µs' }),
  losses: having('a counter of losses', 'add'),
};

/**
 * Bins address-events into chunks of a raster. Time is what `until` says: a chunk is emitted once `until` has
 * reached its end, the last one on completion, cut to the bins that have begun before `until` or hold an event.
 * Silence gives chunks of zeros. What comes after its chunk is counted, never dropped in silence. Errors
 * with a `DataError` if an event has no time, or addresses are no channels.
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
  const problems = optionProblems(config, table, 'channels', 'dt', 'chunkSteps');
  if (problems.length === 0) {
    problems.push(...within('startTime', startProblems(config.startTime ?? 0, config.dt)));
  }
  if (problems.length > 0) throw new InvalidArgumentError('this raster cannot be made', problems);
  const { channels, dt, chunkSteps, startTime = 0, losses = lossCounter() } = config;

  const operator = oneAtATime<AerPacket<ChannelSpace>, SpikeRaster>((subscriber) => {
    let first = 0;
    /** Bins that have begun, or hold an event. */
    let reached = 0;
    let counts = new Uint32Array(chunkSteps * channels);
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
      const at = binStart(first, dt, startTime);
      first += steps;
      counts = new Uint32Array(chunkSteps * channels);
      count();
      subscriber.next({ steps, channels, dt, startTime: at, counts: chunk });
    };
    /** Emits every chunk that has ended before bin `step`. */
    const passTo = (step: number): void => {
      while (step >= first + chunkSteps && !subscriber.closed) emit(chunkSteps);
    };
    const bin = ({ timestamps, addresses, until }: AerPacket): void => {
      for (let i = 0; i < timestamps.length; i++) {
        const step = binOf(timestamps[i]!, startTime, dt);
        passTo(step);
        if (step >= reached) reached = step + 1;
        const channel = addresses[i]!;
        if (step < 0) before++;
        else if (step < first) late++;
        else if (channel >= channels) unknownChannel++;
        else {
          const at = (step - first) * channels + channel;
          counts[at] = counts[at]! + 1;
        }
      }
      count();
      passTo(binOf(until, startTime, dt));
      const begun = binOf(until - 1, startTime, dt) + 1;
      if (begun > reached) reached = begun;
    };
    return {
      next(packet) {
        checkPacket(packet, 'channels');
        bin(packet);
      },
      complete() {
        if (reached > first) emit(reached - first);
        subscriber.complete();
      },
    };
  });
  return Object.assign(operator, { losses });
}
