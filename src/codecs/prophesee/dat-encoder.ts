/** Writes Prophesee DAT, version 2. */
import { DataError } from '../../errors.ts';
import type { AerPacket } from '../../events/aer-packet.ts';
import { knownPixelBits, type PixelSpace } from '../../events/space.ts';
import { number, type OptionTable } from '../../options.ts';
import type { Encoder } from '../codec.ts';
import { half, late, wrap } from '../counter.ts';
import { arena, fastLoops, maxEvents, places } from '../loops.ts';
import { eventsAt, packChunks } from '../packing.ts';
import { checkOptions, joined, soundEncoder } from '../sound.ts';
import { wordBuffer } from '../word-buffer.ts';

/** How a DAT file is written. */
export interface DatEncoderOptions {
  /** Time that is taken off all times and named in the header, µs; 0 if left out and the first time fits in 32 bits. */
  readonly origin?: number;
}

const encoderTable: OptionTable<DatEncoderOptions> = {
  origin: number({ min: 0, whole: true, unit: 'µs' }),
};

/** Bytes of a record. */
export const recordBytes = 8;

/** Starts to write events. */
export function datEncoder(options: DatEncoderOptions = {}): Encoder<AerPacket<PixelSpace>> {
  options = checkOptions('DAT', options, encoderTable);
  const buffer = wordBuffer(4, (room) => new Uint32Array(room));
  let origin = options.origin ?? 0;
  let last = 0;
  return soundEncoder<PixelSpace>('pixels', {
    refusesTimes: true,
    begin(space, first) {
      if (space !== undefined && (space.width > 16_384 || space.height > 16_384)) {
        throw new DataError('DAT holds 16384×16384 pixels at most');
      }
      if (options.origin === undefined && first !== undefined && first >= wrap) origin = first;
      last = first ?? origin;
      if (last - origin >= wrap) refuseTime(last, origin, origin);
      const lines = ['Data file containing CD events', 'Version 2'];
      if (space !== undefined) lines.push(`Width ${space.width}`, `Height ${space.height}`);
      if (origin > 0) lines.push(`T0 ${origin}`);
      const text = lines.map((line) => `% ${line}\n`).join('');
      return joined(new TextEncoder().encode(text), Uint8Array.of(0x0c, recordBytes));
    },
    push(packet) {
      const { timestamps, addresses, space } = packet;
      const { yShift, xMask } = knownPixelBits(space);
      const loops = fastLoops();
      const words = buffer.words(timestamps.length * 2);
      const whole = timestamps.length * recordBytes;
      const single = (i: number): void => {
        const time = timestamps[i]!;
        if (!(time >= origin && time - last < half && last - time < late))
          refuseTime(time, last, origin);
        last = time;
        const address = addresses[i]!;
        const x = (address >>> 1) & xMask;
        words[2 * i] = time - origin;
        words[2 * i + 1] = ((address & 1) << 28) | ((address >>> yShift) << 14) | x;
      };
      if (loops === undefined) {
        for (let i = 0; i < timestamps.length; i++) single(i);
        return buffer.copy(whole);
      }
      const { floats, buffer: memory } = arena();
      const packed = new Uint32Array(memory, places.input, 2 * maxEvents);
      let all: Uint8Array | undefined;
      let written = 0;
      packChunks(packet, {
        pack(from, count) {
          floats[0] = origin + Math.max(0, Math.floor((last - origin) / wrap)) * wrap;
          floats[1] = last;
          return loops.packDat(places.state, ...eventsAt(from), count, places.input, yShift, xMask);
        },
        take(events, input) {
          last = floats[1]!;
          if (events === timestamps.length) {
            // All at once: one copy will do.
            all = new Uint8Array(input.subarray(0, whole));
            return;
          }
          words.set(packed.subarray(0, 2 * events), 2 * written);
          written += events;
        },
        single(i) {
          single(i);
          written++;
        },
      });
      return all ?? buffer.copy(whole);
    },
    end: () => new Uint8Array(0),
  });
}

function refuseTime(time: number, last: number, origin: number): never {
  if (!(time >= origin))
    throw new DataError(`an event at ${time} µs lies before the origin, ${origin} µs`);
  throw new DataError(
    `an event at ${time} µs after one at ${last} µs: DAT counts 32 bits, and a pause of 2^31 µs and more would be lost`,
  );
}
