/** The source `fromUdp`: a stream that comes in datagrams. */
import { Observable, type Subscriber } from 'rxjs';
import { type Clock, monotonic } from '../src/clock.ts';
import { codecNamed } from '../src/codecs/decode.ts';
import { NetworkError } from '../src/errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { type NumberedReceiver, numberedReceiver } from '../src/events/numbered.ts';
import type { StreamItem } from '../src/events/series.ts';
import {
  callback,
  having,
  number,
  type OptionTable,
  oneOf,
  soundOptions,
  text,
} from '../src/options.ts';
import type { CountingSource } from './counting-source.ts';

/** Configuration of {@link fromUdp}. */
export interface FromUdpConfig {
  /** Port; 0 for any that is free. */
  readonly port: number;
  /** Address of this machine; 127.0.0.1, which only this machine reaches, if left out. */
  readonly host?: string;
  /** Form of the datagrams: `numbered` (if left out), which is Spikeline's own and lets every lost event be counted, or `spif`, whose losses cannot be seen. */
  readonly form?: 'numbered' | 'spif';
  /** Columns of the picture of SPIF; 32768 if left out. */
  readonly width?: number;
  /** Rows of the picture of SPIF; 32768 if left out. */
  readonly height?: number;
  /** Receive buffer that the system is asked for, bytes; 4 MiB if left out. It may give less. */
  readonly buffer?: number;
  /** Called with the port once it listens. */
  readonly onListening?: (port: number) => void;
  /** Clock that gives a time to events of SPIF that carry none; the machine's if left out. */
  readonly clock?: Clock;
  /** Counts what was lost; the source's own if left out. */
  readonly losses?: Losses;
}

const side = number({ min: 1, max: 32_768, whole: true, unit: 'pixels' });

const table: OptionTable<FromUdpConfig> = {
  port: number({ min: 0, max: 65_535, whole: true }),
  host: text,
  form: oneOf(['numbered', 'spif']),
  width: side,
  height: side,
  buffer: number({ min: 1024, max: 2 ** 31 - 1, whole: true, unit: 'bytes' }),
  onListening: callback,
  clock: having('a clock', 'now', 'schedule'),
  losses: lossesCheck,
};

/**
 * Receives datagrams. In the numbered form, which `toUdp` sends, they carry events, rasters, numbers and marks: what is
 * missing is counted as `lost`, event by event; what comes twice or too late, as `outOfOrder`. The stream completes when
 * all senders that were heard have ended theirs. In the form `spif` they carry pixels, with a time or without, and
 * losses cannot be seen. Errors with a `NetworkError` if the port cannot be had.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const heard$ = fromUdp({ port: 0 });
 * heard$.losses.total; // 0
 * ```
 */
export function fromUdp<Item extends StreamItem = StreamItem>(
  config: FromUdpConfig,
): CountingSource<Item> {
  config = soundOptions('nothing can be heard', config, table, 'port');
  const { losses = lossCounter(), form = 'numbered' } = config;
  const source = new Observable<Item>((subscriber) => {
    const take = form === 'spif' ? spif(subscriber, config, losses) : numbered(subscriber, losses);
    let close = (): void => {};
    const begin = async (): Promise<void> => {
      const { createSocket } = await import('node:dgram');
      if (subscriber.closed) return;
      const { port, host = '127.0.0.1', buffer = 2 ** 22, onListening } = config;
      const type = host.includes(':') ? 'udp6' : 'udp4';
      const socket = createSocket({ type, recvBufferSize: buffer });
      close = () => socket.close();
      const attempt = (work: () => void): void => {
        try {
          work();
        } catch (cause) {
          subscriber.error(cause);
        }
      };
      socket.on('error', (cause: NodeJS.ErrnoException) => {
        const code = cause.code === 'EADDRINUSE' ? 'busy' : 'refused';
        const what = `port ${port} of ${host} cannot be listened at (${cause.message})`;
        subscriber.error(new NetworkError(code, what, { cause }));
      });
      socket.on('message', (bytes, { address, port: from }) =>
        attempt(() => take(bytes, `${address}:${from}`)),
      );
      socket.bind(port, host, () => attempt(() => onListening?.(socket.address().port)));
    };
    begin().catch((cause: unknown) => subscriber.error(cause));
    return () => close();
  });
  return Object.assign(source, { losses });
}

/** Takes a datagram and who sent it. */
type Take = (bytes: Uint8Array, from: string) => void;

/** Senders whose numbers are followed at once, at most. */
const mostSenders = 1024;

function numbered(subscriber: Subscriber<never>, losses: Losses): Take {
  const receivers = new Map<string, NumberedReceiver>();
  let running = 0;
  return (bytes, from) => {
    let receiver = receivers.get(from);
    if (receiver === undefined) {
      if (receivers.size >= mostSenders) {
        losses.add('unreadable', 1);
        return;
      }
      receiver = numberedReceiver(losses);
      receivers.set(from, receiver);
      running++;
    }
    if (receiver.ended) return;
    const item = receiver.push(bytes);
    if (item !== undefined) subscriber.next(item as never);
    if (receiver.ended && --running === 0) subscriber.complete();
  };
}

function spif(subscriber: Subscriber<never>, config: FromUdpConfig, losses: Losses): Take {
  const { width, height, clock } = config;
  const { now } = monotonic(clock);
  const begin = now();
  const decoder = codecNamed('spif').decoder({
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    now: () => Math.round((now() - begin) * 1000),
  });
  let counted = 0;
  return (bytes) => {
    for (const packet of decoder.push(bytes)) subscriber.next(packet as never);
    const outside = decoder.skipped['outside'] ?? 0;
    losses.add('outside', outside - counted);
    counted = outside;
  };
}
