/** Where streams come from and go to, by address: `udp://…`, `ws://…`, `nats://…`, `usb:…`, `-` or the path of a file. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { catchError, type Observable, type OperatorFunction, throwError } from 'rxjs';
import { DataError, fromFile, InvalidArgumentError, type Losses } from 'spikeline';
import { lossCounter, type StreamItem } from 'spikeline/events';
import { checkTarget } from 'spikeline/files';
import { fault, problem, StorageError, unknownName } from 'spikeline/problems';
import { toFile, toNats, toStdout, toUdp, toWebSocket } from 'spikeline/sinks';
import {
  type CameraName,
  fromCamera,
  fromNats,
  fromStdin,
  fromUdp,
  fromWebSocket,
  type ReadConfig,
} from 'spikeline/sources';
import type { Terminal } from '../terminal.ts';
import type { OptionReader } from './options.ts';
import { standard } from './pieces.ts';
import { endingInput } from './stopping.ts';

/** Addresses as helps explain them. */
export const addressHelp = `Addresses:
  PATH, -                        a file in any format; standard input or output
  udp://HOST:PORT                numbered datagrams, of which every lost event is counted; ?form=spif, with
                                 &width=N&height=N if it is heard, for SPIF words, whose losses nobody sees
  ws://HOST:PORT                 a WebSocket to connect to; with ?listen, one to be connected to
  usb:CAMERA                     an event camera, if it is read: dvs128, davis240 or davis346; ?serial=NUMBER for one of several
  nats://HOST:PORT/SUBJECT       a live stream over NATS; with ?recording, one that the server keeps
Put addresses with a ? in quotes. Who listens can be reached from other machines only if HOST is an address of them.`;

/** A stream that comes from an address. */
export interface StreamSource {
  /** Its address as people read it. */
  readonly name: string;
  readonly items$: Observable<StreamItem>;
  /** What was in it, or should have been, and is no item. */
  readonly losses: Losses;
  /** Path, if it is a file. */
  readonly path?: string;
  /** Ends it at its bytes; left out where they cannot be ended, or keep their time. */
  readonly end?: () => void;
}

/** Where a stream goes. */
export interface StreamSink {
  /** Its address as people read it. */
  readonly name: string;
  /** Sends or writes; what it emits last is its report. */
  readonly sink: OperatorFunction<StreamItem, object>;
}

/** How a sink writes. */
export interface SinkConfig {
  readonly format?: string;
  readonly options?: object;
  readonly overwrite?: boolean;
  /** Files that are read. */
  readonly inputs?: readonly string[];
}

/** An address taken apart. */
interface Address {
  readonly kind: 'file' | 'standard' | 'udp' | 'ws' | 'nats' | 'usb';
  /** Without what follows the question mark. */
  readonly base: string;
  readonly host: string;
  readonly port: number;
  readonly query: Readonly<Record<string, string>>;
}

/** What may follow the question mark. */
const known: Readonly<Record<string, readonly string[]>> = {
  udp: ['form', 'width', 'height'],
  ws: ['listen'],
  nats: ['recording'],
  usb: ['serial'],
};

const kinds: Readonly<Record<string, Address['kind']>> = {
  udp: 'udp',
  ws: 'ws',
  wss: 'ws',
  nats: 'nats',
  tls: 'nats',
};

/** What follows the question mark; the reader knows what may not. */
function readQuery(
  place: string,
  kind: Address['kind'],
  after: string,
  reader: OptionReader,
): Address['query'] {
  const query = Object.fromEntries(new URLSearchParams(after));
  for (const name of Object.keys(query)) {
    if (!known[kind]!.includes(name)) {
      reader.problems.push(unknownName(name, known[kind]!, place));
    }
  }
  return query;
}

/** Takes the address of a camera apart. */
function usbAddress(place: string, text: string, reader: OptionReader): Address {
  const [base = '', after = ''] = text.slice('usb:'.length).split('?', 2);
  return { kind: 'usb', base, host: '', port: 0, query: readQuery(place, 'usb', after, reader) };
}

