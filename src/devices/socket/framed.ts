/** One end of a socket that carries frames: bodies in, bodies out, a clean end. */
import { connect, type Socket } from 'node:net';
import { frameSpans } from '../../events/frame-bodies.ts';
import { largestMessage } from '../../events/framing.ts';
import type { SocketAddress } from './address.ts';
import { type Outgoing, outgoing } from './outgoing.ts';

/** One end of a socket. */
export interface Framed extends Pick<Outgoing, 'bytes' | 'begin' | 'write'> {
  readonly socket: Socket;
  /** Bytes that the socket has not sent yet. */
  readonly queued: number;
  /** Ends it once everything has been sent. */
  end(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** Who hears what comes. */
export interface FramedListener {
  /** Takes the body of a frame: bytes from one place up to another, which are written again. What it throws ends the connection. */
  body(bytes: Uint8Array, from: number, to: number): void;
  /** Learns that the connection has ended, once; with what broke it. */
  ended(cause?: unknown): void;
}

/** Bytes that are read at a time. */
const readAtOnce = 65_536;

/** Connects, and reads into memory that is used again. */
function connected(
  { host, port }: SocketAddress,
  receive: (bytes: Uint8Array, count: number) => void,
): Socket {
  const callback = (count: number, bytes: Uint8Array): boolean => {
    receive(bytes, count);
    return true;
  };
  return connect({ host, port, onread: { buffer: Buffer.allocUnsafeSlow(readAtOnce), callback } });
}

/** Takes a socket over that somebody else has connected, or connects one. */
export function framed(given: Socket | SocketAddress, listener: FramedListener): Framed {
  const spans = frameSpans(largestMessage);
  let over = false;
  const finish = (cause?: unknown): void => {
    if (over) return;
    over = true;
    socket.destroy();
    listener.ended(cause);
  };
  const take = (bytes: Uint8Array, from: number, to: number): void => {
    if (!over) listener.body(bytes, from, to);
  };
  const receive = (bytes: Uint8Array, count: number): void => {
    try {
      spans.push(bytes, take, count);
    } catch (cause) {
      finish(cause);
    }
  };
  const isOpen = 'write' in given;
  const socket = isOpen ? given : connected(given, receive);
  if (isOpen) socket.on('data', (bytes) => receive(bytes, bytes.length));
  const out = outgoing(socket);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 10_000);
  socket.on('error', finish);
  socket.on('end', () => finish());
  socket.on('close', () => finish());
  return {
    socket,
    get bytes() {
      return out.bytes;
    },
    get queued() {
      return socket.writableLength;
    },
    begin: out.begin,
    write: out.write,
    end() {
      if (over) return;
      over = true;
      out.flush();
      socket.end();
      // The other side ends it too, once it has read everything; if it does not, the socket goes all the same.
      const impatience = setTimeout(() => socket.destroy(), 1000);
      socket.once('close', () => clearTimeout(impatience));
      listener.ended();
    },
    destroy: () => finish(),
  };
}
