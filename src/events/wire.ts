/** The one wire form of events, rasters and control messages: bytes and back. */
import { Packr } from 'msgpackr/pack';
import { DataError } from '../errors.ts';
import { problemText } from '../problems.ts';
import type { AerPacket } from './aer-packet.ts';
import { chunkEnd } from './bins.ts';
import { checkMsgpack } from './msgpack-check.ts';
import { addressLimit, channels, chipWords, pixels, type Space, spaceText } from './space.ts';
import { gridProblems, type SpikeRaster } from './spike-raster.ts';

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

/** Anything else on its way: plain objects, lists, numbers, texts, typed arrays. */
export interface ControlMessage extends WireHeader {
  readonly kind: 'control';
  readonly body: unknown;
}

/** A message as it goes over a wire. */
export type WireMessage = EventsMessage | RasterMessage | ControlMessage;

/**
 * Version of the wire form. All numbers are little-endian; arrays are aligned to their elements.
 *
 * | bytes | what |
 * |---|---|
 * | 0 | kind: 1 events, 2 raster, 3 control |
 * | 1 | version |
 * | 2–3 | stream |
 * | 4–7 | sequence |
 * | 8–15 | until, µs, float64 |
 * | events: 16–19 | number of events |
 * | 20–23 | space: 0 channels, 1 pixels, 2 chipWords |
 * | 24–31 | channels - 1, 0; or width, height; or bytes of the family's name, 0 |
 * | 32… | timestamps float64, addresses uint32, name of the family UTF-8 |
 * | raster: 16–39 | dt float64, startTime float64, steps uint32, channels uint32 |
 * | 40… | counts uint32 |
 * | control: 16… | MessagePack |
 */
export const wireVersion = 1;

const kinds = { events: 1, raster: 2, control: 3 } as const;
const headerBytes = 16;
const spaceBytes = 16;
const gridBytes = 24;
const spaceKinds = { channels: 0, pixels: 1, chipWords: 2 } as const;

/** Largest name of a family, bytes. */
const longestName = 255;

const packr = new Packr({ moreTypes: true, useRecords: false, copyBuffers: true });
const utf8 = new TextEncoder();
const utf8Text = new TextDecoder('utf-8', { fatal: true });

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
  switch (message.kind) {
    case 'events':
      return encodeEvents(message);
    case 'raster':
      return encodeRaster(message);
    case 'control': {
      const body = packr.pack(message.body);
      const { bytes } = start(message, headerBytes + body.length, 0);
      bytes.set(body, headerBytes);
      return bytes;
    }
  }
}

/** Makes the bytes of a message and writes its header. */
function start(
  { kind, stream, sequence }: WireMessage,
  length: number,
  until: number,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly view: DataView } {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kinds[kind]);
  view.setUint8(1, wireVersion);
  view.setUint16(2, stream, true);
  view.setUint32(4, sequence, true);
  view.setFloat64(8, until, true);
  return { bytes, view };
}

function encodeEvents(message: EventsMessage): Uint8Array<ArrayBuffer> {
  const { timestamps, addresses, space, until } = message.packet;
  const count = addresses.length;
  const name = utf8.encode(space.kind === 'chipWords' ? space.family : '');
  const at = headerBytes + spaceBytes;
  const { bytes, view } = start(message, at + 12 * count + name.length, until);
  view.setUint32(16, count, true);
  view.setUint32(20, spaceKinds[space.kind], true);
  const [first, second] = spaceNumbers(space, name.length);
  view.setUint32(24, first, true);
  view.setUint32(28, second, true);
  new Float64Array(bytes.buffer, at, count).set(timestamps);
  new Uint32Array(bytes.buffer, at + 8 * count, count).set(addresses);
  bytes.set(name, at + 12 * count);
  return bytes;
}

function spaceNumbers(space: Space, nameBytes: number): readonly [number, number] {
  switch (space.kind) {
    case 'channels':
      return [space.channels - 1, 0];
    case 'pixels':
      return [space.width, space.height];
    case 'chipWords':
      return [nameBytes, 0];
  }
}

function encodeRaster(message: RasterMessage): Uint8Array<ArrayBuffer> {
  const { steps, channels: width, dt, startTime, counts } = message.raster;
  const at = headerBytes + gridBytes;
  const { bytes, view } = start(message, at + 4 * counts.length, chunkEnd(message.raster));
  view.setFloat64(16, dt, true);
  view.setFloat64(24, startTime, true);
  view.setUint32(32, steps, true);
  view.setUint32(36, width, true);
  new Uint32Array(bytes.buffer, at, counts.length).set(counts);
  return bytes;
}

