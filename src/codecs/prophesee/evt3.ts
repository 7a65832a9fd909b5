/** Prophesee EVT3: words of 16 bits, each of which changes a part of what holds for those after it. */
import { knownPixelBits, type PixelSpace } from '../../events/space.ts';
import type { Codec } from '../codec.ts';
import { arena, fastLoops, type Loops, places } from '../loops.ts';
import type { PacketRoom } from '../packet-room.ts';
import { checkOptions } from '../sound.ts';
import { type EvtForm, evtDecoder, type WordCounts } from './evt.ts';
import { type EvtEncoderOptions, evtEncoder, evtEncoderTable } from './evt-encoder.ts';
import { evt3Loop, evt3Writer } from './evt3-encoder.ts';
import { evtVersion, type GeometryOptions, geometryTable, peekHeader } from './header.ts';

/** TIME_HIGH that falls by more than this has begun anew. */
const loopDrop = 2048;

/** What holds for the words to come. */
interface Evt3Clock {
  /** Time that all times are counted from, with the loops so far, µs. */
  origin: number;
  /** Bits 12 to 23 of the time; -1 before the first. */
  high: number;
  /** Bits 0 to 11 of the time. */
  low: number;
  /** Row; -1 before the first. */
  y: number;
  /** Column that the next vector begins at. */
  base: number;
  /** Polarity of vectors. */
  on: number;
}

/** The loop in WebAssembly. */
function fast(
  loops: Loops,
  begin: number,
  end: number,
  clock: Evt3Clock,
  space: PixelSpace,
  room: PacketRoom,
  count: WordCounts,
): number {
  const { floats, words: state } = arena();
  const { input } = places;
  const { times, addresses } = room.at;
  const { yShift } = knownPixelBits(space);
  const into = [
    times,
    addresses,
    room.count,
    room.limit,
    space.width,
    space.height,
    yShift,
  ] as const;
  state.fill(0);
  floats[0] = clock.origin;
  state[2] = clock.high;
  state[3] = clock.low;
  state[4] = clock.y;
  state[5] = clock.base;
  state[6] = clock.on;
  const at = loops.evt3(places.state, input + begin * 2, input + end * 2, ...into);
  clock.origin = floats[0];
  clock.high = state[2];
  clock.low = state[3];
  clock.y = state[4];
  clock.base = state[5];
  clock.on = state[6];
  room.count = state[7]!;
  count.beforeTime += state[8]!;
  count.beforeRow += state[9]!;
  count.outside += state[10]!;
  for (let type = 0; type < 16; type++) count.byType[type]! += state[16 + type]!;
  return (at - input) / 2;
}

/** Words in the order in which they are most frequent; time in a float that changes only with the words of time. */
function decode(
  words: Uint16Array,
  begin: number,
  end: number,
  clock: Evt3Clock,
  space: PixelSpace,
  room: PacketRoom,
  count: WordCounts,
): number {
  const loops = fastLoops();
  if (loops !== undefined) return fast(loops, begin, end, clock, space, room, count);
  const { timestamps, addresses, limit } = room;
  const { width, height } = space;
  const rowShift = knownPixelBits(space).yShift;
  let { origin, high, low, y, base, on } = clock;
  let highTime = origin + high * 4096;
  let time = highTime + low;
  /** Columns that may have events: none if time or row are not known, or the row is outside. */
  let columns = high < 0 || y < 0 || y >= height ? 0 : width;
  let row = y << rowShift;
  let n = room.count;
  let i = begin;
  let lost = 0;
  const lose = (): void => {
    if (high < 0) count.beforeTime += lost;
    else if (y < 0) count.beforeRow += lost;
    else count.outside += lost;
    lost = 0;
  };
  for (; i < end && n < limit; i++) {
    const word = words[i]!;
    switch (word >>> 12) {
      case 0x6:
        low = word & 0xfff;
        time = highTime + low;
        break;
      case 0x0:
        if (lost > 0) lose();
        y = word & 0x7ff;
        row = y << rowShift;
        columns = high < 0 || y >= height ? 0 : width;
        break;
      case 0x2: {
        const x = word & 0x7ff;
        if (x < columns) {
          timestamps[n] = time;
          addresses[n++] = row | (x << 1) | ((word >>> 11) & 1);
        } else {
          lost++;
        }
        break;
      }
      case 0x3:
        base = word & 0x7ff;
        on = (word >>> 11) & 1;
        break;
      case 0x4:
      case 0x5: {
        const isLong = word >>> 12 === 0x4;
        const pixel = row | on;
        for (let mask = word & (isLong ? 0xfff : 0xff); mask !== 0; mask &= mask - 1) {
          const x = base + 31 - Math.clz32(mask & -mask);
          if (x < columns) {
            timestamps[n] = time;
            addresses[n++] = pixel | (x << 1);
          } else {
            lost++;
          }
        }
        base += isLong ? 12 : 8;
        break;
      }
      case 0x8: {
        const next = word & 0xfff;
        if (next !== high) {
          if (lost > 0) lose();
          if (high - next > loopDrop) origin += evt3Loop;
          high = next;
          low = 0;
          highTime = origin + high * 4096;
          time = highTime;
          columns = y < 0 || y >= height ? 0 : width;
        }
        break;
      }
      default:
        count.byType[word >>> 12]!++;
    }
  }
  if (lost > 0) lose();
  room.count = n;
  clock.origin = origin;
  clock.high = high;
  clock.low = low;
  clock.y = y;
  clock.base = base;
  clock.on = on;
  return i;
}

const form: EvtForm<Uint16Array, Evt3Clock> = {
  name: 'evt3',
  wordBytes: 2,
  names: { 7: 'continued', 10: 'triggers', 14: 'others', 15: 'continued' },
  view: ({ buffer, byteOffset, length }) => new Uint16Array(buffer, byteOffset, length / 2),
  clock: (origin) => ({ origin, high: -1, low: 0, y: -1, base: 0, on: 0 }),
  said: ({ origin, high }) => (high < 0 ? undefined : origin + high * 4096),
  decode,
};

/**
 * Prophesee EVT3. TIME_LOW replaces the lower 12 bits of the time and never adds to them; cameras let it step back by a
 * few microseconds, and so do the times of the events. TIME_HIGH counts 2^24 µs (16.8 s) and is continued. `skipped` counts
 * `triggers`, `others`, `continued`, `unknownWords`, `outside` (pixels beyond the geometry), `beforeTime` and `beforeRow`
 * (events whose time or row nobody knows) and `cutOffBytes`.
 *
 * @example
 * ```ts
 * const bytes = evt3.encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * evt3.decoder().push(bytes)[0]!.timestamps[1]; // 20
 * ```
 */
export const evt3: Codec<GeometryOptions, EvtEncoderOptions> = {
  name: 'evt3',
  title: 'Prophesee EVT3',
  extensions: ['raw'],
  detect: (head, whole = false) => evtVersion(peekHeader(head, whole).fields) === '3.0',
  decoder(options = {}) {
    options = checkOptions('EVT3', options, geometryTable);
    return evtDecoder(() => form, options);
  },
  encoder(options = {}) {
    options = checkOptions('EVT3', options, evtEncoderTable);
    return evtEncoder(options, evt3Writer());
  },
};
