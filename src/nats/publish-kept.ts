/** Sends a stream that a NATS server keeps: every message once, in order, whatever is started again meanwhile. */
import { NetworkError } from '../errors.ts';
import { itemLength } from '../events/items.ts';
import { itemMessage } from '../events/wire.ts';
import { reconnectOf } from './access.ts';
import type { NatsAddress } from './address.ts';
import { networkError, usualBytes } from './connection.ts';
import { sealer } from './envelope.ts';
import { openPatient } from './patient.ts';
import { senderLife } from './sender-life.ts';
import { apiCode, openStore, type Store } from './store.ts';
import { endBody, type Publisher, pause, type SendingConfig } from './stream.ts';

/** Messages and bytes on their way to the server at once. */
const most = { messages: 128, bytes: 2 ** 22 } as const;

/** Codes with which JetStream refuses: another message came before; what it keeps is full. */
const codes: Readonly<Record<'otherBefore' | 'full', readonly number[]>> = {
  otherBefore: [10_070, 10_071],
  full: [10_077, 10_047, 10_023, 10_122],
};

/** A message on its way: the `place`-th of this publisher. */
interface Letter {
  readonly place: number;
  readonly id: string;
  readonly bytes: Uint8Array;
  sent: boolean;
  acknowledged: boolean;
}

/**
 * Sends a stream that the server keeps. Every message has an id, and says after which other it comes: what is sent
 * again after a fault is kept once, and in order.
 */
