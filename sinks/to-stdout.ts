/** The sink `toStdout`: events in any known format, or any stream as a recording, to another program. */
import type { OperatorFunction } from 'rxjs';
import type { Gate } from '../src/demand.ts';
import { StorageError } from '../src/errors.ts';
import type { StreamItem } from '../src/events/series.ts';
import { having, type OptionTable, optionProblems, readOnce, refuse } from '../src/options.ts';
import {
  type ByteOutput,
  type WriteConfig,
  type WriteReport,
  writeProblems,
  writeTable,
  writing,
} from './writing.ts';

/** Something of Node that takes bytes, as `process.stdout` does. */
export interface ByteStream {
  /** Takes bytes; calls `done` once they are written or have failed. Returns `false` if no more should come before `drain`. */
  write(bytes: Uint8Array, done?: (cause?: Error | null) => void): unknown;
  /** Listens to what goes wrong, and to when there is room again. */
  on(event: 'error' | 'drain', listener: (cause: Error) => void): unknown;
  /** Listens no longer. */
  off(event: 'error' | 'drain', listener: (cause: Error) => void): unknown;
}

/** Configuration of {@link toStdout}. */
export interface ToStdoutConfig extends WriteConfig {
  /** Where bytes go; the standard output of this process if left out. It is not closed. */
  readonly output?: ByteStream;
}

const table: OptionTable<ToStdoutConfig> = {
  ...writeTable,
  output: having('a stream that takes bytes', 'write', 'on', 'off'),
};

/**
 * Writes a stream to standard output, as a recording (`spk`) unless another `format` is named. Emits one report when the
 * source has completed. A source that can wait is held back while the reader has no room. Errors with a `StorageError`
 * if nobody reads it any more.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const parts: Uint8Array[] = [];
 * const output = { write: (bytes: Uint8Array) => parts.push(bytes), on() {}, off() {} };
 * of(aerPacket([10, 20], [0, 1], pixels(2, 2))).pipe(
 *   toStdout({ format: 'dat', output }),
 *   map(({ count }) => count),
 * ); // emits 2
 * ```
 */
export function toStdout(config: ToStdoutConfig = {}): OperatorFunction<StreamItem, WriteReport> {
  config = readOnce(config, table);
  refuse('standard output cannot be written', () => {
    const problems = optionProblems(config, table);
    const { output: _, ...given } = config ?? {};
    return problems.length > 0 ? problems : writeProblems({ format: 'spk', ...given });
  });
  const { output, ...given } = config;
  const write = { format: 'spk', ...given };
  return writing(write, async (demand) => outputOf(output ?? process.stdout, demand));
}

function outputOf(stream: ByteStream, demand: Gate): ByteOutput {
  let failure: Error | undefined;
  let full = false;
  const fail = (cause?: Error | null): void => {
    failure ??= cause ?? undefined;
  };
  const drained = (): void => {
    full = false;
    demand.set(true);
  };
  stream.on('error', fail);
  stream.on('drain', drained);
  return {
    get full() {
      return full;
    },
    write(bytes) {
      if (failure !== undefined) {
        const what = `cannot be written (${failure.message})`;
        throw new StorageError('standard output', what, { cause: failure });
      }
      if (stream.write(bytes, fail) !== false) return;
      full = true;
      demand.set(false);
    },
    close() {
      stream.off('drain', drained);
      // What is still on its way may fail later; then nobody is there to be told.
      stream.write(new Uint8Array(0), () => stream.off('error', fail));
    },
  };
}
