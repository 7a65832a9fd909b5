/** A board on the other end of a TCP connection. */
import type { DefaultConfiguration } from '../../chips/families.ts';
import type { ConfigurationDelta } from '../../chips/family.ts';
import { DataError, DeviceError, InvalidArgumentError, SpikelineError } from '../../errors.ts';
import { number, type OptionTable, soundOptions } from '../../options.ts';
import { fault } from '../../problems.ts';
import {
  type Board,
  type HardwareEvents,
  type Link,
  type LinkInfo,
  type LinkStatistics,
  type LinkUpdate,
  refuseTime,
  soundEvents,
} from '../link.ts';
import { linkListeners } from '../listeners.ts';
import { addressText, readAddress, type SocketAddress } from './address.ts';
import { askedTimes } from './asked-times.ts';
import { type Connection, connection } from './connection.ts';
import { kinds, readReached, writeAsked } from './frames.ts';
import { errorOf, protocol, type Report, type Request, readReport } from './messages.ts';
import { senderStreams } from './senders.ts';

/** How {@link boardAt} connects. */
export interface BoardAtConfig {
  /** How long the other side may take to answer a greeting, milliseconds; 5000 if left out. */
  readonly patience?: number;
  /** Bytes of events that may wait to be sent; 64 MiB if left out. More is a `DeviceError` of code `overflow`. */
  readonly buffer?: number;
}

const table: OptionTable<BoardAtConfig> = {
  patience: number({ above: 0, unit: 'milliseconds' }),
  buffer: number({ min: 0, whole: true, unit: 'bytes' }),
};

/** Where a board is, and how to speak to it. */
interface Place extends Required<BoardAtConfig>, SocketAddress {}

/**
 * Makes a board of what is served at an address, as by `serveBoard` or `spikeline board --listen`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const board = boardAt('tcp://127.0.0.1:7800');
 * typeof board.open; // 'function'
 * ```
 */
export function boardAt<Configuration = DefaultConfiguration>(
  address: string,
  config: BoardAtConfig = {},
): Board<Link<Configuration, ConfigurationDelta>> {
  config = soundOptions('this board cannot be used', config, table);
  const { patience = 5000, buffer = 2 ** 26 } = config;
  const place = { ...readAddress(address, 'address'), patience, buffer };
  return { open: () => openSocketLink(place) };
}

/** What went wrong before there was a link. */
function openingError(cause: unknown, place: Place): Error {
  if (cause instanceof DeviceError) return cause;
  const where = addressText(place);
  if (cause instanceof DataError) {
    const what = `what listens at ${where} is no board of Spikeline, or of another version`;
    return new DeviceError('protocol', what, { cause });
  }
  const what = `there is no board at ${where}; start one with: spikeline board --listen ${place.host}:${place.port}`;
  return new DeviceError('not-found', what, { cause });
}

function openSocketLink<Configuration>(
  place: Place,
): Promise<Link<Configuration, ConfigurationDelta>> {
  return new Promise((resolve, reject) => {
    let opened: OpenedLink<Configuration> | undefined;
    const impatience = setTimeout(() => {
      const what = `${addressText(place)} has not answered for ${place.patience} ms`;
      reject(new DeviceError('timed-out', what));
      user.wire.destroy();
    }, place.patience);
    /** The link that is open; others say what comes before the welcome. */
    const welcomed = (): OpenedLink<Configuration> => {
      if (opened === undefined) throw new DataError('no welcome came');
      return opened;
    };
    const user = connection(place, {
      control(body) {
        const report = readReport(body);
        if (opened !== undefined) {
          opened.report(report);
          return;
        }
        if ('refused' in report) throw errorOf(report.refused);
        if (!('welcome' in report)) throw new DataError('no welcome came');
        clearTimeout(impatience);
        opened = socketLink(user, report, place);
        resolve(opened.link);
      },
      events: (events) => welcomed().events(events),
      other: kinds.reached,
      frame: (bytes, from, to) => welcomed().reached(bytes, from, to),
      ended(cause) {
        clearTimeout(impatience);
        if (opened === undefined) reject(openingError(cause ?? hungUp(place), place));
        else opened.ended(cause);
      },
    });
    user.wire.socket.once('connect', () => user.tell({ hello: protocol } satisfies Request));
  });
}

/** What has answered nothing, and ended. */
function hungUp(place: Place): DeviceError {
  const what = `what listens at ${addressText(place)} hung up without a word: it is no board of Spikeline, or of another version`;
  return new DeviceError('not-found', what);
}

/** A link, and what the wire tells it. */
interface OpenedLink<Configuration> {
  readonly link: Link<Configuration, ConfigurationDelta>;
  events(events: HardwareEvents): void;
  /** A time has been reached, and something counted. */
  reached(bytes: Uint8Array, from: number, to: number): void;
  report(report: Report): void;
  ended(cause?: unknown): void;
}

