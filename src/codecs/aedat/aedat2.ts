/** AEDAT 2.0 of jAER: records of 8 bytes, big-endian, whose meaning the chip decides. */

import { DataError } from '../../errors.ts';
import type { AerPacket } from '../../events/aer-packet.ts';
import { knownPixelBits, type PixelSpace, pixels } from '../../events/space.ts';
import { number, type OptionTable, oneOf } from '../../options.ts';
import type { Codec, Encoder, StreamHeader } from '../codec.ts';
import { half, isCountable, late, wrap } from '../counter.ts';
import type { Counts } from '../counts.ts';
import { type Headed, headedDecoder } from '../headed.ts';
import { type PacketRoom, packetRoom } from '../packet-room.ts';
import { pieceFeed } from '../piece-feed.ts';
import { checkOptions, soundEncoder } from '../sound.ts';
import { type TextHeaderForm, textHeader } from '../text-header.ts';
import { cameraOfSize, sizeOf } from './cameras.ts';

/** What the bits of an address mean. */
export type Aedat2Map = 'dvs128' | 'davis';

/** What a reader of AEDAT 2.0 may say. */
export interface Aedat2DecoderOptions {
  /** What the bits of an address mean; as the header names the chip if left out. */
  readonly map?: Aedat2Map;
  /** Columns; those of the chip if left out. */
  readonly width?: number;
  /** Rows; those of the chip if left out. */
  readonly height?: number;
}

/** How AEDAT 2.0 is written. */
export interface Aedat2EncoderOptions {
  /** Time that is taken off all times and named in the header, µs; 0 if left out and the first time fits in 32 bits. */
  readonly origin?: number;
}

const decoderTable: OptionTable<Aedat2DecoderOptions> = {
  map: oneOf(['dvs128', 'davis']),
  width: number({ min: 1, max: 1024, whole: true, unit: 'pixels' }),
  height: number({ min: 1, max: 512, whole: true, unit: 'pixels' }),
};
const encoderTable: OptionTable<Aedat2EncoderOptions> = {
  origin: number({ min: 0, whole: true, unit: 'µs' }),
};

const form: TextHeaderForm = { mark: '#', isLast: (line) => line === 'End Of ASCII Header' };
const version = '!AER-DAT2.0';
const recordBytes = 8;
/** Bit of an address of DVS128 that says that it is no pixel. */
const dvs128Special = 0x8000;

const largest: Readonly<Record<Aedat2Map, PixelSpace>> = {
  dvs128: pixels(128, 128),
  davis: pixels(1024, 512),
};

/** What goes on from one record to the next, and what is no event. */
interface State {
  readonly origin: number;
  base: number;
  last: number;
  aps: number;
  imu: number;
  special: number;
  outside: number;
}

function decodeRecords(
  view: DataView,
  from: number,
  end: number,
  map: Aedat2Map,
  state: State,
  space: PixelSpace,
  room: PacketRoom,
): number {
  const { timestamps, addresses, limit } = room;
  const { width, height } = space;
  const rowShift = knownPixelBits(space).yShift;
  const davis = map === 'davis';
  const { origin } = state;
  let { base, last } = state;
  let n = room.count;
  let at = from;
  for (; at + recordBytes <= end && n < limit; at += recordBytes) {
    const address = view.getUint32(at);
    let x = (address >>> 1) & 0x7f;
    let y = (address >>> 8) & 0x7f;
    // ON is the bit clear, as the camera's driver has it.
    let on = ~address & 1;
    if (davis) {
      if (address >>> 31 !== 0) {
        if ((address & 0x800) !== 0) state.imu++;
        else state.aps++;
        continue;
      }
      if ((address & 0x400) !== 0) {
        state.special++;
        continue;
      }
      x = (address >>> 12) & 0x3ff;
      y = (address >>> 22) & 0x1ff;
      on = (address >>> 11) & 1;
    } else if ((address & dvs128Special) !== 0) {
      state.special++;
      continue;
    }
    const t = view.getUint32(at + 4);
    if (t < last) {
      if (last - t > half) base += wrap;
    } else if (t - last > wrap - late && base > origin) base -= wrap;
    last = t;
    if (x < width && y < height) {
      timestamps[n] = base + t;
      addresses[n++] = (y << rowShift) | (x << 1) | on;
    } else {
      state.outside++;
    }
  }
  state.base = base;
  state.last = last;
  room.count = n;
  return at;
}

/** Fields of the header: `# key: value`. */
function fieldsOf(lines: readonly string[]): Record<string, string> {
  const pairs = lines.flatMap((line) => {
    const [, key, value] = /^([A-Za-z]\w*):\s*(.*)$/.exec(line) ?? [];
    return key === undefined ? [] : [[key, value!] as const];
  });
  return Object.fromEntries(pairs);
}

function originOf({ TimeOrigin: text = '0' }: Readonly<Record<string, string>>): number {
  const origin = Number(text);
  return Number.isSafeInteger(origin) && origin >= 0 ? origin : 0;
}

