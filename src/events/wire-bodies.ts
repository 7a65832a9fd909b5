/** The bodies of messages on the wire: what follows the header of each kind. */
import { problemText } from '../problems.ts';
import { chunkEnd } from './bins.ts';
import {
  type ItemKind,
  type Marks,
  marksProblems,
  type Series,
  type StreamItem,
  seriesProblems,
} from './series.ts';
import { type Grid, gridProblems, type SignalRaster, type SpikeRaster } from './spike-raster.ts';
import { events } from './wire-events.ts';
import {
  type Body,
  expectRoom,
  type Given,
  headerBytes,
  put,
  type Room,
  readText,
  refuse,
  room,
} from './wire-room.ts';

const gridBytes = 24;
const countsBytes = 8;

const utf8 = new TextEncoder();

/** How any kind of item is written and read. */
interface AnyBody extends Pick<Body<never>, 'code' | 'until' | 'encode'> {
  decode(given: Given, until: number): StreamItem;
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
