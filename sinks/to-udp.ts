/** The sink `toUdp`: a stream goes out in datagrams, no faster than the way bears. */
import type { OperatorFunction } from 'rxjs';
import { oneAtATime } from '../operators/one-at-a-time.ts';
import { type Clock, monotonic } from '../src/clock.ts';
import { codecNamed } from '../src/codecs/decode.ts';
import { gate } from '../src/demand.ts';
import { DataError, NetworkError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { cutItem, itemLength } from '../src/events/items.ts';
import { numberedSender } from '../src/events/numbered.ts';
import { itemKind, type StreamItem } from '../src/events/series.ts';
import {
  flag,
  having,
  number,
  type OptionTable,
  oneOf,
  soundOptions,
  text,
} from '../src/options.ts';
import type { SendReport } from './to-web-socket.ts';

/** Configuration of {@link toUdp}. */
export interface ToUdpConfig {
  /** Port of the receiver. */
  readonly port: number;
  /** Its address; 127.0.0.1 if left out. */
  readonly host?: string;
  /** Form of the datagrams: `numbered` (if left out), which is Spikeline's own, or `spif`, which other programs know. */
  readonly form?: 'numbered' | 'spif';
  /** Whether each event carries its time, in SPIF; true if left out. */
  readonly timestamps?: boolean;
  /** Largest datagram, bytes; if left out 1400, which goes over most networks in one piece, and 512 of SPIF. */
  readonly maxBytes?: number;
  /** Events, bins, samples or marks sent each second, at most; 2 million if left out. */
  readonly rate?: number;
  /** Events, bins, samples or marks that may wait; a million if left out. What comes then, of a source that cannot wait, is dropped and counted. */
  readonly capacity?: number;
  /** Clock that paces; the machine's if left out. */
  readonly clock?: Clock;
}

const table: OptionTable<ToUdpConfig> = {
  port: number({ min: 1, max: 65_535, whole: true }),
  host: text,
  form: oneOf(['numbered', 'spif']),
  timestamps: flag,
  maxBytes: number({ min: 512, max: 65_507, whole: true, unit: 'bytes' }),
  rate: number({ above: 0, unit: 'events per second' }),
  capacity: number({ min: 1, whole: true, unit: 'events' }),
  clock: having('a clock', 'now', 'schedule'),
};

/** A datagram that waits, with how many events it has. */
interface Datagram {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Datagrams that may be on their way into the system at once. */
const mostUnderWay = 64;

/** How much may be sent at once, milliseconds at the rate that is allowed. */
const burst = 5;

/** How much may be made up for after a pause, in such bursts, milliseconds at the rate that is allowed. */
const behind = 50;

/** How long after all is sent the end is said, and then again, milliseconds: its receiver may have no room, or be busy. */
const endings = [0, 10, 40, 150];

/**
 * Sends datagrams, paced. In the numbered form they carry events, rasters, numbers and marks, and `fromUdp` counts every
 * event that is lost on the way; the end is sent too, again and again until its receiver has gone or a fifth of a second
 * has passed. SPIF carries pixels, and losses cannot be seen. Sources that can wait are held back. Emits one report when
 * the source has completed and all is sent. Errors with a `NetworkError` if nothing can be sent, with a `DataError` if
 * an item cannot be expressed.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const sent$ = of(aerPacket([10], [1], channels(2))).pipe(toUdp({ port: 9 }));
 * typeof sent$.subscribe; // 'function'
 * ```
 */
export function toUdp(config: ToUdpConfig): OperatorFunction<StreamItem, SendReport> {
  config = soundOptions('nothing can be sent', config, table, 'port');
  const { port, host = '127.0.0.1', rate = 2e6, capacity = 1e6 } = config;
  const clock = monotonic(config.clock);
  return oneAtATime<StreamItem, SendReport>((subscriber) => {
    const demand = gate();
    const form = formOf(config);
    const queue: Datagram[] = [];
    let head = 0;
    let [waiting, sent, dropped, underWay] = [0, 0, 0, 0];
    let credit = 0;
    let room = (burst * rate) / 1000;
    let at = clock.now();
    let timer: { unsubscribe(): void } | undefined;
    let socket: { send(bytes: Uint8Array, done: (cause: Error | null) => void): void } | undefined;
    let completed = false;
    /** Times that the end has been said. */
    let said = 0;

    const finish = (): void => {
      subscriber.next({ sent, dropped });
      subscriber.complete();
    };
    /** Says that the stream has ended, again a while later if it may have been lost. */
    const sayEnd = (): void => {
      if (!completed || timer !== undefined || head < queue.length || underWay > 0) return;
      const wait = form.end === undefined ? undefined : endings[said];
      if (wait === undefined) {
        finish();
        return;
      }
      timer = clock.schedule(() => {
        timer = undefined;
        said++;
        underWay++;
        socket!.send(form.end!(), done);
      }, wait);
    };
    const failed = (cause: NodeJS.ErrnoException): void => {
      // Nobody listens there now: what is sent to nobody is lost, as on any other way, and whoever heard the end has gone.
      if (cause.code === 'ECONNREFUSED') {
        if (said > 0) finish();
        return;
      }
      const what = `${host}:${port} cannot be sent to (${cause.message})`;
      subscriber.error(new NetworkError('disconnected', what, { cause }));
    };
    const done = (cause: Error | null): void => {
      underWay--;
      if (cause !== null) failed(cause);
      pump();
    };
    const pump = (): void => {
      if (socket === undefined || subscriber.closed) return;
      const now = clock.now();
      credit = Math.min((behind * rate) / 1000, credit + ((now - at) * rate) / 1000);
      at = now;
      while (
        head < queue.length &&
        timer === undefined &&
        credit > 0 &&
        room > 0 &&
        underWay < mostUnderWay
      ) {
        const { bytes, count } = queue[head++]!;
        credit -= count;
        room -= count;
        waiting -= count;
        sent += count;
        underWay++;
        socket.send(bytes, done);
      }
      if (head > 4096) {
        queue.splice(0, head);
        head = 0;
      }
      if (!demand.open && waiting <= capacity / 4) demand.set(true);
      if (head < queue.length && Math.min(credit, room) <= 0 && timer === undefined) {
        timer = clock.schedule(
          () => {
            timer = undefined;
            room = (burst * rate) / 1000;
            pump();
          },
          Math.max(1, (-credit / rate) * 1000),
        );
      }
      sayEnd();
    };
    const open = async (): Promise<void> => {
      const { createSocket } = await import('node:dgram');
      if (subscriber.closed) return;
      const made = createSocket({
        type: host.includes(':') ? 'udp6' : 'udp4',
        sendBufferSize: 2 ** 22,
      });
      subscriber.add(() => made.close());
      made.on('error', failed);
      await new Promise<void>((resolve) => made.connect(port, host, () => resolve()));
      socket = { send: (bytes, then) => made.send(bytes, then) };
      at = clock.now();
      pump();
    };
    open().catch((cause: unknown) => subscriber.error(cause));
    subscriber.add(() => timer?.unsubscribe());
    return {
      demand,
      next(item) {
        const count = itemLength(item);
        if (waiting > 0 && waiting + count > capacity && !demand.asked) {
          dropped += count;
          return;
        }
        for (const datagram of form.datagrams(item)) queue.push(datagram);
        waiting += count;
        if (waiting > capacity / 2) demand.set(false);
        pump();
      },
      complete() {
        completed = true;
        pump();
      },
    };
  });
}

/** How items become datagrams. */
interface Form {
  datagrams(item: StreamItem): Datagram[];
  /** Gives what says that the stream has ended; left out if nothing does. */
  readonly end?: () => Uint8Array;
}

function formOf({ form = 'numbered', maxBytes, timestamps = true }: ToUdpConfig): Form {
  if (form === 'numbered') return numberedForm(maxBytes ?? 1400);
  const encoder = codecNamed('spif').encoder!({ timestamps });
  const most = Math.floor((maxBytes ?? 512) / (timestamps ? 8 : 4));
  return {
    datagrams(item) {
      if (itemKind(item) !== 'events')
        throw new DataError('SPIF carries pixels alone; use the numbered form');
      return cutItem(item, most).flatMap((piece) => {
        const bytes = encoder.push(piece as AerPacket);
        return bytes.length === 0
          ? []
          : [{ bytes: Uint8Array.from(bytes), count: itemLength(piece) }];
      });
    },
  };
}

function numberedForm(maxBytes: number): Form {
  const sender = numberedSender(maxBytes);
  let last: Uint8Array | undefined;
  return {
    datagrams: (item) => sender.messages(item),
    end() {
      last ??= sender.end();
      return last;
    },
  };
}
