import { ignoreElements, Observable, type OperatorFunction, tap } from 'rxjs';
import { DataError, InvalidArgumentError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { binOf, binStart } from '../src/events/convert.ts';
import { type Losses, lossCounter } from '../src/events/losses.ts';
import { gridProblems, type SpikeRaster } from '../src/events/spike-raster.ts';

/** Configuration of {@link toRaster}. */
export interface ToRasterConfig {
  /** Number of channels; events of others are counted as `unknownChannel`. */
  readonly channels: number;
  /** Width of a bin, seconds. */
  readonly dt: number;
  /** Steps of each chunk. */
  readonly chunkSteps: number;
  /** Start of the first bin, whole microseconds; 0 where left out. */
  readonly startTime?: number;
  /** Counts what has no place; the operator's own where left out. */
  readonly losses?: Losses;
}

/** The operator, with what it could not place. */
export type ToRaster = OperatorFunction<AerPacket, SpikeRaster> & {
  /** Events that had no place: `late`, `before` the start, `unknownChannel`. */
  readonly losses: Losses;
};

/** Refuses a packet whose events have no time. */
function checkPacket({ timestamps, addresses }: AerPacket): void {
  if (timestamps.length !== addresses.length) {
    throw new DataError(
      `the packet has ${timestamps.length} timestamps and ${addresses.length} addresses`,
    );
  }
  const bad = timestamps.findIndex((time) => !Number.isFinite(time));
  if (bad >= 0) {
    throw new DataError(`timestamp ${bad} of the packet is ${timestamps[bad]}; it must be finite`);
  }
}

/**
 * Bins address-events into chunks of a raster. A chunk is emitted once an event beyond its end shows
 * that time has passed it, the last one on completion, cut to the bins that time has reached. Silence
 * gives chunks of zeros. What comes after its chunk is counted, never dropped in silence. Errors
 * with a `DataError` where an event has no time.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * const binned = toRaster({ channels: 2, dt: 1e-3, chunkSteps: 10 });
 * of(aerPacket([0, 25_000], [0, 1])).pipe(
 *   binned,
 *   map(({ steps }) => steps),
 * ); // emits 10, 10, 6
 * binned.losses.total; // 0
 * ```
 */
export function toRaster(config: ToRasterConfig): ToRaster {
  const { channels, dt, chunkSteps, startTime = 0, losses = lossCounter() } = config;
  const problems = gridProblems({ steps: chunkSteps, channels, dt, startTime });
  if (chunkSteps < 1) problems.push(`chunkSteps is ${chunkSteps}; at least 1 is needed`);
  if (problems.length > 0) throw new InvalidArgumentError('this raster cannot be made', problems);

  const operator: OperatorFunction<AerPacket, SpikeRaster> = (source) =>
    new Observable((subscriber) => {
      let first = 0;
      let reached = 0;
      let counts = new Uint32Array(chunkSteps * channels);
      const emit = (steps: number): void => {
        const chunk = counts.subarray(0, steps * channels);
        const at = startTime + binStart(first, dt);
        subscriber.next({ steps, channels, dt, startTime: at, counts: chunk });
        counts = new Uint32Array(chunkSteps * channels);
        first += steps;
      };
      const bin = ({ timestamps, addresses }: AerPacket): void => {
        let before = 0;
        let late = 0;
        let unknownChannel = 0;
        for (let i = 0; i < timestamps.length; i++) {
          const step = binOf(timestamps[i]!, startTime, dt);
          while (step >= first + chunkSteps && !subscriber.closed) emit(chunkSteps);
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
        losses.add('before', before);
        losses.add('late', late);
        losses.add('unknownChannel', unknownChannel);
      };
      source
        .pipe(
          tap({
            next: (packet) => {
              checkPacket(packet);
              bin(packet);
            },
            complete: () => {
              if (reached > first) emit(reached - first);
            },
          }),
          ignoreElements(),
        )
        .subscribe(subscriber);
    });
  return Object.assign(operator, { losses });
}
