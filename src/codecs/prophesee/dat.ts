/** Prophesee DAT: one record of 8 bytes for each event, versions 1 and 2. */

import { DataError } from '../../errors.ts';
import type { AerPacket } from '../../events/aer-packet.ts';
import { knownPixelBits, type PixelSpace, pixels } from '../../events/space.ts';
import type { Codec, StreamHeader } from '../codec.ts';
import { half, late, wrap } from '../counter.ts';
import type { Counts } from '../counts.ts';
import { type Headed, headedDecoder } from '../headed.ts';
import { arena, fastLoops, type Loops, pieceBytes, places } from '../loops.ts';
import { type PacketRoom, packetRoom } from '../packet-room.ts';
import { pieceFeed } from '../piece-feed.ts';
import { checkOptions, joined } from '../sound.ts';
import { type DatEncoderOptions, datEncoder, recordBytes } from './dat-encoder.ts';
import {
  fieldsOf,
  type GeometryOptions,
  geometryTable,
  peekHeader,
  propheseeForm,
  streamHeader,
  timeOrigin,
} from './header.ts';

/** What lines of the header begin with. */
const percent = 0x25;

/** Where the fields of a record lie. */
interface Layout {
  readonly xMask: number;
  readonly yShift: number;
  readonly yMask: number;
  readonly onShift: number;
  readonly largest: PixelSpace;
}

const layouts: Readonly<Record<'1' | '2', Layout>> = {
  1: { xMask: 0x1ff, yShift: 9, yMask: 0xff, onShift: 17, largest: pixels(512, 256) },
  2: { xMask: 0x3fff, yShift: 14, yMask: 0x3fff, onShift: 28, largest: pixels(16_384, 16_384) },
};

/** Types of records that hold events of pixels: Event2D and EventCD. */
const eventTypes = new Set([0x00, 0x0c]);
/** Types that are known and hold none, by what they are counted as. */
const otherTypes = new Map([
  [0x0e, 'triggers'],
  [0x28, 'opticalFlow'],
]);

/** What goes on from one record to the next. */
interface Clock {
  readonly origin: number;
  base: number;
  last: number;
}

/** Decodes whole records from the front of a piece. */
function decodeRecords(
  words: Uint32Array,
  count: number,
  clock: Clock,
  layout: Layout,
  space: PixelSpace,
  room: PacketRoom,
): void {
  const { timestamps, addresses } = room;
  const { xMask, yMask, yShift, onShift } = layout;
  const { width, height } = space;
  const rowShift = knownPixelBits(space).yShift;
  let n = room.count;
  const { origin } = clock;
  let { base, last } = clock;
  for (let i = 0; i < count; i += 2) {
    const t = words[i]!;
    const data = words[i + 1]!;
    if (t < last) {
      if (last - t > half) base += wrap;
    } else if (t - last > wrap - late && base > origin) base -= wrap;
    last = t;
    const x = data & xMask;
    const y = (data >>> yShift) & yMask;
    if (x < width && y < height) {
      timestamps[n] = base + t;
      addresses[n++] = (y << rowShift) | (x << 1) | ((((data >>> onShift) & 15) + 15) >>> 4);
    }
  }
  room.count = n;
  clock.base = base;
  clock.last = last;
}

/** The same of version 2 by the loop in WebAssembly. */
function decodeFast(
  loops: Loops,
  records: number,
  clock: Clock,
  space: PixelSpace,
  room: PacketRoom,
): void {
  const { floats, words } = arena();
  floats[0] = clock.origin;
  floats[1] = clock.base;
  words[4] = clock.last;
  const { state, input } = places;
  const { times, addresses } = room.at;
  const { yShift } = knownPixelBits(space);
  const to = [times, addresses, room.count, space.width, space.height, yShift] as const;
  room.count = loops.dat(state, input, records, ...to);
  clock.base = floats[1];
  clock.last = words[4] >>> 0;
}

