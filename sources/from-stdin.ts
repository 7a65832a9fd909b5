/** The source `fromStdin`: events, or a stream of a recording, from another program. */
import { InvalidArgumentError, StorageError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { lossCounter } from '../src/events/losses.ts';
import type { StreamItem } from '../src/events/series.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { having, type OptionTable, optionProblems, readOnce } from '../src/options.ts';
import { causeText } from '../src/problems.ts';
import type { CountingSource } from './counting-source.ts';
import { fromPull } from './from-pull.ts';
import { type ByteSource, type ReadConfig, readItems, readProblems, readTable } from './reading.ts';

/** A stream of bytes of Node, as `process.stdin` is. */
export interface ByteInput extends AsyncIterable<Uint8Array> {
  /** Ends it. */
  destroy(): unknown;
}

/** Configuration of {@link fromStdin}. */
export interface FromStdinConfig extends ReadConfig {
  /** What is read; the standard input of this process if left out. */
  readonly input?: ByteInput;
}

const table: OptionTable<FromStdinConfig> = {
  ...readTable,
  input: having('a stream of bytes', 'destroy'),
};

/**
 * Reads standard input as `fromFile` reads a file, only as fast as what comes of it is worked on. It can be read once.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const bytes = codecNamed('dat').encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * const input = { async *[Symbol.asyncIterator]() { yield bytes; }, destroy() {} };
 * fromStdin({ input }).pipe(
 *   map(({ timestamps }) => timestamps.length),
 * ); // emits 2
 * ```
 */
export function fromStdin<Item extends StreamItem = AerPacket<PixelSpace>>(
  config: FromStdinConfig = {},
): CountingSource<Item> {
  config = readOnce(config, table);
  const problems = optionProblems(config, table);
  if (problems.length === 0) problems.push(...readProblems(config));
  if (problems.length > 0)
    throw new InvalidArgumentError('standard input cannot be read', problems);
  const { input, losses = lossCounter(), ...read } = config;
  const items = readItems(inputBytes(input), { ...read, losses }) as AsyncIterable<unknown>;
  const source = fromPull(items as AsyncIterable<Item>, { consume: (item) => [item] });
  return Object.assign(source, { losses });
}

function inputBytes(given: ByteInput | undefined): ByteSource {
  return {
    async *open(reading) {
      const input: ByteInput = given ?? process.stdin;
      // A read that waits ends with it.
      reading.onStop(() => input.destroy());
      try {
        yield* input;
      } catch (cause) {
        if (reading.stopped) return;
        throw new StorageError('standard input', `cannot be read (${causeText(cause)})`, { cause });
      }
    },
  };
}
