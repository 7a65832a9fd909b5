/** The source `fromNats`: events, rasters, series and marks that come from another machine. */
import { Observable } from 'rxjs';
import { demandOfSubscriber } from '../src/demand.ts';
import type { StreamItem } from '../src/events/series.ts';
import { type Heard, hearingTable, type NatsHearing, readHearing } from '../src/nats/hearing.ts';
import { listenLive } from '../src/nats/live.ts';
import { readKept } from '../src/nats/read-kept.ts';
import type { CountingSource } from './counting-source.ts';

/** Configuration of {@link fromNats}. */
export type FromNatsConfig = NatsHearing;

/**
 * Receives a stream over NATS, as `toNats` sends it. A live stream is heard from now on; its messages are numbered, and
 * what is missing is counted in `losses`. A recording is read from what the server keeps, only as fast as it is worked on: every
 * message once, in order, even if programs or the server are restarted meanwhile. With `reader`, the server remembers
 * how far it was read. Completes with the stream; errors with a `NetworkError` if the connection is lost for longer than
 * the policy allows.
 *
 * @param address server and subject: `nats://127.0.0.1:4222/lab.camera`
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const camera$ = fromNats('nats://127.0.0.1:4222/lab.camera');
 * camera$.losses.total; // 0
 * ```
 */
export function fromNats(address: string, config: FromNatsConfig = {}): CountingSource<StreamItem> {
  const heard = readHearing(address, config, hearingTable);
  const { losses } = heard.config;
  return Object.assign(heard.recording ? kept(heard) : live(heard), { losses });
}

/** What is sent from now on. */
function live(heard: Heard): Observable<StreamItem> {
  const { until } = heard.config;
  return new Observable((subscriber) => {
    const { stop } = listenLive(
      heard.address,
      { ...heard.config, endless: until === 'never' },
      subscriber,
    );
    return stop;
  });
}

/** What the server keeps. */
function kept(heard: Heard): Observable<StreamItem> {
  return new Observable((subscriber) => {
    const demand = demandOfSubscriber();
    const { items, worked } = readKept(heard.address, heard.config);
    let stopWaiting = (): void => {};
    const room = (): Promise<void> =>
      new Promise((resolve) => {
        stopWaiting = demand!.whenOpen(resolve);
      });
    const read = async (): Promise<void> => {
      for await (const item of items) {
        while (demand?.open === false && !subscriber.closed) await room();
        if (subscriber.closed) return;
        subscriber.next(item);
        worked(item);
        if (subscriber.closed) return;
      }
      subscriber.complete();
    };
    read().catch((cause: unknown) => subscriber.error(cause));
    return () => {
      stopWaiting();
      items.return().catch(() => {});
    };
  });
}
