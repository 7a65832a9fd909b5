/** What is found in a board's configuration, beside what has to be found. */
import {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  type CoreConfiguration,
  latchNames,
  type SynapseConfiguration,
  weightMask,
} from '../src/chips/dynapse2/configuration.ts';
import { coreMask } from '../src/chips/dynapse2/event.ts';
import { chipLimits } from '../src/chips/dynapse2/limits.ts';
import { switchName } from '../src/chips/dynapse2/samna/switch-names.ts';
import { type BiasSetting, sadcGroups } from '../src/chips/dynapse2/settings.ts';
import type { CaseOutcome } from './kind.ts';

/** What `expected.json` says of a file. */
export interface ExpectedBoard {
  readonly sha256: string;
  readonly chips: readonly ExpectedChip[];
  readonly addresses_and_cookies: {
    readonly count: number;
    readonly sha256_of_all_joined_by_commas_in_document_order: string;
  };
}

type Codes = Readonly<Record<string, readonly (number | string)[]>>;

type ExpectedChip = Readonly<Record<string, unknown>> & {
  readonly cores: readonly (Readonly<Record<string, unknown>> & { readonly biases: Codes })[];
};

/** Fields that only the board knows: they have to be told of, and no others. */
const boardOnly =
  /^chips\[\]\.(?:dvsIf|bioamps|cores\[\]\.(?:_id|_cookie|enablePulseExtenderMonitor[12])|.*\._(?:address|cookie|initialType|switchableType))$/;

/** A setting that was left out, as it stands on the board. */
const codes = (
  names: readonly string[],
  given: Readonly<Record<string, BiasSetting | undefined>> = {},
) =>
  Object.fromEntries(
    names.map((name) => [name, [given[name]?.coarse ?? 0, given[name]?.fine ?? 0]]),
  );

const on = (switches: object = {}): string[] =>
  Object.entries(switches).flatMap(([name, is]) => (is === true ? [switchName(name)] : []));

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** What a core holds, in the words of `expected.json`. */
function coreFacts(core: CoreConfiguration): Readonly<Record<string, unknown>> {
  const synapses = core.neurons.flatMap((neuron) => neuron.synapses);
  const destinations = core.neurons.flatMap((neuron) => neuron.destinations);
  const empty = chipLimits.neurons * chipLimits.synapses - synapses.length;
  const byDendrite: Record<string, number> = empty === 0 ? {} : { 0: empty };
  for (const { dendrite } of synapses) byDendrite[dendrite] = (byDendrite[dendrite] ?? 0) + 1;
  const count = (name: 'stp' | 'preciseDelay' | 'mismatchedDelay'): number =>
    synapses.filter((synapse: SynapseConfiguration) => synapse[name]).length;
  return {
    monitoredNeuron: core.monitoredNeuron ?? 0,
    neuronMonitoringOn: core.neuronMonitoringOn ?? false,
    enableSyawStdbufAn: core.enableSyawStdbufAn ?? false,
    sadcEnables_on: on(core.sadcEnables),
    synapses_by_dendrite: byDendrite,
    sum_of_synapse_tags: sum(synapses.map(({ tag }) => tag)),
    sum_of_weight_masks: sum(synapses.map(({ weight }) => weightMask(weight))),
    stp: count('stp'),
    preciseDelay: count('preciseDelay'),
    mismatchedDelay: count('mismatchedDelay'),
    sum_of_destination_tags: sum(destinations.map(({ tag }) => tag)),
    sum_of_core_masks: sum(destinations.map(({ core }) => coreMask(core))),
    sum_of_xHop: sum(destinations.map(({ xHop }) => xHop)),
    sum_of_yHop: sum(destinations.map(({ yHop }) => yHop)),
    latches_on: Object.fromEntries(
      latchNames.map((name) => [name, core.neurons.filter((neuron) => neuron[name]).length]),
    ),
    biases: Object.fromEntries(
      Object.entries(core.parameters).map(([name, { coarse, fine, type }]) => [
        name,
        [coarse, fine, type],
      ]),
    ),
  };
}

const namesOf = (wanted: unknown): string[] => Object.keys(Object(wanted) as object);

/** What a chip holds beside its cores, under the names that are wanted. */
function chipFacts(
  chip: ChipCoresConfiguration,
  wanted: ExpectedChip,
): Readonly<Record<string, unknown>> {
  const groups = (name: 'sadcGroupParameters01' | 'sadcGroupParameters23') =>
    Array.from({ length: sadcGroups }, (_, g) =>
      codes(namesOf((wanted[name] as readonly unknown[])[g]), chip[name]?.[g]),
    );
  const flags: Readonly<Record<string, unknown>> = { ...chip };
  return {
    sadcEnables_on: on(chip.sadcEnables),
    globalParameters: codes(namesOf(wanted['globalParameters']), chip.globalParameters),
    sharedParameters01: codes(namesOf(wanted['sharedParameters01']), chip.sharedParameters01),
    sharedParameters23: codes(namesOf(wanted['sharedParameters23']), chip.sharedParameters23),
    sadcGroupParameters01: groups('sadcGroupParameters01'),
    sadcGroupParameters23: groups('sadcGroupParameters23'),
    flags: Object.fromEntries(namesOf(wanted['flags']).map((name) => [name, flags[name] === true])),
  };
}

/** A value with the fields of objects, and the names of switches, in one order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(ordered);
    return items.every((item) => typeof item === 'string' && item.length > 1)
      ? items.sort()
      : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, own]) => [name, ordered(own)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A case for the facts that are found; what is wanted of others is not looked at. */
function same(
  name: string,
  found: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): CaseOutcome {
  const off = Object.keys(found).filter(
    (fact) => JSON.stringify(ordered(found[fact])) !== JSON.stringify(ordered(wanted[fact])),
  );
  return off.length === 0 ? { name, error: 0 } : { name, error: 1, note: `differs: ${off.join()}` };
}

/** Compares what was read of a board, and what was said not to be known. */
export function compareBoard(
  name: string,
  { chips }: ChipConfiguration,
  unknown: readonly string[],
  expected: ExpectedBoard,
): CaseOutcome[] {
  const odd = unknown.filter((path) => !boardOnly.test(path));
  const cores = expected.chips.flatMap((chip, c) => [
    same(`${name}: chip ${c}`, chipFacts(chips[c] ?? { cores: [] }, chip), chip),
    ...chip.cores.map((core, k) =>
      same(
        `${name}: chip ${c}, core ${k}`,
        coreFacts(chips[c]?.cores[k] ?? { neurons: [], parameters: {} }),
        core,
      ),
    ),
  ]);
  const passed = odd.length === 0 && unknown.length > 5;
  return [
    ...cores,
    {
      name: `${name}: fields that only the board knows`,
      error: passed ? 0 : 1,
      ...(!passed && { note: `unknown: ${unknown.join(', ')}` }),
    },
  ];
}
