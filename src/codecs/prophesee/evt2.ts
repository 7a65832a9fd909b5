/** Prophesee EVT2: words of 32 bits, the upper bits of the time in words of their own. */
import { knownPixelBits, type PixelSpace } from '../../events/space.ts';
import type { Codec } from '../codec.ts';
import { arena, fastLoops, type Loops, maxEvents, places } from '../loops.ts';
import type { PacketRoom } from '../packet-room.ts';
import { eventsAt, packChunks } from '../packing.ts';
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
import { evtVersion, type GeometryOptions, geometryTable, peekHeader } from './header.ts';

/** TIME_HIGH that falls by more than this has begun anew. */
const loopDrop = 2 ** 27;
/** Microseconds in which all times of the counter pass. */
const loop = 2 ** 34;

/** The clock of EVT2 and EVT2.1. */
export interface HighClock {
  /** Time that all times are counted from, with the loops so far, µs. */
  origin: number;
  /** Bits 6 to 33 of the time; -1 before the first. */
  high: number;
}

function words(
  given: Uint32Array,
  from: number,
  end: number,
  clock: HighClock,
  space: PixelSpace,
  room: PacketRoom,
  count: WordCounts,
): number {
  const { timestamps, addresses } = room;
  const { width, height } = space;
  const rowShift = knownPixelBits(space).yShift;
  let { origin, high } = clock;
  let n = room.count;
  let i = from;
  const to = Math.min(end, from + room.limit - n);
  if (high < 0) {
    for (; i < to && given[i]! >>> 28 !== 8; i++) {
      const type = given[i]! >>> 28;
      if (type <= 1) count.beforeTime++;
      else count.byType[type]!++;
    }
  }
  const loops = fastLoops();
  if (loops !== undefined && i < to) {
    clock.high = high;
    fast(loops, i, to, clock, space, room, count);
    return to;
  }
  let base = origin + high * 64;
  let outside = 0;
  for (; i < to; i++) {
    const word = given[i]!;
    const type = word >>> 28;
    if (type <= 1) {
      const x = (word >>> 11) & 0x7ff;
      const y = word & 0x7ff;
      if (x < width && y < height) {
        timestamps[n] = base + ((word >>> 22) & 0x3f);
        addresses[n++] = (y << rowShift) | (x << 1) | type;
      } else {
        outside++;
      }
    } else if (type === 8) {
      const next = word & 0xfff_ffff;
      if (high - next > loopDrop) origin += loop;
      high = next;
      base = origin + high * 64;
    } else {
      count.byType[type]!++;
    }
  }
  count.outside += outside;
  room.count = n;
  clock.origin = origin;
  clock.high = high;
  return to;
}

/** The same from the first TIME_HIGH on, by the loop in WebAssembly. */
function fast(
  loops: Loops,
  from: number,
  to: number,
  clock: HighClock,
  space: PixelSpace,
  room: PacketRoom,
  count: WordCounts,
): void {
  const { floats, words: state } = arena();
  const { input } = places;
  const { times, addresses } = room.at;
  const { yShift } = knownPixelBits(space);
  const into = [times, addresses, room.count, space.width, space.height, yShift] as const;
  state.fill(0);
  floats[0] = clock.origin;
  // A word of TIME_HIGH comes first if none has come.
  state[2] = clock.high;
  room.count = loops.evt2(places.state, input + from * 4, to - from, ...into);
  clock.origin = floats[0];
  clock.high = state[2];
  count.outside += state[3]!;
  for (let type = 0; type < 16; type++) count.byType[type]! += state[4 + type]!;
}

const form: EvtForm<Uint32Array, HighClock> = {
  name: 'evt2',
  wordBytes: 4,
  names: { 10: 'triggers', 13: 'imu', 14: 'others', 15: 'continued' },
  view: ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length / 4),
  clock: (origin) => ({ origin, high: -1 }),
  said: ({ origin, high }) => (high < 0 ? undefined : origin + high * 64),
  decode: words,
};

/** Writes TIME_HIGH whenever it changes, and a word for each event. */
function writer(): EvtWriter {
  const buffer = wordBuffer(4, (room) => new Uint32Array(room));
  let clock = highWords('EVT2', 64, loop, 0);
  return {
    title: 'EVT2',
    version: '2.0',
    format: 'EVT2',
    side: largestEvt.width,
    loop,
    begin(origin) {
      clock = highWords('EVT2', 64, loop, origin);
    },
    write(packet) {
      const { timestamps, addresses, space } = packet;
      const { yShift, xMask } = knownPixelBits(space);
      const count = timestamps.length;
      let out = buffer.words(count * 2);
      let n = 0;
      const single = (i: number): void => {
        const time = timestamps[i]!;
        let from = clock.at;
        if (!(clock.value >= 0 && time >= from && time < from + 64)) {
          const high = clock.step(time);
          if (high >= 0) out[n++] = 0x8000_0000 | high;
          else {
            const highs = clock.go(time);
            out = buffer.words(n + highs.length + (count - i) * 2);
            for (const one of highs) out[n++] = 0x8000_0000 | one;
          }
          from = clock.at;
        }
        const address = addresses[i]!;
        const pixel = (((address >>> 1) & xMask) << 11) | (address >>> yShift);
        out[n++] = ((address & 1) << 28) | ((time - from) << 22) | pixel;
      };
      const loops = fastLoops();
      if (loops === undefined) {
        for (let i = 0; i < count; i++) single(i);
        return buffer.copy(n * 4);
      }
      const { floats, words: state } = arena();
      const packed = new Uint32Array(arena().buffer, places.input, 2 * maxEvents);
      let whole: Uint8Array | undefined;
      packChunks(packet, {
        pack(from, some) {
          // The first event says where time begins.
          if (clock.value < 0) return 0;
          floats[0] = clock.start;
          state[2] = clock.value;
          return loops.packEvt2(places.state, ...eventsAt(from), some, places.input, yShift, xMask);
        },
        take(events, input) {
          if (events === 0) return;
          clock.value = state[2]!;
          if (events === count) {
            // All at once: one copy will do.
            whole = new Uint8Array(input.subarray(0, state[3]! * 4));
            return;
          }
          out.set(packed.subarray(0, state[3]), n);
          n += state[3]!;
        },
        single,
      });
      return whole ?? buffer.copy(n * 4);
    },
  };
}

/**
 * Prophesee EVT2. TIME_HIGH counts 2^34 µs (4.8 hours) and is continued. `skipped` counts `triggers`, `imu`, `others`,
 * `continued`, `unknownWords`, `outside` (pixels beyond the geometry), `beforeTime` (events before the first
 * TIME_HIGH, whose time nobody knows) and `cutOffBytes`.
 *
 * @example
 * ```ts
 * const bytes = evt2.encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * evt2.decoder().push(bytes)[0]!.timestamps[1]; // 20
 * ```
 */
export const evt2: Codec<GeometryOptions, EvtEncoderOptions> = {
  name: 'evt2',
  title: 'Prophesee EVT2',
  extensions: ['raw'],
  detect: (head, whole = false) => evtVersion(peekHeader(head, whole).fields) === '2.0',
  decoder(options = {}) {
    options = checkOptions('EVT2', options, geometryTable);
    return evtDecoder(() => form, options);
  },
  encoder(options = {}) {
    options = checkOptions('EVT2', options, evtEncoderTable);
    return evtEncoder(options, writer());
  },
};
