/** Pictures made of the events of a camera. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossCounter } from '../events/losses.ts';
import { type PixelSpace, pixelBits } from '../events/space.ts';
import { number, type OptionTable, oneOf, optionProblems, readOnce } from '../options.ts';
import { fault, type Problem } from '../problems.ts';
import { type Emit, once, pixelCells, type Slicer, unknownAddress } from './filter.ts';
import { type WindowConfig, windowProblems, windowsOf, windowTable } from './windows.ts';

/** What a frame shows: how many events each pixel had, or how recent its last one is. */
export type FrameKind = 'counts' | 'timeSurface';

/** Configuration of `toFrame`. */
export interface ToFrameConfig extends WindowConfig {
  /** What each frame shows; `counts` if left out. */
  readonly kind?: FrameKind;
  /** Time constant with which a time surface fades, seconds; needed for one. */
  readonly tau?: number;
}

/** A picture of the events of a window. */
export interface EventFrame {
  /** What it shows. */
  readonly kind: FrameKind;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Start of its window, microseconds. */
  readonly startTime: number;
  /** End of its window, microseconds. */
  readonly until: number;
  /**
   * Row-major `[2 × height × width]`, first for pixels that became darker, then for those that became brighter: events in
   * the window; or e^(-age/tau) of the last event ever, 0 if there was none.
   */
  readonly values: Float32Array;
}

const optionTable: OptionTable<ToFrameConfig> = {
  ...windowTable,
  kind: oneOf(['counts', 'timeSurface']),
  tau: number({ above: 0, unit: 'seconds' }),
};

/**
 * Makes the slicer of `toFrame`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const all: number[] = [];
 * const slicer = toFrameSlicer({ window: 1e-3 });
 * slicer.push(aerPacket([5, 6], [1, 1], pixels(2, 1), 1000), ({ values }) => all.push(...values));
 * all; // [0, 0, 2, 0]
 * ```
 */
export function toFrameSlicer(config: ToFrameConfig): Slicer<AerPacket<PixelSpace>, EventFrame> {
  config = readOnce(config, optionTable);
  const problems = optionProblems(config, optionTable, 'window');
  if (problems.length === 0) problems.push(...windowProblems(config), ...fadingProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('no frames can be made', problems);
  const { kind = 'counts', tau = 1, losses = lossCounter(), ...window } = config;
  const windows = windowsOf<PixelSpace>(window, losses);
  const prepare = once((space: PixelSpace) => pictureOf(space, kind, tau * 1e6));
  let picture: Picture | undefined;
  const useOf = (emit: Emit<EventFrame>) => ({
    events: (packet: AerPacket<PixelSpace>, from: number, to: number) =>
      losses.add(unknownAddress, picture!.add(packet, from, to)),
    close: (startTime: number, until: number) => {
      const { width, height, take } = picture!;
      return emit({ kind, width, height, startTime, until, values: take(until) });
    },
  });
  return {
    push(packet, emit) {
      packet = soundPacket(packet, 'pixels');
      picture = prepare(packet.space);
      windows.push(packet, useOf(emit));
    },
    goOn: (emit) => windows.goOn(useOf(emit)),
    end: (emit) => windows.end(useOf(emit)),
  };
}

function fadingProblems({ kind, tau }: ToFrameConfig): Problem[] {
  if (kind !== 'timeSurface' || tau !== undefined) return [];
  return [fault('tau', 'missing', 'a time surface needs to know how fast it fades')];
}

/** A picture that is being made. */
interface Picture {
  readonly width: number;
  readonly height: number;
  /** Adds events; gives how many of them have no place. */
  add(packet: AerPacket<PixelSpace>, from: number, to: number): number;
  /** Gives the picture at a time. */
  take(time: number): Float32Array;
}

function pictureOf(space: PixelSpace, kind: FrameKind, tau: number): Picture {
  pixelCells(space);
  const { width, height } = space;
  const { yShift, xMask } = pixelBits(space);
  const area = width * height;
  const cells = kind === 'counts' ? counting(2 * area) : fading(2 * area, tau);
  return {
    width,
    height,
    add({ timestamps, addresses }, from, to) {
      let unknown = 0;
      for (let i = from; i < to; i++) {
        const address = addresses[i]!;
        const x = (address >>> 1) & xMask;
        const y = address >>> yShift;
        if (x >= width || y >= height) unknown++;
        else cells.add(y * width + x + (-(address & 1) & area), timestamps[i]!);
      }
      return unknown;
    },
    take: cells.take,
  };
}

/** What each pixel has. */
interface Cells {
  add(cell: number, time: number): void;
  take(time: number): Float32Array;
}

function counting(length: number): Cells {
  let counts = new Float32Array(length);
  return {
    add(cell) {
      counts[cell] = counts[cell]! + 1;
    },
    take() {
      const taken = counts;
      counts = new Float32Array(length);
      return taken;
    },
  };
}

function fading(length: number, tau: number): Cells {
  const last = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  return {
    add(cell, time) {
      last[cell] = time;
    },
    take(time) {
      const values = new Float32Array(length);
      for (let i = 0; i < length; i++) values[i] = Math.exp((last[i]! - time) / tau);
      return values;
    },
  };
}
