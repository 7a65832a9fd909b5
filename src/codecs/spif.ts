/** SPIF words, as SpiNNaker's interface board and AEStream send them over UDP: pixels with or without a time. */

import { DataError } from '../errors.ts';
import { type PixelSpace, pixelBits, pixels } from '../events/space.ts';
import { callback, flag, number, type OptionTable } from '../options.ts';
import type { Codec, Decoder, Encoder } from './codec.ts';
import { half, isCountable, late, wrap } from './counter.ts';
import { counts } from './counts.ts';
import { pieceBytes, places } from './loops.ts';
import { packetRoom } from './packet-room.ts';
import { pieceFeed } from './piece-feed.ts';
import { checkOptions, soundDecoder, soundEncoder } from './sound.ts';
import { isAllText } from './text-header.ts';

/** What a reader of SPIF words may say that they do not. */
export interface SpifDecoderOptions {
  /** Columns; 32768 if left out. */
  readonly width?: number;
  /** Rows; 32768 if left out. */
  readonly height?: number;
  /**
   * Time of events that come without one, whole µs: asked once for each call of `push`. The time of the last event before them
   * if left out.
   */
  readonly now?: () => number;
}

/** How SPIF words are written. */
export interface SpifEncoderOptions {
  /** Whether each event has its time in a word after it; true if left out. */
  readonly timestamps?: boolean;
}

const side = number({ min: 1, max: 32_768, whole: true, unit: 'pixels' });
const decoderTable: OptionTable<SpifDecoderOptions> = { width: side, height: side, now: callback };
const encoderTable: OptionTable<SpifEncoderOptions> = { timestamps: flag };

/** Bit that says that no time follows. */
const noTime = 0x8000_0000;

/** Words that must look right before bytes are taken for SPIF, if there are more. */
const enough = 64;

/** Whether bytes look like SPIF words: all without a time, or all with one and times that do not fall. */
function detect(head: Uint8Array, whole = false): boolean {
  const count = Math.min(enough, Math.floor(head.length / 4));
  if (count < enough && !(whole && count >= 2 && head.length % 4 === 0)) return false;
  if (isAllText(head)) return false;
  const words = new Uint32Array(new Uint8Array(head.subarray(0, count * 4)).buffer);
  if (words.every((word) => word >= noTime)) return true;
  let last = 0;
  for (let i = 0; i + 1 < count; i += 2) {
    const time = words[i + 1]!;
    // Within a minute after the last, or a step back as real cameras have it: by chance alone, one in seventy.
    if (words[i]! >= noTime || (i > 0 && (last - time > 256 || time - last > 6e7))) return false;
    last = time;
  }
  return true;
}

function decoder(options: SpifDecoderOptions = {}): Decoder {
  options = checkOptions('SPIF', options, decoderTable);
  const { now } = options;
  const space = pixels(options.width ?? 32_768, options.height ?? 32_768);
  const { width, height } = space;
  const rowShift = pixelBits(space).yShift;
  const count = counts();
  const room = packetRoom(space);
  const feed = pieceFeed();
  const words = new Uint32Array(feed.room.buffer, places.input, pieceBytes / 4);
  let base = 0;
  let last = 0;
  /** Time of events without one. */
  let time = 0;

  const decode = (from: number, end: number): number => {
    const { timestamps, addresses, limit } = room;
    let n = room.count;
    let at = from;
    while (at < end && n < limit) {
      const word = words[at]!;
      const timed = word < noTime;
      if (timed) {
        if (at + 2 > end) break;
        const t = words[at + 1]!;
        if (t < last) {
          if (last - t > half) base += wrap;
        } else if (t - last > wrap - late && base > 0) base -= wrap;
        last = t;
        time = base + t;
      }
      at += timed ? 2 : 1;
      const x = (word >>> 16) & 0x7fff;
      const y = word & 0x7fff;
      if (x < width && y < height) {
        timestamps[n] = time;
        addresses[n++] = (y << rowShift) | (x << 1) | ((word >>> 15) & 1);
      } else {
        count.add('outside', 1);
      }
    }
    room.count = n;
    return at;
  };
  const header = {
    format: 'spif',
    space,
    fields: {},
    ...(options.width === undefined ? {} : { width }),
    ...(options.height === undefined ? {} : { height }),
  };
  return soundDecoder({
    skipped: count.skipped,
    header: () => header,
    push(given) {
      if (now !== undefined) time = now();
      feed.push(given, (length) => {
        const end = Math.floor(length / 4);
        for (let used = 0; ; room.flush()) {
          used = decode(used, end);
          if (room.count < room.limit) return used * 4;
        }
      });
      return room.take();
    },
    end() {
      count.add('cutOffBytes', feed.held);
      return room.take();
    },
  });
}

function encoder(options: SpifEncoderOptions = {}): Encoder {
  options = checkOptions('SPIF', options, encoderTable);
  const timed = options.timestamps ?? true;
  let last: number | undefined;
  const refuse = (time: number): never => {
    const why = `times count 32 bits, and a pause of 2^31 µs and more would be lost, or what comes ${late} µs late where they begin anew`;
    throw new DataError(
      `an event at ${time} µs after one at ${last} µs cannot be written as SPIF: ${why}`,
    );
  };
  return soundEncoder<PixelSpace>('pixels', {
    begin(space) {
      if (space !== undefined && (space.width > 32_768 || space.height > 32_768)) {
        throw new DataError('SPIF holds 32768×32768 pixels at most');
      }
      return new Uint8Array(0);
    },
    push({ timestamps, addresses, space }) {
      const { yShift, xMask } = pixelBits(space);
      const words = new Uint32Array(timestamps.length * (timed ? 2 : 1));
      let n = 0;
      for (let i = 0; i < timestamps.length; i++) {
        const address = addresses[i]!;
        const pixel =
          (((address >>> 1) & xMask) << 16) | ((address & 1) << 15) | (address >>> yShift);
        if (!timed) {
          words[n++] = noTime | pixel;
          continue;
        }
        const time = timestamps[i]!;
        if (!isCountable(time, last ?? time, 0)) refuse(time);
        last = time;
        words[n++] = pixel;
        words[n++] = time;
      }
      return new Uint8Array(words.buffer);
    },
    end: () => new Uint8Array(0),
  });
}

/**
 * SPIF words of 32 bits, as a datagram or a file of them. A word without a time takes that of `now`; times of 32 bits are
 * continued where they wrap, from the first on, of which only the lower 32 bits are known. The words have no mark: `detect`
 * goes by their look. They carry no count, so that nobody sees the loss of a datagram. `skipped` counts `outside`
 * and `cutOffBytes`.
 *
 * @example
 * ```ts
 * const bytes = spif.encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * spif.decoder({ width: 2, height: 2 }).push(bytes)[0]!.timestamps[1]; // 20
 * ```
 */
export const spif: Codec<SpifDecoderOptions, SpifEncoderOptions> = {
  name: 'spif',
  title: 'SPIF words',
  extensions: ['spif'],
  detect,
  decoder,
  encoder,
};
