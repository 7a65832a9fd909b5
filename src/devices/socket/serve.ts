/** A board served over TCP, to one user at a time. */
import { createServer, type Server, type Socket } from 'node:net';
import { DataError, DeviceError, InvalidArgumentError } from '../../errors.ts';
import { having, number, type OptionTable, optionProblems, readOnce, text } from '../../options.ts';
import { within } from '../../problems.ts';
import { type Board, type HardwareEvents, type Link, timeCheck } from '../link.ts';
import { addressText, readAddress } from './address.ts';
import { type Connection, connection } from './connection.ts';
import { kinds, readAsked, writeReached } from './frames.ts';
import { plainError, protocol, type Request, readRequest } from './messages.ts';
import { senderTable } from './senders.ts';

/** How {@link serveBoard} serves. */
export interface ServeBoardConfig {
  /** Where it listens: `127.0.0.1:7800`, or only a port, on the loopback; port 0 lets the system choose. */
  readonly listen: string;
  /** How long a user may take to say what it speaks, milliseconds; 5000 if left out. */
  readonly patience?: number;
  /** Bytes of events that may wait for a slow user; 16 MiB if left out. What comes then is counted as overflowed. */
  readonly buffer?: number;
}

/** A board that is served. */
export interface BoardServer {
  /** Where it listens: `tcp://127.0.0.1:7800`. */
  readonly address: string;
  /** Ends it: the user is told, the board closed. */
  close(): Promise<void>;
}

/** Events that are kept while the user does not listen. */
const heldAtMost = 65_536;

const table: OptionTable<ServeBoardConfig> = {
  listen: text,
  patience: number({ above: 0, unit: 'milliseconds' }),
  buffer: number({ min: 0, whole: true, unit: 'bytes' }),
};

/**
 * Serves a board over TCP. One user at a time has it; another is told that it is busy. Sizes are bounded, and
 * it listens on the loopback unless told otherwise: whoever reaches it can use the board.
 *
 * @throws InvalidArgumentError with all problems
 * @throws DeviceError `busy` if the port is taken
 * @example
 * ```ts
 * const server = await serveBoard(virtualBoard(), { listen: '127.0.0.1:0' });
 * const link = await boardAt(server.address).open();
 * link.info.family; // 'dynapse2'
 * await link.close();
 * await server.close();
 * ```
 */
export async function serveBoard(
  board: Board<Link>,
  config: ServeBoardConfig,
): Promise<BoardServer> {
  config = readOnce(config, table);
  const problems = [
    ...within('board', having('a board', 'open')(board)),
    ...optionProblems(config, table, 'listen'),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('this cannot be served', problems);
  const { patience = 5000, buffer = 2 ** 24 } = config;
  const { host, port } = readAddress(config.listen, 'listen');
  const users = new Set<{ end(): Promise<void> }>();
  const server = createServer((socket) => {
    const user = serveUser(socket, board, { patience, buffer }, () => users.delete(user));
    users.add(user);
  });
  await listening(server, host, port);
  const bound = server.address() as { readonly port: number };
  let closing: Promise<void> | undefined;
  return {
    address: addressText({ host, port: bound.port }),
    close() {
      closing ??= (async () => {
        const closed = new Promise<void>((resolve) => {
          server.close(() => resolve());
        });
        await Promise.all([...users].map((user) => user.end()));
        await closed;
      })();
      return closing;
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      const where = addressText({ host, port });
      const what = taken
        ? `${where} is taken; choose another port`
        : `cannot listen at ${where} (${cause.message}); give an address of this machine, as 127.0.0.1 or 0.0.0.0`;
      reject(new DeviceError(taken ? 'busy' : 'not-found', what, { cause }));
    });
    server.listen({ host, port }, () => {
      // What goes wrong with one connection is that connection's matter.
      server.on('error', () => {});
      resolve();
    });
  });
}

