/** Messages on a stream of bytes, as TCP is: each with its length before it. */

import { number, type OptionTable, soundOptions } from '../options.ts';
import { frameBodies, prefixBytes } from './frame-bodies.ts';
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
  config = soundOptions('no frames can be read', config, table);
  const bodies = frameBodies(config.maxBytes ?? largestMessage);
  return {
    get waiting() {
      return bodies.waiting;
    },
    push(bytes) {
      const messages: WireMessage[] = [];
      bodies.push(bytes, (body) => messages.push(decodeWire(body)));
      return messages;
    },
  };
}
