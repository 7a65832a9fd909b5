// How the network learns to follow: it is shown a target that passes somewhere while the camera turns, and is to turn to where the target
// is, the faster the further off it is.

import {
  dynapSim,
  linear,
  type Pipeline,
  pipeline,
  spikeRaster,
  type TrainingSample,
} from 'spikeline';
import { type Random, randomStream } from 'spikeline/neurons';
import { imitate, type Lessons } from '../imitation/imitate.ts';
import { channels, dt, encode, neurons, turns } from './coding.ts';
import { following, type Pair } from './scene.ts';

const [batch, steps, settled] = [64, 100, 40];
/** Lessons in all, of which each epoch has some. */
const all = 640;

/** How fast to turn for each pixel that the target is off, 1/s. */
const eagerness = 40;

/** A target that passes at an even speed, seen from a camera that turns at an even speed; and how fast it should turn. */
function lesson(random: Random): { sample: TrainingSample; wanted: Pair } {
  const either = (most: number) => most * (2 * random.uniform() - 1);
  const [fromX, fromY, speedX, speedY] = [either(24), either(18), either(80), either(80)];
  const [turnX, turnY] = [either(80), either(80)];
  const world = following(() => (time) => [speedX * time, speedY * time], [fromX, fromY]);
  const spikes = encode() as (seen: ReturnType<typeof world.reset>) => Uint32Array;
  const counts = new Uint32Array(steps * channels);
  let seen = world.reset(Math.floor(2 ** 31 * random.uniform()));
  let [sumX, sumY] = [0, 0];
  for (let step = 0; step < steps; step++) {
    counts.set(spikes(seen), step * channels);
    if (step >= settled) {
      sumX += seen.offset[0];
      sumY += seen.offset[1];
    }
    seen = world.step(Float64Array.of(turnX, turnY), dt).observation;
  }
  const scale = eagerness / (steps - settled);
  return {
    sample: { input: spikeRaster({ channels, dt, counts }) },
    wanted: [scale * sumX, scale * sumY],
  };
}

/** Trains the network from nothing; `tell` hears of each epoch and its loss. */
export function learn(epochs: number, tell?: (epoch: number, loss: number) => void): Pipeline {
  const random = randomStream(1, 'follow');
  const known = Array.from({ length: all }, () => lesson(random));
  const weight = Array.from({ length: channels }, () =>
    Array.from({ length: neurons }, () => 0.5 + 0.3 * random.normal()),
  );
  const start = pipeline(
    linear({ name: 'camera', weight }),
    dynapSim({ neurons, name: 'turn', dt }),
  );
  return imitate(start, {
    epochs,
    settled,
    values: turns,
    scale: 1000,
    lessons(): Lessons {
      const some = Array.from({ length: batch }, () => known[Math.floor(all * random.uniform())]!);
      return { inputs: some.map(({ sample }) => sample), wanted: some.map(({ wanted }) => wanted) };
    },
    ...(tell && { tell }),
  });
}
