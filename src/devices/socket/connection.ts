/** One end of a socket between a board and its user. */
import type { Socket } from 'node:net';
import { DataError } from '../../errors.ts';
import { encodeFrame } from '../../events/framing.ts';
import { decodeWire } from '../../events/wire.ts';
import type { HardwareEvents } from '../link.ts';
import type { SocketAddress } from './address.ts';
import { type Framed, framed } from './framed.ts';
import { kinds, readEvents, writeEvents } from './frames.ts';
import { streams } from './messages.ts';

/** One end of a socket. */
export interface Connection {
  readonly wire: Framed;
  /** Sends a control message. */
  tell(body: unknown): void;
  /** Sends events; those of different senders on streams of their own. */
  give(events: HardwareEvents, stream?: number): void;
}

/** Who hears what comes; what it throws ends the connection. */
export interface ConnectionListener {
  /** Takes a control message. */
  control(body: unknown): void;
  /** Takes events of a stream. */
  events(events: HardwareEvents, stream: number): void;
  /** Takes the frames of one more kind, whose bytes are written again. */
  readonly other: number;
  frame(bytes: Uint8Array, from: number, to: number): void;
  /** Learns that the connection has ended, once; with what broke it. */
  ended(cause?: unknown): void;
}

/** Takes a socket over that somebody else has connected, or connects one. */
export function connection(
  socket: Socket | SocketAddress,
  listener: ConnectionListener,
): Connection {
  let sequence = 0;
  const control = (bytes: Uint8Array): void => {
    const message = decodeWire(bytes);
    if (message.kind !== 'control') {
      throw new DataError(`a message of ${message.kind} has no place here`);
    }
    listener.control(message.body);
  };
  const wire = framed(socket, {
    body(bytes, from, to) {
      const kind = bytes[from];
      if (kind === listener.other) listener.frame(bytes, from, to);
      else if (kind === kinds.events) readEvents(bytes, from, to, listener);
      else control(new Uint8Array(bytes.subarray(from, to)));
    },
    ended: (cause) => listener.ended(cause),
  });
  return {
    wire,
    tell(body) {
      wire.write(encodeFrame({ kind: 'control', stream: streams.control, sequence, body }));
      sequence = (sequence + 1) >>> 0;
    },
    give: (events, stream = streams.events) => writeEvents(wire, events, stream),
  };
}
