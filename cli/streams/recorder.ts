/** Several streams of one run in one recording. */
import { type MonoTypeOperatorFunction, pipe, Subject, takeUntil, tap } from 'rxjs';
import { recordingEncoder } from 'spikeline/codecs';
import { itemKind, type StreamItem } from 'spikeline/events';
import { openWriter } from 'spikeline/files';

/** How long what has come is kept before it is written, milliseconds. */
const flushEvery = 50;

/** A recording that is being written. */
export interface Recorder {
  /** Writes what passes, as a stream of that name. */
  of<Item extends StreamItem>(name: string): MonoTypeOperatorFunction<Item>;
  /** Writes what is held, with what was lost, and ends. */
  close(losses: Readonly<Record<string, number>>): void;
}

/** Starts a recording. @throws StorageError if it cannot be written */
export function recorder(path: string, about: Readonly<Record<string, unknown>>): Recorder {
  const encoder = recordingEncoder({ about });
  const writer = openWriter(path, { as: 'growing' });
  let closed = false;
  let newest = 0;
  let failed = false;
  /** Errs if what is held cannot be written while nothing comes. */
  const failure$ = new Subject<never>();
  const write = (bytes: Uint8Array): void => {
    if (bytes.length === 0 || failed) return;
    try {
      writer.write(bytes);
    } catch (cause) {
      failed = true;
      throw cause;
    }
  };
  const timer = setInterval(() => {
    try {
      write(encoder.flush());
    } catch (cause) {
      failure$.error(cause);
    }
  }, flushEvery);
  timer.unref();
  return {
    of: <Item extends StreamItem>(name: string) =>
      pipe(
        tap<Item>((item) => {
          if (!encoder.streams.has(name)) write(encoder.add({ name, kind: itemKind(item)! }));
          if ('until' in item) newest = Math.max(newest, item.until);
          write(encoder.push({ stream: name, item }));
        }),
        takeUntil(failure$),
      ),
    close(losses) {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      // The stream has erred with it, and the file is closed.
      if (failed) return;
      try {
        write(encoder.add({ name: 'losses', kind: 'losses' }));
        write(encoder.push({ stream: 'losses', item: { time: newest, byReason: losses } }));
        write(encoder.end());
      } finally {
        writer.close();
      }
    },
  };
}