/** Serves one user, from the first byte to the last. */
function serveUser(
  socket: Socket,
  board: Board<Link>,
  { patience, buffer }: { readonly patience: number; readonly buffer: number },
  onEnd: () => void,
): { end(): Promise<void> } {
  let link: Link | undefined;
  let opening: Promise<void> | undefined;
  let hears = false;
  /** Events that came while the user did not listen. */
  let held: HardwareEvents[] = [];
  let heldCount = 0;
  let overflowed = 0;
  let ended = false;
  const counts = (): object => ({
    ...link?.statistics,
    ...(overflowed > 0 && { overflowed: (link?.statistics.overflowed ?? 0) + overflowed }),
  });
  const senders = senderTable();
  const told = (): object => {
    const changed = Array.from({ length: senders.changed }, () => {
      const { stream, counts: own } = senders.next();
      return [stream, { ...own }] as const;
    });
    return { statistics: counts(), ...(changed.length > 0 && { senders: changed }) };
  };
  const refuse = (cause: unknown): void => {
    user.tell({ refused: plainError(cause) });
    user.wire.end();
  };
  const impatience = setTimeout(
    () => refuse(new DeviceError('timed-out', 'no greeting came')),
    patience,
  );
  const hello = async (): Promise<void> => {
    try {
      link = await board.open();
    } catch (cause) {
      refuse(cause);
      return;
    }
    if (ended) {
      await link.close().catch(() => {});
      return;
    }
    try {
      serve(link);
    } catch (cause) {
      refuse(cause);
    }
  };
  const serve = (opened: Link): void => {
    opened.listen({
      events: (events) => (hears ? forward(events) : hold(events)),
      closed(cause) {
        if (ended) return;
        user.tell({ closed: cause === undefined ? null : plainError(cause), statistics: counts() });
        user.wire.end();
      },
    });
    user.tell({
      welcome: opened.info,
      aligns: opened.align !== undefined,
      tells: opened.whenReached !== undefined,
    });
  };
  const call = async ({ id, call: name, argument }: Extract<Request, { id: number }>) => {
    try {
      const value = await callLink(link!, name, argument);
      if (name === 'configure') forget();
      user.tell({ answer: id, value, ...told() });
    } catch (cause) {
      user.tell({ answer: id, error: plainError(cause), ...told() });
    }
  };
  const forward = (events: HardwareEvents): void => {
    if (user.wire.queued > buffer) overflowed += events.words.length;
    else user.give(events);
  };
  const hold = (events: HardwareEvents): void => {
    if (heldCount + events.words.length > heldAtMost) {
      overflowed += events.words.length;
      return;
    }
    held.push(events);
    heldCount += events.words.length;
  };
  /** What was sent before a configuration is not to come after it. */
  const forget = (): void => {
    overflowed += heldCount;
    held = [];
    heldCount = 0;
  };
  const hear = (on: boolean): void => {
    hears = on;
    if (!on) return;
    const waiting = held;
    held = [];
    heldCount = 0;
    for (const events of waiting) forward(events);
  };
  /** What is told with each time that is reached. */
  const reachedWith = {
    get statistics() {
      return overflowed > 0 ? counts() : link!.statistics;
    },
    get changed() {
      return senders.changed;
    },
    next: senders.next,
  };
  const reached = (at: number): void => writeReached(user.wire, at, reachedWith);
  const greeted = (): Link => {
    if (link === undefined) throw new DataError(`a user greets first, with ${protocol.name}`);
    return link;
  };
  const user: Connection = connection(socket, {
    control(body) {
      const request = readRequest(body);
      if ('hello' in request) {
        clearTimeout(impatience);
        if (request.hello.version === protocol.version) opening ??= hello();
        else refuse(otherVersion(request.hello.version));
      } else if ('listen' in request) {
        greeted();
        hear(request.listen);
      } else if ('align' in request) greeted().align?.(request.align);
      else {
        greeted();
        void call(request);
      }
    },
    events(events, stream) {
      const opened = greeted();
      if (!opened.closed) opened.send(events, senders.countsOf(stream));
    },
    other: kinds.asked,
    frame(bytes, from, to) {
      const opened = greeted();
      const at = readAsked(bytes, from, to);
      if (!opened.closed) opened.whenReached?.(at, reached);
    },
    ended() {
      ended = true;
      clearTimeout(impatience);
      onEnd();
      link?.close().catch(() => {});
    },
  });
  return {
    async end() {
      const what = new DeviceError('disconnected', 'the server of the board was closed');
      if (!ended) user.tell({ closed: plainError(what), statistics: counts() });
      user.wire.end();
      await opening;
      await link?.close();
    },
  };
}

/** What a user of another version is told. */
function otherVersion(version: unknown): DeviceError {
  const { name, version: own } = protocol;
  const what = `this board is served in version ${own} of ${name}, and its user speaks version ${version}: use the same release of Spikeline on both sides`;
  return new DeviceError('protocol', what);
}

/** Makes a call of the user on the link. */
async function callLink(link: Link, name: string, argument: unknown): Promise<unknown> {
  if (name === 'configure') return link.configure(argument);
  if (name === 'update') return link.update(argument);
  if (argument === undefined) return link.time();
  const problems = timeCheck(argument);
  if (problems.length > 0) throw new InvalidArgumentError('there is no such time', problems);
  return link.time(argument as number);
}
