/** Reads XDF files as their bytes come, from the front: all their streams. */
import { DataError, InvalidArgumentError } from '../../errors.ts';
import type { StreamItem } from '../../events/series.ts';
import { freeNames } from '../../free-names.ts';
import { bytes as areBytes, type OptionTable, oneOf, soundOptions } from '../../options.ts';
import { within } from '../../problems.ts';
import type { RecordingDecoder } from '../recording/decoder.ts';
import type { RecordedItem, RecordedStream } from '../recording/streams.ts';
import {
  largestXdfChunk,
  variableLength,
  xdfBoundary,
  xdfFormats,
  xdfMagic,
  xdfTags,
  xdfValue,
  xmlElement,
} from './format.ts';
import { XdfStream, xdfStreamHeader } from './stream.ts';

/** How XDF files are read. */
export interface XdfReadOptions {
  /**
   * Whether times are those of the computer that recorded (`corrected`, if left out): between two measurements of a stream's clock
   * along the line between them, after the last by the last. Or as the streams have them (`recorded`).
   */
  readonly clock?: 'corrected' | 'recorded';
}

const table: OptionTable<XdfReadOptions> = { clock: oneOf(['corrected', 'recorded']) };

/** Whether bytes begin as XDF does. */
export function opensXdf(bytes: Uint8Array): boolean {
  return bytes.length >= xdfMagic.length && xdfMagic.every((byte, i) => bytes[i] === byte);
}

/**
 * Starts to read an XDF file, of Lab Streaming Layer's recorder or of others: numbers come as series, texts as marks. Its `skipped` counts what
 * was no sample: `damagedBytes` (skipped to the next boundary), `damagedChunks`, `unknownChunks`, `unknownStreams`, `raisedTimes` (times
 * that stepped back, and were raised to the one before), `cutOffBytes`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const encoder = xdfEncoder();
 * const bytes = [encoder.push({ stream: 'angle', item: series([0, 1000], [0.5, 1]) }), encoder.end()];
 * const decoder = xdfDecoder();
 * bytes.flatMap((part) => decoder.push(part)).concat(decoder.end()).length; // 1
 * ```
 */
export function xdfDecoder(options: XdfReadOptions = {}): RecordingDecoder {
  options = soundOptions('XDF cannot be read like this', options, table);
  return new Reader(options.clock !== 'recorded');
}

class Reader implements RecordingDecoder {
  readonly streams: Map<string, RecordedStream> = new Map<string, RecordedStream>();
  readonly skipped: Record<string, number> = {};
  about: Readonly<Record<string, unknown>> = {};
  readonly #corrected: boolean;
  readonly #byId = new Map<number, XdfStream>();
  readonly #freeName = freeNames((name) => this.streams.has(name));
  #parts: Uint8Array[] = [];
  #held = 0;
  /** Bytes that must be there before it is worth to look. */
  #need: number = xdfMagic.length;
  #opened = false;
  #broken: DataError | undefined;

  constructor(corrected: boolean) {
    this.#corrected = corrected;
  }

  push(bytes: Uint8Array): RecordedItem[] {
    if (this.#broken !== undefined) throw this.#broken;
    const problems = within('bytes', areBytes(bytes));
    if (problems.length > 0) throw new InvalidArgumentError('nothing can be read', problems);
    if (bytes.length > 0) {
      // A copy: whoever gave it may write to it again.
      this.#parts.push(new Uint8Array(bytes));
      this.#held += bytes.length;
    }
    return this.#held < this.#need ? [] : this.#read(false);
  }

  end(): RecordedItem[] {
    if (this.#broken !== undefined) throw this.#broken;
    const items = this.#read(true);
    for (const stream of this.#byId.values()) this.#give(items, stream, stream.rest());
    this.#skip('cutOffBytes', this.#held);
    this.#parts = [];
    this.#held = 0;
    return items;
  }

  readonly #skip = (reason: string, count = 1): void => {
    if (count > 0) this.skipped[reason] = (this.skipped[reason] ?? 0) + count;
  };

  /** All bytes that are held, in one piece. */
  #joined(): Uint8Array {
    if (this.#parts.length === 1) return this.#parts[0]!;
    const whole = new Uint8Array(this.#held);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#parts = [whole];
    return whole;
  }

  #read(whole: boolean): RecordedItem[] {
    const bytes = this.#joined();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const items: RecordedItem[] = [];
    let at = 0;
    if (!this.#opened) {
      if (!opensXdf(bytes)) {
        this.#broken = new DataError('this is no XDF file: it does not begin with XDF:');
        throw this.#broken;
      }
      this.#opened = true;
      at = xdfMagic.length;
    }
    for (;;) {
      const length = variableLength(view, at);
      const odd =
        length !== 'more' &&
        (length === undefined || length.value < 2 || length.value > largestXdfChunk);
      if (odd) {
        const next = this.#afterBoundary(bytes, at);
        if (next === undefined) {
          // The last of it may be the beginning of a boundary.
          const kept = whole ? bytes.length : Math.max(at, bytes.length - xdfBoundary.length + 1);
          this.#skip('damagedBytes', kept - at);
          at = kept;
          this.#need = bytes.length - at + xdfBoundary.length;
          break;
        }
        this.#skip('damagedBytes', next - at);
        at = next;
        continue;
      }
      if (length === 'more' || length === undefined) {
        this.#need = bytes.length - at + 1;
        break;
      }
      const end = length.end + length.value;
      if (end > bytes.length) {
        this.#need = end - at;
        break;
      }
      this.#chunk(items, view, bytes, length.end, end);
      at = end;
    }
    this.#parts = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#held = bytes.length - at;
    return items;
  }

  /** Where the next boundary ends, after `from`; undefined if there is none. */
  #afterBoundary(bytes: Uint8Array, from: number): number | undefined {
    const last = bytes.length - xdfBoundary.length;
    for (let at = from + 1; at <= last; at++) {
      if (xdfBoundary.every((byte, i) => bytes[at + i] === byte)) return at + xdfBoundary.length;
    }
    return undefined;
  }

  #give(into: RecordedItem[], { stream }: XdfStream, items: readonly StreamItem[]): void {
    for (const item of items) into.push({ stream: stream.name, item });
  }

