/** What a bridge is told of a configuration and of a change: plain JSON, and only what they say. */
import {
  type ChipConfiguration,
  type CoreConfiguration,
  dendrites,
  type NeuronConfiguration,
  type SynapseConfiguration,
  weightMask,
} from '../../chips/dynapse2/configuration.ts';
import type { Dynapse2Delta } from '../../chips/dynapse2/delta.ts';
import { coreMask } from '../../chips/dynapse2/event.ts';
import {
  type BiasSetting,
  type BiasSettings,
  chipSettingForms,
  coreSettingForms,
  type SettingForm,
} from '../../chips/dynapse2/settings.ts';
import { latchWord } from '../../chips/dynapse2/words.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';

/** Coarse and fine value. */
type ToldBias = readonly [coarse: number, fine: number];

/** A neuron: its index, its latches as bits, its synapses and its destinations, four numbers each. */
type ToldNeuron = readonly [
  index: number,
  latches: number,
  synapses: readonly number[],
  destinations: readonly number[],
];

type ToldBiases = Readonly<Record<string, ToldBias>>;

/** Settings by the names of samna's JSON: switches, numbers, switches by name, biases, groups of biases. */
type ToldSettings = Readonly<
  Record<
    string,
    boolean | number | Readonly<Record<string, boolean>> | ToldBiases | readonly ToldBiases[]
  >
>;

/** A configuration as a bridge is told it. Neurons that are left out have to become empty. */
export interface ToldConfiguration {
  readonly chips: readonly {
    readonly settings: ToldSettings;
    readonly cores: readonly {
      readonly settings: ToldSettings;
      readonly biases: ToldBiases;
      readonly neurons: readonly ToldNeuron[];
    }[];
  }[];
}

/** A change as a bridge is told it. */
export interface ToldDelta {
  /** Chip, core, name, coarse, fine. */
  readonly biases: readonly (readonly (number | string)[])[];
  /** Chip, core, neuron, entry, and the four numbers of a synapse. */
  readonly synapses: readonly (readonly number[])[];
}

/** The dendrites in the order of their numbers: none, ampa, gaba, nmda, shunt. */
const order: readonly number[] = [
  dendrites.none,
  ...dendriteNames.map((name): number => dendrites[name]),
];

/** Adds tag, weight as bits, dendrite, and options as bits: plasticity, precise delay, mismatched delay. */
function tellSynapse(told: number[], synapse: SynapseConfiguration): void {
  const { tag, weight, dendrite, stp, preciseDelay, mismatchedDelay } = synapse;
  const options = Number(stp) | (Number(preciseDelay) << 1) | (Number(mismatchedDelay) << 2);
  told.push(tag, weightMask(weight), order.indexOf(dendrite), options);
}

function toldNeuron(neuron: NeuronConfiguration, index: number): ToldNeuron {
  const synapses: number[] = [];
  for (const synapse of neuron.synapses) tellSynapse(synapses, synapse);
  const destinations: number[] = [];
  for (const { tag, core, xHop, yHop } of neuron.destinations) {
    destinations.push(tag, coreMask(core), xHop, yHop);
  }
  return [index, latchWord(neuron), synapses, destinations];
}

function says([, latches, synapses, destinations]: ToldNeuron): boolean {
  return latches !== 0 || synapses.length > 0 || destinations.length > 0;
}

function toldBiases(biases: BiasSettings<string>): ToldBiases {
  const given = Object.entries(biases).filter(([, bias]) => bias !== undefined);
  return Object.fromEntries(
    given.map(([name, bias]) => {
      const { coarse, fine } = bias as BiasSetting;
      return [name, [coarse, fine] as const];
    }),
  );
}

function toldSettings(
  given: Readonly<Record<string, unknown>>,
  forms: Readonly<Record<string, SettingForm>>,
): ToldSettings {
  const told: Record<string, ToldSettings[string]> = {};
  for (const [name, { kind }] of Object.entries(forms)) {
    const value = given[name];
    if (value === undefined) continue;
    if (kind === 'biases') told[name] = toldBiases(value as BiasSettings<string>);
    else if (kind === 'groups') {
      told[name] = (value as readonly BiasSettings<string>[]).map(toldBiases);
    } else told[name] = value as boolean;
  }
  return told;
}

function toldCore(core: CoreConfiguration) {
  return {
    settings: toldSettings({ ...core }, coreSettingForms),
    biases: toldBiases(core.parameters),
    neurons: core.neurons.map(toldNeuron).filter(says),
  };
}

/** What a bridge is told of a sound configuration. */
export function toldConfiguration({ chips }: ChipConfiguration): ToldConfiguration {
  return {
    chips: chips.map((chip) => ({
      settings: toldSettings({ ...chip }, chipSettingForms),
      cores: chip.cores.map(toldCore),
    })),
  };
}

/** What a bridge is told of a sound change. */
export function toldDelta({ biases = [], synapses = [] }: Dynapse2Delta): ToldDelta {
  return {
    biases: biases.map(({ chip, core, name, setting }) => [
      ...[chip, core, name, setting.coarse, setting.fine],
    ]),
    synapses: synapses.map(({ chip, core, neuron, entry, synapse }) => {
      const told = [chip, core, neuron, entry];
      tellSynapse(told, synapse);
      return told;
    }),
  };
}
