/** A connection over which one asks until there is an answer, as long as the policy allows. */
import { NetworkError, SpikelineError } from '../errors.ts';
import { type NatsAccess, reconnectOf } from './access.ts';
import type { NatsAddress } from './address.ts';
import { type NatsLink, type NatsListener, networkError, openNats } from './connection.ts';
import { makeWaker, pause, type Waker } from './stream.ts';

/** A connection, and a way to ask over it that bears faults. */
export interface PatientLink {
  readonly link: NatsLink;
  /** Is woken when the connection is there again, or has ended. */
  readonly waker: Waker;
  /**
   * Asks until there is an answer. What is asked must do no harm if it is asked twice.
   *
   * @throws NetworkError if there is none for longer than the policy allows, or it is one that stays
   */
  insist<T>(ask: () => Promise<T>): Promise<T>;
}

/**
 * Opens a connection.
 *
 * @throws NetworkError as `openNats` does
 */
export async function openPatient(
  address: NatsAddress,
  access: NatsAccess,
  listener: Partial<NatsListener> = {},
): Promise<PatientLink> {
  const { wait, attempts } = reconnectOf(access);
  const waker = makeWaker();
  /** What is asked; an answer that is under way when the connection is lost does not come. */
  const asked = new Set<(cause: unknown) => void>();
  let over: NetworkError | undefined;
  let breaks = 0;
  const link = await openNats(address, access, {
    lost() {
      breaks++;
      listener.lost?.();
      const lost = new Error('the connection was lost');
      for (const abandon of asked) abandon(lost);
    },
    back() {
      waker.wake();
      listener.back?.();
    },
    failed(cause) {
      over = cause;
      waker.wake();
      listener.failed?.(cause);
    },
  });
  /** Whether there is no use in asking again. */
  const stays = (cause: unknown): boolean => {
    if (cause instanceof TypeError) return true;
    if (!(cause instanceof SpikelineError)) return false;
    if (!(cause instanceof NetworkError)) return true;
    // A server that was started again takes a while until it knows what it keeps.
    const passing = breaks > 0 ? ['timed-out', 'disconnected', 'refused'] : ['timed-out'];
    return !passing.includes(cause.code);
  };
  return {
    link,
    waker,
    async insist(ask) {
      for (let fault = 0; ; fault++) {
        try {
          // What is asked while nobody hears it is not asked later.
          await waker.wait(() => link.connected || over !== undefined);
          return await new Promise((resolve, reject) => {
            asked.add(reject);
            const settle = (): boolean => asked.delete(reject);
            ask().finally(settle).then(resolve, reject);
          });
        } catch (cause) {
          if (over !== undefined || stays(cause)) throw over ?? cause;
          if (fault >= attempts) throw networkError(cause, address.server);
          await pause(wait * 1000);
        }
      }
    },
  };
}
