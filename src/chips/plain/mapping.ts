/** How networks come into the memories of a plain family and back. */
import { InvalidArgumentError } from '../../errors.ts';
import { currentNames } from '../../neurons/dynap-sim/parameters.ts';
import { fault, type Problem } from '../../problems.ts';
import type {
  ChipMapping,
  ChipProgram,
  ChipReading,
  QuantisedWeights,
  ReadOptions,
  SynapseList,
} from '../family.ts';
import { dendriteCodes } from '../family.ts';
import { readNetwork } from '../read-network.ts';
import { readOptionProblems } from '../read-options.ts';
import { meanOver } from '../switches.ts';
import type { PlainFamilyConfig } from './config.ts';
import { type PlainConfiguration, type PlainWords, switchBits } from './words.ts';

type Mapping = Pick<
  ChipMapping<PlainConfiguration>,
  'quantise' | 'encode' | 'levels' | 'share' | 'behind' | 'compile' | 'read'
>;

/** Gives each weight the code whose level lies nearest. */
function encoded(
  weights: ArrayLike<number>,
  base: readonly number[],
  levels: Float64Array,
): QuantisedWeights {
  const codes = new Uint8Array(weights.length);
  const values = new Float64Array(weights.length);
  let squares = 0;
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]!);
    if (size === 0) continue;
    let best = 0;
    for (let code = 1; code < levels.length; code++) {
      if (Math.abs(levels[code]! - size) < Math.abs(levels[best]! - size)) best = code;
    }
    codes[i] = best;
    values[i] = best === 0 ? 0 : Math.sign(weights[i]!) * levels[best]!;
    squares += (levels[best]! - size) ** 2;
    count++;
  }
  return { base, codes, values, mse: count === 0 ? 0 : squares / count };
}

/** Writes a program into memories: chips up to the last one in use. */
function written(
  { network, routes, cores }: ChipProgram,
  { counted = false, limits }: PlainFamilyConfig,
  words: PlainWords,
): PlainConfiguration {
  const { hardware, channels, input, recurrent, dc, adaptation, monitored } = network;
  const { neurons, synapses, destinations } = limits;
  const last = hardware.reduce((most, { chip }) => Math.max(most, chip), 0);
  const chips = Array.from({ length: last + 1 }, () => words.memory());
  const places = hardware.map(({ core, neuron }) => core * neurons + neuron);
  const filled = new Uint32Array(hardware.length);
  const listen = ({ pre, post, code, dendrite }: SynapseList, first: number): void => {
    for (let i = 0; i < pre.length; i++) {
      const n = post[i]!;
      const { chip, core } = hardware[n]!;
      const own = routes[first + pre[i]!]!;
      const { tag } = own.find((to) => to.chip === chip && (to.cores >> core) & 1)!;
      for (let k = counted ? code[i]! : 1; k > 0; k--) {
        const word = words.entryWord(tag, counted ? 1 : code[i]!, dendrite[i]!);
        chips[chip]!.cam[places[n]! * synapses + filled[n]!] = word;
        filled[n] = filled[n]! + 1;
      }
    }
  };
  listen(input, 0);
  listen(recurrent, channels);
  for (const [n, place] of hardware.entries()) {
    const { sram, switches } = chips[place.chip]!;
    const toHost = (monitored?.[n] ?? true) ? [words.hostWord(place)] : [];
    sram.set([...toHost, ...routes[channels + n]!.map(words.routeWord)], places[n]! * destinations);
    const on = (is: boolean, bit: number): number => (is ? bit : 0);
    switches[places[n]!] = on(dc[n]!, switchBits.dc) + on(adaptation[n]!, switchBits.adaptation);
  }
  for (const { chip, core, currents } of cores) {
    const own = words.biases.map((name) => currents[name] ?? 0);
    chips[chip]!.biases.set(own, core * own.length);
  }
  return { chips };
}

/** Entries that neurons with one synapse have not got. */
function lumpedProblems({ input, recurrent }: ChipReading['network']): Problem[] {
  const odd = [input, recurrent].some(({ dendrite }) =>
    dendrite.some((kind) => kind !== dendriteCodes.ampa && kind !== dendriteCodes.gaba),
  );
  return odd ? [fault('', 'unsupported', 'there are synapses on NMDA or SHUNT')] : [];
}

/** Reads what stands in memories. */
function readBack(
  { chips }: PlainConfiguration,
  given: ReadOptions,
  { levels, bases = 1, limits }: PlainFamilyConfig,
  words: PlainWords,
): ChipReading {
  const problems = readOptionProblems(given, limits, chips.length);
  if (problems.length > 0) {
    throw new InvalidArgumentError('this configuration cannot be read so', problems);
  }
  const { network, inputWords, unsentTags, unread } = readNetwork(words.lookThrough(chips), given);
  const { hardware, dc, adaptation } = network;
  const currentOf = (n: number, name: string): number =>
    words.currentOf(chips[hardware[n]!.chip]!, hardware[n]!.core, name);
  const isOff = (n: number, name: string): boolean =>
    (name === 'Idc' && !dc[n]!) || (name === 'Igain_ahp' && !adaptation[n]!);
  const baseNames = words.biases.slice(-bases);
  const sizes = hardware.map((_, n) => levels(baseNames.map((name) => currentOf(n, name))));
  return {
    network,
    inputWords,
    remarks: [
      ...(unread > 0 ? [`${unread} neurons are in use and were not asked for`] : []),
      ...(unsentTags > 0 ? [`${unsentTags} entries listen to tags that nothing sends`] : []),
    ],
    problems: () => lumpedProblems(network),
    parameters: () =>
      Object.fromEntries(
        currentNames.map((name) => [
          name,
          Float64Array.from(hardware, (_, n) => (isOff(n, name) ? 0 : currentOf(n, name))),
        ]),
      ),
    weights: ({ post, code, dendrite }) =>
      Float64Array.from(post, (n, i) => {
        const size = sizes[n]![code[i]!]!;
        return dendrite[i] === dendriteCodes.gaba ? -size : size;
      }),
  };
}

/** What the compiler must know of a plain family. */
export function plainMapping(config: PlainFamilyConfig, words: PlainWords): Mapping {
  const { bases = 1, levels, findBase } = config;
  const baseNames = words.biases.slice(-bases);
  const encode: Mapping['encode'] = (weights, base) => encoded(weights, base, levels(base));
  return {
    encode,
    quantise: (weights, { effort = 1 } = {}) => encode(weights, findBase(weights, effort)),
    levels,
    share(parameters, neurons, base) {
      const mean = meanOver(parameters, neurons);
      const names = words.biases.map((name) => {
        const at = baseNames.indexOf(name);
        return [name, at < 0 ? mean(name) : base[at]!] as const;
      });
      return Object.fromEntries(names);
    },
    behind: (name) => (baseNames.includes(name) ? undefined : name),
    compile: (program) => written(program, config, words),
    read: (configuration, options = {}) => readBack(configuration, options, config, words),
  };
}
