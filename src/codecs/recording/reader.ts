/** Reads recordings at any place, by their index or without it. */
import { InvalidArgumentError } from '../../errors.ts';
import {
  bytes as bytesCheck,
  callback,
  listOf,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
  refuse,
  text,
  unknownName,
} from '../../options.ts';
import { within } from '../../problems.ts';
import { xxhash32 } from '../xxhash32.ts';
import {
  type ChunkHead,
  type ChunkPlace,
  chunkHead,
  chunkKinds,
  chunkPlace,
  headBytes,
  readIndex,
} from './chunk.ts';
import { RecordingState, refuseOther } from './decoder.ts';
import type { RecordingEnd } from './encoder-config.ts';
import { type RecordedItem, type RecordedStream, spanOf } from './streams.ts';

/**
 * Gives `length` bytes from `offset` on; fewer only if the end comes before.
 */
export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array>;

/** What to read of a recording. */
export interface RecordingWindow {
  /** Names of streams; all if left out. */
  readonly streams?: readonly string[];
  /** First microsecond, in the clock of each stream. */
  readonly from?: number;
  /** Microsecond before which to stop. */
  readonly until?: number;
}

/** An open recording. */
export interface RecordingReader {
  /** Streams, by name. */
  readonly streams: ReadonlyMap<string, RecordedStream>;
  /** What its headers say beside the streams. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Whether it has its index; without it, it has been scanned. */
  readonly indexed: boolean;
  /** Earliest time of any stream, microseconds; undefined if there is no item. */
  readonly from: number | undefined;
  /** Until when all streams have something to say; undefined if there is no item. */
  readonly until: number | undefined;
  /** What was no item, so far: as {@link RecordingDecoder} counts. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What an encoder needs to go on with it. */
  readonly resume: RecordingEnd;
  /**
   * Gives the items that have something in a window of time, whole, in the order of the file, one chunk in memory
   * at a time.
   *
   * @throws InvalidArgumentError with all problems of the window
   */
  items(window?: RecordingWindow): AsyncGenerator<RecordedItem, void>;
}

const windowTable: OptionTable<RecordingWindow> = {
  streams: listOf(text),
  from: number({ unit: 'µs', infinite: true }),
  until: number({ unit: 'µs', infinite: true }),
};

/** Bytes that are looked through at once where a chunk is damaged. */
const stretch = 2 ** 18;

/** Chunks and where they end. */
interface Found {
  readonly places: ChunkPlace[];
  readonly unindexed: ChunkPlace[];
  readonly lastIndex: number;
  readonly end: number;
  readonly indexed: boolean;
}

/**
 * Opens a recording, whose bytes a function gives, for reading at any place.
 *
 * @param size bytes of the recording
 * @throws DataError if it is none
 * @example
 * ```ts
 * const bytes = recordingEncoder({ about: { seed: 7 } }).end();
 * const read = async (offset: number, length: number) => bytes.slice(offset, offset + length);
 * const recording = await openRecording(read, bytes.length);
 * recording.about['seed']; // 7
 * ```
 */
export async function openRecording(given: ReadBytes, size: number): Promise<RecordingReader> {
  refuse('no recording can be opened', () => [
    ...within('read', callback(given)),
    ...within('size', number({ min: 0, whole: true, unit: 'bytes' })(size)),
  ]);
  const read: ReadBytes = async (offset, length) => {
    const bytes: unknown = await given(offset, length);
    refuse('no recording can be read', () => within('read(…)', bytesCheck(bytes)));
    return bytes as Uint8Array;
  };
  refuseOther(await read(0, Math.min(headBytes, size)));
  const state = new RecordingState();
  const found = (await byIndex(read, size)) ?? (await byScan(read, size, state));
  for (const place of found.places) {
    if (place.kind === chunkKinds.header) await readChunk(read, place, state);
  }
  const data = found.places.filter(({ kind }) => kind === chunkKinds.data);
  const resume = {
    offset: found.end,
    lastIndex: found.lastIndex,
    unindexed: found.unindexed,
    streams: state.byId,
  };
  return {
    streams: state.streams,
    about: state.about,
    indexed: found.indexed,
    from: data.length === 0 ? undefined : data.reduce((t, { from }) => Math.min(t, from), Infinity),
    until:
      data.length === 0 ? undefined : data.reduce((t, one) => Math.max(t, one.until), -Infinity),
    skipped: state.skipped,
    resume,
    items: (window = {}) => {
      window = readOnce(window, windowTable);
      refuseWindow(window, state);
      return itemsOf(read, data, state, window);
    },
  };
}

function refuseWindow(window: RecordingWindow, { streams }: RecordingState): void {
  const problems = optionProblems(window, windowTable);
  if (problems.length === 0) {
    for (const [i, name] of (window.streams ?? []).entries()) {
      if (streams.has(name)) continue;
      problems.push(...within('streams', [unknownName(name, [...streams.keys()], `[${i}]`)]));
    }
  }
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be read', problems);
}

