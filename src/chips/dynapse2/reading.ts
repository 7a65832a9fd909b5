/** Reads a network back from the memory words of a DYNAP-SE2 board. */
import { InvalidArgumentError } from '../../errors.ts';
import { dendriteNames, dynapSe2CurrentNames } from '../../neurons/dynap-se2/parameters.ts';
import { currentNames } from '../../neurons/dynap-sim/parameters.ts';
import { fault, type Problem } from '../../problems.ts';
import type {
  ChipReading,
  CircuitModel,
  HardwareNeuron,
  PlacedSynapses,
  ReadOptions,
  SynapseList,
} from '../family.ts';
import { type NetworkReading, readNetwork } from '../read-network.ts';
import { readOptionProblems } from '../read-options.ts';
import { biasCurrent, lowestBias } from './bias-generator.ts';
import { lumpedCurrent } from './circuits.ts';
import { type ChipConfiguration, type LatchName, latchNames } from './configuration.ts';
import { destinationProblems, eventOf } from './event.ts';
import { chipLimits } from './limits.ts';
import { chipMemories } from './memory.ts';
import { networkWords } from './network-words.ts';
import { type CoreCurrentName, currentParameter } from './parameters.ts';

/** Codes of dendrites that hold their neuron back. */
const gaba = dendriteNames.indexOf('gaba');

