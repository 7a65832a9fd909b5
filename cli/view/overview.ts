/** Events of any number and duration, gathered in little memory: how many in each stretch of time, and in each block of pixels. */
import type { AerPacket } from 'spikeline';
import { pixelBits } from 'spikeline/events';

/** What was gathered. */
export interface Overview {
  readonly events: number;
  /** Time of the first event, µs. */
  readonly first: number;
  /** Stretches of equal time, from the first event on. */
  readonly rate: {
    /** Length of each, µs. */
    readonly width: number;
    readonly counts: readonly number[];
  };
  /** Blocks of pixels, from the first row down. Channels are one row, words of a chip one block. */
  readonly picture: {
    /** Pixels along the side of a block. */
    readonly side: number;
    readonly off: readonly (readonly number[])[];
    readonly on: readonly (readonly number[])[];
  };
}

/** Gathers events. */
export interface Gathering {
  /** Takes a packet in the order of time. */
  add(packet: AerPacket): void;
  /** What came so far. */
  overview(): Overview;
}

/** Stretches of time that are told apart, at most. */
const stretches = 512;
/** Blocks along a side of the picture, at most. */
const blocks = 256;

/** Starts to gather: stretches and blocks become twice as large whenever what comes has no place any more. */
export function gathering(): Gathering {
  let [events, first, width, side] = [0, Number.NaN, 1000, 1];
  let [maxX, maxY] = [0, 0];
  const counts = new Float64Array(stretches);
  const picture = [new Float64Array(blocks * blocks), new Float64Array(blocks * blocks)];
  const widen = (): void => {
    for (let i = 0; i < stretches / 2; i++) counts[i] = counts[2 * i]! + counts[2 * i + 1]!;
    counts.fill(0, stretches / 2);
    width *= 2;
  };
  const coarsen = (): void => {
    for (const one of picture) {
      const before = one.slice();
      one.fill(0);
      for (let i = 0; i < before.length; i++) {
        const to = (Math.floor(i / blocks) >> 1) * blocks + ((i % blocks) >> 1);
        one[to]! += before[i]!;
      }
    }
    side *= 2;
  };
  const put = (time: number, x: number, y: number, on: number): void => {
    if (events++ === 0) first = time;
    while (time - first >= width * stretches) widen();
    const stretch = Math.max(0, Math.floor((time - first) / width));
    counts[stretch]! += 1;
    while (Math.max(x, y) >= side * blocks) coarsen();
    picture[on]![Math.floor(y / side) * blocks + Math.floor(x / side)]! += 1;
    if (x > maxX) maxX = x;
    if (y > maxY) maxY = y;
  };
  return {
    add({ timestamps, addresses, space }) {
      const bits = space.kind === 'pixels' ? pixelBits(space) : undefined;
      for (let i = 0; i < timestamps.length; i++) {
        // Words of a chip have no place in a picture.
        const address = space.kind === 'chipWords' ? 0 : addresses[i]!;
        if (bits === undefined) put(timestamps[i]!, address, 0, 1);
        else
          put(timestamps[i]!, (address >>> 1) & bits.xMask, address >>> bits.yShift, address & 1);
      }
    },
    overview() {
      const [rows, columns] = [Math.floor(maxY / side) + 1, Math.floor(maxX / side) + 1];
      const cut = (one: Float64Array): number[][] =>
        Array.from({ length: rows }, (_, r) => [...one.subarray(r * blocks, r * blocks + columns)]);
      const used = counts.findLastIndex((count) => count > 0) + 1;
      return {
        events,
        first: Number.isNaN(first) ? 0 : first,
        rate: { width, counts: [...counts.subarray(0, used)] },
        picture: { side, off: cut(picture[0]!), on: cut(picture[1]!) },
      };
    },
  };
}
