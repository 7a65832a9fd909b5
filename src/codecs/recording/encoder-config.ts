/** What a writer of recordings is told. */
import { listOf, number, type OptionTable, options } from '../../options.ts';
import { problem } from '../../problems.ts';
import { type ChunkPlace, largestBody } from './chunk.ts';
import { type RecordedStream, type RecordedStreamConfig, streamTable } from './streams.ts';

/** What a writer must know of a recording to go on with it; its reader tells. */
export interface RecordingEnd {
  /** Byte after the last whole chunk: what follows it is to be cut off before more is written. */
  readonly offset: number;
  /** Where the last index stands; -1 if there is none. */
  readonly lastIndex: number;
  /** Chunks that no index names. */
  readonly unindexed: readonly ChunkPlace[];
  /** Streams, by number. */
  readonly streams: ReadonlyMap<number, RecordedStream>;
}

/** What `recordingEncoder` takes. */
export interface RecordingEncoderConfig {
  /** Streams of the recording; more may be added while it is written. */
  readonly streams?: readonly RecordedStreamConfig[];
  /** Whatever else is to be known of it: plain values that MessagePack can hold, such as seeds and versions. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Bytes of a stream that are gathered before they go out; 262144 if left out. 0: each item goes out at once. */
  readonly chunkBytes?: number;
  /** The recording to go on with. */
  readonly resume?: RecordingEnd;
}

/** The checks of it. */
export const recordingTable: OptionTable<RecordingEncoderConfig> = {
  // Names are held against one another below.
  streams: listOf(options(streamTable, 'name', 'kind')),
  about: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? []
      : [problem('', 'wrong-type', value, 'an object of plain values is needed')],
  chunkBytes: number({ min: 0, max: largestBody / 4, whole: true, unit: 'bytes' }),
  resume(value) {
    const { offset, lastIndex, unindexed, streams } = (value ?? {}) as Partial<RecordingEnd>;
    const is =
      Number.isSafeInteger(offset) &&
      Number.isSafeInteger(lastIndex) &&
      Array.isArray(unindexed) &&
      streams instanceof Map;
    const needed = 'what the reader of a recording has as resume is needed';
    return is ? [] : [problem('', 'wrong-type', value, needed)];
  },
};
