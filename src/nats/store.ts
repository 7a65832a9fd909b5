/** What a NATS server keeps: recordings by subject, and how far each of their readers has come. */
import type {
  JetStreamApiError,
  JetStreamClient,
  JetStreamManager,
  StoredMsg,
} from '@nats-io/jetstream';
import { NetworkError } from '../errors.ts';
import type { NatsAddress } from './address.ts';
import { type NatsLink, networkError } from './connection.ts';
import { jetStreamLibrary } from './library.ts';

/** A recording that a server keeps. */
export interface Store {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Name of the stream that the server keeps. */
  readonly name: string;
  /** Position of the last message. */
  last(): Promise<number>;
  /** The message at a position, or the next after it; undefined if there is none yet. */
  message(position: number): Promise<StoredMsg | undefined>;
}

/** How long the server may take to answer, milliseconds. */
const patience = 5000;

/** Codes of JetStream: the stream is not there; it is full. */
const notFound = 10_059;

/** Where a server keeps how far readers have come. */
const positions = { name: 'spikeline-positions', subject: 'spikeline.positions' } as const;

/** Name of the stream in which the server keeps a subject. */
export function storeName(subject: string): string {
  return `spikeline-${subject.replaceAll('.', '~')}`;
}

/** Code of an answer of JetStream. */
export function apiCode(cause: unknown): number | undefined {
  const { code } = (cause ?? {}) as Partial<JetStreamApiError>;
  return typeof code === 'number' ? code : undefined;
}

function storeError(cause: unknown, server: string): Error {
  const { name } = (cause ?? {}) as Partial<Error>;
  if (name === 'JetStreamNotEnabled') {
    const what = `${server} keeps nothing; start it with a folder for that: nats-server --jetstream --store_dir FOLDER`;
    return new NetworkError('refused', what, { cause });
  }
  return networkError(cause, server);
}

/** How a recording is opened. */
export interface StoreConfig {
  /** Whether it is made if it is not there. */
  readonly make: boolean;
  /** Bytes that it may have when it is made; the server's limit if left out. */
  readonly maxBytes?: number | undefined;
}

async function opened(link: NatsLink): Promise<Pick<Store, 'client' | 'manager'>> {
  const library = await jetStreamLibrary();
  const options = { timeout: patience, checkAPI: true };
  const manager = await library.jetstreamManager(link.connection, options);
  return { client: library.jetstream(link.connection, { timeout: patience }), manager };
}

/**
 * Opens a recording.
 *
 * @throws NetworkError if it is not there and is not to be made, or the server keeps nothing
 */
export async function openStore(
  link: NatsLink,
  { subject, server }: NatsAddress,
  { make, maxBytes }: StoreConfig,
): Promise<Store> {
  const name = storeName(subject);
  try {
    const { client, manager } = await opened(link);
    try {
      await manager.streams.info(name);
    } catch (cause) {
      if (apiCode(cause) !== notFound) throw cause;
      if (!make) {
        throw new NetworkError('not-found', `${server} keeps no recording of ${subject}`, {
          cause,
        });
      }
      await manager.streams.add({
        name,
        subjects: [subject],
        allow_direct: true,
        // What is full refuses what comes; it forgets nothing.
        discard: 'new',
        ...(maxBytes !== undefined && { max_bytes: maxBytes }),
      });
    }
    return {
      client,
      manager,
      name,
      last: async () => (await manager.streams.info(name)).state.last_seq,
      message: async (position) =>
        (await manager.direct.getMessage(name, { seq: position, next_by_subj: subject })) ??
        undefined,
    };
  } catch (cause) {
    throw storeError(cause, server);
  }
}

/** How far a reader has come. */
export interface ReaderPosition {
  /** Position up to which everything has been worked on; 0 if nothing has. */
  readonly read: number;
  /** Says that everything up to a position has been worked on; the server learns of it soon. */
  save(position: number): void;
  /** Resolves once the server has the last position. */
  saved(): Promise<void>;
}

/** Looks up how far a reader of a recording has come, and notes how far it comes. */
export async function readerPosition(
  link: NatsLink,
  { client, manager, name }: Store,
  reader: string,
): Promise<ReaderPosition> {
  try {
    await manager.streams.info(positions.name);
  } catch (cause) {
    if (apiCode(cause) !== notFound) throw storeError(cause, link.server);
    await manager.streams.add({
      name: positions.name,
      subjects: [`${positions.subject}.*.*`],
      max_msgs_per_subject: 1,
      allow_direct: true,
    });
  }
  const subject = `${positions.subject}.${name}.${reader}`;
  const found = await manager.direct.getMessage(positions.name, { last_by_subj: subject });
  const stored = found === null ? 0 : Number(found.string());
  let position = stored;
  let known = stored;
  let saving: Promise<void> | undefined;
  const saveNow = async (): Promise<void> => {
    while (known !== position) {
      const next = position;
      await client.publish(subject, String(next));
      known = next;
    }
  };
  const begin = (): Promise<void> => {
    saving ??= saveNow().finally(() => {
      saving = undefined;
    });
    return saving;
  };
  return {
    read: Number.isSafeInteger(stored) ? stored : 0,
    save(next) {
      position = next;
      // What fails now is tried again with the next, and told at the end.
      begin().catch(() => {});
    },
    async saved() {
      await saving?.catch(() => {});
      await begin();
    },
  };
}
