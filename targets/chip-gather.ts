/** Where the events that come back from a board belong, in a run of the target `chip`. */
import type { Deployment } from '../src/compile/deployment.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { reals, wholes } from '../src/events/blocks.ts';
import type { Losses } from '../src/events/losses.ts';
import { type ChannelSpace, channels as channelSpace } from '../src/events/space.ts';
import { type OutputSignal, outputOf } from '../src/pipeline/signals.ts';
import type { TargetOutput, TargetRequest } from '../src/pipeline/target.ts';
import { queue } from '../src/queue.ts';
import type { Window } from './windows.ts';

/** A signal that comes out, with the event words of each channel. */
export interface ChipSignal extends OutputSignal {
  readonly words: Uint32Array;
}

/** What gathers events. */
export interface GatherConfig {
  readonly signals: readonly ChipSignal[];
  readonly deployment: Deployment<unknown>;
  /** Counts `unbinned` and `unknownWord`. */
  readonly losses: Losses;
}

/** Gathers the events of a board. */
export interface Gatherer {
  /** Opens a window; windows follow each other in time. */
  open(window: Window): void;
  /** Closes the oldest window, and gives it. */
  close(): Window;
  /** Takes events of the board, in the time of the stream. */
  take(packet: AerPacket): void;
  /** Learns that no more windows will open: counts what belongs to none. */
  finish(): void;
}

/** Finds the place of an event word: signal · 2^32 + channel; -1 if nobody asked for it, -2 if nobody knows it. */
function placesOf({ signals, deployment }: GatherConfig): (word: number) => number {
  const places = new Map<number, number>();
  for (const [signal, { words }] of signals.entries()) {
    for (const [channel, word] of words.entries()) places.set(word, signal * 2 ** 32 + channel);
  }
  return (word) =>
    places.get(word) ??
    // Spikes of a population that nobody asked for are no losses.
    (deployment.populationOf(word) === undefined ? -2 : -1);
}

/**
 * Hands events of the board to the windows that they belong to. Those that come before their window is open, since an event
 * goes to the board before its bin is complete, wait for it.
 */
export function windowGatherer(config: GatherConfig): Gatherer {
  const { losses } = config;
  const placeOf = placesOf(config);
  const windows = queue<Window>();
  /** End of the newest window. */
  let reach = Number.NEGATIVE_INFINITY;
  let earlyTimes: number[] = [];
  let earlyPlaces: number[] = [];
  /** Hands an event to its window; whether there is one. */
  const hand = (place: number, time: number): boolean => {
    for (let i = 0; i < windows.size; i++) {
      const window = windows.at(i)!;
      if (time < window.from || time >= window.to) continue;
      window.take(Math.floor(place / 2 ** 32), place % 2 ** 32, time);
      return true;
    }
    return false;
  };
  const handEarly = (): void => {
    const [times, places] = [earlyTimes, earlyPlaces];
    earlyTimes = [];
    earlyPlaces = [];
    let unbinned = 0;
    for (const [i, time] of times.entries()) {
      if (time >= reach) {
        earlyTimes.push(time);
        earlyPlaces.push(places[i]!);
      } else if (!hand(places[i]!, time)) unbinned++;
    }
    losses.add('unbinned', unbinned);
  };
  return {
    open(window) {
      windows.push(window);
      reach = Math.max(reach, window.to);
      if (earlyTimes.length > 0) handEarly();
    },
    close: () => windows.shift()!,
    take({ timestamps, addresses }) {
      let unbinned = 0;
      let unknownWord = 0;
      for (let i = 0; i < addresses.length; i++) {
        const place = placeOf(addresses[i]!);
        if (place < 0) {
          if (place === -2) unknownWord++;
          continue;
        }
        const time = timestamps[i]!;
        if (time >= reach) {
          earlyTimes.push(time);
          earlyPlaces.push(place);
        } else if (!hand(place, time)) unbinned++;
      }
      losses.add('unbinned', unbinned);
      losses.add('unknownWord', unknownWord);
    },
    finish() {
      const { length } = earlyTimes;
      earlyTimes = [];
      earlyPlaces = [];
      losses.add('unbinned', length);
    },
  };
}

/** Makes outputs of the events of a board as they come; none of events that nobody asked for, since no events mean an answer. */
export function immediateOutputs(
  config: GatherConfig,
  request: TargetRequest,
): (packet: AerPacket, until: number) => TargetOutput | undefined {
  const { signals, losses } = config;
  const placeOf = placesOf(config);
  const spaces = signals.map(({ channels }) => channelSpace(channels));
  const counts = new Uint32Array(signals.length);
  return ({ timestamps, addresses }, until) => {
    counts.fill(0);
    let [asked, unknownWord] = [0, 0];
    for (let i = 0; i < addresses.length; i++) {
      const place = placeOf(addresses[i]!);
      if (place === -2) unknownWord++;
      else if (place >= 0) {
        asked++;
        counts[Math.floor(place / 2 ** 32)]!++;
      }
    }
    losses.add('unknownWord', unknownWord);
    if (addresses.length > 0 && asked === 0) return undefined;
    const packets: AerPacket<ChannelSpace>[] = new Array(spaces.length);
    for (let i = 0; i < spaces.length; i++) {
      const count = counts[i]!;
      // What is all of one signal keeps its times as they came.
      const times = count === timestamps.length ? timestamps : reals(count);
      packets[i] = { timestamps: times, addresses: wholes(count), space: spaces[i]!, until };
    }
    counts.fill(0);
    for (let i = 0; i < addresses.length; i++) {
      const place = placeOf(addresses[i]!);
      if (place < 0) continue;
      const signal = Math.floor(place / 2 ** 32);
      const at = counts[signal]!++;
      const packet = packets[signal]!;
      if (packet.timestamps !== timestamps) packet.timestamps[at] = timestamps[i]!;
      packet.addresses[at] = place % 2 ** 32;
    }
    return outputOf(signals, packets, request);
  };
}