export function publishKept(
  address: NatsAddress,
  config: SendingConfig & { readonly maxBytes?: number | undefined },
): Publisher {
  const { buffer } = config;
  const { wait, attempts } = reconnectOf(config);
  const counts = { items: 0, acknowledged: 0, dropped: 0 };
  const envelopes = sealer();
  let store: Store | undefined;
  /** Position of the last message before ours. */
  let base = 0;
  let places = 0;
  /** What the server has not acknowledged, in order. */
  let letters: Letter[] = [];
  let waiting = 0;
  let underWay = 0;
  let bytesUnderWay = 0;
  /** Faults in a row. */
  let faults = 0;
  let recovering = false;
  /** Counts faults: what was on its way before one is not awaited. */
  let round = 0;
  /** Id of the message that was sent before the next; undefined if the server may not know it. */
  let lastId: string | undefined;
  const life = senderLife(
    () => {
      letters = [];
    },
    (cause) => config.failed(cause),
  );
  const drop = (): void => {
    let done = 0;
    while (letters[done]?.acknowledged === true) waiting -= letters[done++]!.bytes.length;
    if (done === 0) return;
    letters.splice(0, done);
    counts.acknowledged += done;
    faults = 0;
    life.wake();
    config.progressed?.();
  };
  /** Notes a fault, and begins again once. */
  const stumble = (cause: unknown): void => {
    round++;
    underWay = 0;
    bytesUnderWay = 0;
    lastId = undefined;
    recovering = true;
    recover(cause).catch(life.fail);
  };
  const send = async (letter: Letter): Promise<void> => {
    const own = round;
    letter.sent = true;
    underWay++;
    bytesUnderWay += letter.bytes.length;
    const before = lastId;
    lastId = letter.id;
    try {
      const expected = base + letter.place - 1;
      const ack = await store!.client.publish(address.subject, letter.bytes, {
        msgID: letter.id,
        expect: { lastSequence: expected, ...(before !== undefined && { lastMsgID: before }) },
        retries: 1,
      });
      if (ack.seq !== expected + 1) throw otherWriter();
      letter.acknowledged = true;
      if (own === round) {
        underWay--;
        bytesUnderWay -= letter.bytes.length;
      }
      drop();
      pump();
    } catch (cause) {
      if (own === round && !life.over) stumble(cause);
    }
  };
  const otherWriter = (): NetworkError => {
    const what = `another program writes into the recording of ${address.subject}; give each writer a subject of its own`;
    return new NetworkError('busy', what);
  };
  /** Sends everything again from the first that is not acknowledged, once the server may be there again. */
  const recover = async (cause: unknown): Promise<void> => {
    const code = apiCode(cause);
    if (cause instanceof NetworkError || cause instanceof TypeError) throw cause;
    if (code !== undefined && codes.full.includes(code)) {
      const what = `the recording of ${address.subject} is full; ${counts.acknowledged} messages of this stream are kept`;
      throw new NetworkError('overflow', what, { cause });
    }
    if (++faults > Math.max(1, attempts)) throw networkError(cause, address.server);
    if (code !== undefined && codes.otherBefore.includes(code) && life.link!.connected) {
      await settleOrder();
    }
    await pause(wait * 1000);
    if (life.over) return;
    for (const letter of letters) letter.sent = letter.acknowledged;
    recovering = false;
    pump();
  };
  /** Another message is kept where ours should be: it may be ours, sent before a fault, or another program's. */
  const settleOrder = async (): Promise<void> => {
    const [first] = letters;
    if (first === undefined) return;
    const kept = await keptAs(base + first.place);
    if (kept === undefined || kept === first.id) return;
    if (counts.acknowledged > 0) throw otherWriter();
    // Nothing of ours is kept yet: it comes after what is there by now.
    base = await store!.last();
  };
  /** Id of the message that is kept at a position; undefined if there is none, or nobody can say now. */
  const keptAs = async (position: number): Promise<string | undefined> => {
    try {
      const found = await store!.message(position);
      return found?.seq === position ? found.header.get('Nats-Msg-Id') : undefined;
    } catch {
      return undefined;
    }
  };
  const pump = (): void => {
    if (store === undefined || recovering || life.over || !life.link!.connected) return;
    for (const letter of letters) {
      if (underWay >= most.messages || bytesUnderWay >= most.bytes) return;
      if (!letter.sent) send(letter).catch(life.fail);
    }
  };
  const add = (bytes: Uint8Array, sequence: number): void => {
    const id = `${envelopes.run}-${sequence}`;
    letters.push({ place: ++places, id, bytes, sent: false, acknowledged: false });
    waiting += bytes.length;
  };
  const opening = (async (): Promise<void> => {
    const { link: found, insist } = await openPatient(address, config, {
      lost: () => stumble(new Error('the connection was lost')),
      back: pump,
      failed: life.fail,
    });
    if (life.over) return found.close();
    life.keep(found);
    const { maxBytes } = config;
    const kept = await insist(() => openStore(found, address, { make: true, maxBytes }));
    base = await insist(() => kept.last());
    store = kept;
    pump();
    life.wake();
  })();
  opening.catch(life.fail);
  const free = (): boolean => waiting < buffer / 2;
  return {
    counts,
    get free() {
      return free();
    },
    take(item) {
      if (life.over) return;
      if (waiting > buffer) {
        const what = `${waiting} bytes wait for ${address.server}, which is slower than the source; read the source by fromPull, or give more buffer`;
        life.fail(new NetworkError('overflow', what));
        return;
      }
      let { sequence } = envelopes;
      const message = itemMessage(item, { stream: 0, sequence });
      for (const bytes of envelopes.seal(
        message,
        itemLength(item),
        life.link?.maxBytes ?? usualBytes,
      )) {
        add(bytes, sequence++);
      }
      counts.items++;
      pump();
    },
    async room() {
      await life.until(() => free());
    },
    async end(cause) {
      await opening;
      await life.until(() => true);
      if (life.over) return;
      const { sequence } = envelopes;
      const message = { kind: 'control', stream: 0, sequence, body: endBody(cause) } as const;
      for (const bytes of envelopes.seal(message, 0, life.link!.maxBytes, true))
        add(bytes, sequence);
      pump();
      await life.until(() => letters.length === 0);
      await life.end();
    },
    stop: life.stop,
  };
}