/** Takes an address apart; undefined if it is none, and the reader knows why. */
function readAddress(place: string, text: string, reader: OptionReader): Address | undefined {
  const plain = { base: text, host: '', port: 0, query: {} };
  if (text === standard) return { kind: 'standard', ...plain };
  if (/^usb:/i.test(text)) return usbAddress(place, text, reader);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'file', ...plain };
  const kind = Object.hasOwn(kinds, scheme) ? kinds[scheme]! : undefined;
  if (kind === undefined) {
    reader.problems.push(
      problem(place, 'unknown', text, 'udp://, ws://, nats://, usb:, a path or - is needed'),
    );
    return undefined;
  }
  const [base = '', after = ''] = text.split('?', 2);
  const query = readQuery(place, kind, after, reader);
  const [, host = '', port = ''] = /^[a-z]+:\/\/(\[[^\]]*\]|[^:/]*):(\d+)\/?$/i.exec(base) ?? [];
  const needsPort = kind === 'udp' || query['listen'] !== undefined;
  if (needsPort && port === '') {
    reader.problems.push(problem(place, 'wrong-type', text, `${scheme}://HOST:PORT is needed`));
    return undefined;
  }
  return { kind, base, host: host.replace(/^\[|\]$/g, ''), port: Number(port), query };
}

/** A number of a query; what is none is refused where it is used. */
function side(name: 'width' | 'height', { query }: Address): object {
  return query[name] === undefined ? {} : { [name]: Number(query[name]) };
}

/** SPIF or our own form of datagrams. */
function formOf({ query: { form } }: Address): object {
  return form === undefined ? {} : { form };
}

/** How a stream over NATS is had: as the server keeps it or live, and who one is. */
function natsOf({ query }: Address, reader: OptionReader) {
  return { recording: query['recording'] !== undefined, ...reader.access() };
}

/**
 * Opens a source; undefined if it cannot be, and the reader knows why. Nothing is read before it is subscribed to.
 *
 * @param place what the address is called in problems
 */
export function sourceAt(
  place: string,
  text: string,
  reader: OptionReader,
  terminal: Terminal,
  read: ReadConfig = {},
): StreamSource | undefined {
  const address = readAddress(place, text, reader);
  if (address === undefined) return undefined;
  const losses = lossCounter();
  const isStandard = address.kind === 'standard';
  const input = isStandard ? endingInput(terminal.input ?? process.stdin) : undefined;
  const given = { ...terminal, ...(input !== undefined && { input }) };
  const items$ = reader.attempt(place, () => open(address, reader, given, read, losses, place));
  if (items$ === undefined) return undefined;
  const name = isStandard ? 'standard input' : text;
  const named$ = items$.pipe(
    catchError((cause: unknown) =>
      throwError(() =>
        cause instanceof DataError ? new StorageError(name, cause.message, { cause }) : cause,
      ),
    ),
  );
  const end = read.speed === undefined && input !== undefined ? { end: input.end } : {};
  const path = address.kind === 'file' ? { path: text } : {};
  return { name, items$: named$, losses, ...path, ...end };
}

function open(
  address: Address,
  reader: OptionReader,
  terminal: Terminal,
  read: ReadConfig,
  losses: Losses,
  place: string,
): Observable<StreamItem> {
  const { kind, base, host, port, query } = address;
  const heard = (at: number): void => terminal.err(`listening at ${kind}://${host}:${at}\n`);
  switch (kind) {
    case 'standard': {
      const { input } = terminal;
      return fromStdin<StreamItem>({ ...read, losses, ...(input !== undefined && { input }) });
    }
    case 'udp': {
      const sides = { ...side('width', address), ...side('height', address) };
      const at = { port, ...(host !== '' && { host }) };
      return fromUdp({ ...at, ...sides, ...formOf(address), losses, onListening: heard });
    }
    case 'ws': {
      const end = query['listen'] === undefined ? base : { listen: port, host };
      return fromWebSocket(end, { losses, onListening: heard });
    }
    case 'nats':
      return fromNats(base, { ...natsOf(address, reader), losses });
    case 'usb': {
      const serial = query['serial'] === undefined ? {} : { serial: query['serial'] };
      // What is no camera is refused there.
      return fromCamera(base as CameraName, { ...serial, losses });
    }
    case 'file':
      checkInput(place, base, reader);
      return fromFile<StreamItem>(base, { ...read, losses });
  }
}

