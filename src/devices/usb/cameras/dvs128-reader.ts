/** The stream of a DVS128: an address and a time in four bytes. */
import { type PixelSpace, pixelBits, pixels } from '../../../events/space.ts';
import { growingEvents } from '../growing.ts';
import { type CameraReader, noCounts } from './camera-reader.ts';

/** Columns and rows of the sensor. */
const side = 128;

/** What its addresses mean. */
export const dvs128Space: PixelSpace = pixels(side, side);

/** Microseconds that a time of 14 bits counts. */
const period = 0x4000;

/** Makes a reader. The sensor sees the world upside down and mirrored; its pixels are turned the right way. */
export function dvs128Reader(): CameraReader {
  const { yShift } = pixelBits(dvs128Space);
  const events = growingEvents();
  const counts = noCounts();
  let base = 0;
  const reader = {
    now: 0,
    epoch: 0,
    counts,
    read(bytes: Uint8Array) {
      const whole = bytes.length & ~3;
      counts.oddBytes += bytes.length - whole;
      for (let at = 0; at < whole; at += 4) {
        const kind = bytes[at + 3]!;
        if ((kind & 0x80) !== 0) {
          base += period;
          reader.now = base;
        } else if ((kind & 0x40) !== 0) {
          counts.resets++;
          reader.epoch = reader.now;
          base = reader.now;
        } else {
          const time = base + (bytes[at + 2]! | (kind << 8));
          if (time < reader.now) {
            counts.unknown++;
            continue;
          }
          reader.now = time;
          const [low, high] = [bytes[at]!, bytes[at + 1]!];
          if ((high & 0x80) !== 0) {
            counts.triggers++;
            continue;
          }
          const x = side - 1 - (low >> 1);
          const y = side - 1 - high;
          // The lowest bit is set for pixels that became darker.
          events.push(time, ((y << yShift) | (x << 1) | (~low & 1)) >>> 0);
        }
      }
      return events.take();
    },
  };
  return reader;
}
