/** What a stream of bytes holds, read once from the front. */
import {
  anyDecoder,
  codecNamed,
  codecOf,
  type Decoder,
  type EventDigest,
  type EventSummary,
  eventDigest,
  type RecordedItem,
  type RecordedKind,
  type RecordingDecoder,
  recordingDecoder,
  xdfDecoder,
} from 'spikeline/codecs';
import type { Space } from 'spikeline/events';
import { turn } from '../turn.ts';

/** What is told of a stream of a recording. */
export interface StreamInfo extends Partial<EventSummary> {
  readonly name: string;
  readonly kind: RecordedKind;
  /** Packets, rasters, pieces of series or marks, reports of losses. */
  readonly items: number;
}

/** What is told of a file. */
export interface FileInfo extends EventSummary {
  readonly format: string;
  /** Which of several layouts of the format it is. */
  readonly variant?: string;
  /** Columns and rows; null if the file does not say. */
  readonly width: number | null;
  readonly height: number | null;
  /** What was in the file and is no event, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** All streams of a recording. */
  readonly streams?: readonly StreamInfo[];
}

/** How bytes are read that do not say themselves what they are. */
export interface InfoOptions {
  readonly format?: string;
  readonly options?: object;
}

/**
 * Sums bytes up in the order in which they come, which need not be that of time.
 *
 * @throws DataError if they are of no known format, or damaged beyond reading
 */
export async function fileInfo(
  pieces: AsyncIterable<Uint8Array>,
  { format, options }: InfoOptions = {},
): Promise<FileInfo> {
  let summing: Summing | undefined;
  for await (const piece of pieces) {
    if (summing === undefined) {
      const codec = format === undefined ? codecOf(piece) : codecNamed(format);
      await codec?.ready?.();
      summing =
        codec?.name === 'spk'
          ? recording('spk', recordingDecoder())
          : codec?.name === 'xdf'
            ? recording('xdf', xdfDecoder())
            : events(format, options);
    }
    summing.push(piece);
    await turn();
  }
  return (summing ?? events(format, options)).end();
}

/** Bytes on their way to what is told of them. */
interface Summing {
  push(bytes: Uint8Array): void;
  end(): FileInfo;
}

function events(format?: string, options?: object): Summing {
  const decoder: Decoder = anyDecoder({
    ...(format !== undefined && { format }),
    ...(options !== undefined && { options }),
  });
  const digest = eventDigest();
  return {
    push(bytes) {
      for (const packet of decoder.push(bytes)) digest.add(packet);
    },
    end() {
      for (const packet of decoder.end()) digest.add(packet);
      const { header, skipped } = decoder;
      const { format: name = format ?? '', variant, width = null, height = null } = header ?? {};
      const about = { format: name, ...(variant !== undefined && { variant }), width, height };
      return { ...about, ...digest.summary(), skipped };
    },
  };
}

/** A stream of a recording, as far as it was read. */
interface Counted {
  items: number;
  digest?: EventDigest;
  space?: Space;
}

function recording(format: string, decoder: RecordingDecoder): Summing {
  const counted = new Map<string, Counted>();
  const add = (items: readonly RecordedItem[]): void => {
    for (const { stream, item } of items) {
      const count = counted.get(stream) ?? { items: 0 };
      counted.set(stream, count);
      count.items++;
      if (!('addresses' in item)) continue;
      count.digest ??= eventDigest();
      count.digest.add(item);
      count.space ??= item.space;
    }
  };
  return {
    push: (bytes) => add(decoder.push(bytes)),
    end() {
      add(decoder.end());
      const all = [...decoder.streams.values()];
      const streams = all.map(({ name, kind }): StreamInfo => {
        const { items = 0, digest } = counted.get(name) ?? {};
        const sum = kind === 'events' ? (digest ?? eventDigest()).summary() : {};
        return { name, kind, items, ...sum };
      });
      const first = all.find(({ kind }) => kind === 'events')?.name;
      const { digest = eventDigest(), space } = counted.get(first ?? '') ?? {};
      const size = space?.kind === 'pixels' ? space : { width: null, height: null };
      const { width, height } = size;
      const { skipped } = decoder;
      return { format, width, height, ...digest.summary(), skipped, streams };
    },
  };
}
