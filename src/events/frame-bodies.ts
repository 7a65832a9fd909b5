/** A stream of bytes cut into what stands between lengths: a length of 4 bytes, little endian, and so many bytes. */
import { DataError } from '../errors.ts';

/** Bytes of a length. */
export const prefixBytes = 4;

/** Room for a body that comes in pieces that is kept for the next, bytes. */
const keptRoom = 65_536;

/** Takes a body: bytes from one place up to another, which are written again afterwards. */
export type TakeSpan = (bytes: Uint8Array, from: number, to: number) => void;

/** Takes a stream of bytes apart, however it is cut, and copies only what is cut. */
export interface FrameSpans {
  /** Bytes that wait for the rest of their body. */
  readonly waiting: number;
  /**
   * Takes the first `count` bytes, all if left out, and calls `take` with each body that they complete.
   *
   * @throws DataError if a body is too long, and whatever `take` throws; nothing more can be read from this stream then
   */
  push(bytes: Uint8Array, take: TakeSpan, count?: number): void;
}

/** The number of 4 bytes, little endian. */
export function wholeAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}

/** Holds no more than one body, and makes room for bytes that have come, never for bytes that are announced. */
export function frameSpans(maxBytes: number): FrameSpans {
  /** What has come of a frame that is cut, its length included. */
  let room = new Uint8Array(0);
  let held = 0;
  let broken: { readonly cause: unknown } | undefined;

  const lengthAt = (bytes: Uint8Array, at: number): number => {
    const length = wholeAt(bytes, at);
    if (length <= maxBytes) return length;
    throw new DataError(
      `a message of ${length} bytes is announced; ${maxBytes} are allowed: the other side speaks another protocol, or must cut its data into smaller messages`,
    );
  };
  /** Bytes of the frame that is held, as far as that is known. */
  const size = (): number => prefixBytes + (held < prefixBytes ? 0 : lengthAt(room, 0));
  /** Holds bytes from `at` on until the frame is complete, or its length; gives where it has come to. */
  const hold = (bytes: Uint8Array, at: number, end: number): number => {
    const whole = size();
    const count = Math.min(whole - held, end - at);
    if (held + count > room.length) {
      const grown = new Uint8Array(Math.max(held + count, Math.min(whole, 2 * held), prefixBytes));
      grown.set(room.subarray(0, held));
      room = grown;
    }
    room.set(bytes.subarray(at, at + count), held);
    held += count;
    return at + count;
  };
  const read = (bytes: Uint8Array, take: TakeSpan, end: number): void => {
    for (let at = 0; at < end; ) {
      if (held === 0 && end - at >= prefixBytes) {
        const from = at + prefixBytes;
        const to = from + lengthAt(bytes, at);
        if (to <= end) {
          take(bytes, from, to);
          at = to;
          continue;
        }
      }
      at = hold(bytes, at, end);
      if (held < prefixBytes || held < size()) continue;
      const to = held;
      held = 0;
      take(room, prefixBytes, to);
      if (room.length > keptRoom) room = new Uint8Array(0);
    }
  };
  return {
    get waiting() {
      return held;
    },
    push(bytes, take, count = bytes.length) {
      if (broken !== undefined) throw broken.cause;
      try {
        read(bytes, take, count);
      } catch (cause) {
        broken = { cause };
        room = new Uint8Array(0);
        held = 0;
        throw cause;
      }
    },
  };
}

/** The same, with bodies that whoever takes them may keep. */
export interface FrameBodies extends Pick<FrameSpans, 'waiting'> {
  /**
   * Takes bytes, and calls `take` with each body that they complete.
   *
   * @throws DataError if a body is too long, and whatever `take` throws; nothing more can be read from this stream then
   */
  push(bytes: Uint8Array, take: (body: Uint8Array) => void): void;
}

/** Holds no more than one body, and makes room for bytes that have come, never for bytes that are announced. */
export function frameBodies(maxBytes: number): FrameBodies {
  const spans = frameSpans(maxBytes);
  return {
    get waiting() {
      return spans.waiting;
    },
    push: (bytes, take) =>
      spans.push(bytes, (given, from, to) => take(new Uint8Array(given.subarray(from, to)))),
  };
}
