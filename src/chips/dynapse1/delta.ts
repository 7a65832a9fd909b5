/** Changes of a DYNAP-SE1 configuration while it runs: biases of cores and synapses of neurons. */
import {
  flag,
  listOf,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  options,
} from '../../options.ts';
import type { Problem } from '../../problems.ts';
import type { ConfigurationDelta, MemoryWords } from '../family.ts';
import {
  biasAddress,
  biasIndex,
  biasType,
  type Dynapse1BiasName,
  dynapse1BiasNames,
} from './biases.ts';
import { chipOf } from './configuration.ts';
import { dynapse1Limits } from './limits.ts';
import {
  biasWord,
  camWord,
  type Dynapse1Bias,
  type SynapseType,
  synapseTypeNames,
} from './words.ts';

/** What an entry becomes. */
export interface Dynapse1Synapse {
  /** What it listens to: virtual core · 256 + source neuron; 0 is nothing. */
  readonly tag: number;
  /** Kind of the synapse. */
  readonly type: SynapseType;
}

/** A change of biases and synapses. */
export type Dynapse1Delta = ConfigurationDelta<Dynapse1Bias, Dynapse1Synapse>;

const below = (count: number) => number({ min: 0, max: count - 1, whole: true });
const { cores, neurons, synapses, tags, coarse, fine } = dynapse1Limits;

/** Lists what in a change no board of so many chips can take. */
export function dynapse1DeltaProblems(delta: unknown, chips: number): Problem[] {
  const place = { chip: below(chips), core: below(cores) };
  const setting: OptionTable<Dynapse1Bias> = {
    coarse: below(coarse),
    fine: below(fine),
    low: flag,
  };
  const synapse: OptionTable<Dynapse1Synapse> = { tag: below(tags), type: oneOf(synapseTypeNames) };
  type Bias = NonNullable<Dynapse1Delta['biases']>[number];
  type Synapse = NonNullable<Dynapse1Delta['synapses']>[number];
  const bias: OptionTable<Bias> = {
    ...place,
    name: oneOf(dynapse1BiasNames),
    setting: options(setting, 'coarse', 'fine'),
  };
  const entry: OptionTable<Synapse> = {
    ...place,
    neuron: below(neurons),
    entry: below(synapses),
    synapse: options(synapse, 'tag', 'type'),
  };
  return optionProblems<Dynapse1Delta>(delta, {
    biases: listOf(options(bias, 'chip', 'core', 'name', 'setting')),
    synapses: listOf(options(entry, 'chip', 'core', 'neuron', 'entry', 'synapse')),
  });
}

/** Writes a sound change into memory words. */
export function changeDynapse1(words: readonly MemoryWords[], delta: Dynapse1Delta): void {
  for (const { chip, core, name: given, setting } of delta.biases ?? []) {
    const name = given as Dynapse1BiasName;
    const word = biasWord(biasAddress(core, name), setting, biasType(name));
    chipOf(words[chip]!).biases[biasIndex(core, name)] = word;
  }
  for (const { chip, core, neuron, entry, synapse } of delta.synapses ?? []) {
    const number = core * neurons + neuron;
    const word = synapse.tag === 0 ? 0 : camWord({ neuron: number, entry, ...synapse });
    chipOf(words[chip]!).cam[number * synapses + entry] = word;
  }
}
