/** What a codec is: one format of event files and streams, read and written, resumable at any byte. */
import type { AerPacket } from '../events/aer-packet.ts';
import type { Space } from '../events/space.ts';

/** What the bytes say of themselves before the first event. */
export interface StreamHeader {
  /** Name of the codec: `evt3`. */
  readonly format: string;
  /** Which of several layouts of the format it is: `2.1 legacy`, `atis`; absent if there is only one. */
  readonly variant?: string;
  /** Columns, if the bytes or the options say so. */
  readonly width?: number;
  /** Rows, if the bytes or the options say so. */
  readonly height?: number;
  /** Space of all packets. Without width and height it is the largest that the format can express. */
  readonly space?: Space;
  /** Everything else that a header says, by name, as text. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What was in the bytes and is no event of the stream, counted by reason: `triggers`, `unknownWords`, `cutOffBytes`. */
export type Skipped = Readonly<Record<string, number>>;

/**
 * Takes bytes apart into packets, however they are cut.
 *
 * Events keep the order and the times of the bytes. Real cameras send times that step back by a few microseconds,
 * so a packet need not be sorted here; a stream is sorted by `inTimeOrder`.
 * `until` is the time of the newest event so far, or further if the bytes say that nothing happened.
 */
export interface Decoder<Item = AerPacket> {
  /**
   * Takes bytes and gives all packets that they complete, of some ten thousand events each if there are as many. Arrays
   * that were handed out are not written again; `bytes` may be.
   *
   * @throws DataError if the bytes are not of the format, or damaged beyond reading, with the position; the decoder
   * gives nothing more then
   */
  push(bytes: Uint8Array): Item[];
  /**
   * Gives what is left. A last record that is cut off is counted in `skipped`.
   *
   * @throws DataError if the bytes ended before it was clear what they are
   */
  end(): Item[];
  /** What the bytes say of themselves; undefined until it has been read. */
  readonly header: StreamHeader | undefined;
  /** What was no event, so far. */
  readonly skipped: Skipped;
}

/** Writes packets as bytes. */
export interface Encoder<Item = AerPacket> {
  /**
   * Gives the bytes of a packet; the header goes out with the first.
   *
   * @throws DataError if the format cannot express the packet: its space, its times
   */
  push(packet: Item): Uint8Array;
  /** Gives what is left; a header if there was no packet. Nothing may be pushed after it. */
  end(): Uint8Array;
}

/** A format of event files and streams. `name` is how programs say it, `title` how people do. */
export interface Codec<DecoderOptions = object, EncoderOptions = object, Item = AerPacket> {
  /** How programs name it: `evt3`. */
  readonly name: string;
  /** How people name it: `Prophesee EVT3`. */
  readonly title: string;
  /** Usual endings of file names, without the dot; only for naming new files. */
  readonly extensions: readonly string[];
  /**
   * Whether bytes that begin like this are of the format. It may be asked with few bytes, and is asked again with more;
   * `whole` says that there are no more.
   */
  detect(head: Uint8Array, whole?: boolean): boolean;
  /** Loads what reading and writing may take: some libraries load only by and by. What is not installed is done without. */
  ready?(): Promise<void>;
  /**
   * Starts to read.
   *
   * @throws InvalidArgumentError with all that is wrong with the options
   */
  decoder(options?: DecoderOptions): Decoder<Item>;
  /**
   * Starts to write; absent if the format can only be read.
   *
   * @throws InvalidArgumentError with all that is wrong with the options
   */
  encoder?(options?: EncoderOptions): Encoder<Item>;
}
