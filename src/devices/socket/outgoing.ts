/** What goes out by a socket: the frames of one turn of the event loop go as one piece. */
import type { Socket } from 'node:net';
import { prefixBytes } from '../../events/frame-bodies.ts';

/** What goes out. */
export interface Outgoing {
  /** Where frames are written. */
  readonly bytes: Buffer;
  /** Makes room for a frame, writes its length, and gives where its body begins: to be written at once, all of it. */
  begin(length: number): number;
  /** Sends a frame, its length included. */
  write(frame: Uint8Array): void;
  /** Sends what has been written by now. */
  flush(): void;
}

const soon = Promise.resolve();

/** Bytes that are gathered. */
const block = 65_536;

/** Gathers what goes out by a socket. */
export function outgoing(socket: Socket): Outgoing {
  let out = Buffer.allocUnsafeSlow(block);
  /** What was sent last, which is mostly as long as what is sent next. */
  let piece = out;
  let used = 0;
  let planned = false;
  const fresh = (bytes: number): void => {
    out = Buffer.allocUnsafeSlow(bytes);
    piece = out;
  };
  const flush = (): void => {
    const count = used;
    used = 0;
    if (count === 0 || !socket.writable) return;
    if (piece.length !== count) piece = out.subarray(0, count);
    const isOwn = out.length > block;
    // What a socket keeps for later is not written again.
    if (socket.writableLength > 0 && !isOwn) socket.write(Buffer.from(piece));
    else {
      socket.write(piece);
      if (socket.writableLength > 0 || isOwn) fresh(block);
    }
  };
  const flushLater = (): void => {
    planned = false;
    flush();
  };
  const room = (bytes: number): number => {
    if (used + bytes > out.length) flush();
    if (bytes > out.length) fresh(bytes);
    const at = used;
    used += bytes;
    if (!planned) {
      planned = true;
      void soon.then(flushLater);
    }
    return at;
  };
  return {
    get bytes() {
      return out;
    },
    begin(length) {
      const at = room(prefixBytes + length);
      out.writeUInt32LE(length, at);
      return at + prefixBytes;
    },
    write(frame) {
      const at = room(frame.length);
      out.set(frame, at);
    },
    flush,
  };
}
