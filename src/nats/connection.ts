/** A connection to a NATS server that comes back by a policy, and says so. */
import type { NatsConnection } from '@nats-io/transport-node';
import { NetworkError, SpikelineError } from '../errors.ts';
import { type NatsAccess, reconnectOf } from './access.ts';
import type { NatsAddress } from './address.ts';
import { readCredentials } from './credentials.ts';
import { natsLibrary } from './library.ts';

/** Who hears of a connection. */
export interface NatsListener {
  /** Learns that it was lost and is sought again. */
  lost?(): void;
  /** Learns that it is there again. */
  back?(): void;
  /** Learns that it has ended for good, unless it was closed on purpose. */
  failed(cause: NetworkError): void;
}

/** A connection that is open. */
export interface NatsLink {
  readonly connection: NatsConnection;
  readonly server: string;
  /** Whether it is there now. */
  readonly connected: boolean;
  /** Bytes that a message may have. */
  readonly maxBytes: number;
  /** Sends what waits and closes it; nobody is told. */
  close(): Promise<void>;
}

/** Bytes that a message may have with its headers if the server does not say, and bytes that headers may take. */
const payload = { usual: 2 ** 20, headers: 512 } as const;

/** Bytes of a message that every usual server takes. */
export const usualBytes: number = payload.usual - payload.headers;

/** What went wrong, in words that name the server and nothing secret. */
export function networkError(cause: unknown, server: string): Error {
  if (cause instanceof SpikelineError) return cause;
  const { name, message = '' } = (cause ?? {}) as Partial<Error>;
  const inner = (cause as { readonly cause?: { readonly name?: string } } | undefined)?.cause?.name;
  const names = [name, inner];
  if (
    names.some((one) => one === 'AuthorizationError' || one === 'UserAuthenticationExpiredError')
  ) {
    const what = `${server} does not let us in; give credentials by a file or the environment (NATS_CREDS, NATS_TOKEN, NATS_USER)`;
    return new NetworkError('refused', what, { cause });
  }
  if (names.includes('PermissionViolationError')) {
    return new NetworkError('refused', `${server} does not allow this: ${message}`, { cause });
  }
  if (names.includes('NoRespondersError')) {
    return new NetworkError('not-found', `nobody answers there at ${server}`, { cause });
  }
  if (names.includes('TimeoutError')) {
    return new NetworkError('timed-out', `${server} has not answered in time`, { cause });
  }
  return new NetworkError('disconnected', `the connection to ${server} was lost`, { cause });
}

/** Why a connection is not encrypted as it should be; undefined if that is not what went wrong. */
function encryptionText(cause: unknown, server: string): string | undefined {
  const { code = '', message = '' } = (cause ?? {}) as { code?: unknown; message?: string };
  if (message.includes("does not support 'tls'")) {
    return `${server} does not encrypt, as tls:// or NATS_CA ask for; leave both out, or let it encrypt`;
  }
  // The last are words of OpenSSL, which come without a code.
  const said = `${code} ${message}`;
  if (!/CERT|SIGNATURE|ERR_(TLS|SSL|OSSL)|UNABLE_TO_| error:[0-9A-F]{8}:/.test(said))
    return undefined;
  return `the encrypted connection to ${server} cannot be made (${message}); NATS_CA names a file with the certificate of who has signed the server's`;
}

/** What went wrong before there was a connection. */
function openingError(cause: unknown, server: string): Error {
  const found = networkError(cause, server);
  if (!(found instanceof NetworkError) || found.code === 'refused') return found;
  const text = encryptionText(cause, server);
  if (text !== undefined) return new NetworkError('refused', text, { cause });
  if (found.code === 'timed-out') {
    const what = `${server} takes the connection, but does not answer; a server that wants a certificate of its clients (NATS_CERT, NATS_KEY) does so`;
    return new NetworkError('timed-out', what, { cause });
  }
  const what = `there is no NATS server at ${server}; start one with: nats-server --jetstream --addr 127.0.0.1`;
  return new NetworkError('not-found', what, { cause });
}

/**
 * How long a server may take to say who it is, milliseconds. One that is being stopped takes connections and says
 * nothing: it is asked again after that.
 */
const handshake = 1000;

/** Connects; asks again a few times if the server takes the connection, but says nothing. */
async function insist(
  connect: () => Promise<NatsConnection>,
  server: string,
): Promise<NatsConnection> {
  for (let left = 4; ; left--) {
    try {
      return await connect();
    } catch (cause) {
      const silent = (cause as { readonly name?: string } | undefined)?.name === 'TimeoutError';
      if (!silent || left === 0) throw openingError(cause, server);
    }
  }
}

/**
 * Opens a connection.
 *
 * @throws NetworkError `not-found` if there is no server, `refused` if it does not let us in
 * @throws MissingLibraryError, StorageError
 */
export async function openNats(
  { server }: NatsAddress,
  access: NatsAccess,
  listener: NatsListener,
): Promise<NatsLink> {
  const library = await natsLibrary();
  const encrypted = server.startsWith('tls:');
  const identity = await readCredentials(library, access.credentials, encrypted);
  const { attempts, wait } = reconnectOf(access);
  const connect = (): Promise<NatsConnection> =>
    library.connect({
      servers: server,
      name: 'spikeline',
      noAsyncTraces: true,
      ignoreClusterUpdates: true,
      reconnect: attempts > 0,
      maxReconnectAttempts: Number.isFinite(attempts) ? attempts : -1,
      reconnectTimeWait: wait * 1000,
      reconnectJitter: 0,
      timeout: handshake,
      ...identity,
    });
  const connection = await insist(connect, server);
  let connected = true;
  let closing = false;
  let last: unknown;
  const watch = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (closing) continue;
      if (status.type === 'disconnect') {
        if (connected) listener.lost?.();
        connected = false;
      } else if (status.type === 'reconnect') {
        connected = true;
        listener.back?.();
      } else if (status.type === 'error') {
        last = status.error;
        // What one may not send or hear would be lost without a word.
        if (status.error.name === 'PermissionViolationError') refuse(status.error);
      }
    }
  };
  const refuse = (cause: Error): void => {
    closing = true;
    connected = false;
    connection.close().catch(() => {});
    listener.failed(networkError(cause, server) as NetworkError);
  };
  watch().catch(() => {});
  const ended = (cause: unknown): void => {
    connected = false;
    if (!closing) listener.failed(networkError(cause ?? last, server) as NetworkError);
  };
  connection.closed().then(ended, ended);
  return {
    connection,
    server,
    get connected() {
      return connected;
    },
    get maxBytes() {
      return (connection.info?.max_payload ?? payload.usual) - payload.headers;
    },
    async close() {
      closing = true;
      if (connected) {
        try {
          await connection.flush();
        } catch {
          // It was lost meanwhile; there is nothing to send.
        }
      }
      await connection.close();
    },
  };
}
