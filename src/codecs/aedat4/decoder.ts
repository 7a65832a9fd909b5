/** Reads AEDAT4: packets of one stream of events. */
import { DataError } from '../../errors.ts';
import type { AerPacket } from '../../events/aer-packet.ts';
import { knownPixelBits, type PixelSpace, pixels } from '../../events/space.ts';
import type { Decoder, StreamHeader } from '../codec.ts';
import { type Counts, counts } from '../counts.ts';
import { unpackLz4 } from '../lz4.ts';
import { type PacketRoom, packetRoom } from '../packet-room.ts';
import { soundDecoder } from '../sound.ts';
import { type NextUnit, unitFeed } from '../unit-feed.ts';
import { type Unpacked, type Workshop, workAt, workshop } from '../wasm.ts';
import { unpackZstd } from '../zstd.ts';
import { bufferName, fieldOf, followField, packetVector, rootTable } from './flatbuffer.ts';
import { type StreamInfo, streamInfos } from './info.ts';

/** First bytes of a file. */
export const magic: Uint8Array = new TextEncoder().encode('#!AER-DAT4.0\r\n');

/** Compression of packets, by number. */
export const compressions = ['none', 'lz4', 'lz4', 'zstd', 'zstd'] as const;

/** Largest packet of events, in bytes as it is and decompressed. */
const largestPacket = 2 ** 24;
/** Largest header, bytes. */
const largestHeader = 2 ** 22;

/** What other streams hold, and how it is counted. */
const otherTypes: Readonly<Record<string, string>> = {
  FRME: 'frames',
  IMUS: 'imu',
  TRIG: 'triggers',
  EVTS: 'otherStreams',
};
/** Types whose packets hold several. */
const lists: ReadonlySet<string> = new Set(['IMUS', 'TRIG']);

/** `EVTS`, as a little-endian number. */
const eventsName = 0x53_54_56_45;

const recordBytes = 16;
/** Where the sums of a packet stand. */
const sumsAt = 64;
/** Times from which on they are read by themselves. */
const manyBits = 2 ** 20;

/** A unit whose length changes. */
type Unit = { -readonly [name in keyof NextUnit]: NextUnit[name] };

/** What the file header says. */
interface FileHeader {
  readonly compression: (typeof compressions)[number];
  /** Where the data table begins, which ends the packets. */
  readonly table: number;
  readonly infos: ReadonlyMap<number, StreamInfo>;
}

