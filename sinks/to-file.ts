/** The sink `toFile`: events in any known format, or any stream as a recording. */
import type { OperatorFunction } from 'rxjs';
import { InvalidArgumentError, StorageError } from '../src/errors.ts';
import type { StreamItem } from '../src/events/series.ts';
import type { FileWriter } from '../src/files/writer.ts';
import { watchInputs } from '../src/open-inputs.ts';
import { flag, type OptionTable, optionProblems, readOnce } from '../src/options.ts';
import { fault, type Problem, problem } from '../src/problems.ts';
import {
  type ByteOutput,
  formatsOf,
  type WriteConfig,
  type WriteReport,
  writableText,
  writeProblems,
  writeTable,
  writing,
} from './writing.ts';

/** Configuration of {@link toFile}. */
export interface ToFileConfig extends WriteConfig {
  /** Whether a file that is there may be written over; one that is being read never is. */
  readonly overwrite?: boolean;
}

const table: OptionTable<ToFileConfig> = { ...writeTable, overwrite: flag };

/**
 * Writes a stream to a file, in the format that its name ends with (`.dat`, `.spk`, …) or that is named. All formats
 * hold events; recordings (`.spk`) also hold rasters, numbers and marks. Emits one report when the source has completed.
 * The file is there from the first item on and grows. When the source errors or is unsubscribed from, the file holds
 * what had come, readable; when the process is killed, a recording lacks what came in the last `flushEvery`. Errors with
 * a `StorageError` if it cannot be written, with a `DataError` if the format cannot express an item.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const saved$ = of(aerPacket([10, 20], [0, 1], pixels(2, 2))).pipe(
 *   toFile('wave.dat'),
 *   map(({ bytes, count }) => `${count} events in ${bytes} bytes`),
 * );
 * typeof saved$.subscribe; // 'function'
 * ```
 */
export function toFile(
  path: string,
  config: ToFileConfig = {},
): OperatorFunction<StreamItem, WriteReport> {
  config = readOnce(config, table);
  const problems = [...pathProblems(path), ...optionProblems(config, table)];
  if (problems.length > 0) throw new InvalidArgumentError('this file cannot be written', problems);
  const { overwrite = false, ...write } = config;
  const formats = formatsOf(path);
  const format = write.format ?? (formats.length === 1 ? formats[0]!.name : undefined);
  const found =
    format === undefined ? [ambiguous(path, formats)] : writeProblems({ ...write, format });
  if (found.length > 0) throw new InvalidArgumentError('this file cannot be written', found);
  return writing({ ...write, format: format! }, () => openFile(path, overwrite));
}

function pathProblems(path: unknown): Problem[] {
  const is = typeof path === 'string' && path !== '';
  return is ? [] : [problem('path', 'wrong-type', path, 'the path of a file is needed')];
}

function ambiguous(path: string, formats: readonly { readonly name: string }[]): Problem {
  const names = formats.map(({ name }) => name).join(', ');
  const why =
    formats.length === 0
      ? `the name of ${path} says none; ${writableText()}`
      : `${path} may be any of ${names}; say which`;
  return fault('format', 'missing', why);
}

async function openFile(path: string, overwrite: boolean): Promise<ByteOutput> {
  // What is subscribed to along with this sink may be read to its end before the file is opened.
  const inputs = watchInputs();
  const { existsSync } = await import('node:fs');
  const [{ openFile: claim }, { openWriter }] = await Promise.all([
    import('../src/files/file.ts'),
    import('../src/files/writer.ts'),
  ]);
  const refuseOther = (): void => {
    if (overwrite || !existsSync(path)) return;
    throw new StorageError(path, 'is there already; name another, or say overwrite');
  };
  const claimed = claim(path, inputs.end());
  try {
    refuseOther();
  } catch (cause) {
    claimed.close();
    throw cause;
  }
  let writer: FileWriter | undefined;
  const opened = (): FileWriter => {
    if (writer !== undefined) return writer;
    refuseOther();
    writer = openWriter(path, { as: 'growing' });
    return writer;
  };
  return {
    write: (bytes) => opened().write(bytes),
    close() {
      try {
        writer?.close();
      } finally {
        claimed.close();
      }
    },
  };
}
