/** Stimuli at work: what each adds to the input of a step. */
import { DataError } from '../../errors.ts';
import { shown } from '../../problems.ts';
import { randomStream } from '../../random.ts';
import { refusePromise } from '../coding.ts';
import type { Listenable, Stimulus, StimulusMoment } from './plan.ts';

/** The grid that stimuli add to. */
export interface StimulusGrid {
  readonly channels: number;
  /** Length of a bin, seconds. */
  readonly dt: number;
}

/** A stimulus at work. */
export interface WorkingStimulus {
  /** Adds its spikes to a step `[bins × channels]`. */
  add(counts: Uint32Array, moment: StimulusMoment): void;
  /** Ends it. */
  stop?(): void;
}

/** Spikes of a channel in a bin at most. */
const mostCount = 2 ** 32 - 1;

function put(counts: Uint32Array, at: number, count: number, what: string): void {
  if (at >= counts.length)
    throw new DataError(`${what} reaches beyond the channels of the network`);
  const sum = counts[at]! + count;
  if (sum > mostCount)
    throw new DataError(`${what} brings a bin to ${sum} spikes; ${mostCount} are the most`);
  counts[at] = sum;
}

/** Starts a stimulus. Its random numbers belong to the seed, the turn of the phase, and its place in it. */
export function startStimulus(
  stimulus: Stimulus,
  grid: StimulusGrid,
  labels: readonly [seed: number, turn: number, place: number],
): WorkingStimulus {
  if (typeof stimulus === 'function') return ofFunction(stimulus, grid);
  switch (stimulus.kind) {
    case 'noise':
      return noise(stimulus, grid, labels);
    case 'pulses':
      return pulses(stimulus, grid);
    case 'raster':
      return raster(stimulus, grid);
    case 'stream':
      return stream(stimulus.items$, grid);
  }
}

function ofFunction(
  stimulus: Extract<Stimulus, (...args: never) => unknown>,
  { channels }: StimulusGrid,
): WorkingStimulus {
  return {
    add(counts, moment) {
      const given = stimulus(moment);
      if (given === undefined) return;
      refusePromise('a stimulus', given);
      if (given === null || typeof given !== 'object') {
        const needed = `${moment.bins}×${channels} counts are needed, or undefined`;
        throw new DataError(`a stimulus gave ${shown(given)}; ${needed}`);
      }
      if (given.length !== counts.length) {
        const needed = `${moment.bins}×${channels} counts are needed`;
        throw new DataError(`a stimulus gave ${given.length} counts; ${needed}`);
      }
      for (let i = 0; i < counts.length; i++) {
        const count = given[i]!;
        if (!Number.isInteger(count) || count < 0) {
          throw new DataError(
            `a stimulus gave ${count} as a count; whole numbers of spikes are needed`,
          );
        }
        put(counts, i, count, 'a stimulus');
      }
    },
  };
}

function noise(
  { rate }: Extract<Stimulus, { kind: 'noise' }>,
  { channels, dt }: StimulusGrid,
  [seed, turn, place]: readonly [number, number, number],
): WorkingStimulus {
  const random = randomStream(seed, 'protocol', 'noise', turn, place);
  const rates = typeof rate === 'number' ? new Array<number>(channels).fill(rate) : rate;
  if (rates.length !== channels) {
    throw new DataError(`noise has ${rates.length} rates; the network has ${channels} channels`);
  }
  return {
    add(counts) {
      for (let i = 0; i < counts.length; i++) {
        put(counts, i, random.poisson(rates[i % channels]! * dt), 'noise');
      }
    },
  };
}

/** Time since a phase began, microseconds: n steps are n·dt, though steps and phases begin at whole microseconds. */
function exactly(since: number, dt: number): number {
  const whole = Math.round(since / (dt * 1e6)) * dt * 1e6;
  return Math.abs(whole - since) <= 1 ? whole : since;
}

function pulses(
  { every, channels: on, count = 1 }: Extract<Stimulus, { kind: 'pulses' }>,
  { channels, dt }: StimulusGrid,
): WorkingStimulus {
  if (on.some((one) => one >= channels)) {
    throw new DataError(`pulses go to channel ${Math.max(...on)}; there are ${channels}`);
  }
  let next = 0;
  return {
    add(counts, { since, bins }) {
      const from = exactly(since, dt);
      for (let bin = 0; bin < bins; bin++) {
        // The pulse lies in the bin that holds its time.
        const end = from + (bin + 1) * dt * 1e6;
        const later = Math.ceil((end - 1e-3) / (every * 1e6));
        if (later <= next) continue;
        for (const one of on) put(counts, bin * channels + one, count * (later - next), 'a pulse');
        next = later;
      }
    },
  };
}

function raster(
  { raster: given, loop = false }: Extract<Stimulus, { kind: 'raster' }>,
  { channels, dt }: StimulusGrid,
): WorkingStimulus {
  if (given.channels !== channels || Math.abs(given.dt - dt) > 1e-9 * dt) {
    throw new DataError(
      `a raster of ${given.channels} channels and bins of ${given.dt} s is to be shown; the network has ${channels} and ${dt} s`,
    );
  }
  return {
    add(counts, { since, bins }) {
      const first = Math.round(since / (dt * 1e6));
      for (let bin = 0; bin < bins; bin++) {
        const step = loop && given.steps > 0 ? (first + bin) % given.steps : first + bin;
        if (step >= given.steps) return;
        for (let one = 0; one < channels; one++) {
          const at = bin * channels + one;
          put(counts, at, given.counts[step * channels + one]!, 'a raster');
        }
      }
    },
  };
}

function stream(
  items$: Extract<Stimulus, { kind: 'stream' }>['items$'],
  { channels }: StimulusGrid,
): WorkingStimulus {
  const waiting = new Uint32Array(channels);
  const refuse = (given: number): never => {
    throw new DataError(`a stimulus of ${given} channels came; the network has ${channels}`);
  };
  const heard = hear(items$, (item) => {
    if ('counts' in item) {
      if (item.channels !== channels) refuse(item.channels);
      item.counts.forEach((count, i) => {
        put(waiting, i % channels, count, 'a raster');
      });
      return;
    }
    if (item.space.channels !== channels) refuse(item.space.channels);
    for (const address of item.addresses) put(waiting, address, 1, 'an event');
  });
  return {
    add(counts) {
      heard.check();
      for (let one = 0; one < channels; one++) put(counts, one, waiting[one]!, 'a stream');
      waiting.fill(0);
    },
    stop: heard.stop,
  };
}

/** Listens; what fails is thrown where it is looked at. */
export function hear<T>(items$: Listenable<T>, take: (item: T) => void) {
  let failed: { readonly cause: unknown } | undefined;
  const fail = (cause: unknown): void => {
    failed ??= { cause };
  };
  const listening = items$.subscribe({
    next(item) {
      try {
        take(item);
      } catch (cause) {
        fail(cause);
      }
    },
    error: fail,
    complete() {},
  });
  return {
    check(): void {
      if (failed !== undefined) throw failed.cause;
    },
    stop: (): void => listening.unsubscribe(),
  };
}
