/** Prophesee EVT2.1: words of 64 bits that hold up to 32 events of one row. */
import { knownPixelBits, type PixelSpace } from '../../events/space.ts';
import { flag, type OptionTable } from '../../options.ts';
import type { Codec } from '../codec.ts';
import type { PacketRoom } from '../packet-room.ts';
import { checkOptions } from '../sound.ts';
import { wordBuffer } from '../word-buffer.ts';
import { type EvtForm, evtDecoder, largestEvt, type WordCounts } from './evt.ts';
import {
  type EvtEncoderOptions,
  type EvtWriter,
  evtEncoder,
  evtEncoderTable,
  highWords,
} from './evt-encoder.ts';
import type { HighClock } from './evt2.ts';
import { evtVersion, type GeometryOptions, geometryTable, peekHeader } from './header.ts';

/** How EVT2.1 is written. */
export interface Evt21EncoderOptions extends EvtEncoderOptions {
  /** Whether the halves of words change places, as older cameras have it; false if left out. */
  readonly legacy?: boolean;
}

const encoderTable: OptionTable<Evt21EncoderOptions> = { ...evtEncoderTable, legacy: flag };

/** Microseconds in which all times of the counter pass. */
const loop = 2 ** 34;
/** TIME_HIGH that falls by more than this, nearly all, has begun anew; else time steps back. */
const loopDrop = 2 ** 28 - 2 ** 20;

/** @param head which half of a word, 0 or 1, says what it is; the other says which events there are */
function decodeWith(head: 0 | 1): EvtForm<Uint32Array, HighClock>['decode'] {
  return (
    given: Uint32Array,
    begin: number,
    end: number,
    clock: HighClock,
    space: PixelSpace,
    room: PacketRoom,
    count: WordCounts,
  ) => {
    const { timestamps, addresses, limit } = room;
    const { width, height } = space;
    const rowShift = knownPixelBits(space).yShift;
    let { origin, high } = clock;
    let base = origin + high * 64;
    let n = room.count;
    let i = begin;
    for (; i < end && n < limit; i++) {
      const word = given[2 * i + head]!;
      const type = word >>> 28;
      if (type <= 1) {
        let mask = given[2 * i + 1 - head]! | 0;
        const y = word & 0x7ff;
        const first = (word >>> 11) & 0x7ff;
        const before = n;
        const events = bits(mask);
        if (high < 0) {
          count.beforeTime += events;
          continue;
        }
        const time = base + ((word >>> 22) & 0x3f);
        const row = (y << rowShift) | type;
        if (y < height) {
          while (mask !== 0) {
            const x = first + 31 - Math.clz32(mask & -mask);
            mask &= mask - 1;
            if (x >= width) break;
            timestamps[n] = time;
            addresses[n++] = row | (x << 1);
          }
        }
        count.outside += events - (n - before);
      } else if (type === 8) {
        const next = word & 0xfff_ffff;
        if (high - next > loopDrop) origin += loop;
        high = next;
        base = origin + high * 64;
      } else {
        count.byType[type]!++;
      }
    }
    room.count = n;
    clock.origin = origin;
    clock.high = high;
    return i;
  };
}

/** Number of bits that are set. */
function bits(mask: number): number {
  const pairs = mask - ((mask >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

function formOf(legacy: boolean): EvtForm<Uint32Array, HighClock> {
  return {
    name: 'evt21',
    ...(legacy ? { variant: 'legacy' } : {}),
    wordBytes: 8,
    names: { 10: 'triggers', 14: 'others', 15: 'continued' },
    view: ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length / 4),
    clock: (origin) => ({ origin, high: -1 }),
    said: ({ origin, high }) => (high < 0 ? undefined : origin + high * 64),
    decode: decodeWith(legacy ? 0 : 1),
  };
}

/** Writes TIME_HIGH whenever it changes, and a word for all events of a time in 32 columns, from left to right. */
function writer(legacy: boolean): EvtWriter {
  const head = legacy ? 0 : 1;
  const buffer = wordBuffer(8, (room) => new Uint32Array(room));
  let clock = highWords('EVT2.1', 64, loop, 0);
  return {
    title: 'EVT2.1',
    version: '2.1',
    format: legacy ? 'EVT21;endianness=legacy' : 'EVT21',
    side: largestEvt.width,
    loop,
    begin(origin) {
      clock = highWords('EVT2.1', 64, loop, origin);
    },
    write({ timestamps, addresses, space }) {
      const { yShift, xMask } = knownPixelBits(space);
      const count = timestamps.length;
      let out = buffer.words(count * 2);
      let from = clock.at;
      let n = 0;
      for (let i = 0; i < count; ) {
        const time = timestamps[i]!;
        if (!(time >= from && time < from + 64)) {
          const highs = clock.go(time);
          if (highs.length > 1) out = buffer.words(n / 2 + highs.length + (count - i) * 2);
          for (const high of highs) {
            out[n + head] = 0x8000_0000 | high;
            out[n + 1 - head] = 0;
            n += 2;
          }
          from = clock.at;
        }
        let address = addresses[i]!;
        const x = (address >>> 1) & xMask;
        const first = x & ~31;
        out[n + head] =
          ((address & 1) << 28) | ((time - from) << 22) | (first << 11) | (address >>> yShift);
        let mask = 1 << (x - first);
        // Same time, row and polarity, further right, in the same 32 columns: the address is larger, and only in x.
        const end = address + 2 * (32 - (x - first));
        for (i++; i < count && timestamps[i] === time; i++) {
          const next = addresses[i]!;
          if (next <= address || next >= end || (next - address) % 2 !== 0) break;
          mask |= 1 << (((next >>> 1) & xMask) - first);
          address = next;
        }
        out[n + 1 - head] = mask;
        n += 2;
      }
      return buffer.copy(n * 4);
    },
  };
}

/**
 * Prophesee EVT2.1, in both orders of the halves of words, as the header says. `skipped` counts as `evt2` does.
 *
 * @example
 * ```ts
 * const bytes = evt21.encoder!({ legacy: true }).push(aerPacket([10, 10], [1, 3], pixels(2, 2)));
 * const decoder = evt21.decoder();
 * decoder.push(bytes)[0]!.timestamps.length; // 2
 * decoder.header!.variant; // 'legacy'
 * ```
 */
export const evt21: Codec<GeometryOptions, Evt21EncoderOptions> = {
  name: 'evt21',
  title: 'Prophesee EVT2.1',
  extensions: ['raw'],
  detect: (head, whole = false) => evtVersion(peekHeader(head, whole).fields) === '2.1',
  decoder(options = {}) {
    options = checkOptions('EVT2.1', options, geometryTable);
    return evtDecoder((items) => formOf(items.get('endianness') === 'legacy'), options);
  },
  encoder(options = {}) {
    options = checkOptions('EVT2.1', options, encoderTable);
    return evtEncoder(options, writer(options.legacy === true));
  },
};
