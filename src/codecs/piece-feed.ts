/** Bytes that come in any cut, as pieces that begin at a record. */
import { arena, pieceBytes, places } from './loops.ts';

/** Collects bytes and hands them on. */
export interface PieceFeed {
  /** Bytes of the piece at hand, while `take` runs; it begins at a record, and on a boundary of 8 bytes. */
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

const nothing = new Uint8Array(0);

/** Makes a feed whose first byte has a position in its file. */
export function pieceFeed(position = 0): PieceFeed {
  const room = new Uint8Array(arena().buffer, places.input, pieceBytes);
  /** What is left of the last call: others have used the room since. */
  let rest = nothing;
  return {
    room,
    get position() {
      return position;
    },
    get held() {
      return rest.length;
    },
    push(bytes, take) {
      let held = rest.length;
      room.set(rest);
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
      rest = held === 0 ? nothing : room.slice(0, held);
    },
  };
}
