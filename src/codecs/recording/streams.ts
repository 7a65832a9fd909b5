/** The streams of a recording: what they are, and how the items of each are written. */
import { Packr } from 'msgpackr/pack';
import { DataError } from '../../errors.ts';
import { packetFault } from '../../events/aer-packet.ts';
import { binStart, chunkEnd } from '../../events/bins.ts';
import { checkMsgpack } from '../../events/msgpack-check.ts';
import {
  type ItemKind,
  itemKind,
  marksProblems,
  type StreamItem,
  seriesProblems,
} from '../../events/series.ts';
import { gridProblems, rasterProblems, type SignalRaster } from '../../events/spike-raster.ts';
import { decodeWire, encodeWire, itemMessage, itemOf } from '../../events/wire.ts';
import { type Check, number, type OptionTable, oneOf, options, text } from '../../options.ts';
import { type Problem, problem, problemText } from '../../problems.ts';
import { largestControl } from './chunk.ts';

/** The clock that the times of a stream are read from. */
export interface RecordedClock {
  /** Whose clock it is: `host`, `board`, `camera`. */
  readonly name: string;
  /** Length of a tick, seconds: 1e-6 for the whole microseconds of packets. */
  readonly unit: number;
  /** What to add to a time of this clock for one of the recording, in ticks. */
  readonly offset: number;
}

/** What was lost on the way, since it was last said. */
export interface LossReport {
  /** When it was counted, whole microseconds. */
  readonly time: number;
  /** How much, by reason. */
  readonly byReason: Readonly<Record<string, number>>;
}

/** What a stream of a recording holds. */
export type RecordedKind = ItemKind | 'losses';

/** A stream as it is announced. */
export interface RecordedStreamConfig {
  /** Its name, which no other stream has. */
  readonly name: string;
  /** What it holds. */
  readonly kind: RecordedKind;
  /** Its clock; one of whole microseconds named `host` if left out. */
  readonly clock?: RecordedClock;
}

/** A stream of a recording. */
export type RecordedStream = Required<RecordedStreamConfig>;

/** An item of a recording and the stream that it belongs to. */
export interface RecordedItem {
  /** Name of the stream. */
  readonly stream: string;
  /** A packet, raster, series, marks, or a report of losses. */
  readonly item: StreamItem | LossReport;
}

