/** Reads Event Stream: every event says how long after the last it came. */

import { DataError } from '../../errors.ts';
import { knownPixelBits, type PixelSpace, pixels } from '../../events/space.ts';
import type { Decoder, StreamHeader } from '../codec.ts';
import { counts } from '../counts.ts';
import { type PacketRoom, packetRoom } from '../packet-room.ts';
import { type PieceFeed, pieceFeed } from '../piece-feed.ts';
import { joined, soundDecoder } from '../sound.ts';
import {
  type EventStreamKind,
  genericSpace,
  kinds,
  plainHeaderBytes,
  signature,
  sizedHeaderBytes,
} from './layout.ts';

/** What goes on from one event to the next. */
interface State {
  /** Time of the last event, µs. */
  time: number;
  outside: number;
  exposures: number;
  /** Bytes of a payload that are still to come. */
  payload: number;
  /** Length of a payload as far as it has been read, and the place of its next bits; 0 outside a length. */
  length: number;
  place: number;
}

/** Decodes events from the front of a piece, and gives how many bytes it has used. */
type Body = (
  bytes: Uint8Array,
  end: number,
  state: State,
  space: PixelSpace,
  room: PacketRoom,
) => number;

const dvs: Body = (bytes, end, state, space, room) => {
  const { timestamps, addresses, limit } = room;
  const { width, height } = space;
  const rowShift = knownPixelBits(space).yShift;
  let { time } = state;
  let n = room.count;
  let at = 0;
  while (at < end && n < limit) {
    const head = bytes[at]!;
    if (head >= 0xfe) {
      if (head === 0xff) time += 127;
      at++;
      continue;
    }
    if (at + 5 > end) break;
    time += head >>> 1;
    const x = bytes[at + 1]! | (bytes[at + 2]! << 8);
    const y = bytes[at + 3]! | (bytes[at + 4]! << 8);
    at += 5;
    if (x < width && y < height) {
      timestamps[n] = time;
      addresses[n++] = (y << rowShift) | (x << 1) | (head & 1);
    } else {
      state.outside++;
    }
  }
  state.time = time;
  room.count = n;
  return at;
};

const atis: Body = (bytes, end, state, space, room) => {
  const { timestamps, addresses, limit } = room;
  const { width, height } = space;
  const rowShift = knownPixelBits(space).yShift;
  let { time } = state;
  let n = room.count;
  let at = 0;
  while (at < end && n < limit) {
    const head = bytes[at]!;
    if (head >= 0xfc) {
      time += 63 * (head & 3);
      at++;
      continue;
    }
    if (at + 5 > end) break;
    time += head >>> 2;
    const x = bytes[at + 1]! | (bytes[at + 2]! << 8);
    const y = bytes[at + 3]! | (bytes[at + 4]! << 8);
    at += 5;
    if ((head & 1) !== 0) {
      state.exposures++;
    } else if (x < width && y < height) {
      timestamps[n] = time;
      addresses[n++] = (y << rowShift) | (x << 1) | ((head >>> 1) & 1);
    } else {
      state.outside++;
    }
  }
  state.time = time;
  room.count = n;
  return at;
};

const colour: Body = (bytes, end, state, space, room) => {
  const { timestamps, addresses, limit } = room;
  const { width, height } = space;
  const rowShift = knownPixelBits(space).yShift;
  let { time } = state;
  let n = room.count;
  let at = 0;
  while (at < end && n < limit) {
    const head = bytes[at]!;
    if (head >= 0xfe) {
      if (head === 0xff) time += 254;
      at++;
      continue;
    }
    if (at + 8 > end) break;
    time += head;
    const x = bytes[at + 1]! | (bytes[at + 2]! << 8);
    const y = bytes[at + 3]! | (bytes[at + 4]! << 8);
    at += 8;
    if (x < width && y < height) {
      timestamps[n] = time;
      addresses[n++] = (y << rowShift) | (x << 1);
    } else {
      state.outside++;
    }
  }
  state.time = time;
  room.count = n;
  return at;
};

