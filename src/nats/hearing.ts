/** What a program says of a stream that it hears over NATS, and how it is understood. */
import { InvalidArgumentError } from '../errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../events/losses.ts';
import {
  callback,
  flag,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readOnce,
} from '../options.ts';
import { fault, type Problem } from '../problems.ts';
import { accessTable, type NatsAccess } from './access.ts';
import { addressProblems, type NatsAddress, readNatsAddress } from './address.ts';
import type { Gap } from './envelope.ts';
import type { ReadingConfig } from './read-kept.ts';

/** How a stream is heard over NATS. */
export interface NatsHearing extends NatsAccess {
  /** Whether it is read from what the server keeps, from its beginning; heard live, from now on, if left out. */
  readonly recording?: boolean;
  /** Of a recording: position after which it begins, as `natsPosition` gives it of an item. */
  readonly after?: number;
  /** Of a recording: name under which the server keeps how far this reader has come. It goes on there. */
  readonly reader?: string;
  /**
   * Where it ends: with what is recorded when it begins, with the end that its sender says, or never. If left out, with
   * what is recorded, or with the end of a live stream.
   */
  readonly until?: 'recorded' | 'end' | 'never';
  /** What a gap does: it is counted, or ends the stream in an error. If left out, it is counted in a live stream, and an error in a recording. */
  readonly lost?: 'count' | 'error';
  /** Is told of each gap. */
  readonly onGap?: (gap: Gap) => void;
  /**
   * Counts what did not come: messages, and the elements in them (events, steps, samples, marks); `reconnects`; bytes that
   * are no message (`foreign`); messages that the server has removed from a recording (`removed`).
   */
  readonly losses?: Losses;
}

/** Checks the name of a reader. */
const readerName = (value: unknown): readonly Problem[] =>
  typeof value === 'string' && /^[A-Za-z0-9_-]+$/.test(value)
    ? []
    : [fault('', 'wrong-type', 'a name of letters, digits, - and _ is needed')];

/** What the options of hearing may be. */
export const hearingTable: OptionTable<NatsHearing> = {
  ...accessTable,
  recording: flag,
  after: number({ min: 0, whole: true }),
  reader: readerName,
  until: oneOf(['recorded', 'end', 'never']),
  lost: oneOf(['count', 'error']),
  onGap: callback,
  losses: lossesCheck,
};

/** A stream that is to be heard. */
export interface Heard {
  readonly address: NatsAddress;
  readonly recording: boolean;
  readonly config: ReadingConfig;
}

/** Lists why options of recordings have no place in a live stream. */
function liveProblems({ recording, after, reader, until }: NatsHearing): Problem[] {
  if (recording === true) return [];
  const needed = 'it belongs to recordings; say recording: true';
  const only = { after, reader, ...(until === 'recorded' && { until }) };
  return Object.entries(only).flatMap(([name, value]) =>
    value === undefined ? [] : [fault(name, 'conflict', needed)],
  );
}

/**
 * Reads an address and options.
 *
 * @throws InvalidArgumentError with all problems
 */
export function readHearing<Config extends NatsHearing>(
  address: string,
  config: Config,
  table: OptionTable<Config>,
): Heard {
  config = readOnce(config, table);
  const odd = optionProblems(config, table);
  const problems = [
    ...addressProblems(address, 'address'),
    ...odd,
    ...(odd.length === 0 ? liveProblems(config) : []),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('no stream can be heard', problems);
  const { recording = false, losses = lossCounter(), credentials, reconnect } = config;
  const { until = recording ? 'recorded' : 'end', lost = recording ? 'error' : 'count' } = config;
  const { after, reader, onGap } = config;
  return {
    address: readNatsAddress(address),
    recording,
    config: {
      losses,
      until,
      lost,
      after,
      reader,
      onGap,
      ...(credentials !== undefined && { credentials }),
      ...(reconnect !== undefined && { reconnect }),
    },
  };
}
