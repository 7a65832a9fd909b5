// An event camera: each pixel remembers the logarithm of the luminance of its last event, and makes another event whenever it has risen
// or fallen by the threshold of that pixel since. Thresholds and noise are as v2e has them (Hu, Liu & Delbruck 2021, CVPR workshops).

import { type AerPacket, aerPacket, type PixelSpace, packPixel, pixels } from 'spikeline/events';
import { randomStream } from 'spikeline/neurons';

/** What the camera can do. */
export const camera = {
  width: 48,
  height: 36,
  /** Mean change of the logarithm of luminance that makes an event, and how far pixels differ (standard deviation). */
  threshold: 0.2,
  spread: 0.03,
  /** Events of each pixel that nothing causes, Hz. */
  noise: 0.1,
};

/** Pixels of the camera as an address space. */
export const space: PixelSpace = pixels(camera.width, camera.height);

/** Writes the logarithm of the luminance at each pixel, row by row. */
export type Picture = (into: Float64Array) => void;

/** An event camera at work. */
export interface EventCamera {
  /** Events from the last look to this one, which is so many seconds later. */
  look(picture: Picture, dt: number): AerPacket<PixelSpace>;
}

/** Turns a camera on, whose first look is at `picture`. */
export function eventCamera(seed: number, picture: Picture): EventCamera {
  const random = randomStream(seed, 'camera');
  const { width, height, threshold, spread, noise } = camera;
  const all = width * height;
  const addresses = Uint32Array.from({ length: 2 * all }, (_, i) => {
    const [pixel, polarity] = [i >> 1, i & 1];
    return packPixel(space, { x: pixel % width, y: Math.floor(pixel / width), polarity });
  });
  const thresholds = Float64Array.from({ length: all }, () =>
    Math.max(0.01, threshold + spread * random.normal()),
  );
  let [seen, next] = [new Float64Array(all), new Float64Array(all)];
  picture(seen);
  const remembered = seen.slice();
  let time = 0;
  return {
    look(picture, dt) {
      const found: [time: number, address: number][] = [];
      const event = (pixel: number, share: number, polarity: number) => {
        const at = time + Math.floor(Math.min(0.999, share) * dt * 1e6);
        found.push([at, addresses[2 * pixel + polarity]!]);
      };
      picture(next);
      for (let pixel = 0; pixel < all; pixel++) {
        const value = next[pixel]!;
        const step = thresholds[pixel]!;
        let off = value - remembered[pixel]!;
        while (Math.abs(off) >= step) {
          const level = remembered[pixel]! + Math.sign(off) * step;
          // Luminance is taken to change evenly from look to look.
          const share = (level - seen[pixel]!) / (value - seen[pixel]!);
          event(pixel, share, off > 0 ? 1 : 0);
          remembered[pixel] = level;
          off = value - level;
        }
      }
      for (let k = random.poisson(noise * all * dt); k > 0; k--) {
        const pixel = Math.floor(random.uniform() * all);
        event(pixel, random.uniform(), random.uniform() < 0.5 ? 0 : 1);
      }
      [seen, next] = [next, seen];
      found.sort(([a], [b]) => a - b);
      time += Math.round(dt * 1e6);
      const [times, where] = [found.map(([at]) => at), found.map(([, address]) => address)];
      return aerPacket(times, where, space, time);
    },
  };
}
