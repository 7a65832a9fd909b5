/** Reads a stream that a NATS server keeps: every message once, in order, only as fast as its consumer asks. */
import type { StoredMsg } from '@nats-io/jetstream';
import { DataError } from '../errors.ts';
import type { StreamItem } from '../events/series.ts';
import { itemOf } from '../events/wire.ts';
import type { NatsAddress } from './address.ts';
import { type Opened, type Opener, opener } from './envelope.ts';
import { openPatient, type PatientLink } from './patient.ts';
import { openStore, type ReaderPosition, readerPosition, type Store } from './store.ts';
import { endFailure, gapCounter, type HearingConfig } from './stream.ts';

/** How a recording is read. */
export interface ReadingConfig extends HearingConfig {
  /** Position after which it begins; with its first message if left out. */
  readonly after?: number | undefined;
  /** Name under which the server keeps how far this reader has come; it begins there. */
  readonly reader?: string | undefined;
  /** Where it ends: with what is kept when it begins, with the end of the stream, or never. */
  readonly until: 'recorded' | 'end' | 'never';
}

/** A recording that is read. */
export interface Reading {
  /** What is in it. Closing them closes the connection. */
  readonly items: AsyncGenerator<StreamItem, void, void>;
  /** Says that an item, and all before it, have been worked on. */
  worked(item: StreamItem): void;
}

/** Messages that are asked for ahead. */
const ahead = 32;

/** How often a message that is not there yet is asked for, if nobody says that it has come, milliseconds. */
const patience = 500;

/** Positions of items in their recordings. */
const positions = new WeakMap<StreamItem, number>();

/**
 * Position of an item in the recording that it was read from; undefined if it comes from elsewhere.
 *
 * @example
 * ```ts
 * natsPosition(aerPacket([5], [0], channels(1))); // undefined
 * ```
 */
export function natsPosition(item: StreamItem): number | undefined {
  return typeof item === 'object' && item !== null ? positions.get(item) : undefined;
}

/**
 * Reads a recording. Each message is asked for by its position, so that none is lost, and none comes twice, whatever
 * becomes of the connection.
 */
export function readKept(address: NatsAddress, config: ReadingConfig): Reading {
  let reader: ReaderPosition | undefined;
  return {
    items: items(),
    worked(item) {
      const position = positions.get(item);
      if (position !== undefined) reader?.save(position);
    },
  };

  async function* items(): AsyncGenerator<StreamItem, void, void> {
    const patient = await openPatient(address, config, {
      lost: () => config.losses.add('reconnects', 1),
    });
    const { link, insist } = patient;
    try {
      const store = await insist(() => openStore(link, address, { make: false }));
      const { reader: name } = config;
      if (name !== undefined) reader = await insist(() => readerPosition(link, store, name));
      const begin = Math.max(config.after ?? 0, reader?.read ?? 0) + 1;
      const envelopes = opener({ gap: gapCounter(config, address.server), whole: begin === 1 });
      const messages = storedMessages(address, config, store, patient);
      for await (const { message, isLast } of messages(begin)) {
        const opened = openStored(message, envelopes);
        if (opened === undefined) continue;
        const failure = endFailure(opened, address.server);
        const ends = opened.ends && isLast && config.until === 'end';
        if (failure !== undefined && ends) throw failure;
        if (opened.message.kind !== 'control') {
          const item = itemOf(opened.message);
          positions.set(item, message.seq);
          yield item;
        }
        if (ends) break;
      }
      if (reader !== undefined) await insist(reader.saved);
    } finally {
      if (link.connected) await reader?.saved().catch(() => {});
      await link.close();
    }
  }

  function openStored({ data }: StoredMsg, envelopes: Opener): Opened | undefined {
    try {
      return envelopes.open(data);
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      config.losses.add('foreign', 1);
      return undefined;
    }
  }
}

/** A message of a recording. */
interface Stored {
  readonly message: StoredMsg;
  /** Whether none follows it now. */
  readonly isLast: boolean;
}

/** Makes what reads the messages of a recording from a position on. */
function storedMessages(
  address: NatsAddress,
  { losses, until }: ReadingConfig,
  store: Store,
  { link, waker, insist }: PatientLink,
): (from: number) => AsyncGenerator<Stored, void, void> {
  return async function* messages(from) {
    if (until !== 'recorded') {
      link.connection.subscribe(address.subject, { callback: () => waker.wake() });
    }
    const asked = new Map<number, Promise<StoredMsg | undefined>>();
    let end = await insist(() => store.last());
    let next = from;
    while (until !== 'recorded' || next <= end) {
      for (let ask = next; ask < next + ahead && ask <= end; ask++) {
        if (asked.has(ask)) continue;
        const answer = insist(() => store.message(ask));
        answer.catch(() => {});
        asked.set(ask, answer);
      }
      const message = await (asked.get(next) ?? insist(() => store.message(next)));
      asked.delete(next);
      if (message === undefined) {
        if (next <= end) losses.add('removed', end - next + 1);
        next = Math.max(next, end + 1);
        if (until !== 'recorded') await waker.next(patience);
        continue;
      }
      losses.add('removed', message.seq - next);
      for (; next < message.seq; next++) asked.delete(next);
      next = message.seq + 1;
      if (until !== 'recorded' && next > end) end = Math.max(end, await insist(() => store.last()));
      yield { message, isLast: next > end };
    }
  };
}
