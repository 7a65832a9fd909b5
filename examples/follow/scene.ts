// A bright disc moves over a wall with a pattern, and a camera on a head that turns looks at it. Angles are in pixels of the camera. What
// makes events is how scene and camera move against each other: a camera that turns sees the wall move.

import type { Environment } from 'spikeline';
import { type AerPacket, emptyPacket, type PixelSpace } from 'spikeline/events';
import { type Random, randomStream } from 'spikeline/neurons';
import { camera, type EventCamera, eventCamera, type Picture, space } from './camera.ts';

/** A place or a speed: to the right and down, in pixels or pixels a second. */
export type Pair = readonly [x: number, y: number];

/** The constants of the scene. */
export const scene = {
  /** Radius of the disc, pixels. */
  radius: 3,
  /** How much brighter than the wall it is, and by how much the wall itself differs, in the logarithm of luminance. */
  contrast: 1.2,
  pattern: 0.06,
  /** How fast the head can turn, pixels a second, and how soon it does, seconds. */
  fastest: 300,
  lag: 0.02,
};

/** Where the target is at a time, seconds. */
export type Path = (time: number) => Pair;

/** What is seen at a step: events, and, for whoever judges the run, where the target is as seen from the middle of the camera. */
export interface Seen {
  readonly events: AerPacket<PixelSpace>;
  readonly offset: Pair;
}

/** A path that wanders to and fro, three swings on top of each other in each direction. */
export function wandering(seed: number): Path {
  const random = randomStream(seed, 'path');
  const swings = [0, 1].map((axis) =>
    [0.11, 0.23, 0.41].map((rate) => ({
      rate: rate * (1 + 0.3 * random.uniform()),
      size: (axis === 0 ? 9 : 6) / rate / 2 / Math.PI,
      phase: 2 * Math.PI * random.uniform(),
    })),
  );
  const along = (axis: number, time: number) =>
    swings[axis]!.reduce(
      (sum, { rate, size, phase }) => sum + 4 * size * Math.sin(2 * Math.PI * rate * time + phase),
      0,
    );
  return (time) => [along(0, time), along(1, time)];
}

const side = 64;

/** A wall: a smooth random pattern that repeats every 64 pixels, as its logarithm of luminance, row by row. */
function wall(random: Random): Float64Array {
  const whole = () => Math.floor(9 * random.uniform()) - 4;
  const turn = (2 * Math.PI) / side;
  const waves = Array.from(
    { length: 12 },
    () => [whole(), whole(), 64 * random.uniform()] as const,
  );
  const size = scene.pattern / Math.sqrt(waves.length / 2);
  return Float64Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return waves.reduce(
      (sum, [a, b, from]) => sum + size * Math.sin(turn * (a * x + b * y + from)),
      0,
    );
  });
}

/** The view of a wall from a place, with a disc at `offset` from the middle. */
function view(pattern: Float64Array, [x, y]: Pair, [offX, offY]: Pair): Picture {
  const { width, height } = camera;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  // Between its points the wall is even; all pixels lie equally far from them.
  const [right, down] = [x - left, y - top];
  const [discX, discY] = [(width - 1) / 2 + offX, (height - 1) / 2 + offY];
  const reach = scene.radius + 0.5;
  return (into) => {
    for (let row = 0, i = 0; row < height; row++) {
      const above = ((top + row) & 63) << 6;
      const below = ((top + row + 1) & 63) << 6;
      const dy = row - discY;
      let next = pattern[above + (left & 63)]!;
      let value = next + down * (pattern[below + (left & 63)]! - next);
      for (let column = 0; column < width; column++, i++) {
        const at = (left + column + 1) & 63;
        next = pattern[above + at]!;
        const after = next + down * (pattern[below + at]! - next);
        let luminance = value + right * (after - value);
        value = after;
        const dx = column - discX;
        if (dx * dx + dy * dy < reach * reach) {
          const share = Math.min(1, reach - Math.sqrt(dx * dx + dy * dy));
          luminance += share * (scene.contrast - luminance);
        }
        into[i] = luminance;
      }
    }
  };
}

/**
 * The scene as an environment: what is done is how fast the head is to turn, in pixels a second. It begins with the target at
 * `from` from the middle, or, if that is left out, somewhere less than six pixels from it.
 */
export function following(
  pathOf: (seed: number) => Path,
  from?: Pair,
): Environment<Seen, Float64Array> {
  let path: Path = () => [0, 0];
  let pattern: Float64Array = new Float64Array(side * side);
  let eyes: EventCamera | undefined;
  let [time, x, y, vx, vy] = [0, 0, 0, 0, 0];
  const offset = (): Pair => {
    const [targetX, targetY] = path(time);
    return [targetX - x, targetY - y];
  };
  const picture = () => view(pattern, [x, y], offset());
  return {
    reset(seed) {
      const random = randomStream(seed, 'scene');
      path = pathOf(seed);
      pattern = wall(random);
      [time, vx, vy] = [0, 0, 0];
      const [targetX, targetY] = path(0);
      const somewhere = () => 6 * (2 * random.uniform() - 1);
      const [offX, offY] = from ?? [somewhere(), somewhere()];
      [x, y] = [targetX - offX, targetY - offY];
      eyes = eventCamera(seed, picture());
      return { events: emptyPacket(space), offset: offset() };
    },
    step([right, down], dt) {
      const keep = Math.exp(-dt / scene.lag);
      const bounded = (speed: number) => Math.max(-scene.fastest, Math.min(scene.fastest, speed));
      vx = bounded(right!) + keep * (vx - bounded(right!));
      vy = bounded(down!) + keep * (vy - bounded(down!));
      [time, x, y] = [time + dt, x + vx * dt, y + vy * dt];
      return { observation: { events: eyes!.look(picture(), dt), offset: offset() } };
    },
    state: () => ({ time, x, y, vx, vy }),
  };
}
