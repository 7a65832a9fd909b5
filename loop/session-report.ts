/** What a session holds, in figures. */

import type { LossReport, RecordedClock, RecordedKind } from '../src/codecs/recording/streams.ts';
import { itemLength, itemStart, itemUntil } from '../src/events/items.ts';
import type { Marks, Series, StreamItem } from '../src/events/series.ts';
import { type LatencySummary, latencyHistogram } from '../src/loop/latency.ts';
import { refuse } from '../src/options.ts';
import { within } from '../src/problems.ts';
import type { SessionEnd, SessionVersions } from '../src/sessions/manifest.ts';
import { type RecordedSession, sessionCheck } from '../src/sessions/recorded-session.ts';

/** What is told of a stream. */
export interface StreamReport {
  readonly name: string;
  readonly kind: RecordedKind;
  readonly clock: RecordedClock;
  /** Packets, rasters, pieces of series or marks, reports of losses. */
  readonly items: number;
  /** Spikes of events and rasters; samples, steps or marks of others. */
  readonly count: number;
  /** Channels, if it has any; pixels are none. */
  readonly channels: number | null;
  /** When it begins and ends, whole microseconds; null if there is nothing in it. */
  readonly from: number | null;
  readonly until: number | null;
  /** Spikes per second of each channel; null of what is no spikes, or has more than 1024 channels. */
  readonly rates: readonly number[] | null;
  /** What its values were like, if it is of latencies; null else. */
  readonly latency: LatencySummary | null;
}

/** What is told of a session. */
export interface SessionReport {
  readonly path: string;
  /** When it began, by the wall clock; null of a recording alone. */
  readonly started: string | null;
  readonly seed: number | null;
  readonly versions: SessionVersions | null;
  readonly config: Readonly<Record<string, unknown>>;
  /** Targets of its runs. */
  readonly targets: readonly string[];
  /** Why it ended; null if nobody said. */
  readonly ended: (SessionEnd & { readonly seconds: number }) | null;
  readonly notes: Readonly<Record<string, unknown>>;
  readonly streams: readonly StreamReport[];
  /** What was lost, by place and reason. */
  readonly losses: Readonly<Record<string, number>>;
  /** Marks in the order of time, the first ten thousand. */
  readonly marks: readonly { readonly time: number; readonly label: string }[];
  /** What could not be read, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** Channels that are told one by one, at most. */
const mostChannels = 1024;
/** Marks that are told, at most. */
const mostMarks = 10_000;

/** Sums a stream up. */
class Summing {
  items = 0;
  count = 0;
  channels: number | null = null;
  from = Number.POSITIVE_INFINITY;
  until = Number.NEGATIVE_INFINITY;
  readonly latency: ReturnType<typeof latencyHistogram> | undefined;
  #spikes: Float64Array | undefined;

  constructor(latency: boolean) {
    this.latency = latency ? latencyHistogram() : undefined;
  }

  add(item: StreamItem): void {
    this.items++;
    this.from = Math.min(this.from, itemStart(item));
    this.until = Math.max(this.until, itemUntil(item));
    if ('addresses' in item) {
      this.count += item.addresses.length;
      if (item.space.kind !== 'channels') return;
      const spikes = this.#of(item.space.channels);
      for (const address of item.addresses) spikes[address]! += 1;
    } else if ('counts' in item) {
      const spikes = this.#of(item.channels);
      item.counts.forEach((count, i) => {
        this.count += count;
        spikes[i % item.channels]! += count;
      });
    } else {
      this.count += itemLength(item);
      if ('channels' in item) this.channels = item.channels;
      if (this.latency === undefined || !('timestamps' in item) || !('values' in item)) return;
      for (const value of (item as Series).values) this.latency.record(value);
    }
  }

  rates(): number[] | null {
    const seconds = (this.until - this.from) / 1e6;
    if (this.#spikes === undefined || this.#spikes.length > mostChannels) return null;
    return Array.from(this.#spikes, (count) => (seconds > 0 ? count / seconds : 0));
  }

  #of(channels: number): Float64Array {
    this.channels ??= channels;
    this.#spikes ??= new Float64Array(channels);
    return this.#spikes;
  }
}

/**
 * Sums a session up: streams with their rates, latencies, losses, marks, and why it ended. Its streams are read once, a
 * chunk at a time.
 *
 * @throws InvalidArgumentError if it is none
 * @example
 * ```ts
 * const told = async (folder: string) => {
 *   const session = await readSession(folder);
 *   const { streams, losses, ended } = await sessionReport(session);
 *   await session.close();
 *   return { streams, losses, ended };
 * };
 * typeof told; // 'function'
 * ```
 */
export async function sessionReport(session: RecordedSession): Promise<SessionReport> {
  refuse('no report can be made', () => within('session', sessionCheck(session)));
  const { recording, manifest, path, runs } = session;
  const sums = new Map(
    [...recording.streams.keys()].map((name) => [name, new Summing(/^latency( \d+)?$/.test(name))]),
  );
  const losses = new Map<string, number>();
  const marks: { time: number; label: string }[] = [];
  for await (const { stream, item } of recording.items()) {
    const sum = sums.get(stream)!;
    if ('byReason' in item) {
      sum.items++;
      for (const [reason, count] of Object.entries((item as LossReport).byReason)) {
        losses.set(reason, (losses.get(reason) ?? 0) + count);
        sum.count += count;
      }
      continue;
    }
    sum.add(item);
    if ('labels' in item && stream === 'marks') takeMarks(marks, item);
  }
  const streams = [...recording.streams.values()].map(({ name, kind, clock }): StreamReport => {
    const sum = sums.get(name)!;
    const { items, count, channels, from, until, latency } = sum;
    return {
      name,
      kind,
      clock,
      items,
      count,
      channels,
      from: Number.isFinite(from) ? from : null,
      until: Number.isFinite(until) ? until : null,
      rates: sum.rates(),
      latency: latency === undefined ? null : latency.summary,
    };
  });
  const { started = null, seed = null, versions = null, ended = null } = manifest ?? {};
  return {
    path,
    started,
    seed,
    versions,
    config: manifest?.config ?? recording.about,
    targets: runs.map(({ target }) => target),
    ended,
    notes: manifest?.notes ?? {},
    streams,
    losses: Object.fromEntries(losses),
    marks,
    skipped: { ...recording.skipped },
  };
}

function takeMarks(into: { time: number; label: string }[], { timestamps, labels }: Marks): void {
  for (let i = 0; i < labels.length && into.length < mostMarks; i++) {
    into.push({ time: timestamps[i]!, label: labels[i]! });
  }
}
