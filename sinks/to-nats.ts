/** The sink `toNats`: events, rasters, series and marks go to other machines. */
import { defer, type OperatorFunction, tap } from 'rxjs';
import { oneAtATime } from '../operators/one-at-a-time.ts';
import { gate } from '../src/demand.ts';
import type { StreamItem } from '../src/events/series.ts';
import { type NatsSending, readSending } from '../src/nats/sending.ts';
import type { Publisher, PublisherCounts } from '../src/nats/stream.ts';

/** Configuration of {@link toNats}. */
export type ToNatsConfig = NatsSending;

/**
 * Sends a stream over NATS to everybody who receives it by `fromNats`. Its messages are numbered, so that the other side
 * sees each gap. A live stream goes to those who listen meanwhile; while the server is away, what comes is counted as
 * dropped. A recording is kept by the server, every message once and in order, even if the server is restarted in the
 * midst of it. A source that can wait, such as `fromFile`, is read only as fast as the server takes it. Of any other,
 * `buffer` bytes may wait: what is beyond that is dropped of a live stream, and ends a recording with an error. Emits a
 * report with each item, and a last one when the server has everything. Errors with a `NetworkError` if the server is
 * away for longer than the policy allows.
 *
 * @param address server and subject: `nats://127.0.0.1:4222/lab.camera`
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const noise$ = poisson({ channels: 2, rate: 50, duration: 1, seed: 0 });
 * const sent$ = noise$.pipe(toNats('nats://127.0.0.1:4222/lab.noise', { recording: true }));
 * typeof sent$.subscribe; // 'function'
 * ```
 */
export function toNats(
  address: string,
  config: ToNatsConfig = {},
): OperatorFunction<StreamItem, PublisherCounts> {
  const begin = readSending(address, config);
  return (source) =>
    defer(() => {
      let publisher: Publisher | undefined;
      let sourceFailed = false;
      const tellFailure = (cause: unknown): void => {
        sourceFailed = true;
        publisher?.end(cause ?? 'the source').catch(() => {});
      };
      const sent = oneAtATime<StreamItem, PublisherCounts>((subscriber) => {
        const demand = gate();
        const opened = begin({
          failed: (cause) => subscriber.error(cause),
          progressed() {
            if (demand.open !== opened.free) demand.set(opened.free);
          },
        });
        publisher = opened;
        const report = (): void => subscriber.next({ ...opened.counts });
        // If the source has failed, the other side is yet to be told.
        subscriber.add(() => !sourceFailed && opened.stop());
        return {
          demand,
          next(item) {
            opened.take(item);
            if (demand.open && !opened.free) demand.set(false);
            report();
          },
          complete() {
            const done = (): void => {
              report();
              subscriber.complete();
            };
            opened.end().then(done, (cause: unknown) => subscriber.error(cause));
          },
        };
      });
      return source.pipe(tap({ error: tellFailure }), sent);
    });
}
