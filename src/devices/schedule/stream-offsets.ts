/** How the time of a stream lies on the clock of a board, by now and before. */

/** The offset between the time of a stream and board time; it changes when the stream slips. */
export interface StreamOffsets {
  /** Whether the stream has been laid onto the board's clock yet. */
  readonly known: boolean;
  /** Board time less stream time, microseconds, of what comes now; NaN until known. */
  readonly offset: number;
  /** Lays the stream onto the board's clock; all before `caughtUp`, stream time, happens at `caughtUp`. */
  lay(offset: number, caughtUp?: number): void;
  /**
   * Changes the offset for all that has not happened yet. What lies before `from`, stream time, happens at `from`: so a stream
   * catches up. `edge` is where the bin of `from` begins.
   */
  slip(offset: number, from: number, edge: number): void;
  /** Board time of a stream time that has not happened yet, microseconds. */
  boardTime(time: number): number;
  /** Stream time of a board time, microseconds; it never goes back where the stream slipped. */
  streamTime(board: number): number;
}

/** The offset from one slip to the next. */
interface Piece {
  /** Board time at which it begins. */
  readonly from: number;
  /** Stream time at which it begins. */
  readonly start: number;
  readonly offset: number;
}

/** Slips whose answers may still be on their way. */
const mostPieces = 1000;

/** Begins with a stream that has not been laid onto the board's clock. */
export function streamOffsets(): StreamOffsets {
  const pieces: Piece[] = [];
  let offset = Number.NaN;
  let caughtUp = Number.NEGATIVE_INFINITY;
  return {
    get known() {
      return pieces.length > 0;
    },
    get offset() {
      return offset;
    },
    lay(first, until = Number.NEGATIVE_INFINITY) {
      offset = first;
      caughtUp = until;
      pieces.push({ from: Number.NEGATIVE_INFINITY, start: Number.NEGATIVE_INFINITY, offset });
    },
    slip(next, from, edge) {
      offset = next;
      // What was to catch up before still is.
      caughtUp = Math.max(caughtUp, from);
      const start = Math.max(edge, pieces.at(-1)!.start);
      pieces.push({ from: start + offset, start, offset });
      if (pieces.length > mostPieces) pieces.splice(1, 1);
    },
    boardTime: (time) => Math.max(time, caughtUp) + offset,
    streamTime(board) {
      let i = pieces.length - 1;
      while (i > 0 && pieces[i]!.from > board) i--;
      const time = board - pieces[i]!.offset;
      // Between the end of what was before a slip and the beginning of what was after it no stream time passes.
      return i + 1 < pieces.length ? Math.min(time, pieces[i + 1]!.start) : time;
    },
  };
}
