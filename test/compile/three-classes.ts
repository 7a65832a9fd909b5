import {
  channelCounts,
  lif,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  type SpikeRaster,
  spikeRaster,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { startTraining } from 'spikeline/train';

const channels = 96;
const classes = 3;
const hidden = 24;
const steps = 100;

/** A trial: its input and the class that it is of. */
export interface Trial {
  readonly input: SpikeRaster;
  readonly label: number;
}

/** Channels of each class in the task of a seed: a third of all, at random. */
function ownersOf(seed: number): number[] {
  const random = randomStream(seed, 'classes');
  const owners = Array.from({ length: channels }, (_, c) => c % classes);
  for (let i = channels - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [owners[i], owners[other]] = [owners[other]!, owners[i]!];
  }
  return owners;
}

/** Poisson trials of the task of a seed: 80 Hz on the channels of the class, 10 Hz on the others. */
export function trials(seed: number, count: number, kind: string): Trial[] {
  const owners = ownersOf(seed);
  return Array.from({ length: count }, (_, i) => {
    const label = i % classes;
    const random = randomStream(seed, kind, i);
    const counts = Array.from({ length: steps * channels }, (_, at) =>
      Number(random.uniform() < (owners[at % channels] === label ? 0.08 : 0.01)),
    );
    return { input: spikeRaster({ channels, dt: 1e-3, counts }), label };
  });
}

/** A network of 96 channels, hidden neurons and three outputs, trained on the task of a seed. */
export async function trained(seed: number): Promise<Pipeline> {
  const owners = ownersOf(seed);
  const random = randomStream(seed, 'weights');
  const spread = (size: number): number => size * (0.5 + random.uniform());
  const time = { tauMem: 20e-3, tauSyn: 10e-3 };
  // A neuron listens to all channels of its class and to some of the others: 60 of the 64 that it can have.
  const ranks = owners.map(
    (owner, c) => owners.slice(0, c).filter((other) => other === owner).length,
  );
  const skipped = (c: number, n: number): boolean => (ranks[c]! + n) % 32 >= 14;
  const into = owners.map((owner, c) =>
    Array.from({ length: hidden }, (_, n) => {
      if (owner === n % classes) return spread(16);
      return skipped(c, n) ? 0 : -spread(8);
    }),
  );
  const onward = Array.from({ length: hidden }, (_, n) =>
    Array.from({ length: classes }, (_, c) => (c === n % classes ? spread(0.4) : -spread(0.2))),
  );
  const net = pipeline(
    linear({ weight: into, name: 'in' }),
    lif({ neurons: hidden, ...time, name: 'hidden' }),
    linear({ weight: onward, name: 'onward' }),
    lif({ neurons: classes, ...time, name: 'output' }),
  );
  const epochs = 10;
  const training = startTraining(net, trials(seed, 12, 'train'), {
    epochs,
    loss: rateCrossEntropy(0.1),
    optimiser: { learningRate: 5e-4 },
  });
  await training.advance(epochs);
  return pruned(training.pipeline(), into);
}

/** Weights that were zero before training are zero again, so that no neuron listens to more than it can. */
function pruned(net: Pipeline, into: readonly (readonly number[])[]): Pipeline {
  const [first, ...rest] = net.stages;
  if (first?.kind !== 'linear') throw new Error('the first stage has no weights');
  const { weight } = first;
  const values = weight.values.map((value, i) =>
    into[Math.floor(i / weight.columns)]![i % weight.columns] === 0 ? 0 : value,
  );
  return { ...net, stages: [{ ...first, weight: { ...weight, values } }, ...rest] };
}

/** The class that an output chooses: the neuron of most spikes; none if two have as many. */
export function chosen(output: SpikeRaster): number | undefined {
  const counts = channelCounts(output);
  const most = Math.max(...counts);
  const first = counts.indexOf(most);
  return counts.lastIndexOf(most) === first ? first : undefined;
}
