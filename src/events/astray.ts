/** Single times far ahead of a stream, as those of broken events are: found by what comes after them. */
import type { AerPacket } from './aer-packet.ts';
import type { Losses } from './losses.ts';

/** Events of a packet that are asked about the one before them, at most: broken ones may follow each other. */
const asked = 8;

/** What is to be done with an event that leaps ahead of all before it. */
export type Verdict =
  /** Time has leapt, as after a pause: what comes next is there too. */
  | 'leap'
  /** It is broken: what comes next is where the stream was. It has been counted, and is left out. */
  | 'astray'
  /** Nothing came next yet: it is held, and put before the next packet. */
  | 'held';

/** Follows a stream for times that lie astray. */
export interface AstrayWatch {
  /** Gives a packet with the event before it that is held, if one is; to be asked of each packet, before all else. */
  resume<Packet extends AerPacket>(packet: Packet): Packet;
  /** Judges event `at` of a packet, which leaps. */
  judge(packet: AerPacket, at: number): Verdict;
  /** Up to when a packet says everything, once its events are judged; `newest` is the time of the last that was believed. */
  untilOf(packet: Pick<AerPacket, 'until'>, newest: number): number;
  /** Gives the event that is still held when the stream ends: nothing speaks against it any more. */
  end(): AerPacket | undefined;
}

/**
 * Starts to follow a stream. Of an event that lies more than `leap` after all before it, what comes next decides: an event more
 * than `leap` before it, among the next few, says that it is astray, which is counted; any other, and an empty packet that says more,
 * that time has come there. If it were believed at once, all that is true would come too late from then on.
 *
 * @param leap whole microseconds
 */
export function astrayWatch(leap: number, losses: Losses): AstrayWatch {
  let held: AerPacket | undefined;
  /** Whether the first event of the packet that is judged was held before. */
  let resumed = false;
  /** The furthest time that lay astray: an `until` that leaps to it says nothing. */
  let furthest = Number.NEGATIVE_INFINITY;

  const isBack = (time: number, from: number): boolean => time < from - leap;
  const leaveOut = (time: number): Verdict => {
    furthest = Math.max(furthest, time);
    losses.add('astray', 1);
    return 'astray';
  };
  return {
    resume(packet) {
      resumed = held !== undefined;
      if (held === undefined) return packet;
      const { length } = packet.timestamps;
      const [timestamps, addresses] = [new Float64Array(length + 1), new Uint32Array(length + 1)];
      timestamps[0] = held.timestamps[0]!;
      addresses[0] = held.addresses[0]!;
      timestamps.set(packet.timestamps, 1);
      addresses.set(packet.addresses, 1);
      held = undefined;
      return { ...packet, timestamps, addresses };
    },
    judge(packet, at) {
      const { timestamps, addresses, space, until } = packet;
      const time = timestamps[at]!;
      for (let i = at + 1; i <= at + asked && i < timestamps.length; i++) {
        if (isBack(timestamps[i]!, time)) return leaveOut(time);
      }
      if (at + 1 < timestamps.length) return 'leap';
      // An empty packet came next, if any.
      if (resumed && at === 0 && until > time) return 'leap';
      if (resumed && at === 0 && isBack(until, time)) return leaveOut(time);
      held = {
        timestamps: timestamps.slice(at, at + 1),
        addresses: addresses.slice(at, at + 1),
        space,
        until: time,
      };
      return 'held';
    },
    untilOf({ until }, newest) {
      const says = held === undefined && (until <= newest + leap || until > furthest + 1);
      return says ? until : Math.min(until, newest);
    },
    end() {
      const last = held;
      held = undefined;
      return last;
    },
  };
}

/** Takes events that are astray out of packets. */
export interface AstraySieve {
  /** Gives what of the next packet can be believed, the packet itself as a rule; `rises` says that its times do not fall. */
  push(packet: AerPacket, rises: boolean): AerPacket;
  /** Gives the event that is still held when the stream ends. */
  end(): AerPacket | undefined;
}

/** Starts to take out of a stream what {@link astrayWatch} finds. */
export function astraySieve(leap: number, losses: Losses): AstraySieve {
  const watch = astrayWatch(leap, losses);
  let newest: number | undefined;
  let holds = false;
  /** The newest time of a packet without leaps, as nearly all are; undefined if it has one. */
  const newestOf = (
    timestamps: Float64Array,
    rises: boolean,
    before: number,
  ): number | undefined => {
    if (holds) return undefined;
    const last = timestamps.at(-1) ?? before;
    if (rises && last <= before + leap) return Math.max(before, last);
    let most = before;
    for (let i = 0; i < timestamps.length; i++) {
      const time = timestamps[i]!;
      if (time > most + leap) return undefined;
      if (time > most) most = time;
    }
    return most;
  };
  return {
    push(packet, rises) {
      const before = newest ?? packet.timestamps[0] ?? packet.until;
      const plain = newestOf(packet.timestamps, rises, before);
      if (plain !== undefined) {
        const until = watch.untilOf(packet, plain);
        newest = Math.max(plain, until);
        return until === packet.until ? packet : { ...packet, until };
      }
      const all = watch.resume(packet);
      const { length } = all.timestamps;
      const [timestamps, addresses] = [new Float64Array(length), new Uint32Array(length)];
      let [most, count] = [before, 0];
      holds = false;
      for (let i = 0; i < length; i++) {
        const time = all.timestamps[i]!;
        if (time > most + leap) {
          const verdict = watch.judge(all, i);
          holds = verdict === 'held';
          if (verdict !== 'leap') continue;
        }
        if (time > most) most = time;
        timestamps[count] = time;
        addresses[count++] = all.addresses[i]!;
      }
      const until = watch.untilOf(packet, most);
      newest = Math.max(most, until);
      const kept = {
        timestamps: timestamps.subarray(0, count),
        addresses: addresses.subarray(0, count),
      };
      return { ...packet, ...kept, until };
    },
    end: watch.end,
  };
}

/** Farthest leap that is asked for what comes next, at least, µs: what is nearer may be the pauses of a stream. */
export const leastLeap = 1e6;
