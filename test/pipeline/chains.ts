import {
  dynapSe2,
  dynapSim,
  integrateAndFire,
  lif,
  linear,
  type Pipeline,
  pipeline,
  type SpikeRaster,
  type StageDefinition,
  spikeRaster,
} from 'spikeline';
import { type Random, randomStream } from 'spikeline/neurons';
import { moderate } from '#test/kernel/populations';

/** What a random chain is like. */
export interface ChainConfig {
  readonly seed: number;
  /** Neurons of each population. */
  readonly sizes: readonly number[];
  readonly channels: number;
  /** By what part thresholds are higher than drawn. */
  readonly tilt?: number;
}

function weightRows(random: Random, rows: number, columns: number, share: number, size: number) {
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () =>
      random.uniform() < share ? size * (0.6 + random.normal()) : 0,
    ),
  );
}

/** A population of a kind that is drawn, with or without recurrence. */
function population(random: Random, neurons: number, name: string, tilt: number): StageDefinition {
  const kind = random.uniform();
  const dendrites = kind < 0.25;
  const recurrence = (size: number) =>
    random.uniform() < 0.5
      ? {
          recurrent: weightRows(
            random,
            neurons,
            (dendrites ? 4 : 1) * neurons,
            0.7,
            size / Math.sqrt(neurons),
          ),
        }
      : {};
  const threshold = 1 + tilt;
  if (kind > 0.75) {
    const fields = { neurons, name, threshold: 6 * threshold, ...recurrence(1) };
    if (kind > 0.9) return integrateAndFire(fields);
    const synapse = random.uniform() < 0.5 ? { tauSyn: 4e-3 } : {};
    return lif({ ...fields, tauMem: 12e-3, ...synapse });
  }
  const Ispkthr = (random.uniform() < 0.3 ? 4e-9 : 3e-8) * threshold;
  const given = { neurons, name, Igain_mem: 8e-11, Ispkthr, ...recurrence(3) };
  return dendrites ? dynapSe2({ ...moderate, ...given }) : dynapSim(given);
}

/** Draws populations one after the other, with dense, sparse or no weights between them, with and without a bias. */
export function randomChain({ seed, sizes, channels, tilt = 0 }: ChainConfig): Pipeline {
  const random = randomStream(seed, 'chain');
  const stages: StageDefinition[] = [];
  let width = channels;
  for (const [k, neurons] of sizes.entries()) {
    const stage = population(random, neurons, `p${k}`, tilt);
    const columns = (stage.kind === 'dynapSe2' ? 4 : 1) * neurons;
    if (width !== columns || random.uniform() < 0.8) {
      const share = random.uniform() < 0.3 ? 0.08 : 1;
      const size = 14 / Math.sqrt(1 + share * width * 0.2);
      const bias =
        random.uniform() < 0.4
          ? { bias: Array.from({ length: columns }, () => random.normal()) }
          : {};
      stages.push(
        linear({ weight: weightRows(random, width, columns, share, size), ...bias, name: `w${k}` }),
      );
    }
    stages.push(stage);
    width = neurons;
  }
  return pipeline(...stages);
}

/** Draws an input, now and then with several spikes of a channel in a bin. */
export function randomInput(
  channels: number,
  steps: number,
  seed: number,
  startTime = 0,
): SpikeRaster {
  const random = randomStream(seed, 'chain input');
  const counts = Array.from({ length: steps * channels }, () =>
    random.uniform() < 0.1 ? 1 + Math.floor(random.uniform() * 1.2) : 0,
  );
  return spikeRaster({ channels, dt: 1e-3, startTime, counts });
}
