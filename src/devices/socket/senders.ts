/** Senders that share a link behind a socket: each has a stream of its own, by which its events are counted. */
import type { SenderCounts } from '../link.ts';
import { type CountsBySender, mostSenders, streams } from './messages.ts';

/** The senders of a user. */
export interface SenderStreams {
  /** The stream of a sender; that of all others if it counts nothing, or there are too many. */
  streamOf(counts: SenderCounts | undefined): number;
  /** Takes what the board has counted. */
  report(counted: CountsBySender): void;
}

/** Gives each sender a stream. */
export function senderStreams(): SenderStreams {
  const senders: SenderCounts[] = [];
  const places = new Map<SenderCounts, number>();
  return {
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
        const sender = senders[stream - streams.firstSender];
        if (sender !== undefined) Object.assign(sender, counts);
      }
    },
  };
}

/** The senders that a board hears of. */
export interface SenderTable {
  /** Where the events of a stream are counted; undefined if it is no sender's. */
  countsOf(stream: number): SenderCounts | undefined;
  /** Counts that have changed since the last call. */
  changed(): CountsBySender;
}

/** Counts what becomes of the events of each stream. */
export function senderTable(): SenderTable {
  const senders = new Map<number, { readonly counts: SenderCounts; told: string }>();
  return {
    countsOf(stream) {
      const place = stream - streams.firstSender;
      if (!(place >= 0 && place < mostSenders)) return undefined;
      let sender = senders.get(stream);
      if (sender === undefined) {
        sender = { counts: {}, told: '' };
        senders.set(stream, sender);
      }
      return sender.counts;
    },
    changed() {
      const changed: [number, SenderCounts][] = [];
      for (const [stream, sender] of senders) {
        const { delivered, late, dropped } = sender.counts;
        const now = `${delivered} ${late} ${dropped}`;
        if (now === sender.told) continue;
        sender.told = now;
        changed.push([stream, { ...sender.counts }]);
      }
      return changed;
    },
  };
}
