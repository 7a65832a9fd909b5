import { Observable } from 'rxjs';
import type { Link } from '../src/device/link.ts';
import { unwrapper } from '../src/device/wrap.ts';
import type { DeviceError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';

/** Configuration of {@link fromHardware}. */
export interface FromHardwareConfig {
  /** Is told each time the board's clock has wrapped, with the number of wraps so far. */
  readonly onWrap?: (wraps: number) => void;
}

/**
 * Emits every event that the board sends to the host, echoes included. Addresses are event words
 * (see `eventOf`), timestamps the board's own microseconds, unwrapped. Errors with the cause when the
 * link is lost, completes when it is closed on purpose; unsubscribing leaves the link open.
 *
 * @example
 * ```ts
 * const events$ = fromHardware(await virtualBoard().open());
 * ```
 */
export function fromHardware(link: Link, config: FromHardwareConfig = {}): Observable<AerPacket> {
  return new Observable((subscriber) => {
    const clock = unwrapper();
    let wraps = 0;
    try {
      return link.listen({
        events({ timestamps, words }) {
          const times = new Float64Array(timestamps.length);
          for (let i = 0; i < times.length; i++) times[i] = clock.unwrap(timestamps[i]!);
          if (clock.wraps !== wraps) {
            wraps = clock.wraps;
            config.onWrap?.(wraps);
          }
          subscriber.next({ timestamps: times, addresses: words });
        },
        closed(cause?: DeviceError) {
          if (cause === undefined) subscriber.complete();
          else subscriber.error(cause);
        },
      });
    } catch (cause) {
      subscriber.error(cause);
      return undefined;
    }
  });
}
