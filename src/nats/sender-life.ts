/** The life of what sends to a server: until it is stopped, has ended, or fails; the connection closes with it. */
import type { NatsLink } from './connection.ts';
import { makeWaker } from './stream.ts';

/** The life of a sender. */
export interface SenderLife {
  /** Whether it is over, however it came to its end. */
  readonly over: boolean;
  /** The connection, once there is one. */
  readonly link: NatsLink | undefined;
  /** Keeps a connection, which is closed at the end. */
  keep(link: NatsLink): void;
  /** Wakes those that wait, to look again. */
  wake(): void;
  /** Waits until it is over or something holds; throws what it failed by. */
  until(holds: () => boolean): Promise<void>;
  /** Ends it by a fault, unless it is over. */
  fail(cause: unknown): void;
  /** Ends it at once. */
  stop(): void;
  /** Ends it with nothing left to send. */
  end(): Promise<void>;
}

/**
 * Begins a life.
 *
 * @param release lets go of what has not been sent
 * @param failed learns what it failed by
 */
export function senderLife(release: () => void, failed: (cause: unknown) => void): SenderLife {
  const waker = makeWaker();
  let link: NatsLink | undefined;
  let over = false;
  let failure: unknown;
  const stop = (): void => {
    over = true;
    release();
    waker.wake();
    link?.close().catch(() => {});
  };
  return {
    get over() {
      return over;
    },
    get link() {
      return link;
    },
    keep(opened) {
      link = opened;
    },
    wake: () => waker.wake(),
    async until(holds) {
      await waker.wait(() => over || holds());
      if (failure !== undefined) throw failure;
    },
    fail(cause) {
      if (over) return;
      failure = cause;
      stop();
      failed(cause);
    },
    stop,
    async end() {
      over = true;
      await link?.close();
    },
  };
}
