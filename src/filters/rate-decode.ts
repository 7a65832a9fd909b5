/** The firing rate of each channel, followed over time. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { type Losses, lossCounter, lossesCheck } from '../events/losses.ts';
import type { ChannelSpace } from '../events/space.ts';
import { rasterProblems, type SignalRaster, type SpikeRaster } from '../events/spike-raster.ts';
import { stepsIn } from '../events/ticks.ts';
import { number, type OptionTable, optionProblems, readItem, readOnce } from '../options.ts';
import { fault, type Problem, problemText } from '../problems.ts';
import { type Filter, type FilterConfig, once, unknownAddress } from './filter.ts';
import { type RowStore, rowStore } from './row-store.ts';
import type { RowDecoder, Rows } from './rows.ts';
import { type Windows, type WindowUse, windowsOf } from './windows.ts';

/** Configuration of `rateDecode`; either `tau` or `window`. */
export interface RateDecodeConfig extends FilterConfig {
  /** Time constant with which spikes are forgotten, seconds. */
  readonly tau?: number;
  /** Time over which spikes are counted, seconds. */
  readonly window?: number;
  /** Width of the bins into which packets are put, seconds; needed for packets. Rasters have their own. */
  readonly dt?: number;
  /** Start of the first bin of packets, whole microseconds; where the first event falls on the grid of whole bins if left out. */
  readonly startTime?: number;
}

/** Checks of {@link RateDecodeConfig}. */
export const rateDecodeTable: OptionTable<RateDecodeConfig> = {
  tau: number({ above: 0, unit: 'seconds' }),
  window: number({ min: 1e-6, max: 1e9, unit: 'seconds' }),
  dt: number({ min: 1e-6, max: 1e9, unit: 'seconds' }),
  startTime: number({ whole: true, unit: 'µs' }),
  losses: lossesCheck,
};

/** Says whether it is told how rates are followed, and once only. */
export function rateDecodeProblems({ tau, window }: RateDecodeConfig): Problem[] {
  if ((tau === undefined) !== (window === undefined)) return [];
  const needed = 'either tau or window is needed: how spikes are forgotten, or counted';
  return [
    fault(tau === undefined ? 'tau' : 'window', tau === undefined ? 'missing' : 'conflict', needed),
  ];
}

/** Spikes of a stream, as rasters or as packets. */
export type Spikes = SpikeRaster | AerPacket<ChannelSpace>;

/**
 * Makes the filter of `rateDecode`. A raster gives the rates at the end of each of its bins, Hz, `[steps × channels]`; a
 * packet gives those of the bins that its `until` completes, none if it completes none.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const decode = rateDecoder({ window: 2e-3 });
 * decode(spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 1, 0] })).values; // Float64Array [500, 1000, 500]
 * ```
 */
