/** Translates between neurons of a merged population and neurons as the user knows them. */
import { InvalidArgumentError } from '../../errors.ts';
import { unknownName } from '../../options.ts';
import { problem } from '../../problems.ts';
import type { PopulationRange } from '../network.ts';

/** A neuron as the user knows it. */
export interface NamedNeuron {
  /** Name of its population. */
  readonly population: string;
  /** Which one of the population it is, from 0. */
  readonly index: number;
}

/** Translates between neurons of a merged population and neurons of populations. */
export interface Names {
  /** Names of all populations. */
  readonly populations: readonly string[];
  /**
   * Where a population stands.
   *
   * @throws InvalidArgumentError if there is none of the name
   */
  rangeOf(population: string): PopulationRange;
  /**
   * Number of a neuron among all.
   *
   * @throws InvalidArgumentError if there is no such neuron
   */
  neuronOf(population: string, index: number): number;
  /** The neuron as the user knows it. */
  nameOf(neuron: number): NamedNeuron;
  /** The same as text: `hidden[3]`. */
  textOf(neuron: number): string;
  /** Some neurons as text: the first few, and how many more there are. */
  listOf(neurons: readonly number[]): string;
}

/** Entries of a list that a message names. */
const shownEntries = 8;

/** The first few of a list, and how many more there are. */
export function firstFew(items: readonly (number | string)[]): string {
  const rest = items.length - shownEntries;
  const first = items.slice(0, shownEntries).join(', ');
  return rest > 0 ? `${first} and ${rest} more` : first;
}

/** Prepares the names of neurons. */
export function namesOf(populations: Readonly<Record<string, PopulationRange>>): Names {
  const known = Object.entries(populations).sort(([, a], [, b]) => a.first - b.first);
  const nameOf = (neuron: number): NamedNeuron => {
    let low = 0;
    let high = known.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (known[middle]![1].first <= neuron) low = middle;
      else high = middle - 1;
    }
    const [population, { first }] = known[low]!;
    return { population, index: neuron - first };
  };
  const textOf = (neuron: number): string => {
    const { population, index } = nameOf(neuron);
    return `${population}[${index}]`;
  };
  const rangeOf = (population: string): PopulationRange => {
    const own = known.find(([name]) => name === population);
    if (own === undefined) {
      const names = known.map(([name]) => name);
      const path = typeof population === 'string' ? population : 'population';
      throw new InvalidArgumentError('no such population', [unknownName(population, names, path)]);
    }
    return own[1];
  };
  return {
    populations: known.map(([name]) => name),
    rangeOf,
    neuronOf(population, index) {
      const { first, size } = rangeOf(population);
      if (!(Number.isInteger(index) && index >= 0 && index < size)) {
        throw new InvalidArgumentError('no such neuron', [
          problem(population, 'out-of-range', index, `its neurons are 0…${size - 1}`),
        ]);
      }
      return first + index;
    },
    nameOf,
    textOf,
    listOf: (neurons) => firstFew(neurons.map(textOf)),
  };
}
