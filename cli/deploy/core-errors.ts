import type { Deployment, HardwareNeuron, Matrix } from 'spikeline';
import {
  biasCurrent,
  type ChipConfiguration,
  type CoreConfiguration,
  chipLimits,
  type Destination,
  dendrites,
  type Network,
} from 'spikeline/chip';
import { dendriteNames } from 'spikeline/neurons';

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

/** A synapse of the network: its column in the weights, and its weight. */
type Listener = readonly [column: number, weight: number];

const weightBiases = ['SYAM_W0_P', 'SYAM_W1_P', 'SYAM_W2_P', 'SYAM_W3_P'] as const;
const inhibiting: readonly number[] = [dendrites.gaba, dendrites.shunt];
const order: readonly number[] = dendriteNames.map((name) => dendrites[name]);

const keyOf = (chip: number, core: number, tag: number): number =>
  (chip * chipLimits.cores + core) * chipLimits.tags + tag;

/** Synapses by chip, core and tag, with the currents that the biases really give. */
function listenersOf(
  { chips }: ChipConfiguration,
  places: readonly HardwareNeuron[],
  Iscale: number,
  lumped: boolean,
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
      const inhibits = inhibiting.includes(synapse.dendrite);
      const column = order.indexOf(synapse.dendrite) * places.length + n;
      known.push(lumped ? [n, inhibits ? -size : size] : [column, size]);
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
      for (const [column, weight] of listeners.get(keyOf(from + xHop, k, tag)) ?? []) {
        row[column] = row[column]! + weight;
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
  const { columns } = recurrent;
  const lumped = columns === places.length;
  const listeners = listenersOf(configuration, places, parameters.Iscale, lumped);
  const row = new Float64Array(columns);
  const sums = places.map(() => ({ weights: 0, lost: 0, squares: 0, errors: 0 }));
  const compare = (asked: Matrix, pre: number, from: number, to: readonly Destination[]): void => {
    realised(from, to, listeners, row);
    for (let column = 0; column < columns; column++) {
      const weight = asked.values[pre * columns + column]!;
      if (weight === 0) continue;
      const sum = sums[column % places.length]!;
      sum.weights += 1;
      sum.lost += Number(row[column] === 0);
      sum.squares += weight ** 2;
      sum.errors += (weight - row[column]!) ** 2;
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
