/** The items `natsItems`: a stream that comes over NATS, taken one by one by whoever works on it. */

import type { Losses } from '../src/events/losses.ts';
import type { StreamItem } from '../src/events/series.ts';
import { type Heard, hearingTable, type NatsHearing, readHearing } from '../src/nats/hearing.ts';
import { listenLive } from '../src/nats/live.ts';
import { readKept } from '../src/nats/read-kept.ts';
import { makeWaker } from '../src/nats/stream.ts';
import { number, type OptionTable, readOnce } from '../src/options.ts';

/** Configuration of {@link natsItems}. */
export interface NatsItemsConfig extends NatsHearing {
  /** Items of a live stream that may wait; 1024 if left out. What comes then is counted as `dropped`. */
  readonly capacity?: number;
}

const table: OptionTable<NatsItemsConfig> = {
  ...hearingTable,
  capacity: number({ min: 1, whole: true, unit: 'items' }),
};

/**
 * Gives the items of a stream over NATS one by one, each when it is asked for: for `fromPull`, whose consumer works as
 * fast as it can. With `reader`, an item of a recording counts as worked on once the next is asked for.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const items = natsItems('nats://127.0.0.1:4222/lab.camera', { recording: true, reader: 'rates' });
 * const worked$ = fromPull(items, { consume: (item) => of(itemKind(item)) });
 * typeof worked$.subscribe; // 'function'
 * ```
 */
export function natsItems(
  address: string,
  config: NatsItemsConfig = {},
): AsyncIterable<StreamItem> & { readonly losses: Losses } {
  config = readOnce(config, table);
  const heard = readHearing(address, config, table);
  const { capacity = 1024 } = config;
  return {
    losses: heard.config.losses,
    [Symbol.asyncIterator]: () => (heard.recording ? recorded(heard) : live(heard, capacity)),
  };
}

async function* recorded({ address, config }: Heard): AsyncGenerator<StreamItem, void, void> {
  const { items, worked } = readKept(address, config);
  for await (const item of items) {
    yield item;
    worked(item);
  }
}

async function* live(
  { address, config }: Heard,
  capacity: number,
): AsyncGenerator<StreamItem, void, void> {
  const waker = makeWaker();
  const waiting: StreamItem[] = [];
  let ended = false;
  let failure: unknown;
  const running = listenLive(
    address,
    { ...config, endless: config.until === 'never' },
    {
      next(item) {
        if (waiting.length >= capacity) config.losses.add('dropped', 1);
        else waiting.push(item);
        waker.wake();
      },
      error(cause) {
        failure = cause;
        ended = true;
        waker.wake();
      },
      complete() {
        ended = true;
        waker.wake();
      },
    },
  );
  try {
    for (;;) {
      await waker.wait(() => waiting.length > 0 || ended);
      const item = waiting.shift();
      if (item !== undefined) yield item;
      else if (failure !== undefined) throw failure;
      else return;
    }
  } finally {
    running.stop();
  }
}