function begin(
  lines: readonly string[],
  position: number,
  count: Counts,
  options: Aedat2DecoderOptions,
): Headed {
  const [first = ''] = lines;
  if (first !== version) {
    throw new DataError(`no AEDAT 2.0: it does not begin with #${version}`);
  }
  const fields = fieldsOf(lines);
  const chip = fields['AEChip'];
  const size = sizeOf(fields['Size'] ?? chip ?? '');
  const feed = pieceFeed(position);
  const view = new DataView(feed.room.buffer, feed.room.byteOffset);
  const origin = originOf(fields);
  const state: State = { origin, base: origin, last: 0, aps: 0, imu: 0, special: 0, outside: 0 };
  let begun:
    | { map: Aedat2Map; header: StreamHeader; space: PixelSpace; room: PacketRoom }
    | undefined;

  /** The chip that the first record may have come from, if nobody has said: DVS128 uses 16 bits. */
  const start = (address: number) => {
    const guess = chip === undefined ? address < 0x1_0000 : /(DVS|Tmpdiff)128$/i.test(chip);
    const map = options.map ?? (guess ? 'dvs128' : 'davis');
    const own = map === 'dvs128' ? { width: 128, height: 128 } : size;
    const width = options.width ?? own?.width;
    const height = options.height ?? own?.height;
    const space = pixels(width ?? largest[map].width, height ?? largest[map].height);
    const header = {
      ...{ format: 'aedat2', variant: map, space, fields },
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
    return { map, header, space, room: packetRoom(space) };
  };
  if (chip !== undefined || options.map !== undefined) begun = start(0);

  return {
    header: () => begun?.header ?? { format: 'aedat2', fields },
    body: {
      push(bytes): AerPacket[] {
        feed.push(bytes, (length) => {
          if (length < recordBytes) return 0;
          begun ??= start(view.getUint32(0));
          const { map, space, room } = begun;
          for (let used = 0; ; room.flush()) {
            used = decodeRecords(view, used, length, map, state, space, room);
            if (room.count < room.limit) return used;
          }
        });
        for (const reason of ['aps', 'imu', 'special', 'outside'] as const) {
          count.add(reason, state[reason]);
          state[reason] = 0;
        }
        return begun?.room.take() ?? [];
      },
      end() {
        count.add('cutOffBytes', feed.held);
        return begun?.room.take() ?? [];
      },
    },
  };
}

function encoder(options: Aedat2EncoderOptions = {}): Encoder {
  options = checkOptions('AEDAT 2.0', options, encoderTable);
  let origin = options.origin ?? 0;
  let last = 0;
  let map: Aedat2Map = 'davis';
  const refuse = (time: number): never => {
    const why =
      time < origin
        ? `it lies before the origin, ${origin} µs`
        : `times count 32 bits, and a pause of 2^31 µs and more after ${last} µs would be lost, or one that comes ${late} µs late where they begin anew`;
    throw new DataError(`an event at ${time} µs cannot be written as AEDAT 2.0: ${why}`);
  };
  return soundEncoder<PixelSpace>('pixels', {
    begin(space, first = 0) {
      const { width, height } = space ?? largest.dvs128;
      if (width > largest.davis.width || height > largest.davis.height) {
        throw new DataError('AEDAT 2.0 holds 1024×512 pixels at most');
      }
      if (options.origin === undefined && first >= wrap) origin = first;
      last = first;
      if (first - origin >= wrap) refuse(first);
      const camera = cameraOfSize(width, height);
      map = camera?.name === 'DVS128' ? 'dvs128' : 'davis';
      const lines = [
        version,
        ' This is a raw AE data file - do not edit',
        ' Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event',
        ' Timestamps tick is 1 us',
        ` AEChip: ${camera?.jaer ?? 'eu.seebetter.ini.chips.davis.DAVIS'}`,
        ...(camera === undefined ? [` Size: ${width}x${height}`] : []),
        ...(origin > 0 ? [` TimeOrigin: ${origin}`] : []),
        ' End Of ASCII Header',
      ];
      return new TextEncoder().encode(lines.map((line) => `#${line}\r\n`).join(''));
    },
    push({ timestamps, addresses, space }) {
      const { yShift, xMask } = knownPixelBits(space);
      const bytes = new Uint8Array(timestamps.length * recordBytes);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < timestamps.length; i++) {
        const time = timestamps[i]!;
        if (!(time >= origin && isCountable(time, last, origin))) refuse(time);
        last = time;
        const address = addresses[i]!;
        const x = (address >>> 1) & xMask;
        const y = address >>> yShift;
        const on = address & 1;
        const word =
          map === 'davis' ? (y << 22) | (x << 12) | (on << 11) : (y << 8) | (x << 1) | (on ^ 1);
        view.setUint32(recordBytes * i, word);
        view.setUint32(recordBytes * i + 4, time - origin);
      }
      return bytes;
    },
    end: () => new Uint8Array(0),
  });
}

/**
 * AEDAT 2.0 of jAER, for DVS128 and the DAVIS cameras. x and y are those in the file, of which jAER shows x mirrored. The polarity of
 * DVS128 is ON if the bit is clear, as jAER and the driver of the camera have it. Times of 32 bits are continued where they wrap.
 * `skipped` counts `aps` (samples of frames), `imu`, `special`, `outside` and `cutOffBytes`.
 *
 * @example
 * ```ts
 * const bytes = aedat2.encoder!().push(aerPacket([10, 20], [0, 1], pixels(346, 260)));
 * aedat2.decoder().push(bytes)[0]!.timestamps[1]; // 20
 * ```
 */
export const aedat2: Codec<Aedat2DecoderOptions, Aedat2EncoderOptions> = {
  name: 'aedat2',
  title: 'AEDAT 2.0',
  extensions: ['aedat', 'aedat2'],
  detect(head, whole = false) {
    const text = textHeader(form);
    if (text.push(head.subarray(0, 256)) === undefined && whole) text.end();
    return text.lines[0] === version;
  },
  decoder(options = {}) {
    options = checkOptions('AEDAT 2.0', options, decoderTable);
    return headedDecoder(form, (lines, position, count) => begin(lines, position, count, options));
  },
  encoder,
};
