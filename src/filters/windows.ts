/** Windows of equal length on a stream of packets: which events lie in which, and when one is over. */
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { astrayWatch, leastLeap } from '../events/astray.ts';
import { binOf, binStart, startProblems } from '../events/bins.ts';
import type { Losses } from '../events/losses.ts';
import { lossesCheck } from '../events/losses.ts';
import type { Space } from '../events/space.ts';
import { tickWidth } from '../events/ticks.ts';
import { number, type OptionTable } from '../options.ts';
import { type Problem, within } from '../problems.ts';
import type { FilterConfig } from './filter.ts';
import { type InParts, inParts } from './in-parts.ts';

/** Windows of time that follow each other. */
export interface WindowConfig extends FilterConfig {
  /** Length of a window, seconds. */
  readonly window: number;
  /** Start of the first window, whole microseconds; where the first event falls on the grid of whole windows from 0 if left out. */
  readonly startTime?: number;
  /** Longest silence that is cut into windows if nothing is said of it, by an `until`, before the next event, seconds; 60 if left out. A longer one is left out, and counted as a jump, unless what comes next is not there: then the event is left out, and counted as `astray`; so is any of more than a million windows. */
  readonly maxGap?: number;
}

/** Checks of {@link WindowConfig}. */
export const windowTable: OptionTable<WindowConfig> = {
  window: number({ min: 1e-6, max: 1e9, unit: 'seconds' }),
  startTime: number({ whole: true, unit: 'µs' }),
  maxGap: number({ min: 0, unit: 'seconds', infinite: true }),
  losses: lossesCheck,
};

/** What is wrong with the start of windows that are sound by themselves. */
export function windowProblems({ window, startTime = 0 }: WindowConfig): Problem[] {
  return within('startTime', startProblems(startTime, window));
}

/** What is done with windows. */
export interface WindowUse<S extends Space> {
  /** Takes events `from` ≤ i < `to` of a packet, which lie in the window that is open. */
  events(packet: AerPacket<S>, from: number, to: number): void;
  /** Learns that the window from `start` to `end` is over, µs; gives `true` if nobody needs more. */
  close(start: number, end: number): unknown;
}

/** Windows of silence, one after the other, that are cut out at most. */
const mostWindows = 2 ** 20;

/** Windows on a stream. */
export interface Windows<S extends Space> extends InParts<AerPacket<S>, WindowUse<S>> {
  /** Ends the stream: the window that has begun is over where the stream is. */
  end(use: WindowUse<S>): void;
}

/** Follows a stream over its windows. Events before the open window are counted, as `late` or `before` the start. */
export function windowsOf<S extends Space>(
  { window, startTime, maxGap = 60 }: WindowConfig,
  losses: Losses,
): Windows<S> {
  const longest = maxGap * 1e6;
  /** An event farther ahead, of which nothing was said, must be followed by others there. */
  const leap = Math.max(longest, leastLeap);
  const watch = astrayWatch(leap, losses);
  /** Silence that is left out even if it was said, unless all must be there. */
  const absurd = longest < Number.POSITIVE_INFINITY ? mostWindows * window * 1e6 : longest;
  /** Start of window 0, once it is known, and the time up to which everything was said. */
  let begin = startTime;
  let said = startTime;
  let open = -1;
  let [start, end] = [startTime ?? 0, startTime ?? 0];
  /** Whether the open window holds an event. */
  let held = false;
  const { micros, steps } = tickWidth(window);
  const enter = (step: number): void => {
    held = false;
    start = step === open + 1 ? end : binStart(step, window, begin!);
    end = steps === 1 ? start + micros : binStart(step + 1, window, begin!);
    open = step;
  };
  /** Closes all windows before the one that holds `time`; whether there is no need of more. */
  const passTo = (time: number, use: WindowUse<S>): boolean => {
    while (time >= end) {
      const [from, to] = [start, end];
      enter(open + 1);
      if (use.close(from, to) === true) return true;
    }
    return false;
  };
  const jumpTo = (time: number, use: WindowUse<S>): void => {
    if (held || said! > start) use.close(start, Math.min(end, said!));
    losses.add('jumps', 1);
    enter(binOf(time, begin!, window));
  };
  const beginAt = (time: number): void => {
    if (!Number.isSafeInteger(time)) {
      throw new DataError(`an event has the time ${time}; whole microseconds are needed`);
    }
    begin = binStart(binOf(time, 0, window), window);
    said = begin;
    end = begin;
    enter(0);
  };
  if (begin !== undefined) enter(0);
  const parts = inParts((packet: AerPacket<S>, first, use: WindowUse<S>): number | undefined => {
    const { timestamps } = packet;
    let enoughAt: number | undefined;
    let from = first;
    let before = 0;
    let late = 0;
    for (let i = first; i < timestamps.length; i++) {
      const time = timestamps[i]!;
      if (time >= start && time < end) continue;
      if (i > from) {
        held = true;
        use.events(packet, from, i);
        said = Math.max(said!, timestamps[i - 1]!);
      }
      from = i;
      if (time < start) {
        if (time < begin!) before++;
        else late++;
        from = i + 1;
        continue;
      }
      if (time - said! > leap) {
        const verdict = watch.judge(packet, i);
        if (verdict !== 'leap') {
          from = i + 1;
          continue;
        }
      }
      if (time - said! > longest || time - end > absurd) jumpTo(time, use);
      else if (passTo(time, use)) {
        enoughAt = i;
        break;
      }
      said = time;
    }
    losses.add('before', before);
    losses.add('late', late);
    if (enoughAt !== undefined) return enoughAt;
    if (timestamps.length > from) {
      held = true;
      use.events(packet, from, timestamps.length);
      said = Math.max(said!, timestamps.at(-1)!);
    }
    const until = watch.untilOf(packet, said!);
    if (until - end > absurd) {
      said = Math.max(said!, end);
      jumpTo(until, use);
    }
    if (until > said!) said = until;
    return passTo(said!, use) ? timestamps.length : undefined;
  });
  return {
    push(packet, use) {
      if (begin === undefined && packet.timestamps.length > 0) beginAt(packet.timestamps[0]!);
      if (begin !== undefined) parts.push(watch.resume(packet), use);
    },
    goOn: parts.goOn,
    end(use) {
      const last = watch.end();
      if (last !== undefined) {
        jumpTo(last.until, use);
        held = true;
        said = last.until;
        use.events(last as AerPacket<S>, 0, 1);
      }
      if (begin === undefined || !(held || said! > start)) return;
      use.close(start, Math.min(end, said!));
    },
  };
}
