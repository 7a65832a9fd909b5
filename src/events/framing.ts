/** Messages on a stream of bytes, as TCP is: each with its length before it. */

import { DataError, InvalidArgumentError } from '../errors.ts';
import { number, type OptionTable, optionProblems, readOnce } from '../options.ts';
import { decodeWire, encodeWire, type WireMessage } from './wire.ts';

/** How large messages may be. */
export interface FrameDecoderConfig {
  /** Largest message, bytes; 64 MiB if left out. */
  readonly maxBytes?: number;
}

/** Takes a stream of bytes apart into messages, however it is cut. */
export interface FrameDecoder {
  /** Bytes that wait for the rest of their message. */
  readonly waiting: number;
  /**
   * Takes bytes and gives the messages that they complete.
   *
   * @throws DataError if they are no messages; nothing more can be read from this stream then
   */
  push(bytes: Uint8Array): WireMessage[];
}

/** Largest message if nothing else is said, bytes. */
export const largestMessage: number = 2 ** 26;

const prefixBytes = 4;

const table: OptionTable<FrameDecoderConfig> = {
  maxBytes: number({ min: 16, max: 2 ** 32 - 1, whole: true, unit: 'bytes' }),
};

/**
 * Writes a message with its length, 4 bytes, before it.
 *
 * @example
 * ```ts
 * const decoder = frameDecoder();
 * const bytes = encodeFrame({ kind: 'control', stream: 0, sequence: 0, body: { hello: 1 } });
 * decoder.push(bytes.subarray(0, 7)).length; // 0
 * decoder.push(bytes.subarray(7)).length; // 1
 * ```
 */
export function encodeFrame(message: WireMessage): Uint8Array<ArrayBuffer> {
  const body = encodeWire(message);
  const frame = new Uint8Array(prefixBytes + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, prefixBytes);
  return frame;
}

/**
 * Makes a decoder for one stream of bytes. It holds no more than one message, and makes room for bytes that have
 * come, never for bytes that are announced.
 *
 * @throws InvalidArgumentError if `maxBytes` cannot be
 */
export function frameDecoder(config: FrameDecoderConfig = {}): FrameDecoder {
  config = readOnce(config, table);
  const problems = optionProblems(config, table);
  if (problems.length > 0) throw new InvalidArgumentError('no frames can be read', problems);
  const { maxBytes = largestMessage } = config;
  const prefix = new Uint8Array(prefixBytes);
  let prefixed = 0;
  /** Bytes that the message still lacks; undefined while its length is read. */
  let missing: number | undefined;
  /** Room for the message, which grows with what has come. */
  let room = new Uint8Array(0);
  let held = 0;
  let broken: DataError | undefined;

  const complete = (): WireMessage => {
    const body = room.subarray(0, held);
    // The message may keep its bytes.
    room = new Uint8Array(0);
    held = 0;
    prefixed = 0;
    missing = undefined;
    return decodeWire(body);
  };
  /** Reads from `at` on; gives where it has come to. */
  const take = (bytes: Uint8Array, at: number): number => {
    if (missing === undefined) {
      const count = Math.min(prefixBytes - prefixed, bytes.length - at);
      prefix.set(bytes.subarray(at, at + count), prefixed);
      prefixed += count;
      if (prefixed < prefixBytes) return at + count;
      missing = new DataView(prefix.buffer).getUint32(0, true);
      if (missing > maxBytes) {
        throw new DataError(
          `a message of ${missing} bytes is announced; ${maxBytes} are allowed: the other side speaks another protocol, or must cut its data into smaller messages`,
        );
      }
      return at + count;
    }
    const count = Math.min(missing, bytes.length - at);
    if (held + count > room.length) {
      const grown = new Uint8Array(Math.min(held + missing, Math.max(held + count, 2 * held)));
      grown.set(room.subarray(0, held));
      room = grown;
    }
    room.set(bytes.subarray(at, at + count), held);
    held += count;
    missing -= count;
    return at + count;
  };
  return {
    get waiting() {
      return prefixed + held;
    },
    push(bytes) {
      if (broken !== undefined) throw broken;
      const messages: WireMessage[] = [];
      try {
        let at = 0;
        while (at < bytes.length) {
          at = take(bytes, at);
          if (missing === 0) messages.push(complete());
        }
      } catch (cause) {
        broken = cause as DataError;
        room = new Uint8Array(0);
        throw cause;
      }
      return messages;
    },
  };
}
