/** One end of a socket that carries frames: bodies in, bodies out, a clean end. */
import type { Socket } from 'node:net';
import { frameBodies } from '../../events/frame-bodies.ts';
import { largestMessage } from '../../events/framing.ts';

/** One end of a socket. */
export interface Framed {
  /** Bytes that wait to be sent. */
  readonly queued: number;
  /** Sends a frame, its length included. */
  write(frame: Uint8Array): void;
  /** Ends it once everything has been sent. */
  end(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** Who hears what comes. */
export interface FramedListener {
  /** Takes the body of a frame; what it throws ends the connection. */
  body(body: Uint8Array): void;
  /** Learns that the connection has ended, once; with what broke it. */
  ended(cause?: unknown): void;
}

/** Takes a socket over. */
export function framed(socket: Socket, listener: FramedListener): Framed {
  const bodies = frameBodies(largestMessage);
  let over = false;
  const finish = (cause?: unknown): void => {
    if (over) return;
    over = true;
    socket.destroy();
    listener.ended(cause);
  };
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 10_000);
  socket.on('data', (bytes) => {
    try {
      bodies.push(bytes, (body) => {
        if (!over) listener.body(body);
      });
    } catch (cause) {
      finish(cause);
    }
  });
  socket.on('error', finish);
  socket.on('end', () => finish());
  socket.on('close', () => finish());
  return {
    get queued() {
      return socket.writableLength;
    },
    write(frame) {
      if (!over && socket.writable) socket.write(frame);
    },
    end() {
      if (over) return;
      over = true;
      socket.end();
      // The other side ends it too, once it has read everything; if it does not, the socket goes all the same.
      const impatience = setTimeout(() => socket.destroy(), 1000);
      socket.once('close', () => clearTimeout(impatience));
      listener.ended();
    },
    destroy: () => finish(),
  };
}
