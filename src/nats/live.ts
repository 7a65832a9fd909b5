/** Live streams over NATS: whoever listens gets what is sent meanwhile; what does not come is counted. */
import { DataError } from '../errors.ts';
import { itemLength } from '../events/items.ts';
import { itemMessage, itemOf } from '../events/wire.ts';
import type { NatsAddress } from './address.ts';
import { type NatsLink, networkError, openNats, usualBytes } from './connection.ts';
import { type Opened, opener, sealer } from './envelope.ts';
import { senderLife } from './sender-life.ts';
import {
  endBody,
  endFailure,
  gapCounter,
  type HearingConfig,
  type ItemObserver,
  type Publisher,
  type Running,
  type SendingConfig,
} from './stream.ts';

/** Listens to a live stream. */
export function listenLive(
  address: NatsAddress,
  config: HearingConfig & { readonly endless: boolean },
  observer: ItemObserver,
): Running {
  const { losses, endless } = config;
  let link: NatsLink | undefined;
  let over = false;
  const stop = (): void => {
    over = true;
    link?.close().catch(() => {});
  };
  const fail = (cause: unknown): void => {
    if (over) return;
    stop();
    observer.error(cause);
  };
  const envelopes = opener({ gap: gapCounter(config, address.server) });
  const take = (bytes: Uint8Array): void => {
    let opened: Opened | undefined;
    try {
      opened = envelopes.open(bytes);
    } catch (cause) {
      // Others may send under the same subject what is none of ours.
      if (!(cause instanceof DataError)) throw cause;
      losses.add('foreign', 1);
    }
    if (opened === undefined || over) return;
    const failure = endFailure(opened, address.server);
    if (failure !== undefined && !endless) throw failure;
    if (opened.message.kind !== 'control') observer.next(itemOf(opened.message));
    if (!opened.ends || endless || over) return;
    stop();
    observer.complete();
  };
  const open = async (): Promise<void> => {
    link = await openNats(address, config, {
      lost: () => losses.add('reconnects', 1),
      failed: fail,
    });
    if (over) {
      await link.close();
      return;
    }
    link.connection.subscribe(address.subject, {
      callback(cause, message) {
        if (over) return;
        try {
          if (cause !== null) throw networkError(cause, address.server);
          take(message.data);
        } catch (problem) {
          fail(problem);
        }
      },
    });
  };
  open().catch(fail);
  return { stop };
}

/** Sends a live stream: the server passes it on to whoever listens, and keeps nothing. */
export function publishLive(address: NatsAddress, config: SendingConfig): Publisher {
  const { buffer } = config;
  const counts = { items: 0, acknowledged: 0, dropped: 0 };
  const envelopes = sealer();
  /** What came before there was a connection. */
  let early: Uint8Array[] = [];
  let waiting = 0;
  let unconfirmed = 0;
  const life = senderLife(
    () => {
      early = [];
    },
    (cause) => config.failed(cause),
  );
  const moved = (): void => {
    life.wake();
    config.progressed?.();
  };
  /** Asks the server whether it has everything so far. */
  const confirm = async (bytes: number, messages: number): Promise<void> => {
    try {
      await life.link!.connection.flush();
      counts.acknowledged += messages;
    } catch {
      counts.dropped += messages;
    }
    waiting -= bytes;
    asking = false;
    if (unasked > 0) ask();
    moved();
  };
  let unasked = 0;
  let asking = false;
  const ask = (): void => {
    asking = true;
    const [bytes, messages] = [unconfirmed, unasked];
    unconfirmed = 0;
    unasked = 0;
    confirm(bytes, messages).catch(life.fail);
  };
  const send = (envelope: Uint8Array): void => {
    if (!life.link!.connected) {
      waiting -= envelope.length;
      counts.dropped++;
      return;
    }
    life.link!.connection.publish(address.subject, envelope);
    unconfirmed += envelope.length;
    if (++unasked === 1 && !asking) queueMicrotask(ask);
  };
  const give = (envelope: Uint8Array): void => {
    if (waiting + envelope.length > buffer && waiting > 0) {
      counts.dropped++;
      return;
    }
    waiting += envelope.length;
    if (life.link === undefined) early.push(envelope);
    else send(envelope);
  };
  const opening = (async (): Promise<void> => {
    const opened = await openNats(address, config, {
      lost: () => moved(),
      back: () => moved(),
      failed: life.fail,
    });
    if (life.over) return opened.close();
    life.keep(opened);
    for (const envelope of early) send(envelope);
    early = [];
    life.wake();
  })();
  opening.catch(life.fail);
  const free = (): boolean =>
    waiting < buffer / 2 && (life.link === undefined || life.link.connected);
  return {
    counts,
    get free() {
      return free();
    },
    take(item) {
      if (life.over) return;
      const message = itemMessage(item, { stream: 0, sequence: envelopes.sequence });
      const maxBytes = life.link?.maxBytes ?? usualBytes;
      for (const envelope of envelopes.seal(message, itemLength(item), maxBytes)) give(envelope);
      counts.items++;
    },
    async room() {
      await life.until(() => free());
    },
    async end(cause) {
      await opening;
      await life.until(() => true);
      if (life.over) return;
      const header = { stream: 0, sequence: envelopes.sequence };
      const message = { kind: 'control', ...header, body: endBody(cause) } as const;
      for (const envelope of envelopes.seal(message, 0, life.link!.maxBytes, true)) {
        waiting += envelope.length;
        send(envelope);
      }
      await life.until(() => waiting === 0);
      await life.end();
    },
    stop: life.stop,
  };
}
