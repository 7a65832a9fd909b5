import { InvalidArgumentError } from '../../errors.ts';
import type { Bias } from './bias-generator.ts';
import {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  type Dendrite,
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
import { chipSettingForms, coreSettingForms, oneOf, settingProblems } from './settings.ts';

const { cores, neurons, synapses, destinations } = chipLimits;

/**
 * What the memories of one chip hold, as words. The real layout is not public; this one is ours.
 * Word index: `((core·256 + neuron)·slots + slot)`; a word of zero is an empty entry.
 */
export interface ChipMemory {
  /** CAM, 4·256·64 words: tag [10:0], weight mask [14:11], dendrite [18:15], options [21:19]. */
  readonly cam: Uint32Array;
  /** SRAM, 4·256·4 words: as {@link eventWord}; no core selected means unused. */
  readonly sram: Uint32Array;
  /** Latches, 4·256 words, a bit for each of `latchNames`. */
  readonly latches: Uint16Array;
  /** Biases, 4·53 words: coarse [10:8], fine [7:0], in the order of `coreParameterNames`. */
  readonly biases: Uint16Array;
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

/** Lists what is wrong with one neuron. */
function neuronProblems(neuron: NeuronConfiguration): string[] {
  const problems: string[] = [];
  if (neuron.synapses.length > synapses) {
    problems.push(`${neuron.synapses.length} synapses; the CAM holds ${synapses}`);
  }
  if (neuron.destinations.length > destinations) {
    problems.push(`${neuron.destinations.length} destinations; the SRAM holds ${destinations}`);
  }
  const known: readonly Dendrite[] = Object.values(dendrites);
  for (const { tag, weight, dendrite } of neuron.synapses) {
    if (!oneOf(tag, chipLimits.tags)) problems.push(`synapse tag ${tag}; 0…2047 exist`);
    if (weight.length !== weightSwitches(0).length) {
      problems.push(`synapse weight of ${weight.length} switches; 4 exist`);
    }
    if (!known.includes(dendrite)) {
      problems.push(`dendrite ${dendrite}; ${known.join(', ')} exist`);
    }
  }
  return [...problems, ...neuron.destinations.flatMap(destinationProblems)];
}

/** Lists everything in `configuration` that no chip can hold; empty where all is well. */
export function configurationProblems(configuration: ChipConfiguration): string[] {
  const problems: string[] = [];
  const { chips } = configuration;
  if (chips.length < 1 || chips.length > chipLimits.chips) {
    problems.push(`${chips.length} chips; a board has 1…${chipLimits.chips}`);
  }
  const about = (place: string, found: readonly string[]): void => {
    for (const problem of found) problems.push(`${place}: ${problem}`);
  };
  for (const [c, chip] of chips.entries()) {
    if (chip.cores.length !== cores) about(`chip ${c}`, [`${chip.cores.length} cores; 4 exist`]);
    about(`chip ${c}`, settingProblems(chip, chipSettingForms));
    for (const [k, core] of chip.cores.entries()) {
      const place = `chip ${c}, core ${k}`;
      if (core.neurons.length !== neurons) {
        about(place, [`${core.neurons.length} neurons; 256 exist`]);
      }
      about(place, settingProblems(core, coreSettingForms));
      for (const name of coreParameterNames) {
        const { coarse, fine } = core.parameters[name] ?? { coarse: Number.NaN, fine: Number.NaN };
        if (!oneOf(coarse, chipLimits.coarse) || !oneOf(fine, chipLimits.fine)) {
          problems.push(`${place}: ${name} is coarse ${coarse}, fine ${fine}; 0…5 and 0…255 exist`);
        }
      }
      for (const [n, neuron] of core.neurons.entries()) {
        about(`${place}, neuron ${n}`, neuronProblems(neuron));
      }
    }
  }
  return problems;
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
      memory.biases[k * coreParameterNames.length + i] = biasWord(core.parameters[name]);
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
 * Writes a configuration into memory words, one memory per chip.
 *
 * @throws InvalidArgumentError with everything that no chip can hold
 */
export function chipMemories(configuration: ChipConfiguration): ChipMemory[] {
  const problems = configurationProblems(configuration);
  if (problems.length > 0) {
    throw new InvalidArgumentError('this configuration fits no chip', problems);
  }
  return configuration.chips.map(writeChip);
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
