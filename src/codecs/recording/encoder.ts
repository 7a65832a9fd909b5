/** Writes recordings: items in, whole chunks out. */
import { DataError, InvalidArgumentError } from '../../errors.ts';
import { optionProblems, readItem, readOnce } from '../../options.ts';
import { type Problem, problem, shown, within } from '../../problems.ts';
import {
  aligned,
  type ChunkPlace,
  chunkBytes,
  chunkKinds,
  headBytes,
  indexChunk,
  largestBody,
  largestIndex,
  makeChunk,
  sealChunk,
} from './chunk.ts';
import {
  type RecordingEncoderConfig,
  type RecordingEnd,
  recordingTable,
} from './encoder-config.ts';
import {
  encodeHeader,
  encodeItem,
  hostClock,
  itemFault,
  mostStreams,
  type RecordedItem,
  type RecordedStream,
  type RecordedStreamConfig,
  recordedKind,
  streamTable,
} from './streams.ts';

/** Writes a recording. Bytes that it gives are whole chunks: once they are on disk, nothing that follows can harm them. */
export interface RecordingEncoder {
  /** Streams so far, by name. */
  readonly streams: ReadonlyMap<string, RecordedStream>;
  /** Bytes that are held until their chunk is full. */
  readonly waiting: number;
  /**
   * Adds a stream.
   *
   * @throws InvalidArgumentError with all problems
   */
  add(stream: RecordedStreamConfig): Uint8Array;
  /**
   * Takes an item and gives what is to be written now: often nothing, until enough has come.
   *
   * @throws DataError if there is no such stream, or the item cannot be in it
   */
  push(item: RecordedItem): Uint8Array;
  /**
   * Gives all that is held as chunks. Called every 50 ms, it bounds what the end of the process can lose to that
   * time.
   */
  flush(): Uint8Array;
  /** Gives what is held, the index and the end. Nothing may be pushed after it. */
  end(): Uint8Array;
}

/** What waits of a stream. */
interface Waiting {
  readonly id: number;
  readonly stream: RecordedStream;
  readonly pieces: Uint8Array[];
  bytes: number;
  from: number;
  until: number;
  sequence: number;
}

function newWaiting(id: number, stream: RecordedStream): Waiting {
  const [from, until] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return { id, stream, pieces: [], bytes: 0, from, until, sequence: 0 };
}

/**
 * Starts to write a recording. The first bytes hold its header.
 *
 * @throws InvalidArgumentError with all problems of the streams
 * @throws DataError if what is said about it is too large
 * @example
 * ```ts
 * const encoder = recordingEncoder({ streams: [{ name: 'camera', kind: 'events' }] });
 * const item = aerPacket([10], [1], channels(2));
 * const bytes = [encoder.push({ stream: 'camera', item }), encoder.end()];
 * const decoder = recordingDecoder();
 * bytes.flatMap((part) => decoder.push(part)).length; // 1
 * ```
 */
export function recordingEncoder(config: RecordingEncoderConfig = {}): RecordingEncoder {
  config = readOnce(config, recordingTable);
  const problems = optionProblems(config, recordingTable);
  if (problems.length > 0) refuse(problems);
  const { about = {}, chunkBytes: enough = 2 ** 18, resume } = config;
  return new Writer(config.streams ?? [], about, enough, resume);
}

function refuse(problems: readonly Problem[]): never {
  throw new InvalidArgumentError('this recording cannot be written', problems);
}

class Writer implements RecordingEncoder {
  readonly streams: Map<string, RecordedStream> = new Map<string, RecordedStream>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #enough: number;
  readonly #places: ChunkPlace[];
  #offset: number;
  #lastIndex: number;
  #nextId = 0;
  #held = 0;
  #ended = false;
  /** Chunks that have been made and not been given yet. */
  #out: Uint8Array[] = [];

  constructor(
    streams: readonly RecordedStreamConfig[],
    about: Readonly<Record<string, unknown>>,
    enough: number,
    resume: RecordingEnd | undefined,
  ) {
    this.#enough = enough;
    this.#places = [...(resume?.unindexed ?? [])];
    this.#offset = resume?.offset ?? 0;
    this.#lastIndex = resume?.lastIndex ?? -1;
    for (const [id, stream] of resume?.streams ?? []) this.#know(id, stream);
    this.#announce(streams, about);
  }

  get waiting(): number {
    return this.#held;
  }

  add(stream: RecordedStreamConfig): Uint8Array {
    stream = readOnce(stream, streamTable);
    const problems = optionProblems(stream, streamTable, 'name', 'kind');
    if (problems.length > 0) refuse(problems);
    this.#announce([stream], {});
    return this.#take();
  }

