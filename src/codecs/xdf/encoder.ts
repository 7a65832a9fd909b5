/** Writes streams of any kind as an XDF file. */
import { DataError } from '../../errors.ts';
import { binStart } from '../../events/bins.ts';
import type { StreamItem } from '../../events/series.ts';
import { having, refuse } from '../../options.ts';
import { shown, within } from '../../problems.ts';
import {
  hostClock,
  itemFault,
  type LossReport,
  type RecordedClock,
  type RecordedItem,
  type RecordedKind,
  recordedKind,
} from '../recording/streams.ts';
import { type XdfFormat, xdfBoundary, xdfFormats, xdfMagic, xdfTags, xmlText } from './format.ts';

/** Writes an XDF file. */
export interface XdfEncoder {
  /**
   * Gives the bytes of an item, with the header of its stream before its first.
   *
   * @throws DataError if it is no item, or another one than its stream has
   */
  push(item: RecordedItem): Uint8Array;
  /** Gives the footers. Nothing may be pushed after it. */
  end(): Uint8Array;
}

/** Rows of a chunk at most. */
const mostRows = 16_384;
/** Bytes between two boundaries, at least. */
const boundaryEvery = 2 ** 20;

const areClocks = having('a Map of clocks by streams', 'get');

/** A stream that is written. */
interface Written {
  readonly id: number;
  readonly kind: RecordedKind;
  readonly channels: number;
  readonly format: XdfFormat;
  count: number;
  first: number;
  last: number;
}

/** Samples of an item: times in seconds, and what each holds. */
interface Rows {
  readonly count: number;
  time(row: number): number;
  readonly values: ArrayLike<number> | undefined;
  readonly labels: readonly string[] | undefined;
}

/**
 * Starts to write an XDF file. Events become one channel of addresses, rasters and signals a sample for each step, marks
 * and losses texts; a clock that is not the host's, its offset. Times are seconds.
 *
 * @param clocks clocks of streams by name; the host's if left out
 * @throws InvalidArgumentError if the clocks are none
 * @example
 * ```ts
 * const encoder = xdfEncoder();
 * const bytes = encoder.push({ stream: 'marks', item: marks([1000], ['go']) });
 * new TextDecoder().decode(bytes.subarray(0, 4)); // 'XDF:'
 * ```
 */
export function xdfEncoder(clocks: ReadonlyMap<string, RecordedClock> = new Map()): XdfEncoder {
  refuse('nothing can be written as XDF', () => within('clocks', areClocks(clocks)));
  const written = new Map<string, Written>();
  let begun = false;
  let ended = false;
  let since = 0;
  const opening = (): Uint8Array[] => {
    if (begun) return [];
    begun = true;
    const xml = '<?xml version="1.0"?><info><version>1.0</version></info>';
    return [xdfMagic, chunk(xdfTags.fileHeader, encoded(xml))];
  };
  return {
    push({ stream, item }) {
      if (ended) throw new DataError('the XDF file has ended');
      const kind = recordedKind(item);
      const fault = kind === undefined ? 'it is of no kind' : itemFault(item, kind);
      if (kind === undefined || fault !== undefined) {
        throw new DataError(`this item cannot be in an XDF file: ${fault}`);
      }
      const parts = opening();
      let own = written.get(stream);
      if (own === undefined) {
        const clock = clocks.get(stream) ?? hostClock;
        own = begin(written.size + 1, kind, item);
        written.set(stream, own);
        parts.push(streamHeader(stream, own, item, clock), clockChunk(own, item, clock));
      }
      const rows = rowsOf(item);
      const width = 'channels' in item ? item.channels : 1;
      if (own.kind !== kind || own.channels !== width) {
        throw new DataError(
          `${kind} of ${width} channels cannot be in ${shown(stream)}, a stream of ${own.kind} of ${own.channels}`,
        );
      }
      for (let from = 0; from < rows.count; from += mostRows) {
        parts.push(samples(own, rows, from, Math.min(rows.count, from + mostRows)));
      }
      const bytes = joined(parts);
      since += bytes.length;
      if (since < boundaryEvery) return bytes;
      since = 0;
      return joined([bytes, chunk(xdfTags.boundary, xdfBoundary)]);
    },
    end() {
      if (ended) return new Uint8Array(0);
      const parts = opening();
      ended = true;
      for (const { id, count, first, last } of written.values()) {
        const times =
          count === 0
            ? ''
            : `<first_timestamp>${first}</first_timestamp><last_timestamp>${last}</last_timestamp>`;
        const xml = `<?xml version="1.0"?><info>${times}<sample_count>${count}</sample_count></info>`;
        parts.push(chunk(xdfTags.streamFooter, joined([u32(id), encoded(xml)])));
      }
      return joined(parts);
    },
  };
}

