/** The source `fromWebSocket`: a stream that comes over a WebSocket, from a browser or another program. */
import { Observable } from 'rxjs';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { type NumberedReceiver, numberedReceiver } from '../src/events/numbered.ts';
import type { StreamItem } from '../src/events/series.ts';
import { callback, type OptionTable, optionProblems, readOnce } from '../src/options.ts';
import { type ListenAt, openEnd, type Peer, soundEnd } from '../src/sockets/web-socket.ts';
import type { CountingSource } from './counting-source.ts';

/** Configuration of {@link fromWebSocket}. */
export interface FromWebSocketConfig {
  /** Called with the port once it listens. */
  readonly onListening?: (port: number) => void;
  /** Counts what was lost on the way; the source's own if left out. */
  readonly losses?: Losses;
}

const table: OptionTable<FromWebSocketConfig> = {
  onListening: callback,
  losses: lossesCheck,
};

/**
 * Receives a stream that `toWebSocket` sends: events, rasters, numbers or marks. A URL connects to a server. `{ listen:
 * port }` is a server, to which all who connect may send; it is reached from this machine alone unless a `host` is
 * given. Completes when the sender has ended its stream; a server, when all that were connected have. What a sender left
 * out because this side was slow is counted as `lost`. Errors with a `NetworkError` if nobody answers or the connection
 * breaks off.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const heard$ = fromWebSocket({ listen: 0 });
 * heard$.losses.total; // 0
 * ```
 */
export function fromWebSocket<Item extends StreamItem = StreamItem>(
  end: string | ListenAt,
  config: FromWebSocketConfig = {},
): CountingSource<Item> {
  config = readOnce(config, table);
  end = soundEnd(end, 'nothing can be heard', ...optionProblems(config, table));
  const { losses = lossCounter(), onListening } = config;
  const serves = typeof end !== 'string';
  const source = new Observable<Item>((subscriber) => {
    const receivers = new Map<Peer, NumberedReceiver>();
    const receiverOf = (peer: Peer): NumberedReceiver => {
      const known = receivers.get(peer) ?? numberedReceiver(losses);
      receivers.set(peer, known);
      return known;
    };
    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (cause) {
        subscriber.error(cause);
      }
    };
    return openEnd(end, {
      listening: (port) => attempt(() => onListening?.(port)),
      message(bytes, peer) {
        attempt(() => {
          const receiver = receiverOf(peer);
          const item = receiver.push(bytes);
          if (item !== undefined) subscriber.next(item as Item);
          if (!receiver.ended) return;
          receivers.delete(peer);
          if (receivers.size === 0) subscriber.complete();
        });
      },
      closed(peer, cause) {
        const broke = peer === undefined ? !serves : receivers.delete(peer);
        if (cause !== undefined && (broke || !serves)) subscriber.error(cause);
        else if (!serves) subscriber.complete();
      },
      failed: (cause) => subscriber.error(cause),
    });
  });
  return Object.assign(source, { losses });
}
