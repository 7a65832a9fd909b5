import { InvalidArgumentError } from '../../errors.ts';
import { type Check, flag, number, oneOf as oneOfValues, readable } from '../../options.ts';
import { fault, type Problem, problem, unread, within } from '../../problems.ts';
import type { MemoryWords } from '../family.ts';
import { type Bias, lowestBias } from './bias-generator.ts';
import {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  dendrites,
  idleNeuron,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
  weightMask,
  weightSwitches,
} from './configuration.ts';
import { coreMask, type Destination, destinationProblems, eventOf, eventWord } from './event.ts';
import { chipLimits } from './limits.ts';
import { coreParameterNames } from './parameters.ts';
import { chipSettingForms, coreSettingForms, settingProblems } from './settings.ts';

const { cores, neurons, synapses, destinations } = chipLimits;
const switchCount = weightSwitches(0).length;

/**
 * What the memories of one chip hold, as words. The real layout is not public; this one is ours.
 * Word index: `((core·256 + neuron)·slots + slot)`; a word of zero is an empty entry.
 */
export type ChipMemory = {
  /** CAM, 4·256·64 words: tag [10:0], weight mask [14:11], dendrite [18:15], options [21:19]. */
  readonly cam: Uint32Array;
  /** SRAM, 4·256·4 words: as {@link eventWord}; no core selected means unused. */
  readonly sram: Uint32Array;
  /** Latches, 4·256 words, a bit for each of `latchNames`. */
  readonly latches: Uint16Array;
  /** Biases, 4·53 words: coarse [10:8], fine [7:0], in the order of `coreParameterNames`. */
  readonly biases: Uint16Array;
};

/**
 * Recognises the memories of a DYNAP-SE2 chip among memory words of any family; shares their arrays.
 *
 * @throws InvalidArgumentError if they are those of another family
 */
export function memoryOf({ cam, sram, latches, biases }: MemoryWords): ChipMemory {
  if (
    cam instanceof Uint32Array &&
    sram instanceof Uint32Array &&
    latches instanceof Uint16Array &&
    biases instanceof Uint16Array
  ) {
    return { cam, sram, latches, biases };
  }
  throw new InvalidArgumentError('these are no memories of a DYNAP-SE2', [
    fault('memories', 'wrong-type', 'CAM, SRAM, latches and biases are needed'),
  ]);
}

/** Packs a CAM entry. */
export function synapseWord(synapse: SynapseConfiguration): number {
  return (
    synapse.tag |
    (weightMask(synapse.weight) << 11) |
    ((synapse.dendrite >> 7) << 15) |
    (Number(synapse.stp) << 19) |
    (Number(synapse.preciseDelay) << 20) |
    (Number(synapse.mismatchedDelay) << 21)
  );
}

/** Unpacks a CAM entry; a dendrite that does not exist reads as none. */
export function synapseOf(word: number): SynapseConfiguration {
  const value = ((word >> 15) & 15) << 7;
  const known = Object.values(dendrites).find((dendrite) => dendrite === value);
  return {
    tag: word & 0x7ff,
    weight: weightSwitches((word >> 11) & 15),
    dendrite: known ?? dendrites.none,
    stp: ((word >> 19) & 1) === 1,
    preciseDelay: ((word >> 20) & 1) === 1,
    mismatchedDelay: ((word >> 21) & 1) === 1,
  };
}

/** Packs a bias. */
export function biasWord({ coarse, fine }: Pick<Bias, 'coarse' | 'fine'>): number {
  return (coarse << 8) | fine;
}

const inRange = (count: number): Check => number({ min: 0, max: count - 1, whole: true });
const tagCheck = inRange(chipLimits.tags);
const dendriteCheck = oneOfValues(Object.values(dendrites));
const biasChecks = { coarse: inRange(chipLimits.coarse), fine: inRange(chipLimits.fine) };

type Fields = Readonly<Record<string, unknown>>;

/** A value as an object; undefined if it is none. */
function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

const isSwitch = (on: unknown): boolean => typeof on === 'boolean';

