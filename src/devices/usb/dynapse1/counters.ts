/** What a link to a DYNAP-SE1 board counts. */
import type { LinkStatistics, SenderCounts } from '../../link.ts';
import type { Dynapse1Info } from './calls.ts';

/** Counts since opening. */
export interface Counts {
  sent: number;
  late: number;
  dropped: number;
  received: number;
  /** Events that came while nobody listened. */
  unheard: number;
  /** Events that the board had no room for. */
  lostInBoard: number;
}

/** What a link has counted, and what the board has. */
export function counters(info: Dynapse1Info): { counts: Counts; statistics: LinkStatistics } {
  const counts: Counts = { sent: 0, late: 0, dropped: 0, received: 0, unheard: 0, lostInBoard: 0 };
  const own: LinkStatistics = {
    get sent() {
      return counts.sent;
    },
    get late() {
      return counts.late;
    },
    get dropped() {
      return counts.dropped;
    },
    get received() {
      return counts.received;
    },
  };
  if (!info.countsAer && !info.countsDrops) return { counts, statistics: own };
  // Only a board that counts can tell that nothing was lost.
  const overflowed = { get: () => counts.unheard + counts.lostInBoard, enumerable: true };
  return { counts, statistics: Object.defineProperty(own, 'overflowed', overflowed) };
}

/** Adds to a count of a sender. */
export function count(counts: SenderCounts | undefined, name: keyof SenderCounts, by = 1): void {
  if (counts !== undefined) counts[name] = (counts[name] ?? 0) + by;
}
