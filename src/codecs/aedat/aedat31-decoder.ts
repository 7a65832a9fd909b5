/** Reads AEDAT 3.1: headers of packets, and whose events are wanted. */

import { DataError } from '../../errors.ts';
import { type PixelSpace, pixels, type Space } from '../../events/space.ts';
import { number, type OptionTable, oneOf } from '../../options.ts';
import type { StreamHeader } from '../codec.ts';
import type { Counts } from '../counts.ts';
import type { Headed } from '../headed.ts';
import { fastLoops } from '../loops.ts';
import { type PacketRoom, packetRoom } from '../packet-room.ts';
import { pieceFeed } from '../piece-feed.ts';
import type { TextHeaderForm } from '../text-header.ts';
import {
  decodeFast,
  decodePixels,
  decodeSpikes,
  eventBytes,
  type Missed,
  type Open,
} from './aedat31-events.ts';
import { sizeOf } from './cameras.ts';
import { dynapseSpikes } from './spikes.ts';

/** What a reader of AEDAT 3.1 may choose. */
export interface Aedat31DecoderOptions {
  /** Which events; those that come first if left out. */
  readonly events?: 'polarity' | 'spikes';
  /** Number of the source whose events are read; that of the first if left out. */
  readonly source?: number;
  /** Columns; those of the camera that the header names if left out. */
  readonly width?: number;
  /** Rows; likewise. */
  readonly height?: number;
}

const side = number({ min: 1, max: 32_768, whole: true, unit: 'pixels' });

/** The checks of {@link Aedat31DecoderOptions}. */
export const decoderTable: OptionTable<Aedat31DecoderOptions> = {
  events: oneOf(['polarity', 'spikes']),
  source: number({ min: 0, max: 32_767, whole: true }),
  width: side,
  height: side,
};

/** First lines of the header, and what they say. */
export const versions: ReadonlyMap<string, string> = new Map([
  ['!AER-DAT3.1', '3.1'],
  ['!AER-DAT3.0', '3.0'],
]);

/** How the header looks; 3.0 has no line at its end. */
export const form: TextHeaderForm = { mark: '#', isLast: (line) => line === '!END-HEADER' };

const headerBytes = 28;
/** Times are whole to the microsecond below as many overflows, of 2^31 µs each. */
const overflowLimit = 2 ** 22;
const polarityType = 1;
const spikeType = 12;
/** What events of each type are counted as. */
const names: Readonly<Record<number, string>> = {
  ...{
    0: 'special',
    1: 'polarity',
    2: 'frames',
    3: 'imu',
    4: 'imu',
    5: 'samples',
    6: 'ear',
    7: 'config',
  },
  ...{ 8: 'points', 9: 'points', 10: 'points', 11: 'points', 12: 'spikes', 13: 'matrices' },
};

/** The events that are read. */
interface Choice {
  readonly type: number;
  readonly source: number;
  readonly header: StreamHeader;
  readonly space: Space;
  readonly room: PacketRoom;
}

function fieldsOf(lines: readonly string[]): Record<string, string> {
  const pairs = lines.flatMap((line) => {
    const [, key, value] = /^(Format|Source \d+|Start-Time):\s*(.*)$/.exec(line) ?? [];
    return key === undefined ? [] : [[key, value!] as const];
  });
  return Object.fromEntries(pairs);
}

