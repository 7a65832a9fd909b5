/** Reads networks and circuits from the words of DYNAP-SE1 boards. */
import { InvalidArgumentError } from '../../errors.ts';
import {
  dendriteNames,
  dynapSe2CurrentNames,
  dynapSe2Parameters,
} from '../../neurons/dynap-se2/parameters.ts';
import {
  currentNames,
  dynapSimParameters,
  requiredCurrents,
} from '../../neurons/dynap-sim/parameters.ts';
import { fault, type Problem } from '../../problems.ts';
import type {
  ChipReading,
  CircuitCore,
  CircuitModel,
  Circuits,
  CorePlacement,
  HardwareNeuron,
  MemoryWords,
  PlacedSynapses,
  ReadOptions,
} from '../family.ts';
import { dendriteCodes } from '../family.ts';
import { foundListeners } from '../listeners.ts';
import { readNetwork } from '../read-network.ts';
import { readOptionProblems } from '../read-options.ts';
import { biasIndex, wordCurrent } from './biases.ts';
import { keyCount, networkWords, routeOfWord } from './board.ts';
import { chipOf, type Dynapse1Chip, type Dynapse1Configuration } from './configuration.ts';
import {
  biasOfCurrent,
  type Dynapse1CurrentName,
  fixedCurrents,
  ownCurrent,
  weightNames,
} from './currents.ts';
import { dynapse1Limits } from './limits.ts';

/** What flows where a bias that no neuron can do without is off, amperes. */
const leak = 1e-15;

/** The current of a core by the name that a model has for it, amperes. */
function currentOf(chips: readonly Dynapse1Chip[], { chip, core }: CorePlacement, name: string) {
  const own = ownCurrent(name);
  if (Object.hasOwn(fixedCurrents, own)) return fixedCurrents[own as keyof typeof fixedCurrents];
  const bias = biasOfCurrent[own as Dynapse1CurrentName];
  const current = wordCurrent(chips[chip]!.biases[biasIndex(core, bias)]!);
  return requiredCurrents.some((needed) => needed === own) ? Math.max(leak, current) : current;
}

const namesOf: Readonly<Record<CircuitModel, readonly string[]>> = {
  dynapSim: currentNames,
  dynapSe2: dynapSe2CurrentNames,
};

const inhibits = (dendrite: number): boolean =>
  dendrite === dendriteCodes.gaba || dendrite === dendriteCodes.shunt;

/** Works out the circuits; neurons count that listen to something, or report anywhere with a DC input. */
export function dynapse1Circuits(words: readonly MemoryWords[], model: CircuitModel): Circuits {
  const chips = words.map(chipOf);
  const view = networkWords(chips);
  const used = view.used();
  const channels = model === 'dynapSim' ? 1 : dendriteNames.length;
  const found = foundListeners();
  const cores = new Map<string, CircuitCore>();
  for (const [n, neuron] of used.entries()) {
    const sizes = weightNames.map((name) => currentOf(chips, neuron, name));
    view.eachEntry(neuron, (tag, count, dendrite) => {
      const size = count * sizes[dendrite]!;
      const current = model === 'dynapSim' && inhibits(dendrite) ? -size : size;
      const target = (model === 'dynapSim' ? 0 : dendrite) * used.length + n;
      found.add(view.keyOf(neuron.chip, neuron.core, tag), target, current);
    });
    const { chip, core } = neuron;
    if (cores.has(`${chip}/${core}`)) continue;
    const nominal = Object.fromEntries(
      namesOf[model].map((name) => [name, currentOf(chips, neuron, name)]),
    );
    const given = { ...nominal, Iscale: 1 };
    const { neurons } = dynapse1Limits;
    const parameters =
      model === 'dynapSim'
        ? dynapSimParameters(given, neurons)
        : dynapSe2Parameters(given, neurons);
    cores.set(`${chip}/${core}`, { chip, core, parameters });
  }
  return {
    neurons: used.map((neuron) => ({
      ...{ chip: neuron.chip, core: neuron.core, neuron: neuron.neuron },
      off: [],
      ...view.routesOf(neuron),
    })),
    cores: [...cores.values()],
    listeners: found.sorted(keyCount(chips.length), channels * used.length),
    keysOf: (word) => view.keysOf(word),
  };
}

/** Lists the cores on which fast and slow synapses differ, so that neurons with one synapse cannot have both. */
function lumpedProblems(
  { input, recurrent, hardware }: PlacedSynapses,
  chips: readonly Dynapse1Chip[],
): Problem[] {
  const heard = new Map<string, { readonly place: HardwareNeuron; readonly kinds: Set<number> }>();
  for (const { post, dendrite } of [input, recurrent]) {
    for (let i = 0; i < post.length; i++) {
      const place = hardware[post[i]!]!;
      const name = `chips[${place.chip}].cores[${place.core}]`;
      const own = heard.get(name) ?? { place, kinds: new Set<number>() };
      own.kinds.add(dendrite[i]!);
      heard.set(name, own);
    }
  }
  return [...heard].flatMap(([name, { place, kinds }]) => {
    const used = dendriteNames.filter((kind) => kinds.has(dendriteCodes[kind]));
    const settings = used.map((kind) =>
      [`Itau_${kind}`, `Igain_${kind}`].map((current) => currentOf(chips, place, current)).join(),
    );
    return new Set(settings).size < 2
      ? []
      : [
          fault(
            name,
            'conflict',
            `${used.join(', ')} differ in leak or gain, and a neuron with one synapse needs equal ones; take model 'dynapSe2'`,
          ),
        ];
  });
}

/**
 * Reads a sound configuration back, with the nominal currents of its biases.
 *
 * @throws InvalidArgumentError with everything that was asked for and is not there
 */
export function readDynapse1(
  { chips }: Dynapse1Configuration,
  given: ReadOptions = {},
): ChipReading {
  const problems = readOptionProblems(given, dynapse1Limits, chips.length, (word) =>
    routeOfWord(word) === undefined
      ? [fault('', 'out-of-range', `${word} is no event word of a DYNAP-SE1`)]
      : [],
  );
  if (problems.length > 0) {
    throw new InvalidArgumentError('this configuration cannot be read so', problems);
  }
  const { network, inputWords, unsentTags, unread } = readNetwork(networkWords(chips), given);
  const { hardware } = network;
  return {
    network,
    inputWords,
    remarks: [
      ...(unread > 0 ? [`${unread} neurons are in use and were not asked for`] : []),
      ...(unsentTags > 0 ? [`${unsentTags} CAM entries listen to tags that nothing sends`] : []),
    ],
    problems: (model) => (model === 'dynapSim' ? lumpedProblems(network, chips) : []),
    parameters: (model) =>
      Object.fromEntries(
        namesOf[model].map((name) => [
          name,
          Float64Array.from(hardware, (place) => currentOf(chips, place, name)),
        ]),
      ),
    weights: ({ post, code, dendrite }, model) =>
      Float64Array.from(post, (n, i) => {
        const size = code[i]! * currentOf(chips, hardware[n]!, weightNames[dendrite[i]!]!);
        return model === 'dynapSim' && inhibits(dendrite[i]!) ? -size : size;
      }),
  };
}
