import { match } from 'ts-pattern';
import {
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
import { coreParameterNames } from '../parameters.ts';
import {
  type BiasSetting,
  type BiasSettings,
  chipSettingForms,
  coreSettingForms,
  type SettingForm,
  type Switches,
  sadcGroups,
} from '../settings.ts';

/** A list of fixed length as cereal writes it. */
function fixed(entries: readonly string[], separator = ','): string {
  return `{${entries.map((entry, i) => `"value${i}":${entry}`).join(separator)}}`;
}

const four = (switches: readonly boolean[]): string =>
  fixed(switches.map((on) => `${on === true}`));

function synapseText(synapse: SynapseConfiguration): string {
  const { dendrite, stp, weight, preciseDelay, mismatchedDelay, tag } = synapse;
  return `{"dendrite":${dendrite},"stp":${stp === true},"weight":${four(weight)},"preciseDelay":${preciseDelay === true},"mismatchedDelay":${mismatchedDelay === true},"tag":${tag}}`;
}

function destinationText({ core, xHop, yHop, tag }: Destination): string {
  return `{"core":${four(core)},"xHop":${xHop + 0},"yHop":${yHop + 0},"tag":${tag}}`;
}

const unusedSynapse = synapseText(emptySynapse);
const unusedDestination = destinationText(emptyDestination);

/** `used` and then empty entries up to `count`. */
function filled(used: readonly string[], count: number, empty: string): string {
  return fixed([...used, ...Array.from({ length: count - used.length }, () => empty)]);
}

const noSynapses = filled([], chipLimits.synapses, unusedSynapse);

function neuronText(neuron: NeuronConfiguration): string {
  const { synapses, destinations } = neuron;
  const latches = latchNames.map((name) => `,"${name}":${neuron[name] === true}`).join('');
  const cam =
    synapses.length === 0
      ? noSynapses
      : filled(synapses.map(synapseText), chipLimits.synapses, unusedSynapse);
  const sram = filled(
    destinations.map(destinationText),
    chipLimits.destinations,
    unusedDestination,
  );
  return `{"synapses":${cam},"destinations":${sram}${latches}}`;
}

/** A map as cereal writes it. */
function mapText(entries: readonly (readonly [string, string])[]): string {
  return `[${entries.map(([key, value]) => `{"key":"${key}","value":${value}}`).join(',')}]`;
}

/** How what a configuration leaves out is written: settings as after reset, or nothing at all. */
export type LeftOut = 'as reset' | 'not at all';

const reset: BiasSetting = { coarse: 0, fine: 0 };

/** Writes a bias; a board knows the type of its own. */
function biasText(name: string, { coarse, fine }: BiasSetting, leftOut: LeftOut): string {
  const type = leftOut === 'as reset' && /_[NP]$/.test(name) ? `,"type":"${name.at(-1)}"` : '';
  return `{"coarseValue":${coarse},"fineValue":${fine}${type}}`;
}

function settingText(form: SettingForm, value: unknown, leftOut: LeftOut): string {
  const of = (names: readonly string[], given: Readonly<Record<string, unknown>>) =>
    names.filter((name) => leftOut === 'as reset' || given[name] !== undefined);
  const biases = (names: readonly string[], given: BiasSettings<string> = {}): string =>
    mapText(of(names, given).map((name) => [name, biasText(name, given[name] ?? reset, leftOut)]));
  return match(form)
    .with({ kind: 'switch' }, () => `${value === true}`)
    .with({ kind: 'neuron' }, () => `${value ?? 0}`)
    .with({ kind: 'switches' }, ({ names }) => {
      const given = (value ?? {}) as Switches<string>;
      const fields = of(names, given).map((name) => `"${name}":${given[name] === true}`);
      return `{${fields.join(',')}}`;
    })
    .with({ kind: 'biases' }, ({ names }) =>
      biases(names, value as BiasSettings<string> | undefined),
    )
    .with({ kind: 'groups' }, ({ names }) => {
      const groups = (value ?? []) as readonly BiasSettings<string>[];
      return fixed(Array.from({ length: sadcGroups }, (_, g) => biases(names, groups[g])));
    })
    .exhaustive();
}

function settingsText(
  fields: object,
  forms: Readonly<Record<string, SettingForm>>,
  leftOut: LeftOut,
): string {
  const given: Readonly<Record<string, unknown>> = { ...fields };
  return Object.entries(forms)
    .filter(([name]) => leftOut === 'as reset' || given[name] !== undefined)
    .map(([name, form]) => `,"${name}":${settingText(form, given[name], leftOut)}`)
    .join('');
}

function coreText(core: CoreConfiguration, leftOut: LeftOut): string {
  const neurons = fixed(core.neurons.map(neuronText), ',\n');
  const parameters = mapText(
    coreParameterNames.map((name) => [name, biasText(name, core.parameters[name], leftOut)]),
  );
  const settings = settingsText(core, coreSettingForms, leftOut);
  return `{"neurons":${neurons},\n"parameters":${parameters}${settings}}`;
}

/** Writes a chip. Trusts its input. */
export function chipText(chip: ChipCoresConfiguration, leftOut: LeftOut): string {
  const cores = fixed(
    chip.cores.map((core) => coreText(core, leftOut)),
    ',\n',
  );
  return `{"cores":${cores}${settingsText(chip, chipSettingForms, leftOut)}}`;
}
