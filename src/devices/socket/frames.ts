/**
 * Frames that a stream makes thousands of, and so have no names in them: numbers at fixed places, little endian, written and read without anything
 * that is left behind.
 *
 * | bytes | what |
 * |---|---|
 * | 0 | kind: 16 events, 17 a time that is asked for, 18 a time that is reached |
 * | events: 2–3 | stream |
 * | 4–7 | number of events |
 * | 8… | board times uint32, event words uint32 |
 * | asked: 4–7 | board time: the board says when it has come, and all events before it |
 * | reached: 4–7 | board time, as it was asked for |
 * | 8–11 | number of senders whose counts have changed |
 * | 12–15 | which counters of the link there are, a bit for each |
 * | 16–63 | the counters: sent, delivered, late, dropped, received, overflowed, float64 |
 * | 64… | of each sender: stream uint32, which counters uint32; delivered, late, dropped, float64 |
 */
import { DataError } from '../../errors.ts';
import { wholes } from '../../events/blocks.ts';
import { wholeAt } from '../../events/frame-bodies.ts';
import type { HardwareEvents, LinkStatistics, SenderCounts } from '../link.ts';
import type { Framed } from './framed.ts';
import { mostSenders } from './messages.ts';

/** Kinds of frames, beside control messages. */
export const kinds = { events: 16, asked: 17, reached: 18 } as const;

const headBytes = 8;

/** Events of a frame at most: 8 MiB of them. */
const mostEvents = 2 ** 20;

/** Fewer numbers are copied one by one. */
const few = 32;

type Frames = Pick<Framed, 'bytes' | 'begin'>;

/** Counts by name, to be written. */
export type Counts<Name extends string> = { [name in Name]?: number };

const counters = ['sent', 'delivered', 'late', 'dropped', 'received', 'overflowed'] as const;
const senderCounters = ['delivered', 'late', 'dropped'] as const;
const [countersAt, sendersAt] = [12, 64];
const senderBytes = 32;

/** Writes numbers; gives where they end. */
function writeWholes(bytes: Buffer, at: number, values: Uint32Array): number {
  const { length } = values;
  if (length >= few) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  } else for (let i = 0; i < length; i++) bytes.writeUInt32LE(values[i]!, at + 4 * i);
  return at + 4 * length;
}

/** Reads numbers into an array. */
function readWholes(bytes: Uint8Array, at: number, into: Uint32Array): void {
  const { length } = into;
  if (length >= few) {
    const all = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    all.set(bytes.subarray(at, at + into.byteLength));
  } else for (let i = 0; i < length; i++) into[i] = wholeAt(bytes, at + 4 * i);
}

/** Writes events, in several frames if they are many. */
export function writeEvents(wire: Frames, events: HardwareEvents, stream: number): void {
  const { timestamps, words } = events;
  const { length } = words;
  if (length > mostEvents) {
    for (let from = 0; from < length; from += mostEvents) {
      const to = Math.min(length, from + mostEvents);
      const piece = { timestamps: timestamps.subarray(from, to), words: words.subarray(from, to) };
      writeEvents(wire, piece, stream);
    }
    return;
  }
  if (length === 0) return;
  const at = wire.begin(headBytes + 8 * length);
  const { bytes } = wire;
  bytes[at] = kinds.events;
  bytes[at + 1] = 0;
  bytes.writeUInt16LE(stream, at + 2);
  bytes.writeUInt32LE(length, at + 4);
  writeWholes(bytes, writeWholes(bytes, at + headBytes, timestamps), words);
}

/**
 * Reads events, and hands them over.
 *
 * @throws DataError if they are none
 */
export function readEvents(
  bytes: Uint8Array,
  from: number,
  to: number,
  taker: { events(events: HardwareEvents, stream: number): void },
): void {
  expectBytes(to - from, headBytes, 'events');
  const length = wholeAt(bytes, from + 4);
  if (to - from !== headBytes + 8 * length) {
    throw new DataError(`${to - from} bytes do not hold ${length} events`);
  }
  const timestamps = wholes(length);
  const words = wholes(length);
  readWholes(bytes, from + headBytes, timestamps);
  readWholes(bytes, from + headBytes + 4 * length, words);
  taker.events({ timestamps, words }, bytes[from + 2]! | (bytes[from + 3]! << 8));
}

