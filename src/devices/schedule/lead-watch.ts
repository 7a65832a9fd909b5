/** By how much a stream in real time comes earlier than its look-ahead asks for. */

/** Watches how early the pieces of a stream come. */
export interface LeadWatch {
  /**
   * Notes that a piece has come: `lead` is its stream time less the board time at that moment, microseconds, `offset`
   * what brings stream time to board time, `host` the time in milliseconds. Gives by how much the stream may happen earlier from now on,
   * microseconds, mostly 0.
   */
  came(lead: number, offset: number, host: number): number;
  /** Learns that the stream has slipped, since it fell behind. */
  slipped(): void;
}

/** How long a stream is watched, milliseconds: at first, and if it falls behind again whenever it has caught up. */
const shortest = 100;
const longest = 1600;

/** Pieces that are needed, and that are looked at, at most. */
const [fewest, most] = [8, 256];

/** Less is not worth a slip, microseconds. */
const worthwhile = 100;

/** How much earlier than ever before a stream comes that no clock makes: microseconds, and a share of the time. */
const [leap, fastest] = [3000, 1e-2];

/** Times in a row that it does: one alone is the end of a late beginning. */
const leaps = 2;

/**
 * Watches a stream with a look-ahead of so many microseconds. One in eight pieces may come later than it asks for, and one
 * in 32 by more than half of it.
 */
export function leadWatch(lookAhead: number): LeadWatch {
  const leads = new Float64Array(most);
  let count = 0;
  let began = Number.NaN;
  let watched = shortest;
  /** The upper eighth of the leads of the earliest time. */
  let top = Number.NaN;
  let topAt = Number.NaN;
  /** By how much the stream is ahead by choice, and by how much it may be, after so many leaps. */
  let chosen = 0;
  let leapt = 0;
  let leapsInRow = 0;
  let caughtUp = false;
  const begin = (host: number): void => {
    began = host;
    count = 0;
  };
  return {
    came(lead, offset, host) {
      if (Number.isNaN(began)) begin(host);
      if (Number.isNaN(top)) {
        top = lead;
        topAt = host;
      }
      if (count < most) leads[count++] = lead;
      if (host - began < watched || count < fewest) return 0;
      const sorted = leads.subarray(0, count).sort();
      const [least, low] = [sorted[count >> 5]!, sorted[count >> 3]!];
      const high = sorted[count - 1 - (count >> 3)]!;
      const leaping = high > top + leap + (host - topAt) * 1000 * fastest;
      leapt = leaping ? leapt + high - top : 0;
      leapsInRow = leaping ? leapsInRow + 1 : 0;
      if (high > top) {
        top = high;
        topAt = host;
      }
      begin(host);
      if (leapsInRow >= leaps) {
        chosen += leapt;
        leapt = 0;
      }
      if (leaping) return 0;
      const early = Math.min(low - lookAhead, least - lookAhead / 2) + offset - chosen;
      if (early < worthwhile) {
        watched = Math.max(shortest, watched * 0.9);
        return 0;
      }
      caughtUp = true;
      return Math.floor(early);
    },
    slipped() {
      // Who falls behind again and again is given more time before it is brought forward.
      if (caughtUp) watched = Math.min(longest, watched * 2);
      caughtUp = false;
      top = Number.NaN;
      chosen = 0;
      leapt = 0;
      leapsInRow = 0;
      began = Number.NaN;
    },
  };
}
