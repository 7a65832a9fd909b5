/** Senders that share a link behind a socket: each has a stream of its own, by which its events are counted. */
import type { SenderCounts } from '../link.ts';
import { type CountsBySender, mostSenders, streams } from './messages.ts';

/** The senders of a user. */
export interface SenderStreams {
  /** The stream of a sender; that of all others if it counts nothing, or there are too many. */
  streamOf(counts: SenderCounts | undefined): number;
  /** Where the events of a stream are counted; undefined if it is no sender's. */
  countsOf(stream: number): SenderCounts | undefined;
  /** Takes what the board has counted. */
  report(counted: CountsBySender): void;
}

/** Gives each sender a stream. */
export function senderStreams(): SenderStreams {
  const senders: SenderCounts[] = [];
  const places = new Map<SenderCounts, number>();
  const countsOf = (stream: number): SenderCounts | undefined =>
    senders[stream - streams.firstSender];
  return {
    countsOf,
    streamOf(counts) {
      if (counts === undefined) return streams.events;
      let place = places.get(counts);
      if (place === undefined) {
        if (senders.length === mostSenders) return streams.events;
        place = senders.push(counts) - 1;
        places.set(counts, place);
      }
      return streams.firstSender + place;
    },
    report(counted) {
      for (const [stream, counts] of counted) {
        const sender = countsOf(stream);
        if (sender !== undefined) Object.assign(sender, counts);
      }
    },
  };
}

/** A sender that a board hears of. */
interface Sender {
  readonly stream: number;
  readonly counts: SenderCounts;
  /** The counts as they were told last. */
  readonly told: { [name in keyof SenderCounts]: SenderCounts[name] | undefined };
}

/** The senders that a board hears of. */
export interface SenderTable {
  /** Where the events of a stream are counted; undefined if it is no sender's. */
  countsOf(stream: number): SenderCounts | undefined;
  /** How many counts have changed since they were told. */
  readonly changed: number;
  /** Tells those that have changed, one after the other. */
  next(): Sender;
}

/** Counts what becomes of the events of each stream. */
export function senderTable(): SenderTable {
  const places = new Map<number, Sender>();
  const senders: Sender[] = [];
  let at = 0;
  return {
    countsOf(stream) {
      const place = stream - streams.firstSender;
      if (!(place >= 0 && place < mostSenders)) return undefined;
      let sender = places.get(stream);
      if (sender === undefined) {
        sender = { stream, counts: {}, told: {} };
        places.set(stream, sender);
        senders.push(sender);
      }
      return sender.counts;
    },
    get changed() {
      let changed = 0;
      for (let i = 0; i < senders.length; i++) if (hasChanged(senders[i]!)) changed++;
      return changed;
    },
    next() {
      do at = (at + 1) % senders.length;
      while (!hasChanged(senders[at]!));
      const { counts, told } = senders[at]!;
      told.delivered = counts.delivered;
      told.late = counts.late;
      told.dropped = counts.dropped;
      return senders[at]!;
    },
  };
}

function hasChanged({ counts, told }: Sender): boolean {
  return (
    counts.delivered !== told.delivered ||
    counts.late !== told.late ||
    counts.dropped !== told.dropped
  );
}