/** Starts to read a file, or one stream of it. */
export function aedat4Decoder(wanted: number | undefined): Decoder {
  const count = counts();
  let room: PacketRoom | undefined;
  let file: FileHeader | undefined;
  let header: StreamHeader | undefined;
  let stream = wanted;
  let space: PixelSpace | undefined;
  let packetAt = 0;

  const begin: NextUnit = {
    bytes: magic.length + 4,
    handle(unit) {
      if (!magic.every((byte, i) => unit[i] === byte)) {
        throw new DataError('this is no AEDAT4: byte 0 does not begin with #!AER-DAT4.0');
      }
      const { view, at } = viewOf(unit, magic.length);
      const bytes = view.getUint32(at, true);
      if (bytes > largestHeader) {
        throw new DataError(`the header at byte ${magic.length} claims ${bytes} bytes`);
      }
      return { bytes, handle: open };
    },
  };
  const open = (unit: Uint8Array): NextUnit => {
    file = fileHeader(unit);
    const events = [...file.infos].filter(([, { type }]) => type === 'EVTS').map(([id]) => id);
    if (wanted !== undefined && file.infos.size > 0 && !events.includes(wanted)) {
      throw new DataError(`this AEDAT4 has no events in stream ${wanted}; there are ${events}`);
    }
    if (events.length > 0) stream ??= Math.min(...events);
    const info = stream === undefined ? undefined : file.infos.get(stream);
    const { width, height } = info ?? {};
    const size = width === undefined || height === undefined ? {} : { width, height };
    space =
      width === undefined || height === undefined
        ? pixels(2 ** 15, 2 ** 15)
        : pixels(width, height);
    room = packetRoom(space, () => workshop(0).room);
    const fields = { ...info?.fields, ...(stream === undefined ? {} : { stream: String(stream) }) };
    header = { format: 'aedat4', variant: file.compression, ...size, space, fields };
    return next();
  };
  /** What the packet at hand is: of events, of a list that is counted, or of something else. */
  let [id, type] = [0, ''];
  // One unit of each kind serves all packets.
  const rest: NextUnit = { bytes: Number.MAX_SAFE_INTEGER, skip: true, handle: () => rest };
  const head: NextUnit = { bytes: 8, handle: (unit) => packetHead(unit) };
  const events: Unit = {
    bytes: 0,
    handle(payload) {
      read(payload);
      return next();
    },
  };
  const list: Unit = {
    bytes: 0,
    handle(payload) {
      tally(payload);
      return next();
    },
  };
  const other: Unit = { bytes: 0, skip: true, handle: () => next() };
  const next = (): NextUnit => {
    packetAt = feed.position;
    // The data table follows the packets.
    return packetAt < file!.table ? head : rest;
  };
  const packetHead = (unit: Uint8Array): NextUnit => {
    const { view } = viewOf(unit, 0);
    id = view.getInt32(0, true);
    const bytes = view.getInt32(4, true);
    const isLarge = bytes > largestPacket;
    const info = file!.infos.get(id);
    type = info?.type ?? '';
    const isWanted = stream === undefined ? info === undefined : id === stream;
    if (bytes < 0 || (isWanted && isLarge)) {
      const claim = `the packet at byte ${packetAt} claims ${bytes} bytes`;
      throw new DataError(isLarge ? `${claim}; ${largestPacket} are read at most` : claim);
    }
    const unitOf = isWanted ? events : lists.has(type) && !isLarge ? list : other;
    if (unitOf === other) count.add(otherTypes[type] ?? 'otherStreams', 1);
    unitOf.bytes = bytes;
    return unitOf;
  };

  const unpack = (payload: Uint8Array): Unpacked | undefined =>
    unpacked(payload, file!.compression);
  const tally = (payload: Uint8Array): void => {
    const bytes = unpack(payload);
    const end = bytes === undefined ? 0 : bytes.at + bytes.length;
    const vector = bytes && packetVector(bytes.shop.view, bytes.at, end, 4);
    count.add(otherTypes[type]!, vector?.count ?? 1);
  };
  const read = (payload: Uint8Array): void => {
    const bytes = unpack(payload);
    const isWhole = bytes !== undefined && bytes.length >= 12;
    const isEvents = isWhole && bytes.shop.view.getUint32(bytes.at + 8, true) === eventsName;
    // The header names no stream: the first with events is taken.
    if (isEvents) stream ??= id;
    else if (stream === undefined && isWhole) {
      const name = bufferName(bytes.shop.u8, bytes.at + 4);
      count.add(otherTypes[name] ?? 'otherStreams', 1);
      return;
    }
    const vector = isEvents
      ? packetVector(bytes.shop.view, bytes.at, bytes.at + bytes.length, recordBytes)
      : undefined;
    if (vector === undefined) count.add('damagedPackets', 1);
    else addRecords(bytes!.shop, vector.at, vector.count, room!, space!, count);
  };
  const feed = unitFeed(begin);
  const taken = (): AerPacket[] => room?.take() ?? [];
  return soundDecoder({
    skipped: count.skipped,
    header: () => header,
    push(bytes) {
      feed.push(bytes);
      return taken();
    },
    end() {
      if (header === undefined) {
        throw new DataError(
          `the bytes end at byte ${feed.position + feed.held}, within the header`,
        );
      }
      if (packetAt < file!.table) count.add('cutOffBytes', feed.position + feed.held - packetAt);
      return taken();
    },
  });
}

function viewOf(unit: Uint8Array, at: number): { readonly view: DataView; readonly at: number } {
  return { view: new DataView(unit.buffer, unit.byteOffset, unit.length), at };
}

