import { map, type OperatorFunction } from 'rxjs';
import { DataError, InvalidArgumentError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { type Losses, lossCounter } from '../src/events/losses.ts';

/** Configuration of {@link decodeEvents}. */
export interface DecodeEventsConfig {
  /**
   * Whose spikes become channel 0, 1, …, each with the event word under which it is reported: the
   * `outputChannels` of a deployment, or what its `where` says of the neurons of any population.
   */
  readonly channels: readonly { readonly word: number }[];
  /** Counts what belongs to no channel; the operator's own where left out. */
  readonly losses?: Losses;
}

/** The operator, with what belonged to no channel. */
export type DecodeEvents = OperatorFunction<AerPacket, AerPacket> & {
  /** Events of other neurons, and echoes: `otherWord`. */
  readonly losses: Losses;
};

/**
 * Turns the event words that a board sends into the channels of a population. Times stay as they are. A
 * packet of which nothing is left is emitted empty, so that time is seen to pass. Errors with a `DataError`
 * where a packet has more times than addresses, or fewer.
 *
 * @throws InvalidArgumentError where there is no channel, or two have the same word
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * const { outputChannels } = deploy(net);
 * const decoded = decodeEvents({ channels: outputChannels });
 * of(aerPacket([10, 20], [monitorReply(0, 0, 1), echoReply])).pipe(
 *   decoded,
 *   map(({ addresses }) => [...addresses]),
 * ); // emits [1]
 * decoded.losses.byReason['otherWord']; // 1
 * ```
 */
export function decodeEvents(config: DecodeEventsConfig): DecodeEvents {
  const { channels, losses = lossCounter() } = config;
  const channelOf = new Map(channels.map(({ word }, channel) => [word, channel]));
  const problems: string[] = [];
  if (channels.length === 0) problems.push('channels is empty; name at least one neuron');
  for (const [channel, { word }] of channels.entries()) {
    const last = channelOf.get(word);
    if (last !== channel) problems.push(`channels ${channel} and ${last} both have word ${word}`);
  }
  if (problems.length > 0) {
    throw new InvalidArgumentError('these events cannot be decoded', problems);
  }

  const operator: OperatorFunction<AerPacket, AerPacket> = map((packet) => {
    checkPacket(packet);
    const decoded = decode(packet, channelOf);
    losses.add('otherWord', packet.addresses.length - decoded.addresses.length);
    return decoded;
  });
  return Object.assign(operator, { losses });
}

/** Refuses a packet whose events have no time. */
function checkPacket({ timestamps, addresses }: AerPacket): void {
  if (timestamps.length !== addresses.length) {
    throw new DataError(
      `the packet has ${timestamps.length} timestamps and ${addresses.length} addresses`,
    );
  }
}

/** The events that belong to a channel. */
function decode(
  { timestamps, addresses }: AerPacket,
  channelOf: ReadonlyMap<number, number>,
): AerPacket {
  const times = new Float64Array(addresses.length);
  const decoded = new Uint32Array(addresses.length);
  let count = 0;
  for (let i = 0; i < addresses.length; i++) {
    const channel = channelOf.get(addresses[i]!);
    if (channel === undefined) continue;
    times[count] = timestamps[i]!;
    decoded[count++] = channel;
  }
  return { timestamps: times.slice(0, count), addresses: decoded.slice(0, count) };
}
