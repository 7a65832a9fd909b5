/** Writes EVT3 so that every reader takes it. */
import { pixelBits } from '../../events/space.ts';
import { wordBuffer } from '../word-buffer.ts';
import { largestEvt } from './evt.ts';
import { type EvtWriter, highWords } from './evt-encoder.ts';

/** Microseconds in which all times of the counter pass. */
export const evt3Loop: number = 2 ** 24;

/** Events from which on a vector of 32 columns, four words, is shorter than a word for each. */
const vectorFrom = 5;
/** Words that one event takes at most, words of TIME_HIGH beyond the first left out. */
const wordsEach = 4;

/**
 * Words of time and row when they change; then a word for each event, or, for five and more of one time in 32 columns, a
 * vector as cameras send it: VECT_BASE_X, VECT_12, VECT_12, VECT_8. Some readers take those only together.
 */
export function evt3Writer(): EvtWriter {
  const buffer = wordBuffer(2, (room) => new Uint16Array(room));
  let clock = highWords('EVT3', 4096, evt3Loop, 0);
  /** TIME_LOW and ADDR_Y that hold; -1 if none does. */
  let low = -1;
  let row = -1;
  return {
    title: 'EVT3',
    version: '3.0',
    format: 'EVT3',
    side: largestEvt.width,
    loop: evt3Loop,
    begin(origin) {
      clock = highWords('EVT3', 4096, evt3Loop, origin);
    },
    write({ timestamps, addresses, space }) {
      const { yShift, xMask } = pixelBits(space);
      const count = timestamps.length;
      let out = buffer.words(count * wordsEach);
      let from = clock.at;
      let n = 0;
      for (let i = 0; i < count; ) {
        const time = timestamps[i]!;
        if (!(time >= from && time < from + 4096)) {
          const high = clock.step(time);
          if (high >= 0) out[n++] = 0x8000 | high;
          else {
            const highs = clock.go(time);
            out = buffer.words(n + highs.length + (count - i) * wordsEach);
            for (const one of highs) out[n++] = 0x8000 | one;
          }
          from = clock.at;
          // Some readers keep the lower bits when the upper ones change.
          low = -1;
        }
        const nextLow = time - from;
        if (nextLow !== low) {
          low = nextLow;
          out[n++] = 0x6000 | low;
        }
        const address = addresses[i]!;
        const y = address >>> yShift;
        if (y !== row) {
          row = y;
          out[n++] = y;
        }
        const x = (address >>> 1) & xMask;
        const polarity = (address & 1) << 11;
        // Another of the same time and row, further right by less than 32 columns: the address is larger by less than 64.
        const ahead = i + vectorFrom - 1;
        const reach = ahead < count ? addresses[ahead]! - address : 0;
        if (reach > 0 && reach < 64 && timestamps[ahead] === time) {
          let mask = 1;
          let last = address;
          let next = i + 1;
          for (; next < count && timestamps[next] === time; next++) {
            const other = addresses[next]!;
            const distance = other - address;
            if (other <= last || distance >= 64 || (distance & 1) !== 0 || other >>> yShift !== y)
              break;
            mask |= 1 << (distance >>> 1);
            last = other;
          }
          if (next - i >= vectorFrom) {
            out[n++] = 0x3000 | polarity | x;
            out[n++] = 0x4000 | (mask & 0xfff);
            out[n++] = 0x4000 | ((mask >>> 12) & 0xfff);
            out[n++] = 0x5000 | (mask >>> 24);
            i = next;
            continue;
          }
        }
        out[n++] = 0x2000 | polarity | x;
        i++;
      }
      return buffer.copy(n * 2);
    },
  };
}