/** Lists which fields are there and no switches; a switch that is left out is off. */
function flagProblems(fields: Fields, names: readonly string[]): readonly Problem[] {
  const odd = names.filter((name) => fields[name] !== undefined && !isSwitch(fields[name]));
  return odd.length === 0 ? [] : odd.flatMap((name) => within(name, flag(fields[name])));
}

const timingNames = ['stp', 'preciseDelay', 'mismatchedDelay'] as const;

function synapseProblems(value: unknown): Problem[] {
  const synapse = fieldsOf(value);
  if (synapse === undefined) return [problem('', 'wrong-type', value, 'a synapse is needed')];
  const { tag, weight, dendrite } = synapse;
  const sound =
    Array.isArray(weight) && weight.length === switchCount && Array.from(weight).every(isSwitch);
  return [
    ...flagProblems(synapse, timingNames),
    ...within('tag', tagCheck(tag)),
    ...(sound
      ? []
      : [problem('weight', 'wrong-shape', weight, `${switchCount} switches are needed`)]),
    ...within('dendrite', dendriteCheck(dendrite)),
  ];
}

/** Entries of a list that are looked at: no memory holds as many. */
const mostLooked = 1024;

/** The entries of a list that are looked at, holes as well; none of what is no list. */
function looked(list: unknown): unknown[] {
  return Array.isArray(list) ? Array.from<unknown>(list.slice(0, mostLooked)) : [];
}

/** Lists what is wrong with the entries of one memory of a neuron. */
function entryProblems(
  name: string,
  entries: unknown,
  room: number,
  check: (entry: unknown) => readonly Problem[],
): Problem[] {
  if (!Array.isArray(entries)) return [problem(name, 'wrong-type', entries, 'a list is needed')];
  const tooMany =
    entries.length > room
      ? [problem(`${name}.length`, 'too-large', entries.length, `the memory holds ${room}`)]
      : [];
  return [
    ...tooMany,
    ...looked(entries).flatMap((entry, i) => {
      const found = check(entry);
      return found.length === 0 ? [] : within(`${name}[${i}]`, found);
    }),
  ];
}

function neuronProblems(value: unknown): Problem[] {
  const neuron = fieldsOf(value);
  if (neuron === undefined) return [problem('', 'wrong-type', value, 'a neuron is needed')];
  return [
    ...flagProblems(neuron, latchNames),
    ...entryProblems('synapses', neuron['synapses'], synapses, synapseProblems),
    ...entryProblems('destinations', neuron['destinations'], destinations, destinationProblems),
  ];
}

function coreProblems(value: unknown): Problem[] {
  const core = fieldsOf(value);
  if (core === undefined) return [problem('', 'wrong-type', value, 'a core is needed')];
  const { neurons: own, parameters } = core;
  const biases = fieldsOf(parameters);
  const problems = [...settingProblems(core, coreSettingForms)];
  if (biases === undefined) {
    problems.push(problem('parameters', 'wrong-type', parameters, 'biases by name are needed'));
  }
  for (const name of biases === undefined ? [] : coreParameterNames) {
    if (biases?.[name] === undefined) continue;
    const setting = fieldsOf(biases[name]);
    const path = `parameters.${name}`;
    if (setting === undefined) {
      problems.push(problem(path, 'wrong-type', biases[name], 'coarse and fine are needed'));
      continue;
    }
    problems.push(...within(`${path}.coarse`, biasChecks.coarse(setting['coarse'])));
    problems.push(...within(`${path}.fine`, biasChecks.fine(setting['fine'])));
  }
  if (!Array.isArray(own) || own.length !== neurons) {
    const length = Array.isArray(own) ? own.length : undefined;
    problems.push(problem('neurons.length', 'wrong-shape', length, `a core has ${neurons}`));
  }
  // Neurons that are the same object, as idle ones are, are looked at once.
  const known = new Map<unknown, Problem[]>();
  for (const [n, neuron] of looked(own).entries()) {
    const found = known.get(neuron) ?? neuronProblems(neuron);
    known.set(neuron, found);
    if (found.length > 0) problems.push(...within(`neurons[${n}]`, found));
  }
  return problems;
}

