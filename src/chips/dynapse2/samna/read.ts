import { type Bias, biasType } from '../bias-generator.ts';
import {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  type CoreConfiguration,
  type Dendrite,
  dendrites,
  emptyDestination,
  emptySynapse,
  idleCore,
  idleNeuron,
  type LatchName,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
} from '../configuration.ts';
import type { Destination } from '../event.ts';
import { chipLimits } from '../limits.ts';
import { type CoreParameterName, coreParameterNames } from '../parameters.ts';
import { chipSettingForms, coreSettingForms } from '../settings.ts';
import { type Findings, type JsonPath, noteUnknown, wrong } from './findings.ts';
import {
  entriesOf,
  type Fields,
  fieldsAt,
  isFields,
  listAt,
  mapAt,
  switchAt,
  wholeAt,
} from './json.ts';
import { readBias, readSettings } from './read-settings.ts';

const { tags, hops } = chipLimits;

const known = {
  configuration: new Set(['chips']),
  chip: new Set(['cores', ...Object.keys(chipSettingForms)]),
  core: new Set(['neurons', 'parameters', ...Object.keys(coreSettingForms)]),
  neuron: new Set<string>(['synapses', 'destinations', ...latchNames]),
  synapse: new Set(['dendrite', 'stp', 'weight', 'preciseDelay', 'mismatchedDelay', 'tag']),
  destination: new Set(['core', 'xHop', 'yHop', 'tag']),
} as const;

const dendriteValues: readonly unknown[] = Object.values(dendrites);

type Four = readonly [boolean, boolean, boolean, boolean];

function readFour(findings: Findings, up: JsonPath, fields: Fields, step: string): Four {
  const value = fields[step];
  let four: readonly unknown[] = [];
  // There are a quarter of a million of these: no list of entries for each.
  if (Array.isArray(value)) four = value;
  else if (isFields(value) && value['value4'] === undefined) {
    four = [value['value0'], value['value1'], value['value2'], value['value3']];
  }
  const [a, b, c, d] = four;
  if (
    four.length !== 4 ||
    typeof a !== 'boolean' ||
    typeof b !== 'boolean' ||
    typeof c !== 'boolean' ||
    typeof d !== 'boolean'
  ) {
    wrong(findings, { up, step }, 'wrong-type', value, 'a list of four switches is needed');
    return [false, false, false, false];
  }
  return [a, b, c, d];
}

function readDendrite(findings: Findings, up: JsonPath, fields: Fields): Dendrite {
  const { dendrite } = fields;
  if (dendriteValues.includes(dendrite)) return dendrite as Dendrite;
  const needed = `${dendriteValues.join(', ')} exist`;
  wrong(findings, { up, step: 'dendrite' }, 'out-of-range', dendrite, needed);
  return dendrites.none;
}

function readSynapse(findings: Findings, at: JsonPath, value: unknown): SynapseConfiguration {
  const fields = fieldsAt(findings, at, value);
  if (fields === undefined) return emptySynapse;
  noteUnknown(findings, at, fields, known.synapse);
  return {
    tag: wholeAt(findings, at, fields, 'tag', 0, tags - 1),
    weight: readFour(findings, at, fields, 'weight'),
    dendrite: readDendrite(findings, at, fields),
    stp: switchAt(findings, at, fields, 'stp'),
    preciseDelay: switchAt(findings, at, fields, 'preciseDelay'),
    mismatchedDelay: switchAt(findings, at, fields, 'mismatchedDelay'),
  };
}

function readDestination(findings: Findings, at: JsonPath, value: unknown): Destination {
  const fields = fieldsAt(findings, at, value);
  if (fields === undefined) return emptyDestination;
  noteUnknown(findings, at, fields, known.destination);
  return {
    core: readFour(findings, at, fields, 'core'),
    xHop: wholeAt(findings, at, fields, 'xHop', -hops, hops),
    yHop: wholeAt(findings, at, fields, 'yHop', -hops, hops),
    tag: wholeAt(findings, at, fields, 'tag', 0, tags - 1),
  };
}

/** Whether a CAM entry says anything at all. */
function isUsed({ tag, weight, dendrite, ...options }: SynapseConfiguration): boolean {
  const { stp, preciseDelay, mismatchedDelay } = options;
  return (
    tag !== 0 || dendrite !== 0 || weight.includes(true) || stp || preciseDelay || mismatchedDelay
  );
}

