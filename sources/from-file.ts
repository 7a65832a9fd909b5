/** The source `fromFile`: a file of events, or a stream of a recording, in any known format. */
import { defer, type Observable } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { lossCounter } from '../src/events/losses.ts';
import type { StreamItem } from '../src/events/series.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { readFailure } from '../src/files/failure.ts';
import type { PipeInput } from '../src/files/pipe.ts';
import { lend } from '../src/lending.ts';
import { noteInput } from '../src/open-inputs.ts';
import { number, type OptionTable, optionProblems, readable, readOnce } from '../src/options.ts';
import { type Problem, problem } from '../src/problems.ts';
import type { CountingSource } from './counting-source.ts';
import { takeBack } from './decoding.ts';
import { fromPull } from './from-pull.ts';
import {
  type ByteSource,
  isUncut,
  type ReadConfig,
  type Reading,
  readItems,
  readProblems,
  readTable,
} from './reading.ts';

/** Configuration of {@link fromFile}. */
export interface FromFileConfig extends ReadConfig {
  /** How often the file is read, each pass later in time than the one before; `true` is without end; 1 if left out. */
  readonly loop?: boolean | number;
}

const anyPasses = number({ min: 1, whole: true, infinite: true });

const table: OptionTable<FromFileConfig> = {
  ...readTable,
  loop: (value) => (typeof value === 'boolean' ? [] : anyPasses(value)),
};

/** Bytes that are read at once. */
const pieceBytes = 2 ** 20;

/**
 * Reads a file, piece by piece and only as fast as what comes of it is worked on, so that a file of any size takes
 * little memory. The format is found by the content. Events are emitted in the order of time, in packets as they lie in
 * the file, or of equal time (`window`), or of equally many events (`events`); as fast as it can, or at its own `speed`.
 * With `stream`, any stream of a recording is read: events, rasters, numbers, marks. In a browser, `path` may be a
 * `File`.
 *
 * The type says that events are pixels, as in most files. Files of channels or of chip words say so by
 * `fromFile<AerPacket<ChannelSpace>>(…)`.
 *
 * Errors with a `StorageError` if the file cannot be read, with a `DataError` if it is damaged beyond reading or of no
 * known format. What can be passed over is counted in `losses`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const bytes = codecNamed('dat').encoder!().push(aerPacket([10, 2500], [0, 1], pixels(2, 2)));
 * fromFile(new Blob([bytes]), { window: 1e-3 }).pipe(
 *   map(({ timestamps }) => timestamps.length),
 * ); // emits 1, 0, 1
 * ```
 */
export function fromFile<Item extends StreamItem = AerPacket<PixelSpace>>(
  path: string | Blob,
  config: FromFileConfig = {},
): CountingSource<Item> {
  config = readOnce(config, table);
  const problems = [...readable(() => pathProblems(path)), ...optionProblems(config, table)];
  if (problems.length === 0) problems.push(...readProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('this file cannot be read', problems);
  const { loop = 1, losses = lossCounter(), ...read } = config;
  const passes = typeof loop === 'number' ? loop : loop ? Number.POSITIVE_INFINITY : 1;
  const open = typeof path === 'string' ? fileBytes(path) : blobBytes(path);
  const items = readItems(open, { ...read, losses }, passes) as AsyncIterable<unknown>;
  const pulled = fromPull(items as AsyncIterable<Item>, { consume: (item) => [item] });
  const source: Observable<Item> = defer(() => {
    if (isUncut(config)) lend(source, takeBack);
    return pulled;
  });
  return Object.assign(source, { losses });
}

function pathProblems(path: unknown): Problem[] {
  const is =
    (typeof path === 'string' && path !== '') ||
    (typeof Blob === 'function' && path instanceof Blob);
  return is ? [] : [problem('path', 'wrong-type', path, 'the path of a file is needed')];
}

/** Bytes of what a browser calls a file. */
function blobBytes(blob: Blob): ByteSource {
  return {
    async *open() {
      for (let at = 0; at < blob.size; at += pieceBytes) {
        yield new Uint8Array(await blob.slice(at, at + pieceBytes).arrayBuffer());
      }
    },
  };
}

/** Bytes of a file, the next piece being read while one is worked on. */
function fileBytes(path: string): ByteSource {
  return { open: (reading) => piecesOf(path, reading), note: () => noteInput(path) };
}

async function* piecesOf(path: string, reading: Reading): AsyncGenerator<Uint8Array> {
  const { openPipe } = await import('../src/files/pipe.ts');
  const pipe = await openPipe(path).catch((cause: unknown) => refuse(path, cause));
  if (pipe !== undefined) return yield* pipedBytes(path, pipe, reading);
  const { open } = await import('node:fs/promises');
  const file = await open(path, 'r').catch((cause: unknown) => refuse(path, cause));
  let [current, coming] = [new Uint8Array(pieceBytes), new Uint8Array(pieceBytes)];
  const read = (into: Uint8Array): Promise<number> =>
    file.read(into, 0, pieceBytes, null).then(({ bytesRead }) => bytesRead);
  let next = read(current);
  try {
    for (;;) {
      const length = await next.catch((cause: unknown) => refuse(path, cause));
      if (length === 0) return;
      next = read(coming);
      yield current.subarray(0, length);
      [current, coming] = [coming, current];
    }
  } finally {
    // A piece that is being read still has its place in the file.
    await next.catch(() => {});
    await file.close();
  }
}

/** Bytes of a named pipe. A read that waits ends with it. */
async function* pipedBytes(
  path: string,
  pipe: PipeInput,
  reading: Reading,
): AsyncGenerator<Uint8Array> {
  reading.onStop(() => pipe.destroy());
  try {
    yield* pipe;
  } catch (cause) {
    if (!reading.stopped) refuse(path, cause);
  }
}

function refuse(path: string, cause: unknown): never {
  throw readFailure(path, cause);
}
