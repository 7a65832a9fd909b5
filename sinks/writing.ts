/** How items become bytes of a format, and bytes go where they are kept. */
import type { OperatorFunction, Subscriber } from 'rxjs';
import { oneAtATime } from '../operators/one-at-a-time.ts';
import { type Clock, systemClock } from '../src/clock.ts';
import type { Codec } from '../src/codecs/codec.ts';
import { codecNamed } from '../src/codecs/decode.ts';
import { type RecordingEncoder, recordingEncoder } from '../src/codecs/recording/encoder.ts';
import { codecs } from '../src/codecs/table.ts';
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
  /** How long a recording keeps what has come before it is written, seconds: what is lost at most if the process is killed; 50 ms if left out. */
  readonly flushEvery?: number;
  /** Clock that tells it; the machine's if left out. */
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

function writableText(): string {
  const names = codecs.filter(({ encoder }) => encoder !== undefined).map(({ name }) => name);
  return `${names.join(', ')} can be written`;
}

/** Where bytes go. */
export interface ByteOutput {
  /** Takes bytes; throws if it cannot. */
  write(bytes: Uint8Array): void;
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
 * Makes a sink of what `open` gives. What comes before it is open waits; when the stream ends, errs or is left, what is whole has been
 * written and it is closed.
 */
export function writing(
  config: WriteConfig & { readonly format: string },
  open: () => ByteOutput | Promise<ByteOutput>,
): OperatorFunction<StreamItem, WriteReport> {
  const { flushEvery = 0.05, clock = systemClock, format } = config;
  return oneAtATime<StreamItem, WriteReport>((subscriber) => {
    const encoder = itemEncoder(config);
    const output = opened(open, subscriber);
    let [items, count] = [0, 0];
    let timer: { unsubscribe(): void } | undefined;
    let ended = false;
    /** Writes what is held back a while after it has come. */
    const flushLater = (): void => {
      if (timer !== undefined || !encoder.holds) return;
      timer = clock.schedule(() => {
        timer = undefined;
        if (!ended) output.write(encoder.flush());
      }, flushEvery * 1000);
    };
    const end = (then: () => void): void => {
      if (ended) return;
      ended = true;
      timer?.unsubscribe();
      output.end(() => encoder.end(), then);
    };
    subscriber.add(() => end(() => {}));
    return {
      next(item) {
        const bytes = encoder.push(item);
        items++;
        count += itemLength(item);
        output.write(bytes);
        flushLater();
      },
      complete() {
        end(() => {
          subscriber.next({ format, bytes: output.bytes, items, count });
          subscriber.complete();
        });
      },
    };
  });
}

/** An output that may not be open yet. */
interface Opened {
  readonly bytes: number;
  write(bytes: Uint8Array): void;
  /** Writes the last bytes and closes, then calls `then` unless something fails. */
  end(last: () => Uint8Array, then: () => void): void;
}

function opened(
  open: () => ByteOutput | Promise<ByteOutput>,
  subscriber: Subscriber<WriteReport>,
): Opened {
  let output: ByteOutput | undefined;
  let waiting: Uint8Array[] = [];
  let whenOpen: (() => void) | undefined;
  let bytes = 0;
  let failed = false;
  const attempt = (work: () => void): void => {
    if (failed) return;
    try {
      work();
    } catch (cause) {
      failed = true;
      subscriber.error(cause);
    }
  };
  const put = (some: Uint8Array): void => {
    if (some.length === 0) return;
    bytes += some.length;
    if (output === undefined) waiting.push(some);
    else output.write(some);
  };
  const begin = (given: ByteOutput): void =>
    attempt(() => {
      output = given;
      const held = waiting;
      waiting = [];
      for (const some of held) output.write(some);
      whenOpen?.();
    });
  attempt(() => {
    const given = open();
    if (!(given instanceof Promise)) begin(given);
    else
      given.then(begin, (cause: unknown) =>
        attempt(() => {
          throw cause;
        }),
      );
  });
  return {
    get bytes() {
      return bytes;
    },
    write: (some) => attempt(() => put(some)),
    end(last, then) {
      const finish = (): void => {
        try {
          put(last());
        } finally {
          output!.close();
        }
        then();
      };
      if (output !== undefined) attempt(finish);
      else whenOpen = finish;
    },
  };
}
