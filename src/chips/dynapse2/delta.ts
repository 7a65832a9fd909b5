/** Changes of a DYNAP-SE2 configuration while it runs: biases of cores and synapses of neurons. */
import {
  flag,
  listOf,
  type NumberRange,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  options,
} from '../../options.ts';
import type { Problem } from '../../problems.ts';
import type { ConfigurationDelta, MemoryWords } from '../family.ts';
import type { SynapseConfiguration } from './configuration.ts';
import { dendrites } from './configuration.ts';
import { chipLimits } from './limits.ts';
import { memoryOf } from './memory.ts';
import { type CoreParameterName, coreParameterNames } from './parameters.ts';
import type { BiasSetting } from './settings.ts';
import { biasWord, synapseWord } from './words.ts';

/** A change of biases and synapses, stamped by the board when it takes effect. */
export type Dynapse2Delta = ConfigurationDelta<BiasSetting, SynapseConfiguration>;

const below = (count: number): ReturnType<typeof number> =>
  number({ min: 0, max: count - 1, whole: true } satisfies NumberRange);

const setting: OptionTable<BiasSetting> = {
  coarse: below(chipLimits.coarse),
  fine: below(chipLimits.fine),
};

const synapse: OptionTable<SynapseConfiguration> = {
  tag: below(chipLimits.tags),
  weight: listOf(flag, { min: 4 }),
  dendrite: oneOf(Object.values(dendrites)),
  stp: flag,
  preciseDelay: flag,
  mismatchedDelay: flag,
};

/** Lists what in a change no board of so many chips can take. */
export function dynapse2DeltaProblems(delta: unknown, chips: number): Problem[] {
  const core = { chip: below(chips), core: below(chipLimits.cores) };
  type Bias = NonNullable<Dynapse2Delta['biases']>[number];
  type Synapse = NonNullable<Dynapse2Delta['synapses']>[number];
  const bias: OptionTable<Bias> = {
    ...core,
    name: oneOf(coreParameterNames),
    setting: options(setting, 'coarse', 'fine'),
  };
  const entry: OptionTable<Synapse> = {
    ...core,
    neuron: below(chipLimits.neurons),
    entry: below(chipLimits.synapses),
    synapse: options(
      synapse,
      'tag',
      'weight',
      'dendrite',
      'stp',
      'preciseDelay',
      'mismatchedDelay',
    ),
  };
  return optionProblems<Dynapse2Delta>(delta, {
    biases: listOf(options(bias, 'chip', 'core', 'name', 'setting')),
    synapses: listOf(options(entry, 'chip', 'core', 'neuron', 'entry', 'synapse')),
  });
}

/** Writes a sound change into memory words. */
export function changeDynapse2(words: readonly MemoryWords[], delta: Dynapse2Delta): void {
  const { biases = [], synapses = [] } = delta;
  const { neurons, synapses: entries } = chipLimits;
  for (const { chip, core, name, setting } of biases) {
    const at =
      core * coreParameterNames.length + coreParameterNames.indexOf(name as CoreParameterName);
    memoryOf(words[chip]!).biases[at] = biasWord(setting);
  }
  for (const { chip, core, neuron, entry, synapse } of synapses) {
    memoryOf(words[chip]!).cam[(core * neurons + neuron) * entries + entry] = synapseWord(synapse);
  }
}
