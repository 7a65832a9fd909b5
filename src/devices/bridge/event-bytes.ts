/** Events of a DYNAP-SE2 as they go to a bridge and come from it: 9 bytes each, which samna's classes are made of. */
import { fpgaHop } from '../../chips/dynapse2/event.ts';
import { chipLimits } from '../../chips/dynapse2/limits.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { fault } from '../../problems.ts';
import type { HardwareEvents } from '../link.ts';

/** Bytes of an event: u32 microseconds, u16 tag, u8 cores, i8 hops east, i8 hops north. */
export const eventBytes = 9;

/** Events of one message. */
export const mostEvents: number = 2 ** 20;

const mostHops = chipLimits.hops - fpgaHop;

/** Whether a number is a word of `eventWord`. */
function isWord(word: number): boolean {
  return (
    word >>> 24 === 0 &&
    ((word >> 16) & 15) <= mostHops &&
    ((word >> 12) & 15) <= mostHops &&
    (word & 0xfff) < chipLimits.tags
  );
}

/** Refuses what is no event of a DYNAP-SE2. */
export function refuseOthers({ words }: HardwareEvents): void {
  for (const word of words) {
    if (isWord(word)) continue;
    throw new InvalidArgumentError('this cannot be sent', [
      fault('words', 'out-of-range', `${word} is no event word of a DYNAP-SE2`),
    ]);
  }
}

/** Writes events down, from `from` to before `to`. */
export function packEvents(
  { timestamps, words }: HardwareEvents,
  from: number,
  to: number,
): Uint8Array {
  const bytes = new Uint8Array((to - from) * eventBytes);
  const view = new DataView(bytes.buffer);
  for (let i = from, at = 0; i < to; i++, at += eventBytes) {
    const word = words[i]!;
    view.setUint32(at, timestamps[i]!, true);
    view.setUint16(at + 4, word & 0xfff, true);
    bytes[at + 6] = (word >> 20) & 15;
    view.setInt8(at + 7, ((word >> 16) & 15) + fpgaHop);
    view.setInt8(at + 8, ((word >> 12) & 15) + fpgaHop);
  }
  return bytes;
}

/** Where the pieces of events end whose times do not go back, as they do where a board's clock wraps. */
export function pieceEnds({ timestamps }: HardwareEvents): number[] {
  const ends: number[] = [];
  let from = 0;
  for (let i = 1; i <= timestamps.length; i++) {
    const goesOn = i < timestamps.length && timestamps[i]! >= timestamps[i - 1]!;
    if (goesOn && i - from < mostEvents) continue;
    ends.push(i);
    from = i;
  }
  return timestamps.length === 0 ? [] : ends;
}

/** Reads events; what is none is left out, and counted. */
export function unpackEvents(bytes: Uint8Array): HardwareEvents & { readonly unknown: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.floor(bytes.length / eventBytes);
  const timestamps = new Uint32Array(count);
  const words = new Uint32Array(count);
  let known = 0;
  for (let i = 0, at = 0; i < count; i++, at += eventBytes) {
    const [east, north] = [view.getInt8(at + 7) - fpgaHop, view.getInt8(at + 8) - fpgaHop];
    const [tag, cores] = [view.getUint16(at + 4, true), bytes[at + 6]!];
    const hops = east >= 0 && north >= 0 && east <= mostHops && north <= mostHops;
    if (!hops || tag >= chipLimits.tags || cores > 15) continue;
    timestamps[known] = view.getUint32(at, true);
    words[known] = (cores << 20) | (east << 16) | (north << 12) | tag;
    known++;
  }
  return {
    timestamps: timestamps.subarray(0, known),
    words: words.subarray(0, known),
    unknown: count - known,
  };
}
