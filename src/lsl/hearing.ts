/** Hears a stream of Lab Streaming Layer: its clock laid on ours, its gaps counted. */
import type { Clock } from '../clock.ts';
import { boardClock } from '../devices/board-clock.ts';
import { DeviceError } from '../errors.ts';
import type { Losses } from '../events/losses.ts';
import type { Marks, Series } from '../events/series.ts';
import type { LslApi, LslCorrection, LslInlet, LslSamples } from './api.ts';

/** How a stream is heard. */
export interface LslHearing {
  /** What it is found by: a predicate of liblsl. */
  readonly predicate: string;
  /** Seconds that it is looked for. */
  readonly wait: number;
  /** Milliseconds between two looks at what has come. */
  readonly every: number;
  /** Milliseconds after which what did not come is taken for not there. */
  readonly lateness: number;
  readonly clock: Clock;
  readonly losses: Losses;
}

/** Who takes what is heard. */
export interface LslListener {
  next(item: Series | Marks): void;
  error(cause: unknown): void;
}

/** Milliseconds between two questions for the clock of who sends. */
const askEvery = 250;

/** A pause of a regular stream that is longer is a gap, seconds: what is shorter may be jitter of its times. */
const gap = 0.25;

/** An answer that took longer, seconds, tells too little of a clock to begin with, unless so many do no better. */
const slowAnswer = 0.01;
const mostAnswers = 4;

/** Times of a stream on our clock. */
function timeline(losses: Losses, rate: number) {
  let fit = boardClock();
  let lastRemote = Number.NaN;
  let last = Number.NEGATIVE_INFINITY;
  let asked = Number.NaN;
  /** Answers that were too slow to begin with, and the quickest of them. */
  let slow = 0;
  let quickest: LslCorrection | undefined;
  const take = ({ remote, offset, uncertainty }: LslCorrection): void => {
    const half = uncertainty / 2;
    fit.answer((remote - half) * 1e3, (remote + half) * 1e3, (remote + offset) * 1e6);
  };
  return {
    get known() {
      return fit.known;
    },
    /** The last time that was given, microseconds. */
    get last() {
      return last;
    },
    answer(correction: LslCorrection) {
      const { remote, uncertainty } = correction;
      // The library asks when it wants; the same answer twice is none.
      if (remote === asked) return;
      asked = remote;
      if (fit.known || uncertainty <= slowAnswer) {
        take(correction);
        return;
      }
      if (quickest === undefined || uncertainty < quickest.uncertainty) quickest = correction;
      if (++slow >= mostAnswers) take(quickest);
    },
    /** The stream has begun again, perhaps on another machine. */
    restart() {
      fit = boardClock();
      asked = Number.NaN;
      slow = 0;
      quickest = undefined;
      losses.add('restarted', 1);
    },
    /** Times of samples in whole microseconds of our clock, which never go back. */
    place(times: Float64Array): Float64Array {
      const placed = new Float64Array(times.length);
      let back = 0;
      for (let i = 0; i < times.length; i++) {
        const remote = times[i]!;
        const pause = remote - lastRemote;
        if (rate > 0 && pause > gap) losses.add('lost', Math.max(0, Math.round(pause * rate) - 1));
        lastRemote = remote;
        const own = Math.round(fit.at(remote * 1e3));
        if (own < last) back++;
        last = Math.max(last, own);
        placed[i] = last;
      }
      losses.add('outOfOrder', back);
      return placed;
    },
    /** Nothing before this time is to come any more. */
    pass(time: number) {
      last = Math.max(last, time);
    },
  };
}

function itemOf(
  { texts: areTexts, channels }: LslInlet['description'],
  timestamps: Float64Array,
  values: Float64Array,
  texts: readonly string[],
  until: number,
): Series | Marks {
  return areTexts ? { timestamps, labels: texts, until } : { timestamps, values, channels, until };
}

const nothing = new Float64Array(0);

/**
 * Hears a stream from when it is found until it is stopped. Times are microseconds on the clock of Lab Streaming Layer
 * of this machine, on which all its streams lie. A stream that is lost is waited for: what was lost is counted.
 *
 * @returns stops it
 */
export function hearLsl(api: LslApi, hearing: LslHearing, listener: LslListener): () => void {
  const { predicate, wait, every, lateness, clock, losses } = hearing;
  let stopped = false;
  let timer: { unsubscribe(): void } | undefined;
  let closeInlet = (): void => {};
  const fail = (cause: unknown): void => {
    if (!stopped) listener.error(cause);
  };
  const follow = (inlet: LslInlet): void => {
    const { description } = inlet;
    const line = timeline(losses, description.rate);
    let asking = false;
    let nextQuestion = Number.NEGATIVE_INFINITY;
    let held: LslSamples[] = [];
    const ask = (): void => {
      asking = true;
      const about = line;
      inlet
        .correction()
        .then((correction) => about.answer(correction), fail)
        .finally(() => {
          asking = false;
          nextQuestion = clock.now() + askEvery;
        });
    };
    const give = ({ times, values, texts }: LslSamples): void => {
      const placed = line.place(times);
      listener.next(itemOf(description, placed, values, texts, line.last));
    };
    const look = (): void => {
      try {
        if (inlet.restarted()) line.restart();
        if (!asking && clock.now() >= nextQuestion) ask();
        const samples = inlet.pull();
        if (samples !== undefined) held.push(samples);
        if (line.known) {
          const ready = held;
          held = [];
          for (const each of ready) if (!stopped) give(each);
          const passed = Math.floor((api.now() - lateness / 1e3) * 1e6);
          if (!stopped && ready.length === 0 && passed > line.last) {
            line.pass(passed);
            listener.next(itemOf(description, nothing, nothing, [], passed));
          }
        }
        if (!stopped) timer = clock.schedule(look, every);
      } catch (cause) {
        fail(cause);
      }
    };
    look();
  };
  const begin = async (): Promise<void> => {
    const found = await api.find(predicate, wait);
    const [inlet, ...others] = found;
    await Promise.all(others.map((other) => other.close()));
    if (inlet === undefined) {
      const what = `no stream of Lab Streaming Layer with ${predicate} was found within ${wait} s`;
      throw new DeviceError('not-found', `${what}: start it, or see whether a firewall keeps it`);
    }
    closeInlet = () => {
      inlet.close().catch(() => {});
    };
    if (stopped) closeInlet();
    else follow(inlet);
  };
  begin().catch(fail);
  return () => {
    stopped = true;
    timer?.unsubscribe();
    closeInlet();
  };
}
