/** Writes Event Stream. */

import { DataError } from '../../errors.ts';
import { type PixelSpace, pixelBits } from '../../events/space.ts';
import { number, type OptionTable, oneOf } from '../../options.ts';
import type { Encoder } from '../codec.ts';
import { checkOptions, soundEncoder } from '../sound.ts';
import { wordBuffer } from '../word-buffer.ts';
import {
  type EventStreamKind,
  kinds,
  plainHeaderBytes,
  signature,
  sizedHeaderBytes,
} from './layout.ts';

/** How Event Stream is written. */
export interface EventStreamEncoderOptions {
  /**
   * What the events are; `dvs` if left out. `colour` writes ON as white and OFF as black; `generic` has neither place nor
   * polarity, and needs `pixels(1, 1)`.
   */
  readonly kind?: EventStreamKind;
  /** Time that is taken off all times, µs; 0 if left out. The file does not say it: keep it elsewhere. */
  readonly origin?: number;
}

const table: OptionTable<EventStreamEncoderOptions> = {
  kind: oneOf(kinds.filter((kind) => kind !== undefined)),
  origin: number({ min: 0, whole: true, unit: 'µs' }),
};

/** Longest pause that is written, µs: it takes 17 MB. */
const longestPause = 2 ** 31;

/** How each kind says how long a pause was, and how many bytes an event has. */
interface Layout {
  readonly type: number;
  readonly eventBytes: number;
  /** Microseconds of the longest byte of a pause. */
  readonly step: number;
  /** Microseconds that an event cannot say by itself any more. */
  readonly limit: number;
}

const layouts: Readonly<Record<EventStreamKind, Layout>> = {
  generic: { type: 0, eventBytes: 2, step: 254, limit: 254 },
  dvs: { type: 1, eventBytes: 5, step: 127, limit: 127 },
  atis: { type: 2, eventBytes: 5, step: 189, limit: 63 },
  colour: { type: 4, eventBytes: 8, step: 254, limit: 254 },
};

function header({ type }: Layout, space: PixelSpace | undefined): Uint8Array {
  const bytes = new Uint8Array(type === 0 ? plainHeaderBytes : sizedHeaderBytes);
  bytes.set(signature);
  bytes.set([2, 0, 0, type], signature.length);
  if (type === 0) {
    if (space !== undefined && (space.width > 1 || space.height > 1)) {
      throw new DataError('generic events of Event Stream have no pixels; pixels(1, 1) are needed');
    }
    return bytes;
  }
  // Without any packet there is nothing to say, and nothing that cannot be said.
  const { width, height } = space ?? { width: 1, height: 1 };
  if (width > 32_768 || height > 32_768)
    throw new DataError('32768×32768 pixels at most can be written');
  const view = new DataView(bytes.buffer);
  view.setUint16(16, width, true);
  view.setUint16(18, height, true);
  return bytes;
}

/** Makes an encoder of Event Stream. */
export function eventStreamEncoder(options: EventStreamEncoderOptions = {}): Encoder {
  options = checkOptions('Event Stream', options, table);
  const { kind = 'dvs', origin = 0 } = options;
  const layout = layouts[kind];
  const { step, limit, eventBytes } = layout;
  const buffer = wordBuffer(1, (room) => new Uint8Array(room));
  let last = origin;

  /** Says most of a long pause, and gives where the next byte goes. */
  const pause = (out: Uint8Array, from: number, micros: number): number => {
    const steps = Math.floor(micros / step);
    out.fill(0xff, from, from + steps);
    const rest = micros - steps * step;
    if (kind !== 'atis' || rest < limit) return from + steps;
    out[from + steps] = 0xfc | Math.floor(rest / limit);
    return from + steps + 1;
  };

  return soundEncoder<PixelSpace>('pixels', {
    refusesTimes: true,
    begin: (space) => header(layout, space),
    push({ timestamps, addresses, space }) {
      const { yShift, xMask } = pixelBits(space);
      const count = timestamps.length;
      let out = buffer.words(count * eventBytes);
      let n = 0;
      for (let i = 0; i < count; i++) {
        const time = timestamps[i]!;
        let delta = time - last;
        if (!(delta >= 0 && delta < limit)) {
          if (!(delta >= 0 && delta <= longestPause)) refuse(time, last, origin);
          out = buffer.words(n + Math.ceil(delta / step) + 1 + (count - i) * eventBytes);
          n = pause(out, n, delta);
          delta = (delta % step) % limit;
        }
        last = time;
        if (kind === 'generic') {
          out[n] = delta;
          out[n + 1] = 0;
          n += 2;
          continue;
        }
        const address = addresses[i]!;
        const x = (address >>> 1) & xMask;
        const y = address >>> yShift;
        const on = address & 1;
        out[n] =
          kind === 'dvs' ? (delta << 1) | on : kind === 'atis' ? (delta << 2) | (on << 1) : delta;
        out[n + 1] = x;
        out[n + 2] = x >>> 8;
        out[n + 3] = y;
        out[n + 4] = y >>> 8;
        if (kind === 'colour') out.fill(on * 255, n + 5, n + 8);
        n += eventBytes;
      }
      return buffer.copy(n);
    },
    end: () => new Uint8Array(0),
  });
}

function refuse(time: number, last: number, origin: number): never {
  const event = `an event at ${time} µs cannot be written as Event Stream`;
  if (time < origin) throw new DataError(`${event}: it lies before the origin, ${origin} µs`);
  if (time < last)
    throw new DataError(`${event}: it lies before the last, at ${last} µs; sort the events`);
  throw new DataError(
    `${event}: ${last} µs before it, the last, is too long a pause; give a later origin`,
  );
}