/** What comes after the lines: packets. */
export function beginAedat31(
  lines: readonly string[],
  position: number,
  count: Counts,
  options: Aedat31DecoderOptions,
): Headed {
  const variant = versions.get(lines[0] ?? '');
  if (variant === undefined)
    throw new DataError('no AEDAT 3.1: it does not begin with #!AER-DAT3.1');
  const fields = fieldsOf(lines);
  const plain: StreamHeader = { format: 'aedat31', variant, fields };
  const feed = pieceFeed(position);
  const view = new DataView(feed.room.buffer, feed.room.byteOffset);
  const missed: Missed = { invalid: 0, outside: 0 };
  let chosen: Choice | undefined;
  /** What is taken if all packets are empty. */
  let first: Choice | undefined;
  let open: Open | undefined;
  /** Bytes until the next packet that nobody wants. */
  let unwanted = 0;

  /** Whether the events of a packet are those of the stream; the first that may be decide. */
  const wanted = (type: number, source: number, events: number): boolean => {
    if (type !== polarityType && type !== spikeType) return false;
    if (chosen !== undefined) return type === chosen.type && source === chosen.source;
    const spikes = type === spikeType;
    const fits =
      (options.events ?? (spikes ? 'spikes' : 'polarity')) === (spikes ? 'spikes' : 'polarity');
    if (!fits || source !== (options.source ?? source)) return false;
    const size = spikes ? undefined : sizeOf(fields[`Source ${source}`] ?? '');
    const width = spikes ? undefined : (options.width ?? size?.width);
    const height = spikes ? undefined : (options.height ?? size?.height);
    const space = spikes ? dynapseSpikes : pixels(width ?? 32_768, height ?? 32_768);
    const header = {
      ...{ ...plain, space },
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
    first ??= { type, source, header, space, room: packetRoom(space) };
    // Nothing is no reason to choose.
    if (events === 0) return false;
    chosen = { type, source, header, space, room: packetRoom(space) };
    return true;
  };

  const readHeader = (at: number): void => {
    const where = feed.position + at;
    const type = view.getUint16(at, true);
    const source = view.getInt16(at + 2, true);
    const [size, timeAt, overflow, capacity, events] = [4, 8, 12, 16, 20].map((field) =>
      view.getInt32(at + field, true),
    ) as [number, number, number, number, number];
    if (type > 0x7fff) {
      throw new DataError(
        `the packet at byte ${where} is compressed, which cannot be read; record without compression`,
      );
    }
    const soundOverflow = overflow >= 0 && overflow < overflowLimit;
    if (size < 1 || capacity < 0 || events < 0 || events > capacity || !soundOverflow) {
      const found = `${events} events of ${size} bytes in room for ${capacity}, overflow ${overflow}`;
      throw new DataError(`a damaged AEDAT 3.1: the packet at byte ${where} has ${found}`);
    }
    if (!wanted(type, source, events)) {
      const other = type === chosen?.type && events > 0;
      count.add(other ? 'otherSources' : (names[type] ?? 'unknownEvents'), events);
      unwanted = capacity * size;
      return;
    }
    if (size < eventBytes || timeAt < 0 || timeAt > size - 4) {
      throw new DataError(
        `a damaged AEDAT 3.1: events of ${size} bytes with a time at ${timeAt} in the packet at byte ${where}`,
      );
    }
    open = { events, size, timeAt, base: overflow * 2 ** 31 };
    unwanted = (capacity - events) * size;
  };

  /** Decodes as many events as there are whole, and gives where it stopped. */
  const readEvents = (from: number, length: number, packet: Open): number => {
    const { type, space, room } = chosen!;
    const whole = Math.min(packet.events, Math.floor((length - from) / packet.size));
    const to = from + whole * packet.size;
    const usual = packet.size === eventBytes && packet.timeAt === 4 ? fastLoops() : undefined;
    for (let at = from; ; room.flush()) {
      if (type === spikeType) at = decodeSpikes(view, at, to, packet, room, missed);
      else {
        const pixel = space as PixelSpace;
        at =
          usual === undefined
            ? decodePixels(view, at, to, packet, pixel, room, missed)
            : decodeFast(usual, at, to, packet.base, pixel, room, missed);
      }
      if (at >= to) break;
    }
    packet.events -= whole;
    if (packet.events === 0) open = undefined;
    return to;
  };

  return {
    header: () => (chosen ?? first)?.header ?? plain,
    body: {
      push(bytes) {
        feed.push(bytes, (length) => {
          let at = 0;
          for (;;) {
            if (open !== undefined) {
              // An event that is larger than a piece cannot be read in one.
              if (open.size > feed.room.length)
                throw new DataError(`events of ${open.size} bytes; they have 8`);
              at = readEvents(at, length, open);
              if (open !== undefined) return at;
            } else if (unwanted > 0) {
              const passed = Math.min(unwanted, length - at);
              unwanted -= passed;
              at += passed;
              if (unwanted > 0) return at;
            } else if (length - at < headerBytes) {
              return at;
            } else {
              readHeader(at);
              at += headerBytes;
            }
          }
        });
        count.add('invalid', missed.invalid);
        count.add('outside', missed.outside);
        missed.invalid = 0;
        missed.outside = 0;
        return chosen?.room.take() ?? [];
      },
      end() {
        const cut = feed.held > 0 || open !== undefined || unwanted > 0;
        count.add('cutOffBytes', cut ? Math.max(1, feed.held) : 0);
        return chosen?.room.take() ?? [];
      },
    },
  };
}
