/** The sink `toWebSocket`: a stream goes over a WebSocket, to browsers and other programs. */
import type { OperatorFunction } from 'rxjs';
import { oneAtATime } from '../operators/one-at-a-time.ts';
import { type Clock, systemClock } from '../src/clock.ts';
import { gate } from '../src/demand.ts';
import { NetworkError } from '../src/errors.ts';
import { itemLength } from '../src/events/items.ts';
import { numberedSender } from '../src/events/numbered.ts';
import type { StreamItem } from '../src/events/series.ts';
import {
  callback,
  having,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
} from '../src/options.ts';
import { type ListenAt, openEnd, type Peer, soundEnd } from '../src/sockets/web-socket.ts';

/** Configuration of {@link toWebSocket}. */
export interface ToWebSocketConfig {
  /** Bytes that may wait for each receiver; 16 MiB if left out. A receiver that is slower misses items, and sees how many. */
  readonly capacity?: number;
  /** Called with the port once it listens. */
  readonly onListening?: (port: number) => void;
  /** Clock that tells when to look whether there is room again; the machine's if left out. */
  readonly clock?: Clock;
}

/** What was sent, once the stream has ended. */
export interface SendReport {
  /** Events, bins, samples or marks sent to at least one receiver. */
  readonly sent: number;
  /** Events, bins, samples or marks that some receivers did not get, since they were too slow, or that nobody was there for. */
  readonly dropped: number;
}

const table: OptionTable<ToWebSocketConfig> = {
  capacity: number({ min: 1024, whole: true, unit: 'bytes' }),
  onListening: callback,
  clock: having('a clock', 'now', 'schedule'),
};

/** Largest message, bytes. */
const messageBytes = 2 ** 20;

/**
 * Sends a stream: events, rasters, numbers or marks. A URL connects to a server. `{ listen: port }` is a server, which
 * sends to all who are connected; it is reached from this machine alone unless a `host` is given. Sources that can wait
 * are held back until somebody is there, and while nobody has room. Messages are numbered: a receiver that is too slow
 * misses items and counts them. Emits one report when the source has completed and all is sent. Errors with a
 * `NetworkError` if nobody answers or the connection breaks off; a server forgets receivers that leave.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const sent$ = of(aerPacket([10], [1], channels(2))).pipe(toWebSocket({ listen: 0 }));
 * typeof sent$.subscribe; // 'function'
 * ```
 */
export function toWebSocket(
  end: string | ListenAt,
  config: ToWebSocketConfig = {},
): OperatorFunction<StreamItem, SendReport> {
  config = readOnce(config, table);
  end = soundEnd(end, 'nothing can be sent', ...optionProblems(config, table));
  const { capacity = 2 ** 24, onListening, clock = systemClock } = config;
  const serves = typeof end !== 'string';
  return oneAtATime<StreamItem, SendReport>((subscriber) => {
    const demand = gate();
    const sender = numberedSender(messageBytes);
    const peers = new Set<Peer>();
    /** Items that came before a connection that is not there yet. */
    let early: StreamItem[] = [];
    let [sent, dropped] = [0, 0];
    let completed = false;
    let timer: { unsubscribe(): void } | undefined;

    const send = (item: StreamItem): void => {
      const some = sender.messages(item);
      const length = itemLength(item);
      let reached = false;
      let missed = peers.size === 0;
      for (const peer of peers) {
        if (peer.waiting > capacity) missed = true;
        else {
          for (const { bytes } of some) peer.send(bytes);
          reached = true;
        }
      }
      if (reached) sent += length;
      if (missed) dropped += length;
    };
    /** Looks, and looks again while there is no room, whether there is. */
    const look = (): void => {
      timer?.unsubscribe();
      timer = undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const { waiting } of peers) least = Math.min(least, waiting);
      const room = peers.size > 0 && least <= capacity / 2;
      if (completed && [...peers].every(({ waiting }) => waiting === 0)) {
        subscriber.next({ sent, dropped });
        subscriber.complete();
        return;
      }
      if (demand.open !== room) demand.set(room);
      if (peers.size > 0 && (!room || completed)) timer = clock.schedule(look, 5);
    };
    demand.set(false);
    subscriber.add(
      openEnd(end, {
        listening(port) {
          if (subscriber.closed) return;
          try {
            onListening?.(port);
          } catch (cause) {
            subscriber.error(cause);
          }
        },
        open(peer) {
          peers.add(peer);
          const held = early;
          early = [];
          for (const item of held) send(item);
          if (completed) peer.send(sender.end());
          look();
        },
        closed(peer, cause) {
          if (peer !== undefined) peers.delete(peer);
          if (serves) look();
          else
            subscriber.error(cause ?? new NetworkError('disconnected', 'the other side has left'));
        },
        failed: (cause) => subscriber.error(cause),
      }),
    );
    subscriber.add(() => timer?.unsubscribe());
    return {
      demand,
      next(item) {
        if (!serves && peers.size === 0) early.push(item);
        else send(item);
        if (timer === undefined) look();
      },
      complete() {
        completed = true;
        const last = sender.end();
        for (const peer of peers) peer.send(last);
        if (serves || peers.size > 0) look();
      },
    };
  });
}
