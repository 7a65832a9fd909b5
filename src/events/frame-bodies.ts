/** A stream of bytes cut into what stands between lengths: a length of 4 bytes, little endian, and so many bytes. */
import { DataError } from '../errors.ts';

/** Bytes of a length. */
export const prefixBytes = 4;

/** Takes a stream of bytes apart, however it is cut. */
export interface FrameBodies {
  /** Bytes that wait for the rest of their body. */
  readonly waiting: number;
  /**
   * Takes bytes, and calls `take` with each body that they complete, which may keep it.
   *
   * @throws DataError if a body is too long, and whatever `take` throws; nothing more can be read from this stream then
   */
  push(bytes: Uint8Array, take: (body: Uint8Array) => void): void;
}

/** Holds no more than one body, and makes room for bytes that have come, never for bytes that are announced. */
export function frameBodies(maxBytes: number): FrameBodies {
  const prefix = new Uint8Array(prefixBytes);
  let prefixed = 0;
  /** Bytes that the body still lacks; undefined while its length is read. */
  let missing: number | undefined;
  /** Room for the body, which grows with what has come. */
  let room = new Uint8Array(0);
  let held = 0;
  let broken: { readonly cause: unknown } | undefined;

  const complete = (): Uint8Array => {
    const body = room.subarray(0, held);
    room = new Uint8Array(0);
    held = 0;
    prefixed = 0;
    missing = undefined;
    return body;
  };
  /** Reads from `at` on; gives where it has come to. */
  const read = (bytes: Uint8Array, at: number): number => {
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
    push(bytes, take) {
      if (broken !== undefined) throw broken.cause;
      try {
        let at = 0;
        while (at < bytes.length) {
          at = read(bytes, at);
          if (missing === 0) take(complete());
        }
      } catch (cause) {
        broken = { cause };
        room = new Uint8Array(0);
        throw cause;
      }
    },
  };
}
