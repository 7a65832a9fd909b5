import { randomStream } from 'spikeline/neurons';
import { expect, it } from 'vitest';
import { arena } from '#src/kernel/arena';
import { fastestCode } from '#src/kernel/code';
import { countedWord, sparseRoom } from '#src/kernel/sparse';

/** What the kernel lists of counts whose rows begin `stride` apart. */
function scanned(counts: Uint32Array, steps: number, channels: number, stride: number) {
  const place = arena('a list', 1, fastestCode());
  const at = place.words(counts);
  place.room(256);
  const { record, starts, indices, counts: listed } = sparseRoom(place, steps, steps * channels);
  const { exports, u32, f32 } = place.build(false);
  const largest = exports.scan(at, stride * 4, steps, channels, record) >>> 0;
  const ends = Array.from(u32.subarray(starts / 4, starts / 4 + steps + 1));
  const size = ends.at(-1)!;
  const counted = u32[record / 4 + countedWord]!;
  return {
    ...{ largest, ends, counted },
    indices: Array.from(u32.subarray(indices / 4, indices / 4 + size)),
    // Where all are one, they mean nothing.
    counts: Array.from(f32.subarray(listed / 4, listed / 4 + (counted ? size : 0))),
  };
}

const random = randomStream(5, 'scan');
const steps = 40;
const widths = [1, 2, 15, 16, 17, 33, 48, 49, 60, 63, 64, 65, 128, 150];

it.each(widths)('lists what is in rows of %i channels, however full they are', (channels) => {
  for (const share of [0, 0.02, 0.1, 0.5, 1]) {
    for (const most of [1, 2, 300, 2 ** 31, 2 ** 32 - 1]) {
      const stride = channels + 3;
      const raster = Uint32Array.from({ length: steps * stride }, () => {
        if (random.uniform() >= share) return 0;
        return random.uniform() < 0.95 ? 1 : most;
      });
      const ends = [0];
      const indices: number[] = [];
      const counts: number[] = [];
      for (let t = 0; t < steps; t++) {
        for (let c = 0; c < channels; c++) {
          const count = raster[t * stride + c]!;
          if (count === 0) continue;
          indices.push(c);
          counts.push(count);
        }
        ends.push(indices.length);
      }
      const largest = counts.reduce((a, b) => Math.max(a, b), 0);
      expect(scanned(raster, steps, channels, stride)).toEqual({
        ...{ largest, ends, indices, counted: +(largest > 1) },
        counts: largest > 1 ? counts.map(Math.fround) : [],
      });
    }
  }
});