  #chunk(items: RecordedItem[], view: DataView, bytes: Uint8Array, at: number, end: number): void {
    const tag = view.getUint16(at, true);
    const from = at + 2;
    if (tag === xdfTags.boundary) return;
    if (tag === xdfTags.fileHeader) {
      const version = xmlElement(decoded(bytes, from, end), 'version');
      this.about = { ...this.about, version };
      return;
    }
    if (tag < xdfTags.streamHeader || tag > xdfTags.streamFooter) this.#skip('unknownChunks');
    else if (from + 4 > end) this.#skip('damagedChunks');
    else if (tag === xdfTags.streamHeader) {
      this.#begin(view.getUint32(from, true), decoded(bytes, from + 4, end));
    } else this.#streamChunk(items, view, bytes, tag, from, end);
  }

  /** A chunk of a stream: samples, a measurement of its clock, or its footer. */
  #streamChunk(
    items: RecordedItem[],
    view: DataView,
    bytes: Uint8Array,
    tag: number,
    from: number,
    end: number,
  ): void {
    const stream = this.#byId.get(view.getUint32(from, true));
    if (stream === undefined) this.#skip('unknownStreams');
    else if (tag === xdfTags.samples) {
      if (!readSamples(stream, view, bytes, from + 4, end)) this.#skip('damagedChunks');
      this.#give(items, stream, stream.ready());
    } else if (tag === xdfTags.clockOffset) {
      const whole = from + 20 <= end;
      const [time, value] = whole
        ? [view.getFloat64(from + 4, true), view.getFloat64(from + 12, true)]
        : [Number.NaN, Number.NaN];
      if (Number.isFinite(time + value)) this.#give(items, stream, stream.offset(time, value));
      else this.#skip('damagedChunks');
    }
  }

  #begin(id: number, xml: string): void {
    const header = xdfStreamHeader(xml);
    if (header === undefined) this.#skip('damagedChunks');
    if (header === undefined || this.#byId.has(id)) return;
    const name = this.#freeName(header.name);
    const stream = new XdfStream(header, name, this.#corrected, this.#skip);
    this.#byId.set(id, stream);
    this.streams.set(name, stream.stream);
  }
}

function decoded(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder().decode(bytes.subarray(from, to));
}

/** Reads the samples of a chunk; gives whether it holds as many as it says. */
function readSamples(
  stream: XdfStream,
  view: DataView,
  bytes: Uint8Array,
  from: number,
  end: number,
): boolean {
  const count = variableLength(view, from);
  if (count === undefined || count === 'more') return false;
  const { channels, format, rate } = stream.header;
  const size = xdfFormats[format];
  let at = count.end;
  for (let i = 0; i < count.value; i++) {
    if (at >= end) return false;
    const stamped = view.getUint8(at++) !== 0;
    if (at + (stamped ? 8 : 0) + Math.max(1, size) * channels > end) return false;
    const time = stamped ? view.getFloat64(at, true) : stream.newest + (rate > 0 ? 1 / rate : 0);
    if (stamped) at += 8;
    if (!Number.isFinite(time)) return false;
    stream.newest = time;
    if (format !== 'string') {
      stream.sample(time);
      for (let c = 0; c < channels; c++, at += size) stream.value(xdfValue(view, at, format));
      continue;
    }
    const texts: string[] = [];
    for (let c = 0; c < channels; c++) {
      const length = variableLength(view, at);
      if (length === undefined || length === 'more' || length.end + length.value > end)
        return false;
      at = length.end + length.value;
      texts.push(decoded(bytes, length.end, at));
    }
    stream.label(time, texts);
  }
  return true;
}