function chipProblems(value: unknown): Problem[] {
  const chip = fieldsOf(value);
  if (chip === undefined) return [problem('', 'wrong-type', value, 'a chip is needed')];
  const own = chip['cores'];
  const all = looked(own);
  return [
    ...(all.length === cores
      ? []
      : [problem('cores.length', 'wrong-shape', all.length, `a chip has ${cores}`)]),
    ...settingProblems(chip, chipSettingForms),
    ...all.flatMap((core, k) => within(`cores[${k}]`, coreProblems(core))),
  ];
}

/** Lists everything in `configuration`, of any type, that no chip can hold; empty if all is well. */
export function configurationProblems(configuration: unknown): Problem[] {
  return readable(() => boardProblems(configuration));
}

function boardProblems(configuration: unknown): Problem[] {
  const chips = fieldsOf(configuration)?.['chips'];
  if (!Array.isArray(chips)) {
    return [problem('chips', 'wrong-type', chips, 'a list of chips is needed')];
  }
  const count = chips.length;
  const { chips: max } = chipLimits;
  return [
    ...(count < 1 || count > max
      ? [problem('chips.length', 'out-of-range', count, `a board has 1…${max}`)]
      : []),
    ...looked(chips).flatMap((chip, c) => within(`chips[${c}]`, chipProblems(chip))),
  ];
}

function writeChip(chip: ChipCoresConfiguration): ChipMemory {
  const memory: ChipMemory = {
    cam: new Uint32Array(cores * neurons * synapses),
    sram: new Uint32Array(cores * neurons * destinations),
    latches: new Uint16Array(cores * neurons),
    biases: new Uint16Array(cores * coreParameterNames.length),
  };
  for (const [k, core] of chip.cores.entries()) {
    for (const [i, name] of coreParameterNames.entries()) {
      memory.biases[k * coreParameterNames.length + i] = biasWord(
        core.parameters[name] ?? lowestBias,
      );
    }
    for (const [n, neuron] of core.neurons.entries()) {
      const at = k * neurons + n;
      for (const [s, synapse] of neuron.synapses.entries()) {
        memory.cam[at * synapses + s] = synapseWord(synapse);
      }
      for (const [d, destination] of neuron.destinations.entries()) {
        memory.sram[at * destinations + d] =
          coreMask(destination.core) === 0 ? 0 : eventWord(destination);
      }
      for (const [bit, name] of latchNames.entries()) {
        if (neuron[name]) memory.latches[at] = memory.latches[at]! | (1 << bit);
      }
    }
  }
  return memory;
}

/**
 * Uses a configuration if a chip can hold it.
 *
 * @throws InvalidArgumentError with everything that no chip can hold, or if it says something else when it is used
 */
export function using<Used>(
  configuration: ChipConfiguration,
  use: (sound: ChipConfiguration) => Used,
): Used {
  const problems = configurationProblems(configuration);
  try {
    if (problems.length === 0) return use(configuration);
  } catch (cause) {
    // There may be 100 000 objects: they are not copied for the sake of a getter.
    problems.push(unread(cause));
  }
  throw new InvalidArgumentError('this configuration fits no chip', problems);
}

/**
 * Writes a configuration into memory words, one memory per chip.
 *
 * @throws InvalidArgumentError with everything that no chip can hold
 */
export function chipMemories(configuration: ChipConfiguration): ChipMemory[] {
  return using(configuration, writeMemories);
}

/** Writes a configuration that is known to be sound into memory words. */
export function writeMemories({ chips }: ChipConfiguration): ChipMemory[] {
  return chips.map(writeChip);
}

/** Reads one neuron back from its memory words. */
export function neuronOf(memory: ChipMemory, core: number, neuron: number): NeuronConfiguration {
  const at = core * neurons + neuron;
  const cam = memory.cam.subarray(at * synapses, (at + 1) * synapses);
  const sram = memory.sram.subarray(at * destinations, (at + 1) * destinations);
  const latches = Object.fromEntries(
    latchNames.map((name, bit) => [name, ((memory.latches[at]! >> bit) & 1) === 1]),
  );
  return {
    ...idleNeuron(),
    ...latches,
    synapses: Array.from(cam)
      .filter((word) => word !== 0)
      .map(synapseOf),
    destinations: Array.from(sram)
      .filter((word) => word >> 20 !== 0)
      .map((word): Destination => eventOf(word)),
  };
}
