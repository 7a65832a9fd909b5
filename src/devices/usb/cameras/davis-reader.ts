/** The stream of DAVIS cameras: rows, columns, frames, motion and triggers in 16-bit words. */
import { type PixelSpace, pixelBits } from '../../../events/space.ts';
import { growingEvents } from '../growing.ts';
import { wordReader } from '../stream-words.ts';
import { type CameraReader, noCounts } from './camera-reader.ts';

/** How the sensor lies in the camera. */
export interface DavisGeometry {
  /** What comes out: columns and rows of the picture. */
  readonly space: PixelSpace;
  /** Whether the words that say rows say columns of the picture, and the other way round. */
  readonly swapped: boolean;
}

/** What marks of code 0 say. */
const marks: Readonly<Record<number, 'triggers' | 'frames' | 'motion' | 'known'>> = {
  2: 'triggers',
  3: 'triggers',
  4: 'triggers',
  5: 'known',
  7: 'motion',
  8: 'known',
  9: 'known',
  10: 'frames',
  11: 'known',
  12: 'known',
  13: 'known',
  14: 'known',
  15: 'known',
  16: 'triggers',
  17: 'triggers',
};

/** Makes a reader for a camera. A row or column that the sensor has not is counted, and the row before stays. */
export function davisReader({ space, swapped }: DavisGeometry): CameraReader {
  const { yShift } = pixelBits(space);
  const rows = swapped ? space.width : space.height;
  const columns = swapped ? space.height : space.width;
  const rowShift = swapped ? 1 : yShift;
  const columnShift = swapped ? yShift : 1;
  const events = growingEvents();
  const counts = noCounts();
  let row = 0;
  let hasRow = false;
  const words = wordReader({
    word(code, data) {
      switch (code) {
        case 1:
          if (data < rows) {
            row = data << rowShift;
            hasRow = true;
          } else counts.outside++;
          break;
        case 2:
        case 3:
          if (data >= columns || !hasRow) counts.outside++;
          else events.push(words.now, (row | (data << columnShift) | (code & 1)) >>> 0);
          break;
        // Samples of frames and of motion belong to what their marks begin and end.
        case 4:
        case 5:
        case 6:
          break;
      }
    },
    mark(data) {
      const what = marks[data];
      if (what === undefined) counts.unknown++;
      else if (what !== 'known') counts[what]++;
    },
  });
  return {
    get now() {
      return words.now;
    },
    get epoch() {
      return words.epoch;
    },
    counts,
    read(bytes) {
      words.read(bytes);
      const { unknown, oddBytes, resets } = words.counts;
      words.counts.unknown = 0;
      counts.unknown += unknown;
      counts.oddBytes = oddBytes;
      counts.resets = resets;
      return events.take();
    },
  };
}
