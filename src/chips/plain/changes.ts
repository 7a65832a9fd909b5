/** Whether something is a configuration of a plain family or a change of one, and what it makes of memories. */
import { InvalidArgumentError } from '../../errors.ts';
import {
  type Check,
  listOf,
  number,
  oneOf,
  optionProblems,
  options,
  readable,
  readOnce,
} from '../../options.ts';
import { type Problem, problem, within } from '../../problems.ts';
import type { ChipLimits, ChipSilicon, ConfigurationDelta } from '../family.ts';
import type { PlainConfiguration, PlainMemory, PlainWords } from './words.ts';

type Changes = Pick<
  ChipSilicon<PlainConfiguration>,
  'problems' | 'chipsOf' | 'memories' | 'deltaProblems' | 'change'
>;

const below = (count: number): Check => number({ min: 0, max: count - 1, whole: true });
const wordCheck = below(2 ** 32);
const currentCheck = number({ min: 0, unit: 'amperes' });

/** Lists what keeps something from being the memories of a chip. */
function memoryProblems(value: unknown, sound: PlainMemory): Problem[] {
  const fields: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return Object.entries(sound).flatMap(([name, example]) => {
    const own = fields[name];
    const type = example instanceof Float64Array ? Float64Array : Uint32Array;
    if (!(own instanceof type && own.length === example.length)) {
      const needed = `a ${type.name} of ${example.length} is needed`;
      return [problem(name, 'wrong-type', own, needed)];
    }
    if (!(own instanceof Float64Array)) return [];
    const at = own.findIndex((current) => currentCheck(current).length > 0);
    return at < 0 ? [] : within(`${name}[${at}]`, currentCheck(own[at]));
  });
}

/** What boards and links must know of configurations and changes of a plain family. */
export function plainChanges(limits: ChipLimits, words: PlainWords): Changes {
  const { cores, neurons, synapses } = limits;
  const sound = words.memory();
  const problems = (configuration: unknown): Problem[] => readable(() => found(configuration));
  const found = (configuration: unknown): Problem[] => {
    const { chips } = (configuration ?? {}) as Partial<Record<'chips', unknown>>;
    if (!Array.isArray(chips) || chips.length === 0 || chips.length > limits.chips) {
      const needed = `a list of 1…${limits.chips} chips is needed`;
      return [problem('chips', 'wrong-type', chips, needed)];
    }
    return Array.from<unknown>(chips).flatMap((chip, c) =>
      within(`chips[${c}]`, memoryProblems(chip, sound)),
    );
  };
  return {
    problems,
    chipsOf: ({ chips }) => chips.length,
    memories(configuration) {
      configuration = readOnce(configuration);
      const wrong = problems(configuration);
      if (wrong.length > 0) throw new InvalidArgumentError('this fits no chip', wrong);
      return configuration.chips.map(({ cam, sram, switches, biases }) => ({
        cam: cam.slice(),
        sram: sram.slice(),
        switches: switches.slice(),
        biases: biases.slice(),
      }));
    },
    deltaProblems(delta, chips) {
      const place = { chip: below(chips), core: below(cores) };
      const bias = { ...place, name: oneOf(words.biases), setting: currentCheck };
      const entry = {
        ...place,
        ...{ neuron: below(neurons), entry: below(synapses), synapse: wordCheck },
      };
      return optionProblems<ConfigurationDelta<number, number>>(delta, {
        biases: listOf(options(bias, 'chip', 'core', 'name', 'setting')),
        synapses: listOf(options(entry, 'chip', 'core', 'neuron', 'entry', 'synapse')),
      });
    },
    change(memories, delta) {
      const { biases = [], synapses: entries = [] } = delta as ConfigurationDelta<number, number>;
      for (const { chip, core, name, setting } of biases) {
        const at = core * words.biases.length + words.biases.indexOf(name);
        words.memoryOf(memories[chip]!).biases[at] = setting;
      }
      for (const { chip, core, neuron, entry, synapse } of entries) {
        const at = (core * neurons + neuron) * synapses + entry;
        words.memoryOf(memories[chip]!).cam[at] = synapse;
      }
    },
  };
}
