/** Bytes whose format is found by what is in them. */

import { DataError, InvalidArgumentError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import {
  anything,
  bytes as bytesCheck,
  flag,
  type OptionTable,
  readable,
  refuse,
  unknownName,
} from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import type { Codec, Decoder, Skipped, StreamHeader } from './codec.ts';
import { foreignAdvice, isForeign } from './foreign.ts';
import { checkOptions, joined, soundDecoder } from './sound.ts';
import { codecs } from './table.ts';

/** How bytes are read whose format may not be known. */
export interface DecodeOptions {
  /** Name of the format; found by content if left out. */
  readonly format?: string;
  /** Options of its decoder. */
  readonly options?: object;
}

/** Bytes that are looked at, at most, to find a format: all have said what they are by then. */
const headBytes = 2 ** 16;

/**
 * Finds the format of bytes by what they begin with; undefined if it is none that is known, or not yet clear.
 *
 * @param head the first bytes; more of them are clearer
 * @param whole whether these are all bytes there are
 * @example
 * ```ts
 * codecOf(new TextEncoder().encode('hello'), true); // undefined
 * ```
 */
export function codecOf(head: Uint8Array, whole = false): Codec | undefined {
  refuse('no format can be found', () => [
    ...within('head', bytesCheck(head)),
    ...within('whole', flag(whole)),
  ]);
  // One byte again and again, as of a hole in a file, looks like words of formats without a mark.
  if (head.every((byte) => byte === head[0]) || isForeign(head)) return undefined;
  return codecs.find((codec) => codec.detect(head, whole));
}

/**
 * Gives the codec of a name.
 *
 * @throws InvalidArgumentError if there is none
 * @example
 * ```ts
 * codecNamed('dat').title; // 'Prophesee DAT'
 * ```
 */
export function codecNamed(name: string): Codec {
  const codec = codecs.find((one) => one.name === name);
  if (codec !== undefined) return codec;
  const names = codecs.map((one) => one.name);
  throw new InvalidArgumentError('there is no such format', [unknownName(name, names, 'format')]);
}

const decodeTable: OptionTable<DecodeOptions> = { format: anything, options: anything };

/**
 * Starts to read bytes of a format that is found by what is in them, or is named.
 *
 * @throws InvalidArgumentError if there is no format of that name, or the options are not for it
 * @example
 * ```ts
 * const bytes = codecNamed('dat').encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * const decoder = anyDecoder();
 * const packets = [...decoder.push(bytes), ...decoder.end()];
 * packets.length; // 1
 * decoder.header!.format; // 'dat'
 * ```
 */
export function anyDecoder(given: DecodeOptions = {}): Decoder {
  const { format, options } = checkOptions('bytes', given, decodeTable);
  if (format !== undefined) return codecNamed(format).decoder(options);
  let decoder: Decoder | undefined;
  let head: Uint8Array = new Uint8Array(0);
  const start = (whole: boolean): AerPacket[] => {
    const codec = codecOf(head, whole);
    if (codec === undefined) {
      if (!whole && head.length < headBytes) return [];
      if (head.length === 0) throw new DataError('there are no bytes, and so no events');
      const advice = foreignAdvice(head);
      if (advice !== undefined) throw new DataError(advice);
      const known = codecs.map(({ name }) => name).join(', ');
      throw new DataError(`these bytes are of no format that is known (${known})`);
    }
    decoder = codec.decoder(options);
    const given = decoder.push(head);
    head = new Uint8Array(0);
    return given;
  };
  return soundDecoder({
    get skipped(): Skipped {
      return decoder?.skipped ?? {};
    },
    header: (): StreamHeader | undefined => decoder?.header,
    push(bytes) {
      if (decoder !== undefined) return decoder.push(bytes);
      // A copy: slice() of a Buffer is none.
      head = joined(head, new Uint8Array(bytes));
      return start(false);
    },
    end() {
      const given = decoder === undefined ? start(true) : [];
      return [...given, ...(decoder?.end() ?? [])];
    },
  });
}

/** What bytes hold. */
export interface Decoded {
  readonly header: StreamHeader;
  readonly packets: readonly AerPacket[];
  readonly skipped: Skipped;
}

/**
 * Reads all bytes at once.
 *
 * @param bytes whole, or in any cut
 * @throws InvalidArgumentError if they are no bytes, or the options are not for them
 * @throws DataError if they are of no known format, or damaged beyond reading
 * @example
 * ```ts
 * const bytes = codecNamed('dat').encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * decodeBytes(bytes).header.width; // 2
 * ```
 */
export function decodeBytes(
  bytes: Uint8Array | Iterable<Uint8Array>,
  options: DecodeOptions = {},
): Decoded {
  const decoder = anyDecoder(options);
  const packets: AerPacket[] = [];
  for (const cut of cutsOf(bytes)) packets.push(...decoder.push(cut));
  packets.push(...decoder.end());
  const { header, skipped } = decoder;
  if (header === undefined) throw new DataError('the bytes end before they say what they are');
  return { header, packets, skipped };
}

/** Bytes cut by cut; what is no bytes, and what cannot be gone through, is refused. */
function* cutsOf(bytes: Uint8Array | Iterable<Uint8Array>): Generator<Uint8Array> {
  let cuts: Iterator<Uint8Array> | undefined;
  const refused = (read: () => readonly Problem[]): void =>
    refuse('nothing can be decoded', () => within('bytes', readable(read)));
  refused(() => {
    if (ArrayBuffer.isView(bytes)) return bytesCheck(bytes);
    const given: unknown = bytes;
    if (typeof given !== 'object' || given === null || !(Symbol.iterator in given)) {
      return [problem('', 'wrong-type', given, 'bytes, or cuts of them, are needed')];
    }
    cuts = (given as Iterable<Uint8Array>)[Symbol.iterator]();
    return [];
  });
  if (cuts === undefined) yield bytes as Uint8Array;
  for (let next: IteratorResult<Uint8Array> | undefined; cuts !== undefined; ) {
    refused(() => {
      next = cuts!.next();
      return [];
    });
    if (next!.done === true) return;
    yield next!.value;
  }
}