  push(given: RecordedItem): Uint8Array {
    if (this.#ended) throw new DataError('the recording has ended');
    const { stream: name, item: read } = (readItem(given) ?? {}) as Partial<RecordedItem>;
    const item = readItem(read);
    const waiting = this.#waiting.get(name as string);
    if (waiting === undefined) {
      const names = [...this.streams.keys()].join(', ');
      throw new DataError(
        `there is no stream ${shown(name)} in this recording; there are ${names}`,
      );
    }
    const kind = recordedKind(item);
    if (kind !== waiting.stream.kind) {
      throw new DataError(
        `${kind ?? 'something else'} cannot be in ${name}, a stream of ${waiting.stream.kind}`,
      );
    }
    const fault = itemFault(item, kind);
    if (fault !== undefined) throw new DataError(`this item cannot be recorded: ${fault}`);
    for (const message of encodeItem(item!, waiting.id, () => waiting.sequence++)) {
      const size = 8 + aligned(message.bytes.length);
      if (size > largestBody) {
        throw new DataError(
          `an item of ${message.bytes.length} bytes is too large for a recording`,
        );
      }
      if (waiting.bytes + size > largestBody) this.#close(waiting);
      waiting.pieces.push(message.bytes);
      waiting.bytes += size;
      this.#held += size;
      waiting.from = Math.min(waiting.from, message.from);
      waiting.until = Math.max(waiting.until, message.until);
      if (waiting.bytes >= this.#enough) this.#close(waiting);
    }
    return this.#take();
  }

  flush(): Uint8Array {
    for (const waiting of this.#waiting.values()) this.#close(waiting);
    return this.#take();
  }

  end(): Uint8Array {
    if (this.#ended) return new Uint8Array(0);
    for (const waiting of this.#waiting.values()) this.#close(waiting);
    this.#writeIndex();
    const from = this.#lastIndex;
    this.#give(makeChunk(new Uint8Array(0), chunkKinds.end, { from }));
    this.#ended = true;
    return this.#take();
  }

  #know(id: number, stream: RecordedStream): void {
    this.streams.set(stream.name, stream);
    this.#waiting.set(stream.name, newWaiting(id, stream));
    this.#nextId = Math.max(this.#nextId, id + 1);
  }

  /** Writes a header with the streams that are not known yet. */
  #announce(
    given: readonly RecordedStreamConfig[],
    about: Readonly<Record<string, unknown>>,
  ): void {
    const problems: Problem[] = [];
    const added = new Map<number, RecordedStream>();
    const names = new Map(this.streams);
    for (const [i, { name, kind, clock = hostClock }] of given.entries()) {
      const known = names.get(name);
      if (known !== undefined && (known.kind !== kind || !this.streams.has(name))) {
        const needed = `there is a stream of that name, of ${known.kind}`;
        problems.push(...within(`streams[${i}]`, [problem('name', 'duplicate', name, needed)]));
      }
      if (known !== undefined) continue;
      const stream = { name, kind, clock };
      names.set(name, stream);
      added.set(this.#nextId + added.size, stream);
    }
    if (this.#nextId + added.size > mostStreams + 1) {
      const needed = `${mostStreams + 1} streams at most are needed`;
      problems.push(problem('streams', 'too-large', names.size, needed));
    }
    if (problems.length > 0) refuse(problems);
    const isNew = this.#offset === 0 && this.#places.length === 0;
    if (!isNew && added.size === 0 && Object.keys(about).length === 0) return;
    this.#give(makeChunk(encodeHeader({ streams: added, about }), chunkKinds.header));
    this.#list(chunkKinds.header, 0, 0, 0, 0);
    for (const [id, stream] of added) this.#know(id, stream);
  }

  /** Makes a chunk of what waits of a stream. */
  #close(waiting: Waiting): void {
    const { id, pieces, bytes: length, from, until } = waiting;
    if (pieces.length === 0) return;
    const chunk = new Uint8Array(chunkBytes(length));
    const view = new DataView(chunk.buffer);
    let at = headBytes;
    for (const piece of pieces) {
      view.setUint32(at, piece.length, true);
      chunk.set(piece, at + 8);
      at += 8 + aligned(piece.length);
    }
    const items = pieces.length;
    sealChunk(chunk, { kind: chunkKinds.data, stream: id, length, items, from, until });
    this.#give(chunk);
    this.#list(chunkKinds.data, id, items, from, until);
    this.#held -= length;
    pieces.length = 0;
    waiting.bytes = 0;
    waiting.from = Number.POSITIVE_INFINITY;
    waiting.until = Number.NEGATIVE_INFINITY;
    if (this.#places.length >= largestIndex) this.#writeIndex();
  }

  #give(chunk: Uint8Array): void {
    this.#out.push(chunk);
    this.#offset += chunk.length;
  }

  /** Notes the chunk that was given last for the index. */
  #list(kind: number, stream: number, items: number, from: number, until: number): void {
    const bytes = this.#out.at(-1)!.length;
    this.#places.push({ kind, stream, offset: this.#offset - bytes, bytes, items, from, until });
  }

  #writeIndex(): void {
    for (let i = 0; i < this.#places.length; i += largestIndex) {
      const at = this.#offset;
      this.#give(indexChunk(this.#places.slice(i, i + largestIndex), this.#lastIndex));
      this.#lastIndex = at;
    }
    this.#places.length = 0;
  }

  /** Gives what has been made, in one piece. */
  #take(): Uint8Array {
    const out = this.#out;
    this.#out = [];
    if (out.length === 1) return out[0]!;
    const bytes = new Uint8Array(out.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of out) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