const bases = ['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const;

/** Reads the currents of cores once for each core. */
function currentReader({ chips }: ChipConfiguration) {
  const known = new Map<CoreCurrentName, number[]>();
  return ({ chip, core }: HardwareNeuron, name: CoreCurrentName): number => {
    let own = known.get(name);
    if (own === undefined) {
      own = [];
      known.set(name, own);
    }
    const parameter = currentParameter[name];
    const at = chip * chipLimits.cores + core;
    const { parameters } = chips[chip]!.cores[core]!;
    own[at] ??= biasCurrent(parameter, parameters[parameter] ?? lowestBias);
    return own[at];
  };
}

type CurrentReader = ReturnType<typeof currentReader>;

/** Lists the cores that have synapses on some dendrites. */
function coresWith(
  { input, recurrent, hardware }: PlacedSynapses,
  names: readonly (typeof dendriteNames)[number][],
): HardwareNeuron[] {
  const found = new Map<string, HardwareNeuron>();
  const wanted = dendriteNames.map((name) => names.includes(name));
  for (const { post, dendrite } of [input, recurrent]) {
    for (let i = 0; i < post.length; i++) {
      if (!wanted[dendrite[i]!]) continue;
      const neuron = hardware[post[i]!]!;
      found.set(`${neuron.chip}/${neuron.core}`, neuron);
    }
  }
  return [...found.values()];
}

/** Lists what neurons with one synapse cannot be. */
function lumpedProblems(network: PlacedSynapses, current: CurrentReader): Problem[] {
  const core = ({ chip, core }: HardwareNeuron): string => `chips[${chip}].cores[${core}]`;
  const differs = (neuron: HardwareNeuron): boolean =>
    current(neuron, 'Itau_gaba') !== current(neuron, 'Itau_ampa') ||
    current(neuron, 'Igain_gaba') !== current(neuron, 'Igain_ampa');
  return [
    ...coresWith(network, ['nmda', 'shunt']).map((neuron) =>
      fault(
        core(neuron),
        'unsupported',
        "there are synapses on NMDA or SHUNT, which neurons with one synapse do not have; take model 'dynapSe2'",
      ),
    ),
    ...coresWith(network, ['gaba'])
      .filter(differs)
      .map((neuron) =>
        fault(
          core(neuron),
          'conflict',
          "GABA has another leak or gain than AMPA, and a neuron with one synapse needs equal ones; take model 'dynapSe2'",
        ),
      ),
  ];
}

/** Latches whose meaning the simulator knows; that of NMDA has none without its dendrite. */
const knownLatches: readonly LatchName[] = ['latchSoDc', 'latchSoAdaptation', 'latchDenmNmda'];

/** Says what of a configuration the network does not hold. */
function remarksOn(
  { chips }: ChipConfiguration,
  { network: { hardware }, unsentTags, unread }: NetworkReading,
): string[] {
  const neurons = hardware.map(
    ({ chip, core, neuron }) => chips[chip]!.cores[core]!.neurons[neuron]!,
  );
  let timed = 0;
  for (const { synapses } of neurons) {
    for (const { stp, preciseDelay, mismatchedDelay } of synapses) {
      timed += Number(stp || preciseDelay || mismatchedDelay);
    }
  }
  const latches = latchNames.filter(
    (name) => !knownLatches.includes(name) && neurons.some((neuron) => neuron[name]),
  );
  return [
    ...(unread > 0 ? [`${unread} neurons are in use and were not asked for`] : []),
    ...(unsentTags > 0 ? [`${unsentTags} CAM entries listen to tags that nothing sends`] : []),
    ...(timed > 0 ? [`${timed} synapses have plasticity or delays, which are not simulated`] : []),
    ...(latches.length > 0 ? [`${latches.join(', ')} are closed, which is not simulated`] : []),
  ];
}

/** Names of the currents of a neuron, by model. */
const namesOf: Readonly<Record<CircuitModel, readonly string[]>> = {
  dynapSim: currentNames,
  dynapSe2: dynapSe2CurrentNames,
};

/** Switches of neurons that are known, as their latches have them. */
function switchesOf({ chips }: ChipConfiguration, hardware: readonly HardwareNeuron[]) {
  const neurons = hardware.map(
    ({ chip, core, neuron }) => chips[chip]!.cores[core]!.neurons[neuron]!,
  );
  return {
    Idc: neurons.map(({ latchSoDc }) => latchSoDc),
    Igain_ahp: neurons.map(({ latchSoAdaptation }) => latchSoAdaptation),
    If_nmda: neurons.map(({ latchDenmNmda }) => latchDenmNmda),
  };
}

/**
 * Reads a sound configuration back as the chip holds it, with the currents that its bias generators give. Its
 * synapses are read from the memory words when they are asked for.
 *
 * @throws InvalidArgumentError with everything that was asked for and is not there
 */
export function readDynapse2(
  configuration: ChipConfiguration,
  given: ReadOptions = {},
): ChipReading {
  const problems = readOptionProblems(given, chipLimits, configuration.chips.length, (word) =>
    destinationProblems(eventOf(word)),
  );
  if (problems.length > 0) {
    throw new InvalidArgumentError('this configuration cannot be read so', problems);
  }
  let known: NetworkReading | undefined;
  const reading = (): NetworkReading => {
    known ??= readNetwork(networkWords(chipMemories(configuration)), given);
    return known;
  };
  const neurons = (): readonly HardwareNeuron[] => given.hardware ?? reading().network.hardware;
  const current = currentReader(configuration);
  return {
    get network() {
      return reading().network;
    },
    get inputWords() {
      return reading().inputWords;
    },
    get remarks() {
      return remarksOn(configuration, reading());
    },
    problems: (model) => (model === 'dynapSim' ? lumpedProblems(reading().network, current) : []),
    parameters(model) {
      const own = neurons();
      const { If_nmda, ...always } = switchesOf(configuration, own);
      const on: Readonly<Record<string, readonly boolean[]>> =
        model === 'dynapSim' ? always : { ...always, If_nmda };
      const values = namesOf[model].map((name) => {
        const behind = lumpedCurrent(name);
        const named = Float64Array.from(own, (neuron, n) =>
          on[name]?.[n] === false ? 0 : current(neuron, behind),
        );
        return [name, named] as const;
      });
      return Object.fromEntries(values);
    },
    weights({ post, code, dendrite }: SynapseList, model) {
      const own = neurons();
      return Float64Array.from(post, (n, i) => {
        const neuron = own[n]!;
        let size = 0;
        for (const [bit, name] of bases.entries()) {
          if ((code[i]! >> bit) % 2 === 1) size += current(neuron, name);
        }
        return model === 'dynapSim' && dendrite[i] === gaba ? -size : size;
      });
    },
  };
}
