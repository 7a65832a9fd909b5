/** Writes AEDAT 3.1: pixels, or spikes of DYNAP-SE. */

import { DataError } from '../../errors.ts';
import { pixelBits, type Space, spaceText } from '../../events/space.ts';
import type { Encoder } from '../codec.ts';
import { checkOptions, soundEncoder } from '../sound.ts';
import { cameraOfSize } from './cameras.ts';
import { dynapseSpikes, dynapseWordLimit } from './spikes.ts';

/** Events of a packet at most, as cAER writes them. */
const most = 4096;
const headerBytes = 28;
const eventBytes = 8;
/** Microseconds that a packet can tell apart. */
const epoch = 2 ** 31;

/** What the header says of where events come from; undefined if they cannot be written. */
function sourceOf(space: Space | undefined): string | undefined {
  if (space === undefined) return 'File';
  if (space.kind === 'chipWords')
    return space.family === dynapseSpikes.family ? 'DYNAPSEFX2' : undefined;
  if (space.kind === 'channels') return undefined;
  const { width, height } = space;
  if (width > 32_768 || height > 32_768) return undefined;
  return cameraOfSize(width, height)?.name ?? `File,dvsSizeX=${width},dvsSizeY=${height}`;
}

function writeHeader(
  view: DataView,
  at: number,
  type: number,
  overflow: number,
  events: number,
): void {
  view.setInt16(at, type, true);
  view.setInt16(at + 2, 1, true);
  view.setInt32(at + 4, eventBytes, true);
  view.setInt32(at + 8, 4, true);
  view.setInt32(at + 12, overflow, true);
  view.setInt32(at + 16, events, true);
  view.setInt32(at + 20, events, true);
  view.setInt32(at + 24, events, true);
}

/** Events from one on that go into one packet: of one epoch, not too many. */
function packetEnd(timestamps: Float64Array, from: number, begin: number): number {
  const limit = Math.min(timestamps.length, from + most);
  let to = from;
  while (to < limit && timestamps[to]! >= begin && timestamps[to]! < begin + epoch) to++;
  return to;
}

/** Makes an encoder of AEDAT 3.1. */
export function aedat31Encoder(options: object = {}): Encoder {
  options = checkOptions('AEDAT 3.1', options, {});
  return soundEncoder<Space>(undefined, {
    begin(space) {
      const source = sourceOf(space);
      if (source === undefined) {
        const given = space === undefined ? '' : spaceText(space);
        throw new DataError(
          `AEDAT 3.1 holds pixels and spikes of DYNAP-SE, not ${given}; write it as spk, which holds events of any kind`,
        );
      }
      const lines = [
        ...['!AER-DAT3.1', 'Format: RAW', `Source 1: ${source}`],
        ...['Start-Time: 1970-01-01 00:00:00 (TZ+0000)', '!END-HEADER'],
      ];
      return new TextEncoder().encode(lines.map((line) => `#${line}\r\n`).join(''));
    },
    push({ timestamps, addresses, space }) {
      const spikes = space.kind !== 'pixels';
      const { yShift, xMask } = spikes ? { yShift: 0, xMask: 0 } : pixelBits(space);
      const count = timestamps.length;
      const ends: number[] = [];
      for (let from = 0; from < count; from = ends.at(-1)!) {
        const time = timestamps[from]!;
        const overflow = Math.floor(time / epoch);
        if (!(overflow >= 0 && overflow < epoch)) {
          throw new DataError(
            `an event at ${time} µs cannot be written as AEDAT 3.1: times begin at 0`,
          );
        }
        ends.push(packetEnd(timestamps, from, overflow * epoch));
      }
      const bytes = new Uint8Array(ends.length * headerBytes + count * eventBytes);
      const view = new DataView(bytes.buffer);
      let at = 0;
      let i = 0;
      for (const end of ends) {
        const overflow = Math.floor(timestamps[i]! / epoch);
        const begin = overflow * epoch;
        writeHeader(view, at, spikes ? 12 : 1, overflow, end - i);
        at += headerBytes;
        for (; i < end; i++, at += eventBytes) {
          const address = addresses[i]!;
          if (spikes && address >= dynapseWordLimit) {
            throw new DataError(`${address} is no spike of DYNAP-SE`);
          }
          const data = spikes
            ? address << 1
            : (((address >>> 1) & xMask) << 17) |
              ((address >>> yShift) << 2) |
              ((address & 1) << 1);
          view.setInt32(at, data | 1, true);
          view.setInt32(at + 4, timestamps[i]! - begin, true);
        }
      }
      return bytes;
    },
    end: () => new Uint8Array(0),
  });
}
