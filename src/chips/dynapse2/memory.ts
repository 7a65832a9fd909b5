/** The memories of DYNAP-SE2 chips: written of a configuration, and read back. */
import { InvalidArgumentError } from '../../errors.ts';
import { fault, unread } from '../../problems.ts';
import type { MemoryWords } from '../family.ts';
import { lowestBias } from './bias-generator.ts';
import {
  type ChipConfiguration,
  idleNeuron,
  latchNames,
  type NeuronConfiguration,
} from './configuration.ts';
import { type Destination, destinationWord, eventOf } from './event.ts';
import { hasFields } from './fields.ts';
import { chipLimits } from './limits.ts';
import { coreParameterNames } from './parameters.ts';
import { configurationProblems } from './problems.ts';
import { chipSettingForms, coreSettingForms, settingProblems } from './settings.ts';
import { biasWord, latchWord, synapseOf, synapseWord } from './words.ts';

const { cores, neurons, synapses, destinations } = chipLimits;

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

/** Writes the entries of one memory of a neuron; false if no neuron can hold them. */
function writeEntries(
  entries: unknown,
  words: Uint32Array,
  wordOf: (entry: unknown) => number,
): boolean {
  if (!Array.isArray(entries)) return false;
  const { length } = entries;
  if (length > words.length) return false;
  for (let i = 0; i < length; i++) {
    const word = wordOf(entries[i]);
    if (word < 0) return false;
    words[i] = word;
  }
  return true;
}

/** An event that reaches no core is no destination. */
function sramWord(destination: unknown): number {
  const word = destinationWord(destination);
  return word >> 20 === 0 ? 0 : word;
}

function writeNeuron({ cam, sram, latches }: ChipMemory, at: number, neuron: unknown): boolean {
  if (!hasFields(neuron)) return false;
  const word = latchWord(neuron);
  latches[at] = word;
  return (
    word >= 0 &&
    writeEntries(
      neuron['synapses'],
      cam.subarray(at * synapses, (at + 1) * synapses),
      synapseWord,
    ) &&
    writeEntries(
      neuron['destinations'],
      sram.subarray(at * destinations, (at + 1) * destinations),
      sramWord,
    )
  );
}

function writeCore(memory: ChipMemory, k: number, core: unknown): boolean {
  if (!hasFields(core) || settingProblems(core, coreSettingForms).length > 0) return false;
  const { neurons: own, parameters } = core;
  if (!hasFields(parameters) || !Array.isArray(own) || own.length !== neurons) return false;
  for (let i = 0; i < coreParameterNames.length; i++) {
    const word = biasWord(parameters[coreParameterNames[i]!] ?? lowestBias);
    if (word < 0) return false;
    memory.biases[k * coreParameterNames.length + i] = word;
  }
  for (let n = 0; n < neurons; n++) {
    if (!writeNeuron(memory, k * neurons + n, own[n])) return false;
  }
  return true;
}

function writeChip(chip: unknown): ChipMemory | undefined {
  if (!hasFields(chip) || settingProblems(chip, chipSettingForms).length > 0) return undefined;
  const { cores: own } = chip;
  if (!Array.isArray(own) || own.length !== cores) return undefined;
  const memory: ChipMemory = {
    cam: new Uint32Array(cores * neurons * synapses),
    sram: new Uint32Array(cores * neurons * destinations),
    latches: new Uint16Array(cores * neurons),
    biases: new Uint16Array(cores * coreParameterNames.length),
  };
  for (let k = 0; k < cores; k++) if (!writeCore(memory, k, own[k])) return undefined;
  return memory;
}

/** Writes down what a configuration says, each of its fields read once; undefined if no chip can hold it. */
function written(configuration: unknown): ChipMemory[] | undefined {
  const chips = hasFields(configuration) ? configuration['chips'] : undefined;
  if (!Array.isArray(chips)) return undefined;
  const { length } = chips;
  if (length < 1 || length > chipLimits.chips) return undefined;
  const memories: ChipMemory[] = [];
  for (let c = 0; c < length; c++) {
    const memory = writeChip(chips[c]);
    if (memory === undefined) return undefined;
    memories.push(memory);
  }
  return memories;
}

/**
 * Writes a configuration into memory words, one memory per chip. What is written is what was checked: each field is read once.
 *
 * @throws InvalidArgumentError with everything that no chip can hold
 */
export function chipMemories(configuration: ChipConfiguration): ChipMemory[] {
  let cause: unknown = 'it says something else each time';
  try {
    const memories = written(configuration);
    if (memories !== undefined) return memories;
  } catch (thrown) {
    cause = thrown;
  }
  const problems = configurationProblems(configuration);
  throw new InvalidArgumentError(
    'this configuration fits no chip',
    problems.length > 0 ? problems : [unread(cause)],
  );
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
