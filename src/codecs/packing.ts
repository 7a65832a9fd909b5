/** Events on their way to bytes, a chunk after the other, by the loops in WebAssembly. */
import type { AerPacket } from '../events/aer-packet.ts';
import { arena, maxEvents, places } from './loops.ts';

/** How a format is written by a loop. */
export interface Packing {
  /**
   * Writes events that lie from a number on in the memory of decoders, to the place of input; gives how many it has written
   * before one that needs thought.
   */
  pack(from: number, count: number): number;
  /** Takes the bytes that were written. */
  take(events: number, input: Uint8Array): void;
  /** Writes one event that needs thought, or refuses it. */
  single(index: number): void;
}

/** Writes a packet. */
export function packChunks({ timestamps, addresses }: AerPacket, packing: Packing): void {
  const { buffer } = arena();
  const times = new Float64Array(buffer, places.times, maxEvents);
  const words = new Uint32Array(buffer, places.addresses, maxEvents);
  const input = new Uint8Array(buffer, places.input);
  for (let begin = 0; begin < timestamps.length; begin += maxEvents) {
    const count = Math.min(maxEvents, timestamps.length - begin);
    times.set(timestamps.subarray(begin, begin + count));
    words.set(addresses.subarray(begin, begin + count));
    for (let done = 0; done < count; ) {
      const packed = packing.pack(done, count - done);
      packing.take(packed, input);
      done += packed;
      if (done < count) packing.single(begin + done++);
    }
  }
}

/** The places of events from a number on, as loops want them. */
export function eventsAt(from: number): readonly [times: number, addresses: number] {
  return [places.times + from * 8, places.addresses + from * 4];
}
