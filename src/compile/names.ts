import { InvalidArgumentError } from '../errors.ts';
import type { Network } from './network.ts';

/** A neuron as the user knows it. */
export interface NamedNeuron {
  /** Name of its population. */
  readonly population: string;
  /** Its place in the population, from 0. */
  readonly index: number;
}

/** Translates between neurons of a merged network and neurons of populations. */
export interface Names {
  /** Names of all populations. */
  readonly populations: readonly string[];
  /**
   * Number of a neuron in the merged network.
   *
   * @throws InvalidArgumentError where there is no such neuron
   */
  neuronOf(population: string, index: number): number;
  /** The neuron as the user knows it. */
  nameOf(neuron: number): NamedNeuron;
  /** The same as text: `hidden 3`. */
  textOf(neuron: number): string;
  /** Some neurons as text: the first few, and how many more there are. */
  listOf(neurons: readonly number[]): string;
}

/** Neurons that a list names. */
const shown = 8;

/** Prepares the names of a network's neurons. */
export function namesOf({ populations }: Pick<Network, 'populations'>): Names {
  const known = Object.entries(populations);
  const nameOf = (neuron: number): NamedNeuron => {
    const [population, { first }] = known.find(
      ([, own]) => neuron >= own.first && neuron < own.first + own.size,
    )!;
    return { population, index: neuron - first };
  };
  const textOf = (neuron: number): string => {
    const { population, index } = nameOf(neuron);
    return `${population} ${index}`;
  };
  return {
    populations: known.map(([name]) => name),
    neuronOf(population, index) {
      const own = Object.hasOwn(populations, population) ? populations[population] : undefined;
      if (own === undefined || !(Number.isInteger(index) && index >= 0 && index < own.size)) {
        const all = known.map(([name, { size }]) => `${name} (0…${size - 1})`);
        throw new InvalidArgumentError('no such neuron', [
          `there is no neuron ${index} of ${population}; there are ${all.join(', ')}`,
        ]);
      }
      return own.first + index;
    },
    nameOf,
    textOf,
    listOf(neurons) {
      const named = neurons.slice(0, shown).map(textOf);
      const rest = neurons.length - named.length;
      return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
    },
  };
}
