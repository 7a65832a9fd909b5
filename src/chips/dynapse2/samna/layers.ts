/** What a configuration says, as layers that are written down or laid over a board's own. */
import { match } from 'ts-pattern';
import {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  type CoreConfiguration,
  emptyDestination,
  emptySynapse,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
} from '../configuration.ts';
import type { Destination } from '../event.ts';
import { chipLimits } from '../limits.ts';
import {
  type BiasSetting,
  type BiasSettings,
  chipSettingForms,
  coreSettingForms,
  type SettingForm,
  type Switches,
  sadcGroups,
} from '../settings.ts';
import { synapseWord } from '../words.ts';
import { switchName } from './switch-names.ts';

/** An object, of which some fields are told. */
export interface FieldsLayer {
  readonly fields: Readonly<Record<string, Layer>>;
}

/** A map, `[{"key": …, "value": …}, …]`, of which some pairs are told. */
export interface PairsLayer {
  readonly pairs: Readonly<Record<string, Layer>>;
}

/** A list of changing length, of which the first items are told. */
export interface LeadingLayer {
  readonly leading: readonly Layer[];
}

/** A value, or what is told of an object, a map or a list; a plain array is a list of just that length. */
export type Layer = number | boolean | readonly Layer[] | FieldsLayer | PairsLayer | LeadingLayer;

/** Whether a layer is a list of a fixed length. */
export function isList(layer: Layer): layer is readonly Layer[] {
  return Array.isArray(layer);
}

const four = (switches: readonly boolean[]): Layer => switches.map((on) => on === true);

function synapseLayer(synapse: SynapseConfiguration): Layer {
  const { dendrite, stp, weight, preciseDelay, mismatchedDelay, tag } = synapse;
  return {
    fields: {
      dendrite,
      stp: stp === true,
      weight: four(weight),
      preciseDelay: preciseDelay === true,
      mismatchedDelay: mismatchedDelay === true,
      tag,
    },
  };
}

function destinationLayer({ core, xHop, yHop, tag }: Destination): Layer {
  return { fields: { core: four(core), xHop, yHop, tag } };
}

const unusedSynapse = synapseLayer(emptySynapse);
const unusedDestination = destinationLayer(emptyDestination);

/** `used` and then empty entries up to `count`. */
function filled(used: readonly Layer[], count: number, empty: Layer): Layer {
  return [...used, ...Array.from({ length: count - used.length }, () => empty)];
}

const noSynapses = filled([], chipLimits.synapses, unusedSynapse);
const noDestinations = filled([], chipLimits.destinations, unusedDestination);

/** What was written of things that come again: neurons that are the same object, as idle ones are, and synapses that are equal, by their words. */
interface Known {
  readonly neurons: Map<NeuronConfiguration, Layer>;
  readonly synapses: Map<number, Layer>;
}

function neuronLayer(neuron: NeuronConfiguration, known: Known): Layer {
  const { synapses, destinations } = neuron;
  const { synapses: cam, destinations: sram } = chipLimits;
  const own = synapses.map((synapse) => {
    const word = synapseWord(synapse);
    const layer = known.synapses.get(word) ?? synapseLayer(synapse);
    known.synapses.set(word, layer);
    return layer;
  });
  return {
    fields: {
      synapses: own.length === 0 ? noSynapses : filled(own, cam, unusedSynapse),
      destinations:
        destinations.length === 0
          ? noDestinations
          : filled(destinations.map(destinationLayer), sram, unusedDestination),
      ...Object.fromEntries(latchNames.map((name) => [name, neuron[name] === true])),
    },
  };
}

function biasLayer({ coarse, fine }: BiasSetting): Layer {
  return { fields: { coarseValue: coarse, fineValue: fine } };
}

/** The biases that are told. */
function biasesLayer(given: BiasSettings<string>): Layer {
  const told = Object.entries(given).filter(([, bias]) => bias !== undefined);
  return { pairs: Object.fromEntries(told.map(([name, bias]) => [name, biasLayer(bias!)])) };
}

function settingLayer(form: SettingForm, value: unknown): Layer {
  return match(form)
    .with({ kind: 'switch' }, () => value === true)
    .with({ kind: 'neuron' }, () => value as number)
    .with({ kind: 'switches' }, ({ names }) => {
      const given = value as Switches<string>;
      const told = names.filter((name) => given[name] !== undefined);
      return {
        fields: Object.fromEntries(told.map((name) => [switchName(name), given[name] === true])),
      };
    })
    .with({ kind: 'biases' }, () => biasesLayer(value as BiasSettings<string>))
    .with({ kind: 'groups' }, () => {
      const groups = value as readonly BiasSettings<string>[];
      return Array.from({ length: sadcGroups }, (_, g) => biasesLayer(groups[g] ?? {}));
    })
    .exhaustive();
}

function settingLayers(
  given: Readonly<Record<string, unknown>>,
  forms: Readonly<Record<string, SettingForm>>,
): Readonly<Record<string, Layer>> {
  const told = Object.entries(forms).filter(([name]) => given[name] !== undefined);
  return Object.fromEntries(told.map(([name, form]) => [name, settingLayer(form, given[name])]));
}

function coreLayer(core: CoreConfiguration, known: Known): Layer {
  const neurons = core.neurons.map((neuron) => {
    const layer = known.neurons.get(neuron) ?? neuronLayer(neuron, known);
    known.neurons.set(neuron, layer);
    return layer;
  });
  const parameters = biasesLayer(core.parameters);
  return { fields: { neurons, parameters, ...settingLayers({ ...core }, coreSettingForms) } };
}

function chipLayer(chip: ChipCoresConfiguration, known: Known): Layer {
  const cores = chip.cores.map((core) => coreLayer(core, known));
  return { fields: { cores, ...settingLayers({ ...chip }, chipSettingForms) } };
}

/** What a sound configuration says, from the root of samna's document. */
export function configurationLayer({ chips }: ChipConfiguration): FieldsLayer {
  const known: Known = { neurons: new Map(), synapses: new Map() };
  const leading = chips.map((chip) => chipLayer(chip, known));
  return { fields: { value0: { fields: { chips: { leading } } } } };
}
