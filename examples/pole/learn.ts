// How the network learns to balance: it is shown states, and is to push as the linear controller would.

import { dynapSim, linear, type Pipeline, pipeline, spikeRaster } from 'spikeline';
import { type Random, randomStream } from 'spikeline/neurons';
import { imitate } from '../imitation/imitate.ts';
import { cart } from './cart.ts';
import { channels, dt, encoder, neurons, pushes, reach, strength } from './coding.ts';
import { decision } from './controller.ts';

const [batch, steps, settled] = [64, 100, 40];

/** States to learn from: most near rest, some far off. */
function states(random: Random): number[][] {
  return Array.from({ length: batch }, (_, i) =>
    reach.map((most) =>
      i % 4 === 0 ? most * (2 * random.uniform() - 1) : 0.3 * most * random.normal(),
    ),
  );
}

/** Trains the network from nothing; `tell` hears of each epoch and its loss. */
export function learn(epochs: number, tell?: (epoch: number, loss: number) => void): Pipeline {
  const random = randomStream(1, 'pole');
  const weight = Array.from({ length: channels }, () =>
    Array.from({ length: neurons }, () => 0.5 + 0.3 * random.normal()),
  );
  const start = pipeline(
    linear({ name: 'state', weight }),
    dynapSim({ neurons, name: 'output', dt }),
  );
  return imitate(start, {
    epochs,
    settled,
    values: pushes.map((sign) => [sign * strength]),
    scale: cart.force,
    lessons() {
      const seen = states(random);
      const inputs = seen.map((state) => ({
        input: spikeRaster({ channels, dt, counts: encoder()(state, steps) }),
      }));
      return { inputs, wanted: seen.map((state) => [decision(state)]) };
    },
    ...(tell && { tell }),
  });
}