/** Whether an SRAM entry says anything at all. */
function isTold({ core, xHop, yHop, tag }: Destination): boolean {
  return core.includes(true) || xHop !== 0 || yHop !== 0 || tag !== 0;
}

/** Reads a list and drops what is empty at its end. */
function readUsed<T>(
  findings: Findings,
  at: JsonPath,
  value: unknown,
  count: number,
  read: (findings: Findings, at: JsonPath, value: unknown) => T,
  used: (entry: T) => boolean,
): T[] {
  const entries = listAt(findings, at, value, count).map((entry, step) =>
    read(findings, { up: at, step }, entry),
  );
  entries.length = entries.findLastIndex(used) + 1;
  return entries;
}

function readNeuron(findings: Findings, at: JsonPath, value: unknown): NeuronConfiguration {
  const fields = fieldsAt(findings, at, value);
  if (fields === undefined) return idleNeuron();
  noteUnknown(findings, at, fields, known.neuron);
  const { synapses, destinations } = fields;
  const latches: Record<string, boolean> = {};
  for (const name of latchNames) latches[name] = switchAt(findings, at, fields, name);
  return {
    ...(latches as Record<LatchName, boolean>),
    synapses: readUsed(
      findings,
      { up: at, step: 'synapses' },
      synapses,
      chipLimits.synapses,
      readSynapse,
      isUsed,
    ),
    destinations: readUsed(
      findings,
      { up: at, step: 'destinations' },
      destinations,
      chipLimits.destinations,
      readDestination,
      isTold,
    ),
  };
}

function readParameters(
  findings: Findings,
  at: JsonPath,
  value: unknown,
): CoreConfiguration['parameters'] {
  const map = mapAt(findings, at, value);
  noteUnknown(findings, at, Object.fromEntries(map), new Set(coreParameterNames));
  const readOne = (name: CoreParameterName): Bias => ({
    ...readBias(findings, { up: at, step: name }, map.get(name)),
    type: biasType(name),
  });
  const there = coreParameterNames.filter((name) => map.has(name));
  return Object.fromEntries(there.map((name) => [name, readOne(name)] as const));
}

function readCore(findings: Findings, at: JsonPath, value: unknown): CoreConfiguration {
  const fields = fieldsAt(findings, at, value);
  if (fields === undefined) return idleCore();
  noteUnknown(findings, at, fields, known.core);
  const neurons: JsonPath = { up: at, step: 'neurons' };
  return {
    neurons: listAt(findings, neurons, fields['neurons'], chipLimits.neurons).map((neuron, step) =>
      readNeuron(findings, { up: neurons, step }, neuron),
    ),
    parameters: readParameters(findings, { up: at, step: 'parameters' }, fields['parameters']),
    ...readSettings(findings, at, fields, coreSettingForms),
  };
}

function readChip(findings: Findings, at: JsonPath, value: unknown): ChipCoresConfiguration {
  const fields = fieldsAt(findings, at, value);
  if (fields === undefined) return { cores: [] };
  noteUnknown(findings, at, fields, known.chip);
  const cores: JsonPath = { up: at, step: 'cores' };
  return {
    cores: listAt(findings, cores, fields['cores'], chipLimits.cores).map((core, step) =>
      readCore(findings, { up: cores, step }, core),
    ),
    ...readSettings(findings, at, fields, chipSettingForms),
  };
}

/** Reads what stands below `value0`. */
export function readConfiguration(findings: Findings, fields: Fields): ChipConfiguration {
  noteUnknown(findings, undefined, fields, known.configuration);
  const at: JsonPath = { up: undefined, step: 'chips' };
  const chips = entriesOf(fields['chips']);
  if (chips === undefined || chips.length < 1 || chips.length > chipLimits.chips) {
    const needed = `a list of 1…${chipLimits.chips} chips is needed`;
    if (chips === undefined) wrong(findings, at, 'wrong-type', fields['chips'], needed);
    else wrong(findings, { up: at, step: 'length' }, 'wrong-shape', chips.length, needed);
    return { chips: [] };
  }
  return { chips: chips.map((chip, step) => readChip(findings, { up: at, step }, chip)) };
}
