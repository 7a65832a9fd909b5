/** The publisher `natsPublisher`: sends items over NATS one by one, each once there is room for it. */
import type { StreamItem } from '../src/events/series.ts';
import { type NatsSending, readSending } from '../src/nats/sending.ts';
import type { PublisherCounts } from '../src/nats/stream.ts';

/** Sends a stream item by item. */
export interface NatsPublisher {
  /** What was sent so far. */
  readonly counts: PublisherCounts;
  /**
   * Sends an item; resolves once there is room for another.
   *
   * @throws NetworkError if the stream has failed
   */
  publish(item: StreamItem): Promise<void>;
  /** Says that the stream has ended, well or because of a failure; resolves once the server has everything. */
  end(cause?: unknown): Promise<void>;
}

/**
 * Sends a stream over NATS as `toNats` does, item by item, for a source that can wait, such as a file: `fromPull` reads
 * it only as fast as the server takes it, in little memory.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const send = () => {
 *   const publisher = natsPublisher('nats://127.0.0.1:4222/lab.noise', { recording: true });
 *   const items = [emptyPacket(channels(1)), aerPacket([5], [0], channels(1))];
 *   const sent$ = fromPull(items, { consume: (item) => publisher.publish(item) });
 *   return sent$.pipe(finalize(() => publisher.end()));
 * };
 * typeof send; // 'function'
 * ```
 */
export function natsPublisher(address: string, config: NatsSending = {}): NatsPublisher {
  const begin = readSending(address, config);
  const publisher = begin({ failed: () => {} });
  return {
    counts: publisher.counts,
    async publish(item) {
      publisher.take(item);
      await publisher.room();
    },
    end: (cause) => publisher.end(cause),
  };
}