function begin(id: number, kind: RecordedKind, item: StreamItem | LossReport): Written {
  const large = 'addresses' in item && largestAddress(item.space) >= 2 ** 31;
  const formats: Readonly<Record<RecordedKind, XdfFormat>> = {
    events: large ? 'double64' : 'int32',
    raster: 'int32',
    signals: 'double64',
    series: 'double64',
    marks: 'string',
    losses: 'string',
  };
  const channels = 'channels' in item ? item.channels : 1;
  return { id, kind, channels, format: formats[kind], count: 0, first: 0, last: 0 };
}

function largestAddress(space: { readonly kind: string; readonly channels?: number }): number {
  // Words and pixels may take all bits.
  return space.kind === 'channels' ? space.channels! - 1 : 2 ** 32 - 1;
}

const types: Readonly<Record<RecordedKind, string>> = {
  events: 'Spikes',
  raster: 'SpikeCounts',
  signals: 'Signals',
  series: 'Signals',
  marks: 'Markers',
  losses: 'Losses',
};

function streamHeader(
  name: string,
  { id, kind, channels, format }: Written,
  item: StreamItem | LossReport,
  { name: clock }: RecordedClock,
): Uint8Array {
  const rate = 'dt' in item ? 1 / item.dt : 0;
  const space =
    'space' in item
      ? `<spikeline_space>${xmlText(JSON.stringify(item.space))}</spikeline_space>`
      : '';
  const xml =
    `<?xml version="1.0"?><info><name>${xmlText(name)}</name><type>${types[kind]}</type>` +
    `<channel_count>${channels}</channel_count><nominal_srate>${rate}</nominal_srate>` +
    `<channel_format>${format}</channel_format><source_id>spikeline</source_id>` +
    `<desc><clock>${xmlText(clock)}</clock>${space}</desc></info>`;
  return chunk(xdfTags.streamHeader, joined([u32(id), encoded(xml)]));
}

/** What to add to the times of a clock; 0 for that of the recording, since readers of others warn of streams without. */
function clockChunk(
  { id }: Written,
  item: StreamItem | LossReport,
  { offset, unit }: RecordedClock,
): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  const rows = rowsOf(item);
  view.setUint32(0, id, true);
  view.setFloat64(4, rows.count > 0 ? rows.time(0) : 0, true);
  view.setFloat64(12, offset * unit, true);
  return chunk(xdfTags.clockOffset, bytes);
}

function rowsOf(item: StreamItem | LossReport): Rows {
  if ('byReason' in item) {
    const label = JSON.stringify(item.byReason);
    return { count: 1, time: () => item.time / 1e6, values: undefined, labels: [label] };
  }
  if ('steps' in item) {
    const { steps: count, dt, startTime } = item;
    const values = 'counts' in item ? item.counts : item.values;
    return { count, time: (row) => binStart(row, dt, startTime) / 1e6, values, labels: undefined };
  }
  const { timestamps } = item;
  const time = (row: number): number => timestamps[row]! / 1e6;
  const count = timestamps.length;
  if ('labels' in item) return { count, time, values: undefined, labels: item.labels };
  const values = 'addresses' in item ? item.addresses : item.values;
  return { count, time, values, labels: undefined };
}

function samples(own: Written, rows: Rows, from: number, to: number): Uint8Array {
  const { id, channels, format } = own;
  const texts = rows.labels?.slice(from, to).map(encoded);
  const size = xdfFormats[format];
  const body =
    texts?.reduce((sum, text) => sum + 5 + text.length, 0) ?? (to - from) * channels * size;
  const bytes = new Uint8Array(4 + 5 + (to - from) * 9 + body);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, id, true);
  view.setUint8(4, 4);
  view.setUint32(5, to - from, true);
  let at = 9;
  for (let row = from; row < to; row++) {
    const time = rows.time(row);
    if (own.count++ === 0) own.first = time;
    own.last = time;
    view.setUint8(at, 8);
    view.setFloat64(at + 1, time, true);
    at += 9;
    if (texts !== undefined) {
      const text = texts[row - from]!;
      view.setUint8(at, 4);
      view.setUint32(at + 1, text.length, true);
      bytes.set(text, at + 5);
      at += 5 + text.length;
      continue;
    }
    for (let c = 0; c < channels; c++, at += size) {
      const value = rows.values![row * channels + c]!;
      if (format === 'int32') view.setInt32(at, value, true);
      else view.setFloat64(at, value, true);
    }
  }
  return chunk(xdfTags.samples, bytes);
}

function chunk(tag: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(7 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 4);
  view.setUint32(1, content.length + 2, true);
  view.setUint16(5, tag, true);
  bytes.set(content, 7);
  return bytes;
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
