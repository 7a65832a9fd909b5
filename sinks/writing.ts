/** How items become bytes of a format, and bytes go where they are kept. */
import type { OperatorFunction } from 'rxjs';
import { oneAtATime } from '../operators/one-at-a-time.ts';
import { type Clock, systemClock } from '../src/clock.ts';
import type { Codec } from '../src/codecs/codec.ts';
import { codecNamed } from '../src/codecs/decode.ts';
import { type RecordingEncoder, recordingEncoder } from '../src/codecs/recording/encoder.ts';
import { codecs } from '../src/codecs/table.ts';
import { type Gate, gate } from '../src/demand.ts';
import { DataError, InvalidArgumentError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { itemLength } from '../src/events/items.ts';
import { itemKind, type StreamItem } from '../src/events/series.ts';
import { anything, having, number, type OptionTable, text } from '../src/options.ts';
import { fault, type Problem, within } from '../src/problems.ts';

/** How items are written. */
export interface WriteConfig {
  /** Name of the format: `dat`, `evt3`, `spk`, …; of a file by the ending of its name if left out. */
  readonly format?: string;
  /** Options of the format's encoder. */
  readonly options?: object;
  /** Name of the stream in a recording; what it holds (`events`, `raster`, …) if left out. */
  readonly stream?: string;
  /** Longest time between receiving and writing an item of a recording, seconds: the most that is lost if the process is killed; 50 ms if left out. */
  readonly flushEvery?: number;
  /** Clock of `flushEvery`; the machine's if left out. */
  readonly clock?: Clock;
}

/** Checks of {@link WriteConfig}. */
export const writeTable: OptionTable<WriteConfig> = {
  format: text,
  options: anything,
  stream: text,
  flushEvery: number({ above: 0, max: 3600, unit: 'seconds' }),
  clock: having('a clock', 'now', 'schedule'),
};

/** What has been written, once the stream has ended. */
export interface WriteReport {
  /** Name of the format. */
  readonly format: string;
  /** Bytes written. */
  readonly bytes: number;
  /** Packets, rasters, series or marks written. */
  readonly items: number;
  /** Their events, bins, samples or marks. */
  readonly count: number;
}

/** Formats whose files usually have a name that ends like this one. */
export function formatsOf(name: string): readonly Codec[] {
  const ending = /\.([^./\\]+)$/.exec(name.toLowerCase())?.[1];
  return codecs.filter(
    ({ extensions, encoder }) =>
      encoder !== undefined && ending !== undefined && extensions.includes(ending),
  );
}

/** Lists why nothing can be written like this. */
export function writeProblems({ format, options, stream }: WriteConfig): Problem[] {
  if (format === undefined) return [fault('format', 'missing', writableText())];
  try {
    const { encoder } = codecNamed(format);
    if (encoder === undefined) {
      return [fault('format', 'unsupported', `${format} can only be read; ${writableText()}`)];
    }
    encoder(options);
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) return within('', cause.problems);
    throw cause;
  }
  if (stream === undefined || format === 'spk') return [];
  return [fault('stream', 'conflict', `${format} has one stream; recordings (spk) have names`)];
}

/** Names of all formats that can be written, in words. */
export function writableText(): string {
  const names = codecs.filter(({ encoder }) => encoder !== undefined).map(({ name }) => name);
  return `${names.join(', ')} can be written`;
}

/** Where bytes go. */
export interface ByteOutput {
  /** Takes bytes, and only then makes what was not there; throws if it cannot. */
  write(bytes: Uint8Array): void;
  /** Whether no more should come for now. */
  readonly full?: boolean;
  /** Ends. */
  close(): void;
}

/** Makes items bytes. */
interface ItemEncoder {
  push(item: StreamItem): Uint8Array;
  end(): Uint8Array;
  /** Gives what is held back; nothing if the format holds nothing back. */
  flush(): Uint8Array;
  /** Whether anything is held back. */
  readonly holds: boolean;
}

const nothing = new Uint8Array(0);

function itemEncoder({ format, options, stream }: WriteConfig): ItemEncoder {
  if (format === 'spk') return recordingOf(options as { readonly about?: object }, stream);
  const encoder = codecNamed(format!).encoder!(options);
  return {
    holds: false,
    push(item) {
      if (itemKind(item) === 'events') return encoder.push(item as AerPacket);
      throw new DataError(
        `${format} holds events, and this is a stream of ${itemKind(item) ?? 'something else'}; write it as a recording (spk)`,
      );
    },
    end: () => encoder.end(),
    flush: () => nothing,
  };
}