const generic: Body = (bytes, end, state, _, room) => {
  const { timestamps, addresses, limit } = room;
  let n = room.count;
  let at = 0;
  while (at < end && n < limit) {
    if (state.payload > 0) {
      const passed = Math.min(state.payload, end - at);
      state.payload -= passed;
      at += passed;
    } else if (state.place > 0) {
      // The length of the payload: seven bits of each byte, and whether another follows.
      const byte = bytes[at++]!;
      state.length += (byte >>> 1) * state.place;
      state.place *= 128;
      if ((byte & 1) !== 0) {
        if (state.place > 2 ** 49)
          throw new DataError('a damaged Event Stream: a payload of 2^49 bytes');
        continue;
      }
      state.payload = state.length;
      state.place = 0;
    } else {
      const byte = bytes[at++]!;
      if (byte === 0xff) {
        state.time += 254;
      } else if (byte !== 0xfe) {
        state.time += byte;
        state.length = 0;
        state.place = 1;
      }
      continue;
    }
    if (state.payload > 0) continue;
    timestamps[n] = state.time;
    addresses[n++] = 0;
  }
  room.count = n;
  return at;
};

const bodies: Readonly<Record<EventStreamKind, Body>> = { generic, dvs, atis, colour };

/** What the first bytes say; undefined if there are too few. */
function readHeader(
  head: Uint8Array,
): { header: StreamHeader; kind: EventStreamKind; bytes: number } | undefined {
  const known = Math.min(head.length, signature.length);
  for (let i = 0; i < known; i++) {
    if (head[i] !== signature[i])
      throw new DataError(`no Event Stream: byte ${i} is not of its signature`);
  }
  if (head.length < plainHeaderBytes) return undefined;
  const [major, minor, patch, type] = head.subarray(12, plainHeaderBytes);
  if (major !== 2) {
    throw new DataError(
      `Event Stream of version ${major}.${minor}.${patch}; version 2 can be read`,
    );
  }
  const kind = kinds[type!];
  if (kind === undefined)
    throw new DataError(`Event Stream: byte 15 gives ${type} as the kind of its events`);
  const fields = { version: `${major}.${minor}.${patch}` };
  const plain = { format: 'es', variant: kind, fields };
  if (kind === 'generic') {
    return { header: { ...plain, space: genericSpace }, kind, bytes: plainHeaderBytes };
  }
  if (head.length < sizedHeaderBytes) return undefined;
  const view = new DataView(head.buffer, head.byteOffset);
  const [width, height] = [view.getUint16(16, true), view.getUint16(18, true)];
  // 65535 rows and columns at once would need more bits than an address has.
  const space =
    width * height === 0 || width > 32_768 || height > 32_768 ? undefined : pixels(width, height);
  if (space === undefined)
    throw new DataError(`Event Stream: ${width}×${height} pixels at byte 16`);
  return { header: { ...plain, width, height, space }, kind, bytes: sizedHeaderBytes };
}

/** Makes a decoder of Event Stream. */
export function eventStreamDecoder(): Decoder {
  const count = counts();
  const state: State = { time: 0, outside: 0, exposures: 0, payload: 0, length: 0, place: 0 };
  let head: Uint8Array = new Uint8Array(0);
  let begun: ReturnType<typeof readHeader>;
  let room: PacketRoom | undefined;
  let feed: PieceFeed | undefined;

  return soundDecoder({
    skipped: count.skipped,
    header: () => begun?.header,
    push(given) {
      let bytes = given;
      if (begun === undefined) {
        head = joined(head, new Uint8Array(given));
        begun = readHeader(head);
        if (begun === undefined) return [];
        bytes = head.subarray(begun.bytes);
      }
      const { kind, header } = begun;
      const space = header.space as PixelSpace;
      room ??= packetRoom(space);
      feed ??= pieceFeed(begun.bytes);
      const { room: piece } = feed;
      const own = room;
      feed.push(bytes, (length) => {
        for (let used = 0; ; own.flush()) {
          used += bodies[kind](
            used === 0 ? piece : piece.subarray(used),
            length - used,
            state,
            space,
            own,
          );
          if (own.count < own.limit) return used;
        }
      });
      count.add('outside', state.outside);
      count.add('exposures', state.exposures);
      state.outside = 0;
      state.exposures = 0;
      return room.take(state.time);
    },
    end() {
      if (begun === undefined)
        throw new DataError(`an Event Stream that ends in its header, at byte ${head.length}`);
      count.add('cutOffBytes', (feed?.held ?? 0) + (state.place > 0 || state.payload > 0 ? 1 : 0));
      return room?.take() ?? [];
    },
  });
}
