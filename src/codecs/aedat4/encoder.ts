/** Writes AEDAT4: one stream of events, in packets as other programs write them. */
import { DataError } from '../../errors.ts';
import { knownPixelBits, type PixelSpace } from '../../events/space.ts';
import type { Encoder } from '../codec.ts';
import { packedBound, packLz4 } from '../lz4.ts';
import { joined, soundEncoder } from '../sound.ts';
import { lined, workAt, workshop } from '../wasm.ts';
import { copyOf } from '../word-buffer.ts';
import { packedZstdBound, packZstd, packZstdRoom } from '../zstd.ts';
import { magic } from './decoder.ts';
import { eventsHead, ioHeader, writeEventsHead } from './flatbuffer.ts';
import { eventsInfo } from './info.ts';

/** How packets are compressed. */
export type Aedat4Compression = 'none' | 'lz4' | 'zstd';

const codes: Readonly<Record<Aedat4Compression, number>> = { none: 0, lz4: 1, zstd: 3 };
const names: Readonly<Record<Aedat4Compression, string>> = {
  none: 'NONE',
  lz4: 'LZ4',
  zstd: 'ZSTD',
};

/** Events of a packet: with its head it fits in one block of 64 KiB. */
const packetEvents = 4092;
const packetBytes = eventsHead + 16 * packetEvents;
/** Coordinates have 16 bits with a sign. */
const largestSide = 2 ** 15;

/** Starts to write. Events are held until there are enough of them for a packet. */
export function aedat4Encoder(compression: Aedat4Compression): Encoder {
  const timestamps = new Float64Array(packetEvents);
  const addresses = new Uint32Array(packetEvents);
  let held = 0;
  let space: PixelSpace | undefined;

  /** Writes a packet of events to `to`; gives where it ends. */
  const write = (times: Float64Array, words: Uint32Array, to: number): number => {
    const count = words.length;
    const shop = workshop(0);
    const { f64, u32, u8, view, run } = shop;
    const { yShift, xMask } = knownPixelBits(space!);
    f64.set(times, workAt / 8);
    u32.set(words, (workAt + 8 * packetEvents) / 4);
    const raw = rawAt;
    const length = eventsHead + 16 * count;
    writeEventsHead(view, raw, count);
    run.packRecords(workAt, workAt + 8 * packetEvents, count, raw + eventsHead, yShift, xMask);
    let end = to + 8;
    if (compression === 'lz4') end = packLz4(shop, raw, length, end);
    else if (compression === 'zstd') end = packZstd(shop, raw, length, end, roomAt);
    else {
      u8.copyWithin(end, raw, raw + length);
      end += length;
    }
    view.setInt32(to, 0, true);
    view.setInt32(to + 4, end - to - 8, true);
    return end;
  };
  const rawAt = lined(workAt + 12 * packetEvents + 64);
  const roomAt = lined(rawAt + packetBytes + 64);
  const outAt = lined(roomAt + packZstdRoom);
  const bound = 8 + Math.max(packedBound(packetBytes), packedZstdBound(packetBytes)) + 64;
  /** Writes packets of all events from `from` on, but holds what is fewer than a packet. */
  const packetsOf = (times: Float64Array, words: Uint32Array): Uint8Array => {
    let from = 0;
    const parts: Uint8Array[] = [];
    const total = held + words.length;
    const whole = Math.floor(total / packetEvents);
    for (let done = 0; done < whole; ) {
      const some = Math.min(whole - done, atOnce);
      const { u8 } = workshop(outAt - workAt + some * bound);
      let at = outAt;
      for (let i = 0; i < some; i++) {
        if (held === 0) {
          at = write(
            times.subarray(from, from + packetEvents),
            words.subarray(from, from + packetEvents),
            at,
          );
          from += packetEvents;
        } else {
          const count = packetEvents - held;
          timestamps.set(times.subarray(from, from + count), held);
          addresses.set(words.subarray(from, from + count), held);
          from += count;
          held = 0;
          at = write(timestamps, addresses, at);
        }
      }
      parts.push(copyOf(u8.subarray(outAt, at)));
      done += some;
    }
    timestamps.set(times.subarray(from), held);
    addresses.set(words.subarray(from), held);
    held += words.length - from;
    return parts.reduce(joined, new Uint8Array(0));
  };
  return soundEncoder<PixelSpace>('pixels', {
    begin(own) {
      const { width, height } = own ?? { width: 1, height: 1 };
      if (width > largestSide || height > largestSide) {
        throw new DataError(`AEDAT4 has no room for ${width}×${height} pixels`);
      }
      space = own;
      return joined(
        magic,
        ioHeader(codes[compression], eventsInfo(width, height, names[compression])),
      );
    },
    push: (packet) => packetsOf(packet.timestamps, packet.addresses),
    end() {
      if (held === 0) return new Uint8Array(0);
      workshop(outAt - workAt + bound);
      const end = write(timestamps.subarray(0, held), addresses.subarray(0, held), outAt);
      held = 0;
      return new Uint8Array(workshop(0).u8.subarray(outAt, end));
    },
  });
}

/** Packets that are put together before they are given. */
const atOnce = 64;
