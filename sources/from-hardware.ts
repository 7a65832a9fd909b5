/** The source `fromHardware`: the events that a board sends to the host. */
import { Observable } from 'rxjs';
import { type Clock, monotonic } from '../src/clock.ts';
import { type Link, linkProblems, readLink } from '../src/devices/link.ts';
import { unwrapper } from '../src/devices/wrap.ts';
import type { DeviceError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { type ChipWordSpace, chipWords } from '../src/events/space.ts';
import {
  callback,
  having,
  type OptionTable,
  optionProblems,
  readOnce,
  refuse,
} from '../src/options.ts';

/** Configuration of {@link fromHardware}. */
export interface FromHardwareConfig {
  /** Called each time the board's clock has wrapped, with the number of wraps so far. */
  readonly onWrap?: (wraps: number) => void;
  /** Clock of the host, which tells how long the board was silent: it may have wrapped meanwhile. The machine's if left out. */
  readonly clock?: Clock;
}

const table: OptionTable<FromHardwareConfig> = {
  onWrap: callback,
  clock: having('a clock', 'now', 'schedule'),
};

/**
 * Emits every event that a board sends to the host, also those that no neuron sent. Addresses are event words of the
 * board's chip family (of a DYNAP-SE2: see `eventOf`); timestamps are the board's own microseconds, unwrapped. Errors
 * with the cause when the link is lost, completes when it is closed on purpose; unsubscribing leaves the link open.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const link = await virtualBoard().open();
 * link.send({ timestamps: Uint32Array.of(0), words: Uint32Array.of(echoWord) });
 * fromHardware(link).pipe(
 *   map(({ addresses }) => addresses[0] === echoReply),
 *   take(1),
 * ); // emits true
 * ```
 */
export function fromHardware(
  link: Link,
  config: FromHardwareConfig = {},
): Observable<AerPacket<ChipWordSpace>> {
  config = readOnce(config, table);
  link = readLink(link);
  refuse('no board can be heard', () => [...linkProblems(link), ...optionProblems(config, table)]);
  const { info } = link;
  const clock = monotonic(config.clock);
  return new Observable((subscriber) => {
    const space = chipWords(info.family);
    const board = unwrapper();
    let wraps = 0;
    let heardAt = clock.now();
    /** Microseconds since the board was last heard; a board without a clock stands still meanwhile. */
    const silence = (): number => {
      const since = clock.now() - heardAt;
      heardAt += since;
      return info.clock === 'board' ? since * 1000 : 0;
    };
    try {
      return link.listen({
        events({ timestamps, words }) {
          const times = new Float64Array(timestamps.length);
          let elapsed = silence();
          for (let i = 0; i < times.length; i++) {
            times[i] = board.unwrap(timestamps[i]!, elapsed);
            elapsed = 0;
          }
          try {
            while (wraps < board.wraps) {
              wraps++;
              config.onWrap?.(wraps);
            }
          } catch (cause) {
            subscriber.error(cause);
          }
          const until = times.at(-1) ?? 0;
          subscriber.next({ timestamps: times, addresses: words, space, until });
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
