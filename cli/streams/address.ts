/** Addresses of streams: `udp://…`, `ws://…`, `nats://…`, `usb:…`, `-` or the path of a file. */
import { problem, unknownName } from 'spikeline/problems';
import type { OptionReader } from './options.ts';
import { standard } from './pieces.ts';

/** Addresses as helps explain them. */
export const addressHelp = `Addresses:
  PATH, -                        a file in any format; standard input or output
  udp://HOST:PORT                numbered datagrams, of which every lost event is counted; with ?form=spif SPIF words, whose
                                 losses cannot be seen (a source takes &width=N&height=N)
  ws://HOST:PORT                 a WebSocket server to connect to; with ?listen, the server itself
  usb:CAMERA                     an event camera, as a source: dvs128, davis240 or davis346; ?serial=NUMBER for one of several
  nats://HOST:PORT/SUBJECT       a live stream over NATS; with ?recording, one that the server keeps
Put addresses with a ? in quotes. What listens on 127.0.0.1 is reached from this machine alone.`;

/** An address taken apart. */
export interface Address {
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
export function readAddress(
  place: string,
  text: string,
  reader: OptionReader,
): Address | undefined {
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

/** SPIF or our own form of datagrams. */
export function formOf({ query: { form } }: Address): object {
  return form === undefined ? {} : { form };
}

/** How a stream goes over NATS. */
interface NatsWay {
  /** Whether the server keeps it; it is live otherwise. */
  readonly recording: boolean;
  /** Who one is for the server. */
  readonly credentials?: string;
}

/** How a stream goes over NATS, as its address and `--credentials` say. */
export function natsOf({ query }: Address, reader: OptionReader): NatsWay {
  return { recording: query['recording'] !== undefined, ...reader.access() };
}