/** What the header of a recording says. */
export interface RecordingHeader {
  /** Streams that begin with this header, by number. */
  readonly streams: ReadonlyMap<number, RecordedStream>;
  /** Whatever else the writer had to say: seeds, versions, names. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** Clock of a stream that names none. */
export const hostClock: RecordedClock = { name: 'host', unit: 1e-6, offset: 0 };

const kinds: readonly RecordedKind[] = ['events', 'raster', 'signals', 'series', 'marks', 'losses'];

const clockTable: OptionTable<RecordedClock> = {
  name: text,
  unit: number({ above: 0, unit: 'seconds' }),
  offset: number(),
};

/** Checks of a clock. */
export const clockCheck: Check = options(clockTable, 'name', 'unit', 'offset');

/** Checks of an announced stream. */
export const streamTable: OptionTable<RecordedStreamConfig> = {
  name: text,
  kind: oneOf(kinds),
  clock: clockCheck,
};

const streamCheck = options(streamTable, 'name', 'kind', 'clock');
const packr = new Packr({ moreTypes: true, useRecords: false, copyBuffers: true });
const what = 'spikeline recording';

/**
 * Writes what a header says.
 *
 * @throws DataError if it is too large
 */
export function encodeHeader({ streams, about }: RecordingHeader): Uint8Array {
  const list = [...streams].map(([id, stream]) => ({ id, ...stream }));
  const body = packed({ what, streams: list, about });
  if (body.length > largestControl) {
    throw new DataError(
      `what is said about this recording takes ${body.length} bytes; ${largestControl} are allowed`,
    );
  }
  return Uint8Array.from(body);
}

function packed(said: object): Uint8Array {
  try {
    return packr.pack(said);
  } catch (cause) {
    throw new DataError('what is said about this recording cannot be written', { cause });
  }
}

/** Reads MessagePack that came from outside; undefined if it cannot be read. */
function unpacked(body: Uint8Array): unknown {
  if (body.length > largestControl) return undefined;
  try {
    checkMsgpack(body);
    return packr.unpack(body);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  );
}

/** Reads what a header says; undefined if it says nothing that is understood. */
export function decodeHeader(body: Uint8Array): RecordingHeader | undefined {
  const said = unpacked(body);
  if (!isObject(said) || said['what'] !== what || !Array.isArray(said['streams'])) return undefined;
  const streams = new Map<number, RecordedStream>();
  for (const one of said['streams'] as readonly unknown[]) {
    if (!isObject(one)) return undefined;
    const { id, ...stream } = one;
    const sound = Number.isInteger(id) && Number(id) >= 0 && Number(id) <= mostStreams;
    if (!sound || streamCheck(stream).length > 0) return undefined;
    streams.set(Number(id), stream as unknown as RecordedStream);
  }
  return { streams, about: isObject(said['about']) ? said['about'] : {} };
}

/** Largest number of a stream. */
export const mostStreams = 65_535;

/** What an item is; undefined if a recording cannot hold it. */
export function recordedKind(item: unknown): RecordedKind | undefined {
  if (!isObject(item)) return undefined;
  return isLosses(item) ? 'losses' : itemKind(item);
}

function isLosses(item: unknown): item is LossReport {
  if (!isObject(item) || !Number.isSafeInteger(item['time'])) return false;
  const { byReason } = item;
  if (!isObject(byReason)) return false;
  return Object.values(byReason).every(
    (count) => Number.isSafeInteger(count) && Number(count) >= 0,
  );
}

/** What is wrong with an item of a kind, as far as a recording relies on it; undefined if nothing is. */
export function itemFault(item: unknown, kind: RecordedKind): string | undefined {
  const problems = kind === 'events' ? [packetFault(item)] : itemProblems[kind](item as never);
  const found = problems.find((one) => one !== undefined);
  return found === undefined ? undefined : problemText(found);
}

/** What is wrong with items of each kind but events. */
const itemProblems: Readonly<
  Record<Exclude<RecordedKind, 'events'>, (item: never) => readonly Problem[]>
> = {
  raster: rasterProblems,
  signals: (signals: SignalRaster) => {
    const problems = gridProblems(signals);
    const size = signals.steps * signals.channels;
    if (problems.length > 0 || signals.values.length === size) return problems;
    const needed = `${signals.steps}×${signals.channels} values are needed`;
    return [problem('values.length', 'wrong-shape', signals.values.length, needed)];
  },
  series: seriesProblems,
  marks: marksProblems,
  losses: () => [],
};

/** From when to when an item is, whole microseconds. */
export function spanOf(item: StreamItem | LossReport): readonly [from: number, until: number] {
  if ('time' in item) return [item.time, item.time];
  if ('dt' in item) return [item.startTime, chunkEnd(item)];
  return [item.timestamps[0] ?? item.until, item.until];
}

/** Events, samples or marks, and values of rasters, in one message at most. */
const most = { times: 65_536, values: 2 ** 18, labels: 4096 } as const;

/** Cuts an item into parts that a chunk can hold; together they are the item. */
function* parts(item: StreamItem): Generator<StreamItem> {
  if ('dt' in item) {
    const rows = Math.max(1, Math.floor(most.values / item.channels));
    if (item.steps <= rows) return yield item;
    for (let step = 0; step < item.steps; step += rows) {
      const steps = Math.min(rows, item.steps - step);
      const { channels, dt } = item;
      const grid = { channels, dt, steps, startTime: binStart(step, dt, item.startTime) };
      const [from, to] = [step * channels, (step + steps) * channels];
      yield 'counts' in item
        ? { ...grid, counts: item.counts.subarray(from, to) }
        : { ...grid, values: item.values.subarray(from, to) };
    }
    return;
  }
  const { timestamps } = item;
  const width = 'channels' in item ? item.channels : 1;
  const atOnce =
    'labels' in item
      ? most.labels
      : Math.max(1, Math.floor(most.times / Math.min(width, most.times)));
  if (timestamps.length <= atOnce) return yield item;
  for (let from = 0; from < timestamps.length; from += atOnce) {
    const to = Math.min(from + atOnce, timestamps.length);
    const times = timestamps.subarray(from, to);
    const until = to === timestamps.length ? item.until : times.at(-1)!;
    if ('addresses' in item) {
      const { space, addresses } = item;
      yield { timestamps: times, addresses: addresses.subarray(from, to), space, until };
    } else if ('labels' in item) {
      yield { timestamps: times, labels: item.labels.slice(from, to), until };
    } else {
      const values = item.values.subarray(from * width, to * width);
      yield { timestamps: times, values, channels: width, until };
    }
  }
}

/** Refuses times that fall: what reads a recording relies on their order. */
function refuseDisorder({ timestamps, until }: { timestamps: Float64Array; until: number }): void {
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < timestamps.length; i++) {
    const time = timestamps[i]!;
    if (!(time >= last)) {
      throw new DataError(
        `time ${i} is ${time} µs after ${last} µs; a recording holds what is sorted by time`,
      );
    }
    last = time;
  }
  if (!(until >= last))
    throw new DataError(`until is ${until} µs, before the last time ${last} µs`);
}

/** Writes an item as messages, each with the time at which it begins and ends. */
export function* encodeItem(
  item: StreamItem | LossReport,
  stream: number,
  sequence: () => number,
): Generator<{ readonly bytes: Uint8Array; readonly from: number; readonly until: number }> {
  if ('time' in item) {
    const { time, byReason } = item;
    const body = { time, byReason };
    const bytes = encodeWire({ kind: 'control', stream, sequence: sequence(), body });
    if (bytes.length > largestControl)
      throw new DataError('a report of losses has too many reasons');
    return yield { bytes, from: time, until: time };
  }
  if ('timestamps' in item) refuseDisorder(item);
  for (const part of parts(item)) {
    const [from, until] = spanOf(part);
    yield { bytes: encodeWire(itemMessage(part, { stream, sequence: sequence() })), from, until };
  }
}

/**
 * Reads an item of a kind from its message.
 *
 * @throws DataError if it is none
 */
export function decodeItem(bytes: Uint8Array, kind: RecordedKind): StreamItem | LossReport {
  if (kind === 'losses' && bytes.length > largestControl) throw new DataError('too large');
  const message = decodeWire(bytes);
  if (message.kind !== 'control') {
    if (message.kind !== kind) throw new DataError(`${message.kind} stand in a stream of ${kind}`);
    return itemOf(message);
  }
  if (kind !== 'losses' || !isLosses(message.body)) {
    throw new DataError(`something else stands in a stream of ${kind}`);
  }
  return message.body;
}
