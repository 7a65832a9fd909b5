/** The bodies of messages on the wire: what follows the header of each kind. */
import { DataError } from '../errors.ts';
import { problemText } from '../problems.ts';
import type { AerPacket } from './aer-packet.ts';
import { chunkEnd } from './bins.ts';
import {
  type ItemKind,
  type Marks,
  marksProblems,
  type Series,
  type StreamItem,
  seriesProblems,
} from './series.ts';
import { addressLimit, channels, chipWords, pixels, type Space, spaceText } from './space.ts';
import { type Grid, gridProblems, type SignalRaster, type SpikeRaster } from './spike-raster.ts';

/** Bytes of the header of every message. */
export const headerBytes = 16;

const spaceBytes = 16;
const gridBytes = 24;
const countsBytes = 8;
const spaceKinds = { channels: 0, pixels: 1, chipWords: 2 } as const;

/** Largest name of a family, bytes. */
const longestName = 255;

const utf8 = new TextEncoder();
const utf8Text = new TextDecoder('utf-8', { fatal: true });

/** Bytes of a message, with room for its header. */
interface Room {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

/** Bytes of a message that came. */
interface Given {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** How a kind of item is written and read. */
interface Body<Item> {
  /** Number of the kind. */
  readonly code: number;
  /** Until when everything has been said, microseconds. */
  until(item: Item): number;
  /** Makes the bytes of a message and writes all but its header. */
  encode(item: Item): Room;
  /** Reads what follows the header. */
  decode(given: Given, until: number): Item;
}

/** How any kind of item is written and read. */
interface AnyBody extends Pick<Body<never>, 'code' | 'until' | 'encode'> {
  decode(given: Given, until: number): StreamItem;
}

/** Refuses bytes. */
export function refuse(reason: string): never {
  throw new DataError(`these bytes are no message: ${reason}`);
}

/** Makes the bytes of a message. */
export function room(length: number): Room {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Bytes that must be there before anything else is read. */
function expectRoom(bytes: Uint8Array, at: number, what: string): void {
  if (bytes.length < at) refuse(`${what} is cut off`);
}

/** Writes the bytes of an array. */
function put({ bytes }: Room, at: number, values: Float64Array | Uint32Array): void {
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
}

const events: Body<AerPacket> = {
  code: 1,
  until: ({ until }) => until,
  encode({ timestamps, addresses, space }) {
    const count = addresses.length;
    const name = utf8.encode(space.kind === 'chipWords' ? space.family : '');
    const at = headerBytes + spaceBytes;
    const made = room(at + 12 * count + name.length);
    made.view.setUint32(16, count, true);
    made.view.setUint32(20, spaceKinds[space.kind], true);
    const [first, second] = spaceNumbers(space, name.length);
    made.view.setUint32(24, first, true);
    made.view.setUint32(28, second, true);
    put(made, at, timestamps);
    put(made, at + 8 * count, addresses);
    made.bytes.set(name, at + 12 * count);
    return made;
  },
  decode: ({ bytes, view }, until) => decodeEvents(bytes, view, until),
};

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

/** Makes the bytes of a message that begins with a grid, and writes that. */
function gridRoom({ steps, channels: width, dt, startTime }: Grid, bytes: number): Room {
  const made = room(headerBytes + gridBytes + bytes);
  made.view.setFloat64(16, dt, true);
  made.view.setFloat64(24, startTime, true);
  made.view.setUint32(32, steps, true);
  made.view.setUint32(36, width, true);
  return made;
}

/** Reads a grid, whose values take so many bytes each. */
function decodeGrid({ bytes, view }: Given, valueBytes: number): Grid {
  expectRoom(bytes, headerBytes + gridBytes, 'the grid of the raster');
  const grid = {
    steps: view.getUint32(32, true),
    channels: view.getUint32(36, true),
    dt: view.getFloat64(16, true),
    startTime: view.getFloat64(24, true),
  };
  const problems = gridProblems(grid);
  if (problems.length > 0) refuse(problems.map(problemText).join('; '));
  const { steps, channels: width } = grid;
  if (bytes.length !== headerBytes + gridBytes + valueBytes * steps * width) {
    refuse(`${bytes.length} bytes do not hold ${steps}×${width} values`);
  }
  return grid;
}

const raster: Body<SpikeRaster> = {
  code: 2,
  until: chunkEnd,
  encode(item) {
    const made = gridRoom(item, item.counts.byteLength);
    put(made, headerBytes + gridBytes, item.counts);
    return made;
  },
  decode(given) {
    const grid = decodeGrid(given, 4);
    const { buffer, byteOffset } = given.bytes;
    const at = byteOffset + headerBytes + gridBytes;
    return { ...grid, counts: new Uint32Array(buffer, at, grid.steps * grid.channels) };
  },
};

const signals: Body<SignalRaster> = {
  code: 4,
  until: chunkEnd,
  encode(item) {
    const made = gridRoom(item, item.values.byteLength);
    put(made, headerBytes + gridBytes, item.values);
    return made;
  },
  decode(given) {
    const grid = decodeGrid(given, 8);
    const { buffer, byteOffset } = given.bytes;
    const at = byteOffset + headerBytes + gridBytes;
    return { ...grid, values: new Float64Array(buffer, at, grid.steps * grid.channels) };
  },
};

const series: Body<Series> = {
  code: 5,
  until: ({ until }) => until,
  encode({ timestamps, values, channels: width }) {
    const at = headerBytes + countsBytes;
    const made = room(at + timestamps.byteLength + values.byteLength);
    made.view.setUint32(16, timestamps.length, true);
    made.view.setUint32(20, width, true);
    put(made, at, timestamps);
    put(made, at + timestamps.byteLength, values);
    return made;
  },
  decode({ bytes, view }, until) {
    const at = headerBytes + countsBytes;
    expectRoom(bytes, at, 'the size of the series');
    const [count, width] = [view.getUint32(16, true), view.getUint32(20, true)];
    if (bytes.length !== at + 8 * count * (1 + width)) {
      refuse(`${bytes.length} bytes do not hold ${count}×${width} values`);
    }
    const { buffer, byteOffset } = bytes;
    const timestamps = new Float64Array(buffer, byteOffset + at, count);
    const values = new Float64Array(buffer, byteOffset + at + 8 * count, count * width);
    const read = { timestamps, values, channels: width, until };
    const problems = seriesProblems(read);
    if (problems.length > 0) refuse(problems.map(problemText).join('; '));
    return read;
  },
};

const marks: Body<Marks> = {
  code: 6,
  until: ({ until }) => until,
  encode({ timestamps, labels }) {
    const texts = labels.map((label) => utf8.encode(label));
    const size = texts.reduce((sum, { length }) => sum + length, 0);
    const at = headerBytes + countsBytes;
    const made = room(at + 12 * timestamps.length + size);
    made.view.setUint32(16, timestamps.length, true);
    made.view.setUint32(20, size, true);
    put(made, at, timestamps);
    let end = at + timestamps.byteLength;
    for (const { length } of texts) {
      made.view.setUint32(end, length, true);
      end += 4;
    }
    for (const one of texts) {
      made.bytes.set(one, end);
      end += one.length;
    }
    return made;
  },
  decode({ bytes, view }, until) {
    const at = headerBytes + countsBytes;
    expectRoom(bytes, at, 'the size of the marks');
    const [count, size] = [view.getUint32(16, true), view.getUint32(20, true)];
    if (bytes.length !== at + 12 * count + size) {
      refuse(`${bytes.length} bytes do not hold ${count} marks`);
    }
    const timestamps = new Float64Array(bytes.buffer, bytes.byteOffset + at, count);
    const labels: string[] = [];
    let from = at + 12 * count;
    for (let i = 0; i < count; i++) {
      const end = from + view.getUint32(at + 8 * count + 4 * i, true);
      if (end > bytes.length) refuse(`the text of mark ${i} is cut off`);
      labels.push(readText(bytes.subarray(from, end), `the text of mark ${i}`));
      from = end;
    }
    if (from !== bytes.length) refuse(`${bytes.length - from} bytes follow the texts of its marks`);
    const read = { timestamps, labels, until };
    const problems = marksProblems(read);
    if (problems.length > 0) refuse(problems.map(problemText).join('; '));
    return read;
  },
};

/** How each kind of item is written and read. */
export const bodies: { readonly [kind in ItemKind]: AnyBody } = {
  events,
  raster,
  signals,
  series,
  marks,
};

function readText(bytes: Uint8Array, what: string): string {
  try {
    return utf8Text.decode(bytes);
  } catch (cause) {
    throw new DataError(`these bytes are no message: ${what} is not UTF-8`, { cause });
  }
}

function decodeEvents(bytes: Uint8Array, view: DataView, until: number): AerPacket {
  const at = headerBytes + spaceBytes;
  expectRoom(bytes, at, 'the space of the events');
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
