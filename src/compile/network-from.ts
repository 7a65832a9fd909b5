import { currentOf, lumpedCurrent } from '../chips/dynapse2/circuits.ts';
import {
  type ChipConfiguration,
  type Dendrite,
  dendrites,
  type LatchName,
  latchNames,
} from '../chips/dynapse2/configuration.ts';
import type { Destination } from '../chips/dynapse2/event.ts';
import { type ChipMemory, chipMemories } from '../chips/dynapse2/memory.ts';
import { InvalidArgumentError, UnsupportedPipelineError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { dynapSe2CurrentNames } from '../neurons/dynap-se2/parameters.ts';
import { currentNames, defaultParameters } from '../neurons/dynap-sim/parameters.ts';
import { type Pipeline, pipeline } from '../pipeline/pipeline.ts';
import { dynapSe2 } from '../stages/dynap-se2/definition.ts';
import { dynapSim } from '../stages/dynap-sim/definition.ts';
import { linear } from '../stages/linear/definition.ts';
import { dendriteOrder } from './dendrites.ts';
import type { Place } from './places.ts';
import { type NetworkReading, readNetwork } from './read-network.ts';
import type { PlacedNetwork, SynapseList } from './synapses.ts';

/** What a configuration does not say. */
export interface NetworkFromOptions {
  /**
   * Destinations of each input channel, which give the rows of the input matrix. Where left out, there is a
   * channel for each tag that is listened to and that no neuron sends to the same core, in the order of tags.
   */
  readonly inputs?: readonly (readonly Destination[])[];
  /** Neurons to read, in this order; where left out, all in use, in the order chip, core, neuron. */
  readonly places?: readonly Place[];
  /** Amperes per unit of weight; 1e-8 where left out. */
  readonly Iscale?: number;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /**
   * What its neurons become: `lumped`, DynapSim neurons with one synapse; or `dendrites`, DYNAP-SE2 neurons with
   * all four. Lumped where left out and where that is the same network: nothing on NMDA and SHUNT, GABA
   * as AMPA.
   */
  readonly circuit?: 'lumped' | 'dendrites';
}

/** A network read back from a configuration. */
export interface RestoredNetwork {
  /** A linear stage `input` and one population `neurons`. */
  readonly pipeline: Pipeline;
  /** Hardware neuron of each neuron. */
  readonly places: readonly Place[];
  /** Destinations of each input channel. */
  readonly inputChannels: readonly (readonly Destination[])[];
  /** The same network, synapse by synapse, with masks and dendrites. */
  readonly network: PlacedNetwork;
  /** What the configuration says and the pipeline does not. */
  readonly remarks: readonly string[];
}

const bases = ['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const;

/** Reads the currents of cores once for each core. */
function currentReader(memories: readonly ChipMemory[]) {
  const known = new Map<string, number>();
  return ({ chip, core }: Place, name: Parameters<typeof currentOf>[2]): number => {
    const key = `${chip}/${core}/${name}`;
    const current = known.get(key) ?? currentOf(memories[chip]!, core, name);
    known.set(key, current);
    return current;
  };
}

type CurrentReader = ReturnType<typeof currentReader>;

/** Lists the cores that have synapses on one of `kinds`. */
function coresWith({ input, recurrent, places }: PlacedNetwork, kinds: readonly number[]): Place[] {
  const found = new Map<string, Place>();
  for (const { post, dendrite } of [input, recurrent]) {
    for (let i = 0; i < post.length; i++) {
      if (!kinds.includes(dendrite[i]!)) continue;
      const place = places[post[i]!]!;
      found.set(`${place.chip}/${place.core}`, place);
    }
  }
  return [...found.values()];
}

/** Lists what neurons with one synapse cannot be. */
function lumpedProblems(network: PlacedNetwork, current: CurrentReader): string[] {
  const named = (places: readonly Place[]): string =>
    places.map(({ chip, core }) => `core ${core} of chip ${chip}`).join(', ');
  const other = coresWith(network, [dendrites.nmda, dendrites.shunt]);
  const differing = coresWith(network, [dendrites.gaba]).filter(
    (place) =>
      current(place, 'Itau_gaba') !== current(place, 'Itau_ampa') ||
      current(place, 'Igain_gaba') !== current(place, 'Igain_ampa'),
  );
  return [
    ...(other.length > 0
      ? [
          `${named(other)}: there are synapses on NMDA or SHUNT, which neurons with one synapse do not have; take circuit 'dendrites'`,
        ]
      : []),
    ...(differing.length > 0
      ? [
          `${named(differing)}: GABA has another leak or gain than AMPA, and a neuron with one synapse needs equal ones; take circuit 'dendrites'`,
        ]
      : []),
  ];
}

/**
 * Weights of synapses in units of `Iscale`: `[pre][post]`, excitation above zero, inhibition below; or
 * `[pre][dendrite·neurons + post]`.
 */
function weightsOf(
  { pre, post, mask, dendrite }: SynapseList,
  rows: number,
  places: readonly Place[],
  current: CurrentReader,
  { Iscale, lumped }: { readonly Iscale: number; readonly lumped: boolean },
): Matrix {
  const columns = (lumped ? 1 : dendriteOrder.length) * places.length;
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < pre.length; i++) {
    const place = places[post[i]!]!;
    let size = 0;
    for (const [bit, name] of bases.entries()) {
      if ((mask[i]! >> bit) % 2 === 1) size += current(place, name);
    }
    const sign = lumped && dendrite[i] === dendrites.gaba ? -1 : 1;
    const block = lumped ? 0 : dendriteOrder.indexOf(dendrite[i] as Dendrite);
    const at = pre[i]! * columns + block * places.length + post[i]!;
    values[at] = values[at]! + (sign * size) / Iscale;
  }
  return { rows, columns, values };
}

/** Latches whose meaning the simulator knows; that of NMDA has none without its dendrite. */
const knownLatches: readonly LatchName[] = ['latchSoDc', 'latchSoAdaptation', 'latchDenmNmda'];

/** Says what of a configuration the pipeline does not hold. */
function remarksOn(
  { chips }: ChipConfiguration,
  { network: { places }, unheard, unread }: NetworkReading,
): string[] {
  const neurons = places.map(
    ({ chip, core, neuron }) => chips[chip]!.cores[core]!.neurons[neuron]!,
  );
  const timed = neurons.flatMap(({ synapses }) =>
    synapses.filter(
      ({ stp, preciseDelay, mismatchedDelay }) => stp || preciseDelay || mismatchedDelay,
    ),
  );
  const latches = latchNames.filter(
    (name) => !knownLatches.includes(name) && neurons.some((neuron) => neuron[name]),
  );
  return [
    ...(unread > 0 ? [`${unread} neurons are in use and were not asked for`] : []),
    ...(unheard > 0 ? [`${unheard} CAM entries listen to tags that nothing sends`] : []),
    ...(timed.length > 0
      ? [`${timed.length} synapses have plasticity or delays, which are not simulated`]
      : []),
    ...(latches.length > 0 ? [`${latches.join(', ')} are closed, which is not simulated`] : []),
  ];
}

/**
 * Reads a configuration back into a pipeline: the network as the chip holds it, with the weights and
 * currents that its bias generators give. Neurons of all cores and chips become one population, silent
 * ones included: every neuron that listens, has its DC input on, or sends anywhere. A current whose
 * latch is open is zero. A network that listens to nothing has one channel that reaches nothing.
 *
 * @throws InvalidArgumentError with everything that no chip can hold, or where no neuron is in use
 * @throws UnsupportedPipelineError where neurons with one synapse are asked for, and dendrites are used that
 * these do not have
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4, -4]] }), dynapSim({ neurons: 2 }));
 * const { configuration, inputChannels } = deploy(net);
 * networkFrom(configuration, { inputs: inputChannels }).pipeline.channelsOut; // 2
 * ```
 */
export function networkFrom(
  configuration: ChipConfiguration,
  options: NetworkFromOptions = {},
): RestoredNetwork {
  const { inputs, Iscale = defaultParameters.Iscale, dt } = options;
  const memories = chipMemories(configuration);
  const reading = readNetwork(memories, inputs, options.places);
  const { network, inputChannels } = reading;
  const { places, dc, adaptation, nmda = [] } = network;
  if (places.length === 0) {
    throw new InvalidArgumentError('this configuration holds no network', [
      'no neuron listens, sends, or has its DC input on',
    ]);
  }
  const current = currentReader(memories);
  const problems = lumpedProblems(network, current);
  if (options.circuit === 'lumped' && problems.length > 0) {
    throw new UnsupportedPipelineError('simulator', problems);
  }
  const { circuit = problems.length > 0 ? 'dendrites' : 'lumped' } = options;
  const lumped = circuit === 'lumped';
  const parameter = (name: string, n: number): number => {
    if (name === 'Idc' && !dc[n]) return 0;
    if (name === 'Igain_ahp' && !adaptation[n]) return 0;
    if (name === 'If_nmda' && !lumped && !nmda[n]) return 0;
    return current(places[n]!, lumpedCurrent(name));
  };
  const parameters = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, places.map((_, n) => parameter(name, n))]));
  const channels = inputChannels.length === 0 ? [[]] : inputChannels;
  const weights = (list: SynapseList, rows: number): Matrix =>
    weightsOf(list, rows, places, current, { Iscale, lumped });
  const { input, recurrent } = network;
  const size = places.length;
  const population = {
    neurons: size,
    name: 'neurons',
    Iscale,
    ...(dt === undefined ? {} : { dt }),
    ...(recurrent.pre.length === 0 ? {} : { recurrent: weights(recurrent, size) }),
  };
  return {
    pipeline: pipeline(
      linear({ weight: weights(input, channels.length), name: 'input' }),
      lumped
        ? dynapSim({ ...parameters(currentNames), ...population })
        : dynapSe2({ ...parameters(dynapSe2CurrentNames), ...population }),
    ),
    places,
    inputChannels: channels,
    network: { ...network, channels: channels.length },
    remarks: remarksOn(configuration, reading),
  };
}