function socketLink<Configuration>(
  user: Connection,
  { welcome: info, aligns, tells }: Extract<Report, { welcome: LinkInfo }>,
  place: Place,
): OpenedLink<Configuration> {
  const listeners = linkListeners();
  const statistics: { -readonly [name in keyof LinkStatistics]: LinkStatistics[name] } = {};
  const updates: LinkUpdate<ConfigurationDelta>[] = [];
  const calls = new Map<number, { resolve(value: unknown): void; reject(cause: unknown): void }>();
  const senders = senderStreams();
  const asked = askedTimes();
  const { wire } = user;
  let nextCall = 0;
  let closed = false;

  const gone = (): DeviceError =>
    new DeviceError('disconnected', 'the link is closed; open the board again');
  const alive = (): void => {
    if (closed) throw gone();
  };
  const shut = (cause?: DeviceError): void => {
    if (closed) return;
    closed = true;
    for (const { reject } of calls.values()) reject(cause ?? gone());
    calls.clear();
    asked.clear();
    wire.end();
    listeners.close(cause);
  };
  const call = async (name: 'configure' | 'update' | 'time', argument?: unknown) => {
    alive();
    const id = nextCall++;
    const answered = new Promise<unknown>((resolve, reject) => calls.set(id, { resolve, reject }));
    try {
      user.tell({ id, call: name, argument } satisfies Request);
    } catch (cause) {
      calls.delete(id);
      if (cause instanceof SpikelineError) throw cause;
      const unfit = fault('', 'wrong-type', 'plain data is needed, without functions and symbols');
      throw new InvalidArgumentError(`${name} cannot be sent`, [unfit], { cause });
    }
    return answered;
  };
  const timeOf = (value: unknown): number => {
    if (typeof value === 'number') return value;
    throw new DeviceError('protocol', 'the board gave no time');
  };
  /** Whether the board is asked for events: only while someone listens, so that it keeps what comes before. */
  let hearing = false;
  const hearWhileNeeded = (): void => {
    if (closed || hearing === listeners.size > 0) return;
    hearing = listeners.size > 0;
    user.tell({ listen: hearing } satisfies Request);
  };
  const link: Link<Configuration, ConfigurationDelta> = {
    info,
    get closed() {
      return closed;
    },
    statistics,
    updates,
    async configure(configuration) {
      await call('configure', configuration);
    },
    send(events, counts) {
      alive();
      events = soundEvents(events);
      if (wire.queued > place.buffer) {
        const what = `${wire.queued} bytes wait for ${addressText(place)}; send less at a time`;
        throw new DeviceError('overflow', what);
      }
      user.give(events, senders.streamOf(counts));
    },
    async update(delta) {
      const time = timeOf(await call('update', delta));
      updates.push({ time, delta });
      return time;
    },
    async time(at) {
      if (at !== undefined) refuseTime(at);
      return timeOf(await call('time', at));
    },
    ...(tells && {
      whenReached(at: number, reached: (at: number) => void) {
        alive();
        refuseTime(at);
        asked.add(at, reached);
        writeAsked(wire, at);
      },
    }),
    ...(aligns && {
      align(at: number) {
        alive();
        user.tell({ align: at } satisfies Request);
      },
    }),
    listen(listener) {
      alive();
      const silence = listeners.add(listener);
      hearWhileNeeded();
      return () => {
        silence();
        hearWhileNeeded();
      };
    },
    async close() {
      shut();
      const { socket } = wire;
      if (!socket.destroyed) {
        await new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
        });
      }
    },
  };
  return {
    link,
    events(events) {
      listeners.give(events);
      // One that threw listens no more.
      hearWhileNeeded();
    },
    reached(bytes, from, to) {
      asked.reached(readReached(bytes, from, to, statistics, senders.countsOf));
    },
    report(report) {
      if ('statistics' in report) Object.assign(statistics, report.statistics);
      if ('senders' in report) senders.report(report.senders ?? []);
      if ('closed' in report) {
        shut(report.closed === null ? undefined : (errorOf(report.closed) as DeviceError));
      } else if ('answer' in report) {
        const waiting = calls.get(report.answer);
        calls.delete(report.answer);
        if (report.error === undefined) waiting?.resolve(report.value);
        else waiting?.reject(errorOf(report.error));
      }
    },
    ended(cause) {
      const broken = cause instanceof DataError ? 'protocol' : 'disconnected';
      const what = `the connection to ${addressText(place)} ended; open the board again`;
      shut(new DeviceError(broken, what, { cause }));
    },
  };
}