/** Finds out whether a file can be read. */
function checkInput(place: string, path: string, reader: OptionReader): void {
  const refuse = (needed: string): void => {
    reader.problems.push(problem(place, 'missing', path, needed));
  };
  try {
    if (statSync(path).isDirectory()) refuse('it is a folder, and a file is needed');
    else accessSync(path, constants.R_OK);
  } catch {
    refuse(existsSync(path) ? 'its permissions forbid to read it' : 'there is no such file');
  }
}

/** Opens a sink; undefined if it cannot be, and the reader knows why. Nothing is written before it is subscribed to. */
export function sinkAt(
  place: string,
  text: string,
  reader: OptionReader,
  terminal: Terminal,
  config: SinkConfig = {},
): StreamSink | undefined {
  const address = readAddress(place, text, reader);
  if (address === undefined) return undefined;
  const sink = reader.attempt(place, () => sinkOf(place, address, reader, terminal, config));
  const name = address.kind === 'standard' ? 'standard output' : text;
  return sink === undefined ? undefined : { name, sink };
}

function sinkOf(
  place: string,
  address: Address,
  reader: OptionReader,
  terminal: Terminal,
  { format, options, overwrite = false, inputs = [] }: SinkConfig,
): OperatorFunction<StreamItem, object> {
  const { kind, base, host, port, query } = address;
  const write = {
    ...(format !== undefined && { format }),
    ...(options !== undefined && { options }),
  };
  const heard = (at: number): void => terminal.err(`listening at ${kind}://${host}:${at}\n`);
  switch (kind) {
    case 'standard': {
      const { output } = terminal;
      return toStdout({ ...write, ...(output !== undefined && { output }) });
    }
    case 'udp':
      return toUdp({ port, ...(host !== '' && { host }), ...formOf(address) });
    case 'ws': {
      const end = query['listen'] === undefined ? base : { listen: port, host };
      return toWebSocket(end, { onListening: heard });
    }
    case 'nats':
      return toNats(base, natsOf(address, reader));
    case 'usb': {
      const needed = 'a camera only gives events; udp://, ws://, nats://, a path or - is needed';
      throw new InvalidArgumentError('nothing can be sent there', [
        fault('', 'unsupported', needed),
      ]);
    }
    case 'file':
      checkOutput(place, base, overwrite, inputs, reader);
      return toFile(base, { ...write, overwrite });
  }
}

/** Finds out whether a file can be written; the reader knows why not. */
export function checkOutput(
  place: string,
  path: string,
  overwrite: boolean,
  inputs: readonly string[],
  reader: OptionReader,
): void {
  const whole = resolve(path);
  const other = reader.written.get(whole);
  if (other !== undefined) {
    reader.problems.push(problem(place, 'conflict', path, `${other} writes there; name another`));
    return;
  }
  reader.written.set(whole, place);
  try {
    reader.made.push(...checkTarget(path, inputs));
    if (overwrite || !existsSync(path)) return;
    const needed = 'it is there already; name another, or say --overwrite';
    reader.problems.push(problem(place, 'conflict', path, needed));
  } catch (cause) {
    if (!(cause instanceof StorageError)) throw cause;
    reader.problems.push(fault(place, 'conflict', cause.message));
  }
}