/**
 * Reads a message from its bytes. Whatever they are, the answer is a message that is sound or a `DataError`; a
 * packet or raster takes no more memory than its bytes, whose arrays it may share.
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
  const kind = view.getUint8(0);
  if (kind === kinds.events) {
    return { kind: 'events', ...header, packet: decodeEvents(bytes, view) };
  }
  if (kind === kinds.raster) {
    return { kind: 'raster', ...header, raster: decodeRaster(bytes, view) };
  }
  if (kind === kinds.control) {
    return { kind: 'control', ...header, body: decodeBody(bytes.subarray(headerBytes)) };
  }
  return refuse(`its kind is ${kind}; 1 to 3 exist`);
}

function refuse(reason: string): never {
  throw new DataError(`these bytes are no message: ${reason}`);
}

function decodeEvents(bytes: Uint8Array, view: DataView): AerPacket {
  const at = headerBytes + spaceBytes;
  if (bytes.length < at) refuse('the space of the events is cut off');
  const count = view.getUint32(16, true);
  const [first, second] = [view.getUint32(24, true), view.getUint32(28, true)];
  const kind = view.getUint32(20, true);
  const nameBytes = kind === spaceKinds.chipWords ? first : 0;
  if (bytes.length !== at + 12 * count + nameBytes) {
    refuse(`${bytes.length} bytes do not hold ${count} events`);
  }
  const space = decodeSpace(kind, first, second, bytes.subarray(at + 12 * count));
  const timestamps = new Float64Array(bytes.buffer, bytes.byteOffset + at, count);
  const addresses = new Uint32Array(bytes.buffer, bytes.byteOffset + at + 8 * count, count);
  const until = view.getFloat64(8, true);
  checkEvents(timestamps, addresses, space, until);
  return { timestamps, addresses, space, until };
}

function decodeSpace(kind: number, first: number, second: number, name: Uint8Array): Space {
  try {
    if (kind === spaceKinds.channels) return channels(first + 1);
    if (kind === spaceKinds.pixels) return pixels(first, second);
    if (kind === spaceKinds.chipWords && name.length <= longestName) {
      return chipWords(utf8Text.decode(name));
    }
  } catch (cause) {
    throw new DataError('these bytes are no message: the space of the events cannot be', { cause });
  }
  return refuse(`the kind of its space is ${kind}, with a name of ${name.length} bytes`);
}

/** Refuses events that no packet could hold. */
function checkEvents(
  timestamps: Float64Array,
  addresses: Uint32Array,
  space: Space,
  until: number,
): void {
  const limit = addressLimit(space);
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < timestamps.length; i++) {
    const time = timestamps[i]!;
    if (!(time >= last && Number.isSafeInteger(time))) {
      refuse(`timestamp ${i} is ${time}; whole µs in their order are needed`);
    }
    if (addresses[i]! >= limit) {
      refuse(`address ${i} is ${addresses[i]}; there are ${spaceText(space)}`);
    }
    last = time;
  }
  if (!(until >= last && Number.isSafeInteger(until))) refuse(`its until is ${until}`);
}

function decodeRaster(bytes: Uint8Array, view: DataView): SpikeRaster {
  const at = headerBytes + gridBytes;
  if (bytes.length < at) refuse('the grid of the raster is cut off');
  const grid = {
    steps: view.getUint32(32, true),
    channels: view.getUint32(36, true),
    dt: view.getFloat64(16, true),
    startTime: view.getFloat64(24, true),
  };
  const problems = gridProblems(grid);
  if (problems.length > 0) refuse(problems.map(problemText).join('; '));
  const size = grid.steps * grid.channels;
  if (bytes.length !== at + 4 * size) {
    refuse(`${bytes.length} bytes do not hold ${grid.steps}×${grid.channels} counts`);
  }
  return { ...grid, counts: new Uint32Array(bytes.buffer, bytes.byteOffset + at, size) };
}

function decodeBody(body: Uint8Array): unknown {
  checkMsgpack(body);
  try {
    return packr.unpack(body);
  } catch (cause) {
    throw new DataError('these bytes are no message: its body cannot be read', { cause });
  }
}
