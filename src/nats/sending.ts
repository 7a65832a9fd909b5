/** What a program says of a stream that it sends over NATS, and how it is understood. */
import { InvalidArgumentError } from '../errors.ts';
import { flag, number, type OptionTable, optionProblems, readOnce } from '../options.ts';
import { fault } from '../problems.ts';
import { accessTable, type NatsAccess } from './access.ts';
import { addressProblems, readNatsAddress } from './address.ts';
import { publishLive } from './live.ts';
import { publishKept } from './publish-kept.ts';
import type { Publisher, SendingConfig } from './stream.ts';

/** How a stream is sent over NATS. */
export interface NatsSending extends NatsAccess {
  /** Whether the server keeps it, so that it can be read later, from its beginning; it is only passed on if left out. */
  readonly recording?: boolean;
  /** Of a recording that is not there yet: bytes that it may have; what the server allows if left out. */
  readonly maxBytes?: number;
  /** Bytes that may wait for the server; 64 MiB if left out. */
  readonly buffer?: number;
}

const table: OptionTable<NatsSending> = {
  ...accessTable,
  recording: flag,
  maxBytes: number({ min: 1, whole: true, unit: 'bytes' }),
  buffer: number({ min: 1, whole: true, unit: 'bytes' }),
};

/**
 * Reads an address and options; gives what begins to send.
 *
 * @throws InvalidArgumentError with all problems
 */
export function readSending(
  address: string,
  config: NatsSending,
): (listener: Pick<SendingConfig, 'failed' | 'progressed'>) => Publisher {
  config = readOnce(config, table);
  const problems = [...addressProblems(address, 'address'), ...optionProblems(config, table)];
  if (problems.length === 0 && config.maxBytes !== undefined && config.recording !== true) {
    problems.push(fault('maxBytes', 'conflict', 'it belongs to recordings; say recording: true'));
  }
  if (problems.length > 0) throw new InvalidArgumentError('no stream can be sent', problems);
  const { recording = false, buffer = 2 ** 26, maxBytes, ...access } = config;
  const place = readNatsAddress(address);
  return (listener) =>
    recording
      ? publishKept(place, { ...access, ...listener, buffer, maxBytes })
      : publishLive(place, { ...access, ...listener, buffer });
}
