import {
  biasCurrent,
  type ChipConfiguration,
  type CoreConfiguration,
  chipLimits,
  type Deployment,
  type Destination,
  dendrites,
  type HardwareNeuron,
  type Matrix,
  type Network,
} from 'spikeline';

/** What became of the weights onto the neurons of one core. */
export interface CoreError {
  readonly chip: number;
  readonly core: number;
  /** Neurons of the network on this core. */
  readonly neurons: number;
  /** Weights that are not zero in the pipeline. */
  readonly weights: number;
  /** Those of them that are zero on the chip. */
  readonly lost: number;
  /** Mean squared error over the weights that are not zero, squared units of weight. */
  readonly mse: number;
  /** Its root, as a fraction of the root mean square of those weights; null without weights. */
  readonly relative: number | null;
}

/** A synapse of the network: neuron and weight. */
type Listener = readonly [neuron: number, weight: number];

const weightBiases = ['SYAM_W0_P', 'SYAM_W1_P', 'SYAM_W2_P', 'SYAM_W3_P'] as const;
const inhibiting: readonly number[] = [dendrites.gaba, dendrites.shunt];

const keyOf = (chip: number, core: number, tag: number): number =>
  (chip * chipLimits.cores + core) * chipLimits.tags + tag;

/** Synapses by chip, core and tag, with the currents that the biases really give. */
function listenersOf(
  { chips }: ChipConfiguration,
  places: readonly HardwareNeuron[],
  Iscale: number,
): Map<number, Listener[]> {
  const listeners = new Map<number, Listener[]>();
  const bases = (core: CoreConfiguration): number[] =>
    weightBiases.map((name) => biasCurrent(name, core.parameters[name]) / Iscale);
  const byCore = chips.map(({ cores }) => cores.map(bases));
  for (const [n, { chip, core, neuron }] of places.entries()) {
    const base = byCore[chip]![core]!;
    for (const synapse of chips[chip]!.cores[core]!.neurons[neuron]!.synapses) {
      if (synapse.dendrite === dendrites.none) continue;
      const size = synapse.weight.reduce((sum, on, i) => sum + (on ? base[i]! : 0), 0);
      const key = keyOf(chip, core, synapse.tag);
      const known = listeners.get(key) ?? [];
      if (known.length === 0) listeners.set(key, known);
      known.push([n, inhibiting.includes(synapse.dendrite) ? -size : size]);
    }
  }
  return listeners;
}

/** Adds up the weights that a source has on every neuron, by the destinations of its events. */
function realised(
  from: number,
  destinations: readonly Destination[],
  listeners: ReadonlyMap<number, readonly Listener[]>,
  row: Float64Array,
): void {
  row.fill(0);
  for (const { core, xHop, yHop, tag } of destinations) {
    for (const [k, on] of core.entries()) {
      if (!on || yHop !== 0) continue;
      for (const [n, weight] of listeners.get(keyOf(from + xHop, k, tag)) ?? []) {
        row[n] = row[n]! + weight;
      }
    }
  }
}

/**
 * Compares the weights of a network with those that its configuration gives, from memories and bias codes
 * alone: what four bits and the bias generator made of them.
 *
 * @param places hardware neuron of each neuron of the network
 */
export function coreErrors(
  { input, recurrent, parameters }: Pick<Network, 'input' | 'recurrent' | 'parameters'>,
  { configuration, inputChannels }: Pick<Deployment, 'configuration' | 'inputChannels'>,
  places: readonly HardwareNeuron[],
): CoreError[] {
  const listeners = listenersOf(configuration, places, parameters.Iscale);
  const row = new Float64Array(places.length);
  const sums = places.map(() => ({ weights: 0, lost: 0, squares: 0, errors: 0 }));
  const compare = (asked: Matrix, pre: number, from: number, to: readonly Destination[]): void => {
    realised(from, to, listeners, row);
    for (const [n, sum] of sums.entries()) {
      const weight = asked.values[pre * asked.columns + n]!;
      if (weight === 0) continue;
      sum.weights += 1;
      sum.lost += Number(row[n] === 0);
      sum.squares += weight ** 2;
      sum.errors += (weight - row[n]!) ** 2;
    }
  };
  for (const [i, destinations] of inputChannels.entries()) compare(input, i, 0, destinations);
  for (const [n, { chip, core, neuron }] of places.entries()) {
    const { destinations } = configuration.chips[chip]!.cores[core]!.neurons[neuron]!;
    compare(recurrent, n, chip, destinations);
  }
  const onCores = new Map<string, number[]>();
  for (const [n, { chip, core }] of places.entries()) {
    const members = onCores.get(`${chip}/${core}`);
    if (members === undefined) onCores.set(`${chip}/${core}`, [n]);
    else members.push(n);
  }
  return [...onCores.values()].map((members) => {
    const total = (name: keyof (typeof sums)[number]): number =>
      members.reduce((sum, n) => sum + sums[n]![name], 0);
    const { chip, core } = places[members[0]!]!;
    const weights = total('weights');
    return {
      chip,
      core,
      neurons: members.length,
      weights,
      lost: total('lost'),
      mse: weights === 0 ? 0 : total('errors') / weights,
      relative: weights === 0 ? null : Math.sqrt(total('errors') / total('squares')),
    };
  });
}
