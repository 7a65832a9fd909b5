/** Bytes that come in any cut, as pieces that begin at a record. */

/** Bytes of a piece: few enough to stay in the cache. */
const pieceBytes = 2 ** 16;

/** Collects bytes and hands them on. */
export interface PieceFeed {
  /** Bytes of the piece at hand; it begins at a record, and on a boundary of 8 bytes. */
  readonly room: Uint8Array<ArrayBuffer>;
  /** Bytes that were handed in before the piece at hand. */
  readonly position: number;
  /** Bytes that wait for the rest of their record. */
  readonly held: number;
  /**
   * Takes bytes. For each piece `take` is told how many bytes of `room` are there, and gives how many it has used; the
   * others are there again, in front, with the next piece. A record must not be longer than a piece.
   */
  push(bytes: Uint8Array, take: (length: number) => number): void;
}

/** Makes a feed whose first byte has a position in its file. */
export function pieceFeed(position = 0): PieceFeed {
  const room = new Uint8Array(pieceBytes);
  let held = 0;
  return {
    room,
    get position() {
      return position;
    },
    get held() {
      return held;
    },
    push(bytes, take) {
      for (let from = 0; from < bytes.length; ) {
        const count = Math.min(bytes.length - from, pieceBytes - held);
        room.set(bytes.subarray(from, from + count), held);
        from += count;
        held += count;
        const used = take(held);
        if (used < held) room.copyWithin(0, used, held);
        held -= used;
        position += used;
      }
    },
  };
}
