/** Where a stream goes, by its address. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from 'spikeline';
import type { StreamItem } from 'spikeline/events';
import { checkTarget } from 'spikeline/files';
import { fault, problem, StorageError, within } from 'spikeline/problems';
import { toFile, toNats, toStdout, toUdp, toWebSocket } from 'spikeline/sinks';
import type { Terminal } from '../terminal.ts';
import { type Address, formOf, natsOf, readAddress } from './address.ts';
import type { OptionReader } from './options.ts';

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
  const sink = attempted(place, reader, () => sinkOf(place, address, reader, terminal, config));
  const name = address.kind === 'standard' ? 'standard output' : text;
  return sink === undefined ? undefined : { name, sink };
}

/** Tries to make a sink. Which option tells the format is said, as the name of a file may not. */
function attempted<Value>(
  place: string,
  reader: OptionReader,
  make: () => Value,
): Value | undefined {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    for (const one of cause.problems) {
      const needed = `${one.needed.replace(/; say which$/, '')}; say which by --format`;
      const own = one.path === 'format' ? { ...one, path: '', needed } : one;
      reader.problems.push(...within(place, [own]));
    }
    return undefined;
  }
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
    const { credentials } = reader.access();
    const read = credentials === undefined ? inputs : [...inputs, credentials];
    reader.made.push(...checkTarget(path, read));
    if (overwrite || !existsSync(path)) return;
    const needed = 'it is there already; name another, or say --overwrite';
    reader.problems.push(problem(place, 'conflict', path, needed));
  } catch (cause) {
    if (!(cause instanceof StorageError)) throw cause;
    reader.problems.push(fault(place, 'conflict', cause.message));
  }
}
