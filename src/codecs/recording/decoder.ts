/** Reads recordings as their bytes come, from the front. */
import { DataError, InvalidArgumentError } from '../../errors.ts';
import { bytes as areBytes } from '../../options.ts';
import { within } from '../../problems.ts';
import { xxhash32 } from '../xxhash32.ts';
import {
  aligned,
  type ChunkHead,
  chunkBytes,
  chunkHead,
  chunkKinds,
  claimedVersion,
  headBytes,
  opensRecording,
  recordingVersion,
} from './chunk.ts';
import {
  decodeHeader,
  decodeItem,
  type RecordedItem,
  type RecordedStream,
  type RecordingHeader,
} from './streams.ts';

/** Reads a recording as its bytes come. */
export interface RecordingDecoder {
  /** Streams so far, by name. */
  readonly streams: ReadonlyMap<string, RecordedStream>;
  /** What the headers so far say beside the streams. */
  readonly about: Readonly<Record<string, unknown>>;
  /**
   * What was no item, so far: `damagedBytes` (no chunk, skipped), `damagedChunks` (their checksum is that of other
   * bytes), `damagedItems` (what those held), `unknownStreams`, `unknownChunks`, `cutOffBytes`.
   */
  readonly skipped: Readonly<Record<string, number>>;
  /**
   * Takes bytes and gives the items of all chunks that they complete.
   *
   * @throws DataError if this is no recording
   */
  push(bytes: Uint8Array): RecordedItem[];
  /**
   * Ends; what is left is a chunk that was cut off.
   *
   * @throws DataError if the bytes ended within the first header
   */
  end(): RecordedItem[];
}

/** What a recording holds, as far as it has been read. */
export class RecordingState {
  readonly byId: Map<number, RecordedStream> = new Map<number, RecordedStream>();
  readonly streams: Map<string, RecordedStream> = new Map<string, RecordedStream>();
  readonly skipped: Record<string, number> = {};
  about: Readonly<Record<string, unknown>> = {};

  /** Counts what is no item. */
  skip(reason: string, count = 1): void {
    if (count > 0) this.skipped[reason] = (this.skipped[reason] ?? 0) + count;
  }

  /** Takes what a header says. */
  learn({ streams, about }: RecordingHeader): void {
    for (const [id, stream] of streams) {
      this.byId.set(id, stream);
      this.streams.set(stream.name, stream);
    }
    this.about = { ...this.about, ...about };
  }

  /** Gives the items of a chunk, whose body must be aligned; counts what is damaged. */
  read(head: ChunkHead, body: Uint8Array): RecordedItem[] {
    if (xxhash32(body) !== head.checksum) {
      this.skip('damagedChunks');
      this.skip('damagedItems', head.items);
      return [];
    }
    switch (head.kind) {
      case chunkKinds.header: {
        const header = decodeHeader(body);
        if (header === undefined) this.skip('damagedChunks');
        else this.learn(header);
        return [];
      }
      case chunkKinds.data:
        return this.#items(head, body);
      case chunkKinds.index:
      case chunkKinds.end:
        return [];
      default:
        this.skip('unknownChunks');
        return [];
    }
  }

  #items(head: ChunkHead, body: Uint8Array): RecordedItem[] {
    const stream = this.byId.get(head.stream);
    if (stream === undefined) {
      this.skip('unknownStreams');
      return [];
    }
    const items: RecordedItem[] = [];
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    for (let at = 0; at + 8 <= body.length; ) {
      const length = view.getUint32(at, true);
      const from = at + 8;
      at = from + aligned(length);
      if (from + length > body.length) {
        this.skip('damagedItems');
        break;
      }
      try {
        const item = decodeItem(body.subarray(from, from + length), stream.kind);
        items.push({ stream: stream.name, item });
      } catch (cause) {
        if (!(cause instanceof DataError)) throw cause;
        this.skip('damagedItems');
      }
    }
    return items;
  }
}

/**
 * Refuses bytes that are no recording, told by the head of their first chunk.
 *
 * @throws DataError that says why
 */
export function refuseOther(bytes: Uint8Array): void {
  const head = bytes.length < headBytes ? undefined : chunkHead(bytes);
  if (head?.kind === chunkKinds.header) return;
  if (!opensRecording(bytes)) throw new DataError('this is no recording: it does not open as one');
  if (bytes.length < headBytes) {
    throw new DataError(`this recording ends after ${bytes.length} bytes, within its header`);
  }
  const version = claimedVersion(bytes);
  throw new DataError(
    version === recordingVersion
      ? 'this recording cannot be read: its header at byte 0 is damaged'
      : `this recording is of version ${version}; version ${recordingVersion} is read here`,
  );
}

/**
 * Starts to read a recording. What is damaged is counted and skipped: reading goes on at the next whole chunk.
 *
 * @example
 * ```ts
 * const decoder = recordingDecoder();
 * decoder.push(recordingEncoder().end());
 * decoder.streams.size; // 0
 * ```
 */
export function recordingDecoder(): RecordingDecoder {
  const state = new RecordingState();
  let room = new Uint8Array(0);
  let held = 0;
  let opened = false;
  let broken: DataError | undefined;

  const keep = (bytes: Uint8Array): void => {
    if (held + bytes.length > room.length) {
      const grown = new Uint8Array(
        Math.max(held + bytes.length, Math.min(2 * held, held + 2 ** 22)),
      );
      grown.set(room.subarray(0, held));
      room = grown;
    }
    room.set(bytes, held);
    held += bytes.length;
  };
  const open = (): void => {
    if (held < headBytes) {
      if (opensRecording(room.subarray(0, held)) || held < 5) return;
    }
    refuseOther(room.subarray(0, held));
    opened = true;
  };
  const readAll = (): RecordedItem[] => {
    const items: RecordedItem[] = [];
    let at = 0;
    while (held - at >= headBytes) {
      const head = chunkHead(room, at);
      if (head === undefined) {
        state.skip('damagedBytes', 8);
        at += 8;
        continue;
      }
      const end = at + chunkBytes(head.length);
      if (end > held) break;
      // A copy of its own: items share it, and it is aligned.
      const body = room.slice(at + headBytes, at + headBytes + head.length);
      for (const item of state.read(head, body)) items.push(item);
      at = end;
    }
    room.copyWithin(0, at, held);
    held -= at;
    if (room.length > 2 ** 22 && held < room.length / 4) room = room.slice(0, held);
    return items;
  };
  const guarded = (work: () => RecordedItem[]): RecordedItem[] => {
    if (broken !== undefined) throw broken;
    try {
      return work();
    } catch (cause) {
      broken = cause as DataError;
      room = new Uint8Array(0);
      held = 0;
      throw cause;
    }
  };
  return {
    streams: state.streams,
    skipped: state.skipped,
    get about() {
      return state.about;
    },
    push: (bytes) =>
      guarded(() => {
        const problems = within('bytes', areBytes(bytes));
        if (problems.length > 0) throw new InvalidArgumentError('nothing can be read', problems);
        keep(bytes);
        if (!opened) open();
        return opened ? readAll() : [];
      }),
    end: () =>
      guarded(() => {
        if (!opened) refuseOther(room.subarray(0, held));
        state.skip('cutOffBytes', held);
        room = new Uint8Array(0);
        held = 0;
        return [];
      }),
  };
}
