/** The operator `decodeEvents`: the event words of a board become the channels of a population. */
import { map, type OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { type AerPacket, soundPacket } from '../src/events/aer-packet.ts';
import { reals, wholes } from '../src/events/blocks.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import {
  type ChannelSpace,
  type ChipWordSpace,
  channels as channelSpace,
} from '../src/events/space.ts';
import { listOf, number, type OptionTable, optionProblems, readOnce } from '../src/options.ts';
import { type Problem, problem } from '../src/problems.ts';

/** Configuration of {@link decodeEvents}. */
export interface DecodeEventsConfig {
  /**
   * Event words whose spikes become channel 0, 1, …: the `outputWords` of a deployment, or what its `wordsOf`
   * says of any population.
   */
  readonly words: ArrayLike<number>;
  /** Counts what belongs to no channel; the operator's own if left out. */
  readonly losses?: Losses;
}

/** The operator, with what belonged to no channel. */
export type DecodeEvents = OperatorFunction<AerPacket<ChipWordSpace>, AerPacket<ChannelSpace>> & {
  /** Events of other neurons, and echoes: `otherWord`. */
  readonly losses: Losses;
};

const anyWord = number({ min: 0, max: 2 ** 32 - 1, whole: true });

const anyList = listOf(anyWord, { min: 1 });

const table: OptionTable<DecodeEventsConfig> = {
  words: (words) => anyList(words instanceof Uint32Array ? [...words] : words),
  losses: lossesCheck,
};

/**
 * Turns the event words that a board sends into the channels of a population. Times and `until` stay as they
 * are. A packet of which nothing is left is emitted empty, so that time is seen to pass. Errors with a
 * `DataError` if a packet holds no words, or more times than words, or fewer.
 *
 * @throws InvalidArgumentError if there is no word, or one is there twice
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * const { outputWords } = deploy(net);
 * const decoded = decodeEvents({ words: outputWords });
 * const packet = aerPacket([10, 20], [monitorReply(0, 0, 1), echoReply], chipWords('dynapse2'));
 * of(packet).pipe(
 *   decoded,
 *   map(({ addresses }) => [...addresses]),
 * ); // emits [1]
 * decoded.losses.byReason['otherWord']; // 1
 * ```
 */
export function decodeEvents(config: DecodeEventsConfig): DecodeEvents {
  config = readOnce(config, table);
  const problems = optionProblems(config, table, 'words');
  if (problems.length === 0) problems.push(...sharedWords(config.words));
  if (problems.length > 0) {
    throw new InvalidArgumentError('these events cannot be decoded', problems);
  }
  const { words, losses = lossCounter() } = config;
  const channelOf = new Map(Array.from(words, (word, channel) => [word, channel]));
  const space = channelSpace(words.length);

  const operator: DecodeEvents = Object.assign(
    map((packet: AerPacket<ChipWordSpace>) => {
      packet = soundPacket(packet, 'chipWords');
      const decoded = decode(packet, channelOf, space);
      losses.add('otherWord', packet.addresses.length - decoded.addresses.length);
      return decoded;
    }),
    { losses },
  );
  return operator;
}

/** Finds channels that would hear the same neuron. */
function sharedWords(words: ArrayLike<number>): Problem[] {
  const last = new Map(Array.from(words, (word, channel) => [word, channel]));
  return Array.from(words).flatMap((word, channel) =>
    last.get(word) === channel
      ? []
      : [
          problem(
            `words[${channel}]`,
            'duplicate',
            word,
            `channel ${last.get(word)} has it too; each needs its own`,
          ),
        ],
  );
}

/** The events that belong to a channel. */
function decode(
  { timestamps, addresses, until }: AerPacket,
  channelOf: ReadonlyMap<number, number>,
  space: ChannelSpace,
): AerPacket<ChannelSpace> {
  const times = reals(addresses.length);
  const decoded = wholes(addresses.length);
  let count = 0;
  for (let i = 0; i < addresses.length; i++) {
    const channel = channelOf.get(addresses[i]!);
    if (channel === undefined) continue;
    times[count] = timestamps[i]!;
    decoded[count++] = channel;
  }
  return { timestamps: times.slice(0, count), addresses: decoded.slice(0, count), space, until };
}
