/** Numbers in bytes to packets of events. */
import { DataError } from '../../errors.ts';
import type { ChannelSpace, PixelSpace } from '../../events/space.ts';
import { pixelBits } from '../../events/space.ts';
import type { Counts } from '../counts.ts';
import type { PacketRoom } from '../packet-room.ts';
import type { ReadNumber } from './array.ts';
import type { Numbers } from './roles.ts';

/** Numbers and the bytes that they stand in. */
export interface NumbersIn extends Numbers {
  readonly view: DataView;
}

/** Where events come from. */
export interface EventsIn {
  readonly t: NumbersIn;
  readonly x: NumbersIn;
  readonly y: NumbersIn;
  readonly p: NumbersIn | undefined;
}

/** A time in microseconds. */
function scaled(value: number, micros: number): number {
  if (micros === 1) return value;
  return micros < 1 ? Math.floor(value / 1000) : value * micros;
}

/** Lays down events `from` ≤ i < `to`. */
export function emitEvents(
  { t, x, y, p }: EventsIn,
  from: number,
  to: number,
  micros: number,
  space: PixelSpace,
  room: PacketRoom,
  count: Counts,
): void {
  const { yShift } = pixelBits(space);
  const { width, height } = space;
  const { limit } = room;
  const readTime = micros < 1 ? t.readThousandth : undefined;
  let { timestamps, addresses } = room;
  let [outside, invalid] = [0, 0];
  for (let i = from; i < to; i++) {
    const time =
      readTime === undefined
        ? scaled(t.read(t.view, t.offset + i * t.stride), micros)
        : readTime(t.view, t.offset + i * t.stride);
    const whole = Number.isInteger(time) ? time : Math.round(time);
    const column = x.read(x.view, x.offset + i * x.stride);
    const row = y.read(y.view, y.offset + i * y.stride);
    const on = p === undefined || p.read(p.view, p.offset + i * p.stride) > 0 ? 1 : 0;
    if (!(Number.isSafeInteger(whole) && Number.isInteger(column) && Number.isInteger(row))) {
      invalid++;
      continue;
    }
    if (column < 0 || row < 0 || column >= width || row >= height) {
      outside++;
      continue;
    }
    const place = room.count;
    timestamps[place] = whole;
    addresses[place] = ((row << yShift) | (column << 1) | on) >>> 0;
    room.count = place + 1;
    if (place + 1 >= limit) {
      room.flush();
      ({ timestamps, addresses } = room);
    }
  }
  count.add('outside', outside);
  count.add('invalid', invalid);
}

/** Spikes that one call gives at most: a few bytes can claim any number of them. */
const mostSpikes = 2 ** 23;

/** Lays down the spikes of cells, each as many times as it counts. */
export class RasterEmitter {
  readonly #read: ReadNumber;
  readonly #itemBytes: number;
  readonly #room: PacketRoom;
  readonly #space: ChannelSpace;
  readonly #stepMicros: number;
  #spikes = 0;

  constructor(
    read: ReadNumber,
    itemBytes: number,
    space: ChannelSpace,
    stepMicros: number,
    room: PacketRoom,
  ) {
    this.#read = read;
    this.#itemBytes = itemBytes;
    this.#space = space;
    this.#stepMicros = stepMicros;
    this.#room = room;
  }

  /** Begins a call. */
  begin(): void {
    this.#spikes = 0;
  }

  /**
   * Takes cells `from` ≤ i < `to` of a raster whose cell i stands at `at(i)`.
   *
   * @throws DataError if a cell is no count
   */
  cells(view: DataView, from: number, to: number, base: number, steps: number | undefined): void {
    const { channels } = this.#space;
    const room = this.#room;
    for (let cell = from; cell < to; cell++) {
      const step = Math.floor(cell / channels);
      const channel = cell - step * channels;
      // In Fortran's order the first index moves fastest.
      const place = steps === undefined ? cell - from : channel * steps + step;
      const value = this.#read(view, base + place * this.#itemBytes);
      if (value === 0) continue;
      if (!(Number.isInteger(value) && value > 0)) {
        throw new DataError(
          `step ${step}, channel ${channel} of this raster holds ${value}, which is no count`,
        );
      }
      this.#spikes += value;
      if (this.#spikes > mostSpikes) {
        throw new DataError(
          `this raster holds more than ${mostSpikes} spikes up to step ${step}, channel ${channel}: these are no counts`,
        );
      }
      const time = step * this.#stepMicros;
      for (let k = 0; k < value; k++) {
        room.timestamps[room.count] = time;
        room.addresses[room.count++] = channel;
        if (room.count >= room.limit) room.flush();
      }
    }
  }
}
