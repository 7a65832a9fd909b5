/** Where a stream comes from, by its address. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { catchError, defer, type Observable, throwError } from 'rxjs';
import { DataError, fromFile, type Losses } from 'spikeline';
import { lossCounter, type StreamItem } from 'spikeline/events';
import { problem, StorageError } from 'spikeline/problems';
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
import { type Address, formOf, natsOf, readAddress } from './address.ts';
import type { OptionReader } from './options.ts';
import { endingInput } from './stopping.ts';

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
  /** Resolves when what was opened for it is closed, once nobody listens any more; left out where nothing has to be stopped. */
  readonly closed?: () => Promise<void>;
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
  const camera = closing();
  const items$ = reader.attempt(place, () =>
    itemsFrom(address, reader, given, read, losses, place, camera.onClosed),
  );
  if (items$ === undefined) return undefined;
  const name = isStandard ? 'standard input' : text;
  const opened$ = address.kind === 'usb' ? camera.opening(items$) : items$;
  const named$ = opened$.pipe(
    catchError((cause: unknown) =>
      throwError(() =>
        cause instanceof DataError ? new StorageError(name, cause.message, { cause }) : cause,
      ),
    ),
  );
  const end = read.speed === undefined && input !== undefined ? { end: input.end } : {};
  const path = address.kind === 'file' ? { path: text } : {};
  const closed = address.kind === 'usb' ? { closed: camera.closed } : {};
  return { name, items$: named$, losses, ...path, ...end, ...closed };
}

/** Follows whether what a stream opens is closed. */
function closing() {
  let onClosed = (): void => {};
  let closed = Promise.resolve();
  return {
    onClosed: () => onClosed(),
    opening: <Item>(items$: Observable<Item>): Observable<Item> =>
      defer(() => {
        closed = new Promise((resolve) => {
          onClosed = resolve;
        });
        return items$;
      }),
    closed: () => closed,
  };
}

function itemsFrom(
  address: Address,
  reader: OptionReader,
  terminal: Terminal,
  read: ReadConfig,
  losses: Losses,
  place: string,
  onClosed: () => void,
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
      return fromCamera(base as CameraName, { ...serial, losses, onClosed });
    }
    case 'file':
      checkInput(place, base, reader);
      return fromFile<StreamItem>(base, { ...read, losses });
  }
}

/** Finds out whether a file can be read. */
export function checkInput(place: string, path: string, reader: OptionReader): void {
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

/** A number of a query; what is none is refused where it is used. */
function side(name: 'width' | 'height', { query }: Address): object {
  return query[name] === undefined ? {} : { [name]: Number(query[name]) };
}
