/** What streams over NATS share, live or kept: who hears, who sends, and what became of it. */
import { NetworkError } from '../errors.ts';
import type { Losses } from '../events/losses.ts';
import type { StreamItem } from '../events/series.ts';
import { causeText } from '../problems.ts';
import type { NatsAccess } from './access.ts';
import type { Gap, Opened } from './envelope.ts';

/** Who takes what comes. */
export interface ItemObserver {
  next(item: StreamItem): void;
  /** Learns of a failure; nothing follows. */
  error(cause: unknown): void;
  /** Learns that the stream has ended; nothing follows. */
  complete(): void;
}

/** How a stream is heard. */
export interface HearingConfig extends NatsAccess {
  /** Counts messages that did not come (`messages`), what was in them (`elements`), bytes that are no message (`foreign`), and lost connections (`reconnects`). */
  readonly losses: Losses;
  /** Is told of each gap. */
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** What a gap does: it is counted, or ends the stream. */
  readonly lost: 'count' | 'error';
}

/** Something that runs and can be stopped. */
export interface Running {
  /** Stops at once; nobody is told. */
  stop(): void;
}

/** What the end of a stream says, if it did not end well. */
interface EndBody {
  readonly failed?: unknown;
}

/** The body of a message that ends a stream. */
export function endBody(cause: unknown): EndBody {
  if (cause === undefined) return {};
  return { failed: causeText(cause) };
}

/** What a stream that ended has failed with; undefined if it ended well. */
export function endFailure(opened: Opened, server: string): NetworkError | undefined {
  const { message } = opened;
  if (message.kind !== 'control') return undefined;
  const { failed } = (message.body ?? {}) as EndBody;
  if (failed === undefined) return undefined;
  const what = `the stream has failed on the other side of ${server}: ${String(failed).slice(0, 500)}`;
  return new NetworkError('disconnected', what);
}

/** The error of a gap that may not be. */
export function gapError({ messages, elements }: Gap, server: string): NetworkError {
  const what = `${messages} messages with ${elements} elements (events, steps, samples, marks) did not come by ${server}`;
  return new NetworkError('lost', what);
}

/** Makes what notes gaps. */
export function gapCounter(
  { losses, onGap, lost }: HearingConfig,
  server: string,
): (gap: Gap) => void {
  return (gap) => {
    losses.add('messages', gap.messages);
    losses.add('elements', gap.elements);
    onGap?.(gap);
    if (lost === 'error') throw gapError(gap, server);
  };
}

/** What a publisher has done. */
export interface PublisherCounts {
  /** Items that were taken. */
  readonly items: number;
  /** Messages that the server has. */
  readonly acknowledged: number;
  /** Messages that were sent to nobody: the server was away, or slower than the source. */
  readonly dropped: number;
}

/** Sends a stream. */
export interface Publisher extends Running {
  readonly counts: PublisherCounts;
  /** Whether another item finds room. */
  readonly free: boolean;
  /** Takes an item. What cannot be sent is counted, or fails the stream. */
  take(item: StreamItem): void;
  /** Resolves once another item finds room; rejects if the stream has failed. */
  room(): Promise<void>;
  /** Says that the stream has ended, well or not; resolves once the server has everything. */
  end(cause?: unknown): Promise<void>;
}

/** How a stream is sent. */
export interface SendingConfig extends NatsAccess {
  /** Bytes that may wait to be taken by the server. */
  readonly buffer: number;
  /** Learns that the stream has failed. */
  failed(cause: unknown): void;
  /** Learns that the counts have changed by themselves. */
  progressed?(): void;
}

/** Where one waits for what somebody else does. */
export interface Waker {
  /** Lets all look again who wait. */
  wake(): void;
  /** Resolves at the next call of `wake`, or after so many milliseconds. */
  next(limit?: number): Promise<void>;
  /** Resolves once a condition holds, which is looked at whenever `wake` is called. */
  wait(holds: () => boolean): Promise<void>;
}

/** Makes a waker. */
export function makeWaker(): Waker {
  const waiting = new Set<() => void>();
  const next = (limit?: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = limit === undefined ? undefined : setTimeout(done, limit);
      waiting.add(done);
    });
  return {
    wake() {
      for (const done of [...waiting]) done();
    },
    next,
    async wait(holds) {
      while (!holds()) await next();
    },
  };
}

/** Lets time pass, milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
