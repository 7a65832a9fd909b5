/** The one wire form of events, rasters, series, marks and control messages: bytes and back. */
import { Packr } from 'msgpackr/pack';
import { DataError } from '../errors.ts';
import type { AerPacket } from './aer-packet.ts';
import { checkMsgpack } from './msgpack-check.ts';
import type { ItemKind, Marks, Series, StreamItem } from './series.ts';
import { itemKind } from './series.ts';
import type { SignalRaster, SpikeRaster } from './spike-raster.ts';
import { bodies } from './wire-bodies.ts';
import { headerBytes, refuse, room } from './wire-room.ts';

/** What stands in the header of a message beside its kind. */
export interface WireHeader {
  /** Number of the stream, 0 to 65535: several may share a wire. */
  readonly stream: number;
  /** Number of the message in its stream, 0 to 2^32 - 1, wrapping: a gap is a loss. */
  readonly sequence: number;
}

/** A packet of events on its way. */
export interface EventsMessage extends WireHeader {
  readonly kind: 'events';
  readonly packet: AerPacket;
}

/** A raster on its way. */
export interface RasterMessage extends WireHeader {
  readonly kind: 'raster';
  readonly raster: SpikeRaster;
}

/** Values on a grid of time on their way. */
export interface SignalsMessage extends WireHeader {
  readonly kind: 'signals';
  readonly signals: SignalRaster;
}

/** Numbers over time on their way. */
export interface SeriesMessage extends WireHeader {
  readonly kind: 'series';
  readonly series: Series;
}

/** Marks in time on their way. */
export interface MarksMessage extends WireHeader {
  readonly kind: 'marks';
  readonly marks: Marks;
}

/** Anything else on its way: plain objects, lists, numbers, texts, typed arrays. */
export interface ControlMessage extends WireHeader {
  readonly kind: 'control';
  readonly body: unknown;
}

/** A message that carries data. */
export type ItemMessage =
  | EventsMessage
  | RasterMessage
  | SignalsMessage
  | SeriesMessage
  | MarksMessage;

/** A message as it goes over a wire. */
export type WireMessage = ItemMessage | ControlMessage;

/**
 * Version of the wire form. All numbers are little-endian; arrays are aligned to their elements.
 *
 * | bytes | what |
 * |---|---|
 * | 0 | kind: 1 events, 2 raster, 3 control, 4 signals, 5 series, 6 marks |
 * | 1 | version |
 * | 2–3 | stream |
 * | 4–7 | sequence |
 * | 8–15 | until, µs, float64 |
 * | events: 16–19 | number of events |
 * | 20–23 | space: 0 channels, 1 pixels, 2 chipWords |
 * | 24–31 | channels - 1, 0; or width, height; or bytes of the family's name, 0 |
 * | 32… | timestamps float64, addresses uint32, name of the family UTF-8 |
 * | raster, signals: 16–39 | dt float64, startTime float64, steps uint32, channels uint32 |
 * | 40… | counts uint32; or values float64 |
 * | series: 16–23 | number of samples, number of channels |
 * | 24… | timestamps float64, values float64 |
 * | marks: 16–23 | number of marks, bytes of all texts |
 * | 24… | timestamps float64, bytes of each text uint32, texts UTF-8 |
 * | control: 16… | MessagePack |
 */
export const wireVersion = 1;

const controlCode = 3;

/** Kinds of items by their numbers. */
const kindsByCode: ReadonlyMap<number, ItemKind> = new Map(
  (Object.keys(bodies) as ItemKind[]).map((kind) => [bodies[kind].code, kind]),
);

/** Under which name a message has its item. */
const fields = {
  events: 'packet',
  raster: 'raster',
  signals: 'signals',
  series: 'series',
  marks: 'marks',
} as const satisfies Record<ItemKind, string>;

const packr = new Packr({ moreTypes: true, useRecords: false, copyBuffers: true });

/** The item that a message carries. */
export function itemOf(message: ItemMessage): StreamItem {
  return (message as unknown as Record<string, StreamItem>)[fields[message.kind]]!;
}

/**
 * The message that carries an item.
 *
 * @throws DataError if it is no item
 */
export function itemMessage(item: StreamItem, header: WireHeader): ItemMessage {
  const kind = itemKind(item);
  if (kind === undefined) {
    throw new DataError('this is no packet, raster, series or marks and cannot go over a wire');
  }
  return { kind, ...header, [fields[kind]]: item } as unknown as ItemMessage;
}

/**
 * Writes a message as bytes.
 *
 * @example
 * ```ts
 * const packet = aerPacket([10], [1], channels(2));
 * const bytes = encodeWire({ kind: 'events', stream: 0, sequence: 0, packet });
 * decodeWire(bytes).kind; // 'events'
 * ```
 */
export function encodeWire(message: WireMessage): Uint8Array<ArrayBuffer> {
  const { stream, sequence } = message;
  let code: number = controlCode;
  let until = 0;
  let made: ReturnType<typeof room>;
  if (message.kind === 'control') {
    const packed = packr.pack(message.body);
    made = room(headerBytes + packed.length);
    made.bytes.set(packed, headerBytes);
  } else {
    const body = bodies[message.kind];
    const item = itemOf(message) as never;
    made = body.encode(item);
    code = body.code;
    until = body.until(item);
  }
  const { bytes, view } = made;
  view.setUint8(0, code);
  view.setUint8(1, wireVersion);
  view.setUint16(2, stream, true);
  view.setUint32(4, sequence, true);
  view.setFloat64(8, until, true);
  return bytes;
}

/**
 * Reads a message from its bytes. Whatever they are, the answer is a message that is sound or a `DataError`; an
 * item takes no more memory than its bytes, whose arrays it may share.
 *
 * @throws DataError if the bytes are no message
 */
export function decodeWire(given: Uint8Array): WireMessage {
  // Arrays are views of the bytes, which must be aligned for that.
  const bytes = given.byteOffset % 8 === 0 ? given : given.slice();
  if (bytes.length < headerBytes) refuse(`${bytes.length} bytes are less than a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint8(1);
  if (version !== wireVersion) refuse(`its version is ${version}; ${wireVersion} is known`);
  const header = { stream: view.getUint16(2, true), sequence: view.getUint32(4, true) };
  const code = view.getUint8(0);
  if (code === controlCode) {
    return { kind: 'control', ...header, body: decodeBody(bytes.subarray(headerBytes)) };
  }
  const kind = kindsByCode.get(code);
  if (kind === undefined) return refuse(`its kind is ${code}; 1 to ${kindsByCode.size + 1} exist`);
  const item = bodies[kind].decode({ bytes, view }, view.getFloat64(8, true));
  return { kind, ...header, [fields[kind]]: item } as unknown as WireMessage;
}

function decodeBody(body: Uint8Array): unknown {
  checkMsgpack(body);
  try {
    return packr.unpack(body);
  } catch (cause) {
    throw new DataError('these bytes are no message: its body cannot be read', { cause });
  }
}
