/** A board on the other end of a TCP connection. */
import { connect, type Socket } from 'node:net';
import type { DefaultConfiguration } from '../../chips/families.ts';
import type { ConfigurationDelta } from '../../chips/family.ts';
import { DataError, DeviceError, InvalidArgumentError, SpikelineError } from '../../errors.ts';
import { number, type OptionTable, optionProblems, readOnce } from '../../options.ts';
import { fault, within } from '../../problems.ts';
import {
  type Board,
  type Link,
  type LinkInfo,
  type LinkStatistics,
  type LinkUpdate,
  soundEvents,
  timeCheck,
} from '../link.ts';
import { linkListeners } from '../listeners.ts';
import { addressText, readAddress, type SocketAddress } from './address.ts';
import { type Connection, connection } from './connection.ts';
import {
  errorOf,
  eventsOf,
  packetsOf,
  protocol,
  type Report,
  type Request,
  readReport,
} from './messages.ts';
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
  config = readOnce(config, table);
  const problems = optionProblems(config, table);
  if (problems.length > 0) throw new InvalidArgumentError('this board cannot be used', problems);
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
    const socket = connect({ host: place.host, port: place.port });
    let opened: OpenedLink<Configuration> | undefined;
    const impatience = setTimeout(() => {
      const what = `${addressText(place)} has not answered for ${place.patience} ms`;
      reject(new DeviceError('timed-out', what));
      wire.destroy();
    }, place.patience);
    const wire = connection(socket, {
      message(message) {
        if (opened !== undefined) {
          if (message.kind === 'control') opened.report(readReport(message.body));
          else opened.events(eventsOf(message, opened.link.info.family));
          return;
        }
        if (message.kind !== 'control') throw new DataError('events came before the welcome');
        const report = readReport(message.body);
        if ('refused' in report) throw errorOf(report.refused);
        if (!('welcome' in report)) throw new DataError('no welcome came');
        clearTimeout(impatience);
        opened = socketLink(wire, socket, report, place);
        resolve(opened.link);
      },
      ended(cause) {
        clearTimeout(impatience);
        if (opened === undefined) reject(openingError(cause ?? new Error('it hung up'), place));
        else opened.ended(cause);
      },
    });
    socket.once('connect', () => wire.tell({ hello: protocol } satisfies Request));
  });
}

/** A link, and what the wire tells it. */
interface OpenedLink<Configuration> {
  readonly link: Link<Configuration, ConfigurationDelta>;
  events(events: ReturnType<typeof eventsOf>): void;
  report(report: Report): void;
  ended(cause?: unknown): void;
}

function socketLink<Configuration>(
  wire: Connection,
  socket: Socket,
  { welcome: info, aligns }: Extract<Report, { welcome: LinkInfo }>,
  place: Place,
): OpenedLink<Configuration> {
  const listeners = linkListeners();
  const statistics: { -readonly [name in keyof LinkStatistics]: LinkStatistics[name] } = {};
  const updates: LinkUpdate<ConfigurationDelta>[] = [];
  const calls = new Map<number, { resolve(value: unknown): void; reject(cause: unknown): void }>();
  const senders = senderStreams();
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
    wire.end();
    listeners.close(cause);
  };
  const call = async (name: 'configure' | 'update' | 'time', argument?: unknown) => {
    alive();
    const id = nextCall++;
    const answered = new Promise<unknown>((resolve, reject) => calls.set(id, { resolve, reject }));
    try {
      wire.tell({ id, call: name, argument } satisfies Request);
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
    wire.tell({ listen: hearing } satisfies Request);
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
      const stream = senders.streamOf(counts);
      for (const packet of packetsOf(events, info.family)) wire.give(packet, stream);
    },
    async update(delta) {
      const time = timeOf(await call('update', delta));
      updates.push({ time, delta });
      return time;
    },
    async time(at) {
      const problems = at === undefined ? [] : within('at', timeCheck(at));
      if (problems.length > 0) throw new InvalidArgumentError('there is no such time', problems);
      return timeOf(await call('time', at));
    },
    ...(aligns && {
      align(at: number) {
        alive();
        wire.tell({ align: at } satisfies Request);
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