/** Asks to be told when a board time has come. */
export function writeAsked(wire: Frames, time: number): void {
  const at = wire.begin(headBytes);
  wire.bytes.writeUInt32LE(kinds.asked, at);
  wire.bytes.writeUInt32LE(time, at + 4);
}

/**
 * Reads the time that is asked for.
 *
 * @throws DataError if there is none
 */
export function readAsked(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== headBytes) throw new DataError(`${to - from} bytes do not ask for a time`);
  return wholeAt(bytes, from + 4);
}

/** Writes the counters that there are, and which they are before them. */
function writeCounts<Name extends string>(
  bytes: Buffer,
  at: number,
  given: Counts<Name>,
  names: readonly Name[],
): void {
  let there = 0;
  for (let i = 0; i < names.length; i++) {
    const count = given[names[i]!];
    if (count !== undefined) there |= 1 << i;
    bytes.writeDoubleLE(count ?? 0, at + 4 + 8 * i);
  }
  bytes.writeUInt32LE(there, at);
}

const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);

/** Reads the counters that there are; the others stay as they are. */
function readCounts<Name extends string>(
  bytes: Uint8Array,
  at: number,
  into: Counts<Name>,
  names: readonly Name[],
): void {
  const there = wholeAt(bytes, at);
  for (let i = 0; i < names.length; i++) {
    if ((there & (1 << i)) === 0) continue;
    for (let k = 0; k < 8; k++) numberBytes[k] = bytes[at + 4 + 8 * i + k]!;
    const count = number[0]!;
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new DataError(`statistics: ${names[i]} is ${count}; a whole number is needed`);
    }
    into[names[i]!] = count;
  }
}

/** What a board tells with each time that it has come to. */
export interface Told {
  /** What the link has counted. */
  readonly statistics: LinkStatistics;
  /** Senders whose counts have changed: how many there are, and then each. */
  readonly changed: number;
  next(): { readonly stream: number; readonly counts: SenderCounts };
}

/** Says that a board time has come, and what has been counted by then. */
export function writeReached(wire: Frames, time: number, told: Told): void {
  const { changed } = told;
  const at = wire.begin(sendersAt + senderBytes * changed);
  const { bytes } = wire;
  bytes.writeUInt32LE(kinds.reached, at);
  bytes.writeUInt32LE(time, at + 4);
  bytes.writeUInt32LE(changed, at + 8);
  writeCounts(bytes, at + countersAt, told.statistics, counters);
  for (let k = 0; k < changed; k++) {
    const { stream, counts } = told.next();
    const place = at + sendersAt + senderBytes * k;
    bytes.writeUInt32LE(stream, place);
    writeCounts(bytes, place + 4, counts, senderCounters);
  }
}

/**
 * Reads the board time that has come, and what has been counted by then.
 *
 * @param countsOf where the counts of a stream stand; undefined if it is no sender's
 * @throws DataError if it is no such frame
 */
export function readReached(
  bytes: Uint8Array,
  from: number,
  to: number,
  statistics: Counts<keyof LinkStatistics>,
  countsOf: (stream: number) => SenderCounts | undefined,
): number {
  expectBytes(to - from, sendersAt, 'statistics');
  const changed = wholeAt(bytes, from + 8);
  if (changed > mostSenders || to - from !== sendersAt + senderBytes * changed) {
    throw new DataError(`${to - from} bytes do not hold the counts of ${changed} senders`);
  }
  readCounts(bytes, from + countersAt, statistics, counters);
  for (let k = 0; k < changed; k++) {
    const place = from + sendersAt + senderBytes * k;
    const counts = countsOf(wholeAt(bytes, place));
    readCounts(bytes, place + 4, counts ?? nobody, senderCounters);
  }
  return wholeAt(bytes, from + 4);
}

/** Where counts go of streams that are no sender's. */
const nobody: SenderCounts = {};

function expectBytes(length: number, least: number, what: string): void {
  if (length < least) throw new DataError(`${length} bytes are less than ${what} have`);
}
