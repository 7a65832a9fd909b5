/** How items are decoded from bytes of any format, and put in order. */
import type { RecordedItem } from '../src/codecs/recording/streams.ts';
import { DataError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { inTimeOrder } from '../src/events/in-time-order.ts';
import type { Losses } from '../src/events/losses.ts';
import { itemKind, type StreamItem } from '../src/events/series.ts';

/** How bytes are decoded; see `ReadConfig`. */
export interface DecodingConfig {
  readonly format?: string;
  readonly options?: object;
  readonly stream?: string;
  readonly lateness?: number;
  readonly losses: Losses;
}

/** What bytes hold, in order. */
export async function* decoded(
  bytes: AsyncIterable<Uint8Array>,
  config: DecodingConfig,
): AsyncGenerator<StreamItem> {
  const { format, options, stream, lateness = 0.01, losses } = config;
  // Formats are many: they are loaded when the first file is read.
  const { anyDecoder, codecNamed, codecOf } = await import('../src/codecs/decode.ts');
  ({ recyclePacket: recycle } = await import('../src/codecs/packet-room.ts'));
  const decoder =
    stream === undefined
      ? anyDecoder({
          ...(format !== undefined && { format }),
          ...(options !== undefined && { options }),
        })
      : await recordedStream(stream);
  let ready = stream !== undefined;
  const sorted = inTimeOrder({ lateness, losses });
  const counted: Record<string, number> = {};
  const count = (): void => {
    for (const [reason, total] of Object.entries(decoder.skipped)) {
      const before = counted[reason] ?? 0;
      counted[reason] = total;
      losses.add(reason, total - before);
    }
  };
  const inOrder = (item: StreamItem): readonly StreamItem[] =>
    itemKind(item) === 'events' ? sorted(item as AerPacket) : [item];
  for await (const some of bytes) {
    if (!ready) {
      // Libraries that some formats need.
      await (format === undefined ? codecOf(some) : codecNamed(format))?.ready?.();
      ready = true;
    }
    for (const item of decoder.push(some)) yield* inOrder(item);
    count();
  }
  for (const item of decoder.end()) yield* inOrder(item);
  yield* sorted.end();
  count();
}

let recycle: ((packet: AerPacket) => void) | undefined;

/** Takes an item back that was read, for the next ones. */
export function takeBack(item: unknown): void {
  recycle?.(item as AerPacket);
}

/** Takes bytes apart into items. */
interface ItemDecoder {
  readonly skipped: Readonly<Record<string, number>>;
  push(bytes: Uint8Array): readonly StreamItem[];
  end(): readonly StreamItem[];
}

/** Takes one stream out of a recording, ours or XDF. */
async function recordedStream(stream: string): Promise<ItemDecoder> {
  const { recordingDecoder } = await import('../src/codecs/recording/decoder.ts');
  const { joined } = await import('../src/codecs/sound.ts');
  const { opensXdf, xdfDecoder } = await import('../src/codecs/xdf/decoder.ts');
  let recording: ReturnType<typeof recordingDecoder> | undefined;
  /** First bytes, until it is clear what they are. */
  let head: Uint8Array = new Uint8Array(0);
  const chosen = (items: readonly RecordedItem[]): StreamItem[] =>
    items.flatMap(({ stream: name, item }) =>
      name === stream && itemKind(item) !== undefined ? [item as StreamItem] : [],
    );
  const opened = () => {
    recording ??= opensXdf(head) ? xdfDecoder() : recordingDecoder();
    return recording;
  };
  return {
    get skipped() {
      return recording?.skipped ?? {};
    },
    push(bytes) {
      if (recording !== undefined) return chosen(recording.push(bytes));
      head = joined(head, new Uint8Array(bytes));
      return head.length < 4 ? [] : chosen(opened().push(head));
    },
    end() {
      const begun = recording ?? opened();
      const short = head.length < 4 ? begun.push(head) : [];
      const rest = [...chosen(short), ...chosen(begun.end())];
      if (begun.streams.has(stream)) return rest;
      const names = [...begun.streams.keys()].join(', ');
      throw new DataError(`this recording has no stream ${stream}; there are ${names}`);
    },
  };
}
