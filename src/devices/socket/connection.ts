/** One end of a socket that carries frames: messages in, messages out, a clean end. */
import type { Socket } from 'node:net';
import type { AerPacket } from '../../events/aer-packet.ts';
import { encodeFrame, frameDecoder } from '../../events/framing.ts';
import type { WireMessage } from '../../events/wire.ts';
import { streams } from './messages.ts';

/** One end of a socket. */
export interface Connection {
  /** Bytes that wait to be sent. */
  readonly queued: number;
  /** Sends a control message. */
  tell(body: unknown): void;
  /** Sends events; those of different senders on streams of their own. */
  give(packet: AerPacket, stream?: number): void;
  /** Ends it once everything has been sent. */
  end(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** Who hears what comes. */
export interface ConnectionListener {
  /** Takes a message; what it throws ends the connection. */
  message(message: WireMessage): void;
  /** Learns that the connection has ended, once; with what broke it. */
  ended(cause?: unknown): void;
}

/** Takes a socket over. */
export function connection(socket: Socket, listener: ConnectionListener): Connection {
  const decoder = frameDecoder();
  const sequences = new Map<number, number>();
  let over = false;
  const finish = (cause?: unknown): void => {
    if (over) return;
    over = true;
    socket.destroy();
    listener.ended(cause);
  };
  const write = (frame: Uint8Array): void => {
    if (!over && socket.writable) socket.write(frame);
  };
  const next = (stream: number): { readonly stream: number; readonly sequence: number } => {
    const sequence = sequences.get(stream) ?? 0;
    sequences.set(stream, (sequence + 1) >>> 0);
    return { stream, sequence };
  };
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 10_000);
  socket.on('data', (bytes) => {
    try {
      for (const message of decoder.push(bytes)) if (!over) listener.message(message);
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
    tell: (body) => write(encodeFrame({ kind: 'control', ...next(streams.control), body })),
    give: (packet, stream = streams.events) =>
      write(encodeFrame({ kind: 'events', ...next(stream), packet })),
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
