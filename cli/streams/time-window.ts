/** A stretch of time of a stream of events. */
import { Observable, type OperatorFunction } from 'rxjs';
import { type AerPacket, DataError } from 'spikeline';
import { itemKind, type StreamItem } from 'spikeline/events';

/** The first of sorted times that is not before `time`. */
function firstAt(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same without its events. */
function emptied({ space, until }: AerPacket): AerPacket {
  return { timestamps: new Float64Array(0), addresses: new Uint32Array(0), space, until };
}

/** Keeps events from `from` to before `to`, seconds after the first event, and ends there. */
export function between(
  from: number = 0,
  to: number = Number.POSITIVE_INFINITY,
): OperatorFunction<StreamItem, StreamItem> {
  return (source) =>
    new Observable((subscriber) => {
      let first: number | undefined;
      /** The last item, as long as none has gone on. */
      let passed: AerPacket | undefined;
      let isBegun = false;
      // Who gets no event at all learns of the pixels.
      const complete = (): void => {
        if (!isBegun && passed !== undefined) subscriber.next(emptied(passed));
        subscriber.complete();
      };
      const cut = (item: StreamItem): void => {
        if (itemKind(item) !== 'events') {
          throw new DataError(`--from and --to are for events, and these are ${itemKind(item)}`);
        }
        const { timestamps, addresses, space, until } = item as AerPacket;
        first ??= timestamps[0];
        passed = item as AerPacket;
        if (first === undefined) return;
        const [begin, end] = [first + from * 1e6, first + to * 1e6];
        if (until < begin) return;
        const [low, high] = [firstAt(timestamps, begin), firstAt(timestamps, end)];
        const whole = low === 0 && high === timestamps.length;
        const times = whole ? timestamps : timestamps.subarray(low, high);
        const kept = whole ? addresses : addresses.subarray(low, high);
        // The end of what is asked for is a whole time.
        const said = Math.min(until, Math.floor(end));
        isBegun = true;
        subscriber.next({ timestamps: times, addresses: kept, space, until: said });
        if (until >= end) subscriber.complete();
      };
      subscriber.add(
        source.subscribe({
          next(item) {
            try {
              cut(item);
            } catch (cause) {
              subscriber.error(cause);
            }
          },
          error: (cause: unknown) => subscriber.error(cause),
          complete,
        }),
      );
    });
}
