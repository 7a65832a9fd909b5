/** Bytes that come in any cut, as units whose lengths are known one by one. */

/** Collects bytes until the next unit is whole. */
export interface UnitFeed {
  /** Bytes that wait for the rest of their unit. */
  readonly held: number;
  /** Position in all bytes at which the next unit begins, or the one that is being handled ends. */
  readonly position: number;
  /** Takes bytes, and handles each unit that they complete. */
  push(bytes: Uint8Array): void;
}

/** What comes next. */
export interface NextUnit {
  /** Its length; 0 or more. */
  readonly bytes: number;
  /** Says what comes after it. It is given its bytes, which are there until it returns; or none, if it was to be skipped. */
  handle(unit: Uint8Array): NextUnit;
  /** Whether its bytes are not needed. */
  readonly skip?: boolean;
}

const nothing = new Uint8Array(0);

/** Makes a feed that begins with a unit. Room is made for bytes that have come, never for bytes that are announced. */
export function unitFeed(first: NextUnit): UnitFeed {
  let next = first;
  let room = new Uint8Array(0);
  let held = 0;
  let position = 0;

  const finish = (unit: Uint8Array): void => {
    position += next.bytes;
    held = 0;
    next = next.handle(unit);
  };
  const keep = (bytes: Uint8Array): void => {
    if (held + bytes.length > room.length) {
      const grown = new Uint8Array(Math.min(next.bytes, Math.max(2 * held, held + bytes.length)));
      grown.set(room.subarray(0, held));
      room = grown;
    }
    room.set(bytes, held);
    held += bytes.length;
  };
  return {
    get held() {
      return held;
    },
    get position() {
      return position;
    },
    push(bytes) {
      let at = 0;
      for (;;) {
        const missing = next.bytes - held;
        const there = bytes.length - at;
        if (missing > there) break;
        const part = bytes.subarray(at, at + missing);
        at += missing;
        if (next.skip) finish(nothing);
        else if (held === 0) finish(part);
        else {
          keep(part);
          finish(room.subarray(0, next.bytes));
        }
      }
      if (next.skip) held += bytes.length - at;
      else keep(bytes.subarray(at));
    },
  };
}
