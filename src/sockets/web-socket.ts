/** WebSockets, of browsers and of Node, behind one face: whom one connects to, and who connects. */
import { InvalidArgumentError, MissingLibraryError, NetworkError } from '../errors.ts';
import { faultsOf, number, readable, readOnce, text } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';

/** Where others may connect. */
export interface ListenAt {
  /** Port; 0 for any that is free. */
  readonly listen: number;
  /** Address of this machine; 127.0.0.1, which only this machine reaches, if left out. */
  readonly host?: string;
}

/** The other end of a connection. */
export interface Peer {
  /** Bytes that wait to be sent. */
  readonly waiting: number;
  /** Sends a message. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Closes the connection. */
  close(): void;
}

/** Is told what happens. */
export interface PeerListener {
  /** A connection is there. */
  open?(peer: Peer): void;
  /** A message has come. */
  message?(bytes: Uint8Array, peer: Peer): void;
  /** A connection is over; of one that was never there, `peer` is undefined. */
  closed?(peer: Peer | undefined, cause: NetworkError | undefined): void;
  /** Others can connect, at this port. */
  listening?(port: number): void;
  /** Nothing more will come. */
  failed(cause: unknown): void;
}

const anyPort = number({ min: 0, max: 65_535, whole: true });

/** Lists why something is neither an address to connect to nor one to listen at. */
function endProblems(end: unknown): Problem[] {
  return readable(() => ownProblems(end));
}

function ownProblems(end: unknown): Problem[] {
  if (typeof end === 'string') {
    return /^wss?:\/\/[^/]/.test(end)
      ? []
      : [problem('', 'out-of-range', end, 'an address such as ws://127.0.0.1:8080 is needed')];
  }
  if (typeof end !== 'object' || end === null) {
    return [problem('', 'wrong-type', end, "'ws://…', or { listen: port } is needed")];
  }
  const { listen, host = '127.0.0.1' } = end as Partial<ListenAt>;
  return [...within('listen', anyPort(listen)), ...within('host', text(host))];
}

/** Reads once what somebody calls an end, and gives it. @throws InvalidArgumentError if it is neither, or for other problems */
export function soundEnd(
  given: string | ListenAt,
  what: string,
  ...more: readonly Problem[]
): string | ListenAt {
  const end = readOnce(given, { listen: 0, host: '' });
  const problems = [...faultsOf(end, endProblems), ...more];
  if (problems.length > 0) throw new InvalidArgumentError(what, problems);
  return end;
}

/** Connects, or listens, until the returned function is called. */
export function openEnd(end: string | ListenAt, listener: PeerListener): () => void {
  let closed = false;
  let close = (): void => {};
  const opened = typeof end === 'string' ? connect(end, listener) : listen(end, listener);
  opened.then(
    (closeIt) => {
      close = closeIt;
      if (closed) close();
    },
    (cause: unknown) => {
      if (!closed) listener.failed(cause);
    },
  );
  return () => {
    closed = true;
    close();
  };
}

type Library = typeof import('ws');

async function library(): Promise<Library> {
  try {
    return await import('ws');
  } catch (cause) {
    throw new MissingLibraryError('ws', 'Node speaks WebSocket with it', { cause });
  }
}

/** What the WebSocket of a browser and that of the library have in common. */
interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: string, listener: (event: never) => void): void;
}

function peerOf(socket: SocketLike, listener: PeerListener, isOpen: boolean): Peer {
  socket.binaryType = 'arraybuffer';
  const peer: Peer = {
    get waiting() {
      return socket.bufferedAmount;
    },
    send: (bytes) => socket.send(bytes),
    close: () => socket.close(),
  };
  let opened = isOpen;
  let over = false;
  let cause: unknown;
  socket.addEventListener('open', () => {
    opened = true;
    listener.open?.(peer);
  });
  socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
    if (data instanceof ArrayBuffer) listener.message?.(new Uint8Array(data), peer);
  });
  socket.addEventListener(
    'error',
    (event: { readonly error?: unknown; readonly message?: string }) => {
      cause = event.error ?? event.message;
    },
  );
  socket.addEventListener(
    'close',
    ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      if (over) return;
      over = true;
      const clean = code === 1000 || code === 1001 || code === 1005;
      listener.closed?.(
        opened ? peer : undefined,
        clean ? undefined : failure(opened, cause, reason),
      );
    },
  );
  return peer;
}

function failure(opened: boolean, cause: unknown, reason: string): NetworkError {
  const said = reason || (cause instanceof Error ? cause.message : String(cause ?? ''));
  const why = said === '' ? '' : ` (${said})`;
  const found = opened
    ? new NetworkError('disconnected', `the connection broke off${why}`, { cause })
    : new NetworkError('not-found', `nobody answers there${why}`, { cause });
  return found;
}

async function connect(url: string, listener: PeerListener): Promise<() => void> {
  const { WebSocket: own } = globalThis as { readonly WebSocket?: new (url: string) => SocketLike };
  const Socket = own ?? ((await library()).WebSocket as unknown as new (url: string) => SocketLike);
  const socket = new Socket(url);
  peerOf(socket, listener, false);
  return () => socket.close();
}

async function listen(
  { listen: port, host = '127.0.0.1' }: ListenAt,
  listener: PeerListener,
): Promise<() => void> {
  const { WebSocketServer } = await library();
  const server = new WebSocketServer({ port, host, maxPayload: 2 ** 26, perMessageDeflate: false });
  server.on('connection', (socket) => {
    const peer = peerOf(socket as unknown as SocketLike, listener, true);
    listener.open?.(peer);
  });
  server.on('listening', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) listener.listening?.(address.port);
  });
  server.on('error', (cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'EADDRINUSE' ? 'busy' : 'refused';
    listener.failed(
      new NetworkError(code, `port ${port} cannot be listened at (${cause.message})`, { cause }),
    );
  });
  return () => {
    for (const client of server.clients) client.close(1001);
    server.close();
  };
}