/** Reads the header. */
function fileHeader(unit: Uint8Array): FileHeader {
  const { view } = viewOf(unit, 0);
  const end = unit.length;
  const table = end >= 8 && bufferName(unit, 0) === 'IOHE' ? rootTable(view, 0, end) : -1;
  if (table < 0) {
    throw new DataError(`the header of this AEDAT4, at byte ${magic.length + 4}, cannot be read`);
  }
  const code = fieldOf(view, table, 0, 4, end);
  const number = code < 0 ? 0 : view.getInt32(code, true);
  const compression = compressions[number];
  if (compression === undefined) throw new DataError(`this AEDAT4 has a compression ${number}`);
  const place = fieldOf(view, table, 1, 8, end);
  const position = place < 0 ? -1 : Number(view.getBigInt64(place, true));
  const text = followField(view, table, 2, end);
  const length = text < 0 ? 0 : Math.min(view.getUint32(text, true), end - text - 4);
  const xml = new TextDecoder().decode(unit.subarray(text + 4, text + 4 + length));
  const first = magic.length + 4 + unit.length;
  return {
    compression,
    table: position >= first ? position : Number.POSITIVE_INFINITY,
    infos: streamInfos(length === 0 ? '' : xml),
  };
}

/** Decompresses a packet; undefined if it cannot be. */
function unpacked(
  payload: Uint8Array,
  compression: (typeof compressions)[number],
): Unpacked | undefined {
  if (compression === 'lz4') return unpackLz4(payload, largestPacket);
  if (compression === 'zstd') return unpackZstd(payload, largestPacket);
  const shop = workshop(payload.length);
  shop.u8.set(payload, workAt);
  return { shop, at: workAt, length: payload.length };
}

/** Adds the events of `count` records to those that become packets. */
function addRecords(
  shop: Workshop,
  from: number,
  count: number,
  room: PacketRoom,
  space: PixelSpace,
  counters: Counts,
): void {
  const { yShift } = knownPixelBits(space);
  const { times, addresses } = shop.room.at;
  for (let done = 0; done < count; ) {
    if (room.count === room.limit) room.flush();
    const some = Math.min(count - done, room.limit - room.count);
    const at = from + recordBytes * done;
    const [toTimes, toAddresses] = [times + 8 * room.count, addresses + 4 * room.count];
    shop.run.unpackRecords(at, some, toTimes, toAddresses, yShift, sumsAt);
    if (areSound(shop.view, space)) room.count += some;
    else addSound(shop, at, some, room, space, counters);
    done += some;
  }
}

/** The same one by one, without those that are not sound. */
function addSound(
  { view }: Workshop,
  from: number,
  count: number,
  room: PacketRoom,
  space: PixelSpace,
  counters: Counts,
): void {
  const { timestamps, addresses } = room;
  const { yShift } = knownPixelBits(space);
  for (let at = from; at < from + recordBytes * count; at += recordBytes) {
    const time = Number(view.getBigInt64(at, true));
    const [x, y] = [view.getInt16(at + 8, true), view.getInt16(at + 10, true)];
    if (!Number.isSafeInteger(time)) counters.add('invalid', 1);
    else if (x < 0 || y < 0 || x >= space.width || y >= space.height) counters.add('outside', 1);
    else {
      timestamps[room.count] = time;
      addresses[room.count++] = (y << yShift) | (x << 1) | (view.getUint8(at + 12) === 0 ? 0 : 1);
    }
  }
}

/** Whether all times are from 0 to 2^52, and all pixels there. */
function areSound(view: DataView, { width, height }: PixelSpace): boolean {
  for (const at of [sumsAt + 4, sumsAt + 12]) {
    if (view.getUint32(at, true) >= manyBits) return false;
  }
  for (let at = sumsAt + 16; at < sumsAt + 32; at += 4) {
    if (view.getUint16(at, true) >= width || view.getUint16(at + 2, true) >= height) return false;
  }
  return true;
}