export function rateDecoder(config: RateDecodeConfig): Filter<Spikes, SignalRaster> & RowDecoder {
  config = readOnce(config, rateDecodeTable);
  const problems = optionProblems(config, rateDecodeTable);
  if (problems.length === 0) problems.push(...rateDecodeProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('no rates can be decoded', problems);
  return decodeRows(config, (channels, dt) => ({
    channels,
    follow: follower(channels, dt, config),
  }));
}

/** Makes a filter that turns the counts of each bin, of rasters or of packets, into a row of values. */
export function decodeRows(
  { dt, startTime, losses = lossCounter() }: Omit<RateDecodeConfig, 'tau' | 'window'>,
  make: RowDecoder['rows'],
): Filter<Spikes, SignalRaster> & RowDecoder {
  let maker: FollowingRows | undefined;
  let grid: { readonly channels: number; readonly dt: number } | undefined;
  const makerOf = (channels: number, width: number): FollowingRows => {
    if (maker === undefined) {
      grid = { channels, dt: width };
      maker = make(channels, width);
    }
    if (grid!.channels === channels && grid!.dt === width) return maker;
    throw new DataError(
      `${channels} channels in bins of ${width} s follow ${grid!.channels} in bins of ${grid!.dt} s; give each stream its own decoder`,
    );
  };
  const packets = once((space: ChannelSpace) => {
    if (dt === undefined) {
      throw new DataError(
        'packets of events have no bins; give dt, the width of the bins they fall in',
      );
    }
    if (space.channels > mostChannels) {
      throw new DataError(
        `${space.channels} channels are too many to follow the rate of each; ${mostChannels} are allowed`,
      );
    }
    return packetRows(makerOf(space.channels, dt), space.channels, dt, startTime, losses);
  });
  let last: PacketRows | undefined;
  return Object.assign(
    (spikes: Spikes): SignalRaster => {
      spikes = readItem(spikes);
      if (isPacket(spikes)) {
        spikes = soundPacket(spikes, 'channels');
        last = packets(spikes.space);
        return last.push(spikes);
      }
      const problems = rasterProblems(spikes);
      if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
      return rasterRows(spikes, makerOf(spikes.channels, spikes.dt));
    },
    { end: () => last?.end(), rows: make },
  );
}

/** Rows of counts become rows of values. */
type FollowingRows = Rows<Uint32Array, Float64Array>;
type FollowRow = FollowingRows['follow'];

/** Channels of packets whose rates are followed, at most. */
const mostChannels = 2 ** 20;

function isPacket(spikes: Spikes): spikes is AerPacket<ChannelSpace> {
  try {
    return typeof spikes === 'object' && spikes !== null && 'timestamps' in spikes;
  } catch {
    // What cannot be read is refused as a raster.
    return false;
  }
}

function rasterRows(
  { steps, channels, dt, startTime, counts }: SpikeRaster,
  maker: FollowingRows,
): SignalRaster {
  const values = new Float64Array(steps * maker.channels);
  for (let step = 0; step < steps; step++) {
    maker.follow(counts, step * channels, values, step * maker.channels);
  }
  return { steps, channels: maker.channels, dt, startTime, values };
}

/** Rows of a stream of packets. */
interface PacketRows {
  push(packet: AerPacket<ChannelSpace>): SignalRaster;
  end(): SignalRaster | undefined;
}

function packetRows(
  maker: FollowingRows,
  channels: number,
  dt: number,
  startTime: number | undefined,
  losses: Losses,
): PacketRows {
  const start = startTime === undefined ? {} : { startTime };
  const windows: Windows<ChannelSpace> = windowsOf(
    { window: dt, maxGap: Number.POSITIVE_INFINITY, ...start },
    losses,
  );
  const rows: RowStore = rowStore(maker.channels, dt);
  const counts = new Uint32Array(channels);
  let reached = startTime ?? 0;
  let unknown = 0;
  const use: WindowUse<ChannelSpace> = {
    events({ addresses }, from, to) {
      for (let i = from; i < to; i++) {
        if (addresses[i]! < channels) counts[addresses[i]!]!++;
        else unknown++;
      }
    },
    close(from, to) {
      const at = rows.add(from);
      maker.follow(counts, 0, rows.values, at);
      counts.fill(0);
      reached = to;
    },
  };
  const count = (): void => {
    const now = unknown;
    unknown = 0;
    losses.add(unknownAddress, now);
  };
  return {
    push(packet) {
      windows.push(packet, use);
      count();
      return rows.take(reached);
    },
    end() {
      windows.end(use);
      const last = rows.take(reached);
      return last.steps > 0 ? last : undefined;
    },
  };
}

/** What follows the rates of channels, bin by bin. */
export function follower(
  channels: number,
  dt: number,
  { tau, window = dt }: Pick<RateDecodeConfig, 'tau' | 'window'>,
): FollowRow {
  return tau === undefined ? counting(channels, dt, window) : forgetting(channels, dt, tau);
}

/** Each spike adds 1/tau and fades with e^(-t/tau); of a constant rate, the rate itself. */
function forgetting(channels: number, dt: number, tau: number): FollowRow {
  const keep = Math.exp(-dt / tau);
  const gain = -Math.expm1(-dt / tau) / dt;
  const rates = new Float64Array(channels);
  return (counts, from, values, to) => {
    for (let channel = 0; channel < channels; channel++) {
      const rate = keep * rates[channel]! + gain * counts[from + channel]!;
      rates[channel] = rate;
      values[to + channel] = rate;
    }
  };
}

/** Spikes of the last bins, over their time; before the stream there were none. */
function counting(channels: number, dt: number, window: number): FollowRow {
  const bins = Math.max(1, stepsIn(window, dt));
  if (bins * channels > 2 ** 26) {
    throw new DataError(
      `a window of ${bins} bins of ${channels} channels is too much to keep; use tau`,
    );
  }
  const ring = new Uint32Array(bins * channels);
  const sums = new Float64Array(channels);
  const span = bins * dt;
  let row = 0;
  return (counts, from, values, to) => {
    const oldest = row * channels;
    row = (row + 1) % bins;
    for (let channel = 0; channel < channels; channel++) {
      const count = counts[from + channel]!;
      sums[channel] = sums[channel]! + count - ring[oldest + channel]!;
      ring[oldest + channel] = count;
      values[to + channel] = sums[channel]! / span;
    }
  };
}