async function* itemsOf(
  read: ReadBytes,
  data: readonly ChunkPlace[],
  state: RecordingState,
  { streams, from = -Infinity, until = Infinity }: RecordingWindow,
): AsyncGenerator<RecordedItem, void> {
  for (const place of data) {
    if (place.until < from || place.from >= until) continue;
    const name = state.byId.get(place.stream)?.name;
    if (streams !== undefined && (name === undefined || !streams.includes(name))) continue;
    for (const item of await readChunk(read, place, state)) {
      const [begins, ends] = spanOf(item.item);
      if (ends >= from && begins < until) yield item;
    }
  }
}

/** Reads a chunk; one that is not there as the index says is counted. */
async function readChunk(
  read: ReadBytes,
  { offset, bytes, items }: ChunkPlace,
  state: RecordingState,
): Promise<RecordedItem[]> {
  const chunk = await read(offset, bytes);
  const head = chunk.length < headBytes ? undefined : chunkHead(chunk);
  if (head === undefined || headBytes + head.length > chunk.length) {
    state.skip('damagedChunks');
    state.skip('damagedItems', items);
    return [];
  }
  // A copy of its own: items share it, and it is aligned.
  return state.read(head, chunk.slice(headBytes, headBytes + head.length));
}

/** Reads the head at a place; undefined if there is none. */
async function headAt(
  read: ReadBytes,
  offset: number,
  size: number,
): Promise<ChunkHead | undefined> {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + headBytes > size) return undefined;
  const bytes = await read(offset, headBytes);
  return bytes.length < headBytes ? undefined : chunkHead(bytes);
}

/** Reads the body of a chunk; undefined if it is not whole. */
async function bodyAt(
  read: ReadBytes,
  offset: number,
  { length, checksum }: ChunkHead,
): Promise<Uint8Array | undefined> {
  const body = await read(offset + headBytes, length);
  return body.length === length && xxhash32(body) === checksum ? body : undefined;
}

/** Follows the indexes from the end; undefined if any of them is missing. */
async function byIndex(read: ReadBytes, size: number): Promise<Found | undefined> {
  const end = await headAt(read, size - headBytes, size);
  if (end?.kind !== chunkKinds.end) return undefined;
  const parts: ChunkPlace[][] = [];
  for (let at = end.from, limit = size; at >= 0; ) {
    const head = await headAt(read, at, limit);
    if (head?.kind !== chunkKinds.index) return undefined;
    const body = await bodyAt(read, at, head);
    const places = body === undefined ? undefined : readIndex(body, at);
    if (places === undefined) return undefined;
    parts.push(places);
    limit = at;
    at = head.from;
  }
  const places = parts.reverse().flat();
  return { places, unindexed: [], lastIndex: end.from, end: size, indexed: true };
}

/** Goes from chunk to chunk, over what is damaged. */
async function byScan(read: ReadBytes, size: number, state: RecordingState): Promise<Found> {
  const places: ChunkPlace[] = [];
  let unindexed: ChunkPlace[] = [];
  let lastIndex = -1;
  let at = 0;
  let end = 0;
  while (at + headBytes <= size) {
    const head = await headAt(read, at, size);
    if (head === undefined) {
      const next = await nextHead(read, at + 8, size);
      if (next === undefined) break;
      state.skip('damagedBytes', next - at);
      at = next;
      continue;
    }
    const place = chunkPlace(head, at);
    if (at + place.bytes > size) break;
    if (head.kind === chunkKinds.index) {
      lastIndex = at;
      unindexed = [];
    } else if (head.kind === chunkKinds.data || head.kind === chunkKinds.header) {
      places.push(place);
      unindexed.push(place);
    }
    at += place.bytes;
    end = at;
  }
  // What was being written when the end came may be there in name only.
  const last = places.at(-1);
  const isLast = last !== undefined && last.offset + last.bytes === end;
  if (isLast && !(await isWhole(read, last, size))) {
    places.pop();
    unindexed.pop();
    end = last.offset;
  }
  state.skip('cutOffBytes', size - end);
  return { places, unindexed, lastIndex, end, indexed: false };
}

async function isWhole(read: ReadBytes, { offset }: ChunkPlace, size: number): Promise<boolean> {
  const head = await headAt(read, offset, size);
  return head !== undefined && (await bodyAt(read, offset, head)) !== undefined;
}

/** Where the next sound head begins, from `from` on; undefined if there is none. */
async function nextHead(read: ReadBytes, from: number, size: number): Promise<number | undefined> {
  for (let at = from; at + headBytes <= size; ) {
    const bytes = await read(at, Math.min(stretch, size - at));
    let i = 0;
    for (; i + headBytes <= bytes.length; i += 8) {
      if (chunkHead(bytes, i) !== undefined) return at + i;
    }
    if (i === 0) return undefined;
    at += i;
  }
  return undefined;
}