/** What comes after the lines: type and size of the records, then records. */
function begin(
  lines: readonly string[],
  position: number,
  count: Counts,
  options: GeometryOptions,
): Headed {
  const fields = fieldsOf(lines);
  const version = fields['Version'] === '1' ? '1' : '2';
  const layout = layouts[version];
  const header: StreamHeader & { space: PixelSpace } = streamHeader(
    'dat',
    version,
    fields,
    options,
    layout.largest,
  );
  const room = packetRoom(header.space);
  const loops = version === '2' ? fastLoops() : undefined;
  const origin = timeOrigin(fields);
  const clock: Clock = { origin, base: origin, last: 0 };
  // A file without any line is older than the two bytes.
  let typed = lines.length === 0;
  let two: Uint8Array = new Uint8Array(0);
  let other: string | undefined;
  let size = recordBytes;
  const feed = pieceFeed(position + (typed ? 0 : 2));
  const words = new Uint32Array(feed.room.buffer, places.input, pieceBytes / 4);

  const readType = (bytes: Uint8Array): Uint8Array => {
    const taken = bytes.subarray(0, 2 - two.length);
    two = joined(two, taken);
    const rest = bytes.subarray(taken.length);
    if (two.length < 2) return rest;
    typed = true;
    const [type, bytesEach] = [two[0]!, two[1]!];
    other = otherTypes.get(type);
    size = bytesEach;
    if (other === undefined && !eventTypes.has(type)) {
      throw new DataError(`no DAT file: byte ${position} gives ${type} as the type of its records`);
    }
    if (bytesEach === 0 || (other === undefined && bytesEach !== recordBytes)) {
      const found = `byte ${position + 1} gives records of ${bytesEach} bytes`;
      throw new DataError(`a damaged DAT file: ${found}; they have ${recordBytes}`);
    }
    return rest;
  };
  const push = (given: Uint8Array): AerPacket[] => {
    const bytes = typed ? given : readType(given);
    if (typed) {
      feed.push(bytes, (length) => {
        const records = Math.floor(length / size);
        if (other !== undefined) count.add(other, records);
        else {
          if (room.count + records > room.limit) room.flush();
          const before = room.count;
          if (loops === undefined)
            decodeRecords(words, records * 2, clock, layout, header.space, room);
          else decodeFast(loops, records, clock, header.space, room);
          count.add('outside', records - (room.count - before));
        }
        return records * size;
      });
    }
    return room.take();
  };
  return {
    header: () => header,
    body: {
      push,
      end() {
        count.add('cutOffBytes', feed.held + (typed ? 0 : two.length));
        return room.take();
      },
    },
  };
}

/**
 * Prophesee DAT, versions 1 and 2. The counter of 32 bits wraps every 71.6 minutes and is continued. `skipped` counts
 * `outside` (pixels beyond the geometry), `triggers` and `opticalFlow` (files of those) and `cutOffBytes`.
 *
 * @example
 * ```ts
 * const packet = aerPacket([10, 20], [0, 1], pixels(2, 2));
 * const bytes = dat.encoder!().push(packet);
 * dat.decoder().push(bytes)[0]!.timestamps[1]; // 20
 * ```
 */
export const dat: Codec<GeometryOptions, DatEncoderOptions> = {
  name: 'dat',
  title: 'Prophesee DAT',
  extensions: ['dat'],
  detect(head, whole = false) {
    const { fields, rest } = peekHeader(head, whole);
    if (rest === undefined || rest.length === head.length) return false;
    if (fields['evt'] !== undefined || fields['format'] !== undefined) return false;
    // Cut off before it says what its records are, perhaps within a line.
    if (rest.length < 2 || rest[0] === percent) return whole && fields['Version'] !== undefined;
    return (eventTypes.has(rest[0]!) && rest[1] === recordBytes) || otherTypes.has(rest[0]!);
  },
  decoder(options = {}) {
    options = checkOptions('DAT', options, geometryTable);
    return headedDecoder(propheseeForm, (lines, position, count) =>
      begin(lines, position, count, options),
    );
  },
  encoder: datEncoder,
};
