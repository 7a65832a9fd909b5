/** Checks how a configuration is to be read. */
import { listOf, number, options, readable } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import type { ChipLimits, HardwareNeuron, ReadOptions } from './family.ts';
import { nameOf } from './read-network.ts';

/** Lists event words of input channels that cannot be. */
function inputProblems(
  inputs: readonly Uint32Array[],
  wordProblems: (word: number) => readonly Problem[],
): Problem[] {
  // A hole is no channel.
  return Array.from<unknown>(inputs).flatMap((words, channel) =>
    words instanceof Uint32Array
      ? Array.from(words).flatMap((word, i) =>
          within(`inputs[${channel}][${i}]`, wordProblems(word)),
        )
      : [problem(`inputs[${channel}]`, 'wrong-type', words, 'a Uint32Array of words is needed')],
  );
}

const below = (count: number) => number({ min: 0, max: count - 1, whole: true });

/** Lists neurons that a board of so many chips does not have, or that are named twice. */
function hardwareProblems(
  hardware: readonly HardwareNeuron[],
  { cores, neurons }: Pick<ChipLimits, 'cores' | 'neurons'>,
  chips: number,
): Problem[] {
  const table = { chip: below(chips), core: below(cores), neuron: below(neurons) };
  const check = listOf(options<HardwareNeuron>(table, 'chip', 'core', 'neuron'));
  const seen = new Set<string>();
  const twice = Array.from(hardware).flatMap((neuron, n) => {
    if (typeof neuron !== 'object' || neuron === null) return [];
    const name = nameOf(neuron);
    const known = seen.has(name);
    seen.add(name);
    return known
      ? [problem(`hardware[${n}]`, 'duplicate', name, 'each chip/core/neuron may be named once')]
      : [];
  });
  return [...within('hardware', check(hardware)), ...twice];
}

/**
 * Lists what in how a configuration of so many chips is to be read cannot be.
 *
 * @param wordProblems what is wrong with an event word, if anything can be
 */
export function readOptionProblems(
  { inputs = [], hardware = [] }: ReadOptions,
  limits: Pick<ChipLimits, 'cores' | 'neurons'>,
  chips: number,
  wordProblems: (word: number) => readonly Problem[] = () => [],
): Problem[] {
  return [
    ...readable(() => inputProblems(inputs, wordProblems)),
    ...readable(() => hardwareProblems(hardware, limits, chips)),
  ];
}
