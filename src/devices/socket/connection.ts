/** One end of a socket that carries messages of `src/events/wire.ts`. */
import type { Socket } from 'node:net';
import type { AerPacket } from '../../events/aer-packet.ts';
import { encodeFrame } from '../../events/framing.ts';
import { decodeWire, type WireMessage } from '../../events/wire.ts';
import { type Framed, framed } from './framed.ts';
import { streams } from './messages.ts';

/** One end of a socket. */
export interface Connection extends Pick<Framed, 'queued' | 'end' | 'destroy'> {
  /** Sends a control message. */
  tell(body: unknown): void;
  /** Sends events; those of different senders on streams of their own. */
  give(packet: AerPacket, stream?: number): void;
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
  const sequences = new Map<number, number>();
  const next = (stream: number): { readonly stream: number; readonly sequence: number } => {
    const sequence = sequences.get(stream) ?? 0;
    sequences.set(stream, (sequence + 1) >>> 0);
    return { stream, sequence };
  };
  const wire = framed(socket, {
    body: (body) => listener.message(decodeWire(body)),
    ended: (cause) => listener.ended(cause),
  });
  return {
    get queued() {
      return wire.queued;
    },
    tell: (body) => wire.write(encodeFrame({ kind: 'control', ...next(streams.control), body })),
    give: (packet, stream = streams.events) =>
      wire.write(encodeFrame({ kind: 'events', ...next(stream), packet })),
    end: () => wire.end(),
    destroy: () => wire.destroy(),
  };
}