/** A recording whose one stream is of the kind of its first item. */
function recordingOf(options: { readonly about?: object } = {}, stream?: string): ItemEncoder {
  let name = stream;
  let recording: RecordingEncoder | undefined;
  const begin = (kind: 'events' | NonNullable<ReturnType<typeof itemKind>>): RecordingEncoder => {
    name ??= kind;
    return recordingEncoder({ streams: [{ name, kind }], ...(options as object) });
  };
  return {
    get holds() {
      return (recording?.waiting ?? 0) > 0;
    },
    push(item) {
      const kind = itemKind(item);
      if (kind === undefined) throw new DataError('this is no packet, raster, series or marks');
      recording ??= begin(kind);
      return recording.push({ stream: name!, item });
    },
    end: () => (recording ?? begin('events')).end(),
    flush: () => recording?.flush() ?? nothing,
  };
}

/**
 * Makes a sink of the output that `open` gives, which may close and open the gate that sources wait at. Items that come before
 * it is open wait. When the stream completes, errors or is left, what is whole has been written and the output is closed. A stream
 * that errors or is left before its first item writes nothing.
 */
export function writing(
  config: WriteConfig & { readonly format: string },
  open: (demand: Gate) => Promise<ByteOutput>,
): OperatorFunction<StreamItem, WriteReport> {
  const { flushEvery = 0.05, clock = systemClock, format } = config;
  return oneAtATime<StreamItem, WriteReport>((subscriber) => {
    const demand = gate();
    const waiting: StreamItem[] = [];
    let file: EncodedFile | undefined;
    let timer: { unsubscribe(): void } | undefined;
    /** What is done with the file once the stream is over; undefined while it runs. */
    let over: ((file: EncodedFile) => void) | undefined;

    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (cause) {
        subscriber.error(cause);
      }
    };
    /** Writes what is held back a while after it has come. */
    const flushLater = (): void => {
      if (timer !== undefined || file?.encoder.holds !== true) return;
      timer = clock.schedule(() => {
        timer = undefined;
        if (over === undefined) attempt(() => file!.flush());
      }, flushEvery * 1000);
    };
    const put = (item: StreamItem): void => {
      file!.push(item);
      flushLater();
    };
    const end = (close: (file: EncodedFile) => void): void => {
      if (over !== undefined) return;
      over = close;
      timer?.unsubscribe();
      if (file !== undefined) attempt(() => close(file!));
    };
    const begin = (output: ByteOutput): void => {
      file = encodedFile(itemEncoder(config), output);
      try {
        for (const item of waiting.splice(0)) put(item);
      } catch (cause) {
        over = left;
        subscriber.error(cause);
      }
      if (over !== undefined) attempt(() => over!(file!));
      demand.set(output.full !== true);
    };
    demand.set(false);
    Promise.resolve(codecNamed(format).ready?.())
      .then(() => open(demand))
      .then(begin)
      .catch((cause: unknown) => subscriber.error(cause));
    subscriber.add(() => end(left));
    return {
      demand,
      next(item) {
        if (file === undefined) waiting.push(item);
        else put(item);
      },
      complete() {
        end((whole) => {
          whole.complete();
          subscriber.next({ format, ...whole.report });
          subscriber.complete();
        });
      },
    };
  });
}

/** What is done with the file of a stream that did not complete. */
const left = (file: EncodedFile): void => file.abandon();

/** Items on their way through an encoder to where they are kept. */
interface EncodedFile {
  readonly encoder: ItemEncoder;
  readonly report: { readonly bytes: number; readonly items: number; readonly count: number };
  push(item: StreamItem): void;
  flush(): void;
  /** Writes the last bytes, also of no item at all, and closes; closes also if something fails. */
  complete(): void;
  /** The same of a stream that did not complete: of no item, nothing is written. */
  abandon(): void;
}

function encodedFile(encoder: ItemEncoder, output: ByteOutput): EncodedFile {
  let [bytes, items, count] = [0, 0, 0];
  let closed = false;
  const write = (some: Uint8Array): void => {
    if (some.length === 0) return;
    bytes += some.length;
    output.write(some);
  };
  const close = (last: () => void): void => {
    if (closed) return;
    closed = true;
    try {
      last();
    } finally {
      output.close();
    }
  };
  const writeLast = (): void => write(encoder.end());
  return {
    encoder,
    get report() {
      return { bytes, items, count };
    },
    push(item) {
      if (closed) return;
      write(encoder.push(item));
      items++;
      count += itemLength(item);
    },
    flush: () => write(encoder.flush()),
    complete: () => close(writeLast),
    abandon: () => close(items > 0 ? writeLast : () => {}),
  };
}
