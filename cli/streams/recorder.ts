/** Several streams of one run in one recording. */
import { type MonoTypeOperatorFunction, pipe, Subject, takeUntil, tap } from 'rxjs';
import { recordingEncoder } from 'spikeline/codecs';
import { itemKind, type StreamItem } from 'spikeline/events';
import { type FileWriter, openWriter } from 'spikeline/files';

/** How long what has come is kept before it is written, milliseconds. */
const flushEvery = 50;

/** A recording that is being written. */
export interface Recorder {
  /** Writes what passes, as a stream of that name. */
  of<Item extends StreamItem>(name: string): MonoTypeOperatorFunction<Item>;
  /** Writes what is held, with what was lost, and ends; a run that failed before anything came leaves no file. */
  close(losses: Readonly<Record<string, number>>, failed: boolean): void;
}

/** Starts a recording, whose file is there once something has come. */
export function recorder(path: string, about: Readonly<Record<string, unknown>>): Recorder {
  const encoder = recordingEncoder({ about });
  let writer: FileWriter | undefined;
  let closed = false;
  let newest = 0;
  let failed = false;
  /** Errs if what is held cannot be written while nothing comes. */
  const failure$ = new Subject<never>();
  const write = (bytes: Uint8Array): void => {
    if (bytes.length === 0 || failed) return;
    try {
      writer ??= openWriter(path, { as: 'growing' });
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
    close(losses, runFailed) {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      // The stream has erred with it, and the file is closed.
      if (failed || (runFailed && encoder.streams.size === 0)) return;
      try {
        write(encoder.add({ name: 'losses', kind: 'losses' }));
        write(encoder.push({ stream: 'losses', item: { time: newest, byReason: losses } }));
        write(encoder.end());
      } finally {
        writer?.close();
      }
    },
  };
}
