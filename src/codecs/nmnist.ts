/** The 40-bit events of N-MNIST and N-Caltech101 (ATIS): no header, big-endian. */

import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { type PixelSpace, pixelBits, pixels } from '../events/space.ts';
import { number, type OptionTable } from '../options.ts';
import type { Codec, Encoder } from './codec.ts';
import { counts } from './counts.ts';
import { packetRoom } from './packet-room.ts';
import { pieceFeed } from './piece-feed.ts';
import { checkOptions, soundDecoder, soundEncoder } from './sound.ts';
import { isAllText } from './text-header.ts';
import { wordBuffer } from './word-buffer.ts';

/** What a reader of these files may say that they do not. */
export interface NmnistDecoderOptions {
  /** Columns; 256 if left out. N-MNIST has 34. */
  readonly width?: number;
  /** Rows; 240 if left out. N-MNIST has 34. */
  readonly height?: number;
}

/** How these files are written. */
export interface NmnistEncoderOptions {
  /** Time that is taken off all times, µs; 0 if left out. The file does not say it: keep it elsewhere. */
  readonly origin?: number;
}

const decoderTable: OptionTable<NmnistDecoderOptions> = {
  width: number({ min: 1, max: 256, whole: true, unit: 'pixels' }),
  height: number({ min: 1, max: 240, whole: true, unit: 'pixels' }),
};
const encoderTable: OptionTable<NmnistEncoderOptions> = {
  origin: number({ min: 0, whole: true, unit: 'µs' }),
};

const recordBytes = 5;
/** The row that says that time goes on, and how far, µs. */
const overflowRow = 240;
const overflow = 2 ** 13;
/** Times above this cannot be written without overflow records, µs. */
const timeLimit = 2 ** 23;

/** Records that must look right before bytes are taken for such events, if there are more. */
const enough = 64;
/** Longest pause between two of the first events, µs: recordings last a third of a second. */
const longestPause = 2 ** 20;
/** How far times of real cameras may step back, µs. */
const stepBack = 2 ** 8;

/** Whether bytes look like such events: they have no mark, but their times do not fall, by chance alone hardly ever. */
function detect(head: Uint8Array, whole = false): boolean {
  const records = Math.min(enough, Math.floor(head.length / recordBytes));
  if (records < enough && !(whole && records >= 2 && head.length % recordBytes === 0)) return false;
  if (isAllText(head)) return false;
  let last = 0;
  for (let i = 0; i < records; i++) {
    const at = i * recordBytes;
    const time = ((head[at + 2]! & 0x7f) << 16) | (head[at + 3]! << 8) | head[at + 4]!;
    if (head[at + 1]! === overflowRow) last -= overflow;
    else {
      if (head[at + 1]! > overflowRow || last - time > stepBack || time - last > longestPause)
        return false;
      last = time;
    }
  }
  return true;
}

function decoder(options: NmnistDecoderOptions = {}) {
  options = checkOptions('40-bit events', options, decoderTable);
  const space = pixels(options.width ?? 256, options.height ?? overflowRow);
  const { width, height } = space;
  const rowShift = pixelBits(space).yShift;
  const count = counts();
  const room = packetRoom(space);
  const feed = pieceFeed();
  const { room: bytes } = feed;
  let base = 0;

  const decode = (from: number, end: number): number => {
    const { timestamps, addresses, limit } = room;
    let n = room.count;
    let outside = 0;
    let at = from;
    for (; at + recordBytes <= end && n < limit; at += recordBytes) {
      const x = bytes[at]!;
      const y = bytes[at + 1]!;
      const third = bytes[at + 2]!;
      if (y === overflowRow) {
        base += overflow;
      } else if (x < width && y < height) {
        timestamps[n] = base + (((third & 0x7f) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!);
        addresses[n++] = (y << rowShift) | (x << 1) | (third >>> 7);
      } else {
        outside++;
      }
    }
    room.count = n;
    count.add('outside', outside);
    return at;
  };
  const header = {
    format: 'nmnist',
    space,
    fields: {},
    ...(options.width === undefined ? {} : { width }),
    ...(options.height === undefined ? {} : { height }),
  };
  return soundDecoder<AerPacket>({
    skipped: count.skipped,
    header: () => header,
    push(given) {
      feed.push(given, (length) => {
        for (let used = 0; ; room.flush()) {
          used = decode(used, length);
          if (room.count < room.limit) return used;
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

function encoder(options: NmnistEncoderOptions = {}): Encoder {
  options = checkOptions('40-bit events', options, encoderTable);
  const { origin = 0 } = options;
  const buffer = wordBuffer(1, (room) => new Uint8Array(room));
  /** What overflow records have added so far. */
  let base = origin;
  const refuse = (time: number): never => {
    const why =
      time < base ? `it lies before ${base} µs` : 'the pause is too long; give a later origin';
    throw new DataError(`an event at ${time} µs cannot be written in 40 bits: ${why}`);
  };
  return soundEncoder<PixelSpace>('pixels', {
    begin(space) {
      if (space !== undefined && (space.width > 256 || space.height > overflowRow)) {
        throw new DataError(`40-bit events hold 256×${overflowRow} pixels at most`);
      }
      return new Uint8Array(0);
    },
    push({ timestamps, addresses, space }) {
      const { yShift, xMask } = pixelBits(space);
      const count = timestamps.length;
      let out = buffer.words(count * recordBytes);
      let n = 0;
      for (let i = 0; i < count; i++) {
        const time = timestamps[i]!;
        let micros = time - base;
        if (!(micros >= 0 && micros < timeLimit)) {
          const records = Math.floor((micros - timeLimit) / overflow) + 1;
          if (!(micros >= 0 && records < 2 ** 20)) refuse(time);
          out = buffer.words(n + (records + count - i) * recordBytes);
          for (let k = 0; k < records; k++, n += recordBytes) {
            out.fill(0, n, n + recordBytes);
            out[n + 1] = overflowRow;
          }
          base += records * overflow;
          micros = time - base;
        }
        const address = addresses[i]!;
        out[n] = (address >>> 1) & xMask;
        out[n + 1] = address >>> yShift;
        out[n + 2] = ((address & 1) << 7) | (micros >>> 16);
        out[n + 3] = micros >>> 8;
        out[n + 4] = micros;
        n += recordBytes;
      }
      return buffer.copy(n);
    },
    end: () => new Uint8Array(0),
  });
}

/**
 * The 40-bit events of N-MNIST, N-Caltech101 and SLAYER's `.bs2`. A record with y = 240 adds 2^13 µs to all times after it.
 * They have no header: `detect` goes by times that do not fall, and the size is an option. `skipped` counts `outside` and
 * `cutOffBytes`.
 *
 * @example
 * ```ts
 * const bytes = nmnist.encoder!().push(aerPacket([10, 20], [0, 1], pixels(34, 34)));
 * nmnist.decoder({ width: 34, height: 34 }).push(bytes)[0]!.timestamps[1]; // 20
 * ```
 */
export const nmnist: Codec<NmnistDecoderOptions, NmnistEncoderOptions> = {
  name: 'nmnist',
  title: 'N-MNIST 40-bit events',
  extensions: ['bin', 'bs2'],
  detect,
  decoder,
  encoder,
};
