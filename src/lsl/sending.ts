/** Sends items of a stream over Lab Streaming Layer. */
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { itemStart } from '../events/items.ts';
import { itemKind, type Marks, type Series, type StreamItem } from '../events/series.ts';
import type { LslApi, LslDescription, LslOutlet } from './api.ts';

/** What a stream is called. */
export interface LslSending extends Pick<LslDescription, 'name' | 'source' | 'rate'> {
  /** What its samples are; by the kind of its items if left out. */
  readonly type: string | undefined;
  /** Names of its channels. */
  readonly labels: readonly string[];
  /** Whether times are those of Lab Streaming Layer already; if not, the first is now. */
  readonly timed: boolean;
}

/** What was sent so far. */
export interface LslCounts {
  /** Samples that somebody heard: events, rows of a series, marks. */
  readonly sent: number;
  /** Samples at which nobody listened. */
  readonly unheard: number;
}

/** Sends one stream; its first item says what it is. */
export interface LslSender {
  readonly counts: LslCounts;
  /** @throws DataError if the item is of another kind than those before, or cannot be sent */
  take(item: StreamItem): void;
  /** Ends it; more than once does no harm. */
  close(): void;
}

const types = { events: 'Spikes', series: 'Signal', marks: 'Markers' } as const;

type SentKind = keyof typeof types;

/** The values of the samples of an item. */
function valuesOf(item: AerPacket | Series | Marks): Float64Array {
  if ('addresses' in item) return Float64Array.from(item.addresses);
  return 'values' in item ? item.values : new Float64Array(0);
}

/** Opens a sender; the stream is there for others from its first item on. */
export function lslSender(api: LslApi, sending: LslSending): LslSender {
  let outlet: LslOutlet | undefined;
  let kind: SentKind | undefined;
  let channels = 1;
  let origin = 0;
  let [sent, unheard] = [0, 0];
  const begin = (item: AerPacket | Series | Marks, what: SentKind): LslOutlet => {
    kind = what;
    channels = 'channels' in item ? item.channels : 1;
    origin = sending.timed ? 0 : api.now() - itemStart(item) / 1e6;
    const { name, source, rate, type = types[what], labels } = sending;
    if (labels.length > 0 && labels.length !== channels) {
      throw new DataError(`${name} has ${channels} channels and ${labels.length} labels`);
    }
    const description = { name, type, channels, rate, texts: what === 'marks', source };
    return api.outlet(description, labels);
  };
  return {
    get counts() {
      return { sent, unheard };
    },
    take(item) {
      const what = itemKind(item);
      if (what === undefined || !Object.hasOwn(types, what)) {
        throw new DataError(
          `events, series and marks go over Lab Streaming Layer, no ${what ?? 'such item'}: make events of rasters by toEvents()`,
        );
      }
      const own = item as AerPacket | Series | Marks;
      outlet ??= begin(own, what as SentKind);
      const width = 'channels' in own ? own.channels : 1;
      if (what !== kind || width !== channels) {
        throw new DataError(
          `${sending.name} has ${kind} of ${channels} channels, and ${what} of ${width} came`,
        );
      }
      const { timestamps } = own;
      if (timestamps.length === 0) return;
      if (outlet.heard) sent += timestamps.length;
      else unheard += timestamps.length;
      const times = timestamps.map((time) => origin + time / 1e6);
      outlet.send(times, valuesOf(own), 'labels' in own ? own.labels : []);
    },
    close() {
      outlet?.close();
      outlet = undefined;
    },
  };
}
