import {
  type CoreConfiguration,
  type Dendrite,
  dendrites,
  idleCore,
  idleNeuron,
  type SynapseConfiguration,
  weightSwitches,
} from '../chip/configuration.ts';
import { coresOf, type Destination, monitorDestination } from '../chip/event.ts';
import { chipLimits } from '../chip/limits.ts';
import type { Matrix } from '../matrix.ts';

/** Weights of one core as masks and signs, ready for the CAM. */
export interface CoreSynapses {
  /** Masks of the input channels, row-major `[input][neuron]`, 0…15. */
  readonly inputMasks: Uint8Array;
  /** Masks between neurons, row-major `[pre][post]`. */
  readonly recurrentMasks: Uint8Array;
  /** Quantised weights of the input channels; the sign picks the dendrite. */
  readonly input: Matrix;
  /** Quantised weights between neurons. */
  readonly recurrent: Matrix;
}

/** Memories of one core, and where each input channel has to be sent. */
export interface CoreAllocation {
  /** All 256 neurons with CAM, SRAM and latches. */
  readonly neurons: CoreConfiguration['neurons'];
  /** Destinations of each input channel; a channel that reaches nothing has none. */
  readonly inputChannels: readonly (readonly Destination[])[];
}

const onlyCore0: Destination['core'] = coresOf(1);

/** Positive weights charge AMPA, negative ones GABA. */
function dendriteOf(weight: number): Dendrite {
  return weight < 0 ? dendrites.gaba : dendrites.ampa;
}

function synapse(tag: number, mask: number, weight: number): SynapseConfiguration {
  return {
    tag,
    weight: weightSwitches(mask),
    dendrite: dendriteOf(weight),
    stp: false,
    preciseDelay: false,
    mismatchedDelay: false,
  };
}

/** Rows of a mask matrix that select anything. */
function usedRows(masks: Uint8Array, { rows, columns }: Matrix): boolean[] {
  return Array.from({ length: rows }, (_, row) =>
    masks.subarray(row * columns, (row + 1) * columns).some((mask) => mask !== 0),
  );
}

/** Lists what is wrong with a choice of hardware neurons; empty where all is well. */
export function placeProblems(place: readonly number[], neurons: number): string[] {
  const problems: string[] = [];
  if (place.length !== neurons) {
    problems.push(`place names ${place.length} hardware neurons for ${neurons} neurons`);
  }
  const bad = place.filter((n) => !Number.isInteger(n) || n < 0 || n >= chipLimits.neurons);
  if (bad.length > 0)
    problems.push(`place names ${bad.join(', ')}; 0…${chipLimits.neurons - 1} exist`);
  const twice = place.filter((n, i) => place.indexOf(n) !== i);
  if (twice.length > 0) problems.push(`place names ${twice.join(', ')} twice`);
  return problems;
}

/** Lists every limit of a core that `synapses` break; empty where they fit. */
export function allocationProblems({ input, recurrent, ...masks }: CoreSynapses): string[] {
  const problems: string[] = [];
  const neurons = recurrent.columns;
  if (neurons > chipLimits.neurons) {
    problems.push(`${neurons} neurons; one core holds ${chipLimits.neurons}`);
  }
  const tags = input.rows + neurons;
  if (tags > chipLimits.tags) {
    problems.push(
      `${input.rows} inputs and ${neurons} neurons need ${tags} tags; ${chipLimits.tags} exist`,
    );
  }
  const crowded: string[] = [];
  for (let n = 0; n < neurons; n++) {
    let fanIn = 0;
    for (let i = 0; i < input.rows; i++) fanIn += Number(masks.inputMasks[i * neurons + n] !== 0);
    for (let i = 0; i < neurons; i++) fanIn += Number(masks.recurrentMasks[i * neurons + n] !== 0);
    if (fanIn > chipLimits.synapses) crowded.push(`${n} (${fanIn})`);
  }
  if (crowded.length > 0) {
    problems.push(
      `fan-in above ${chipLimits.synapses} at neuron ${crowded.join(', ')}; prune the smallest weights`,
    );
  }
  return problems;
}

/**
 * Lays a network out in the memories of core 0 of chip 0: tag i for input channel i, tag
 * `inputs + n` for neuron n. Every neuron of the core reports to the host under its own id. Trusts
 * its input; {@link allocationProblems} checks it.
 *
 * @param place hardware neuron of each neuron; the first ones where left out
 */
export function allocateCore(
  { input, recurrent, ...masks }: CoreSynapses,
  place: readonly number[] = Array.from({ length: recurrent.columns }, (_, n) => n),
): CoreAllocation {
  const used = recurrent.columns;
  const reaches = usedRows(masks.recurrentMasks, recurrent);
  const neurons = idleCore().neurons.map((_, hardware) => {
    const destinations: Destination[] = [monitorDestination(0, hardware)];
    const n = place.indexOf(hardware);
    if (n < 0) return { ...idleNeuron(), destinations };
    if (reaches[n]) destinations.push({ core: onlyCore0, xHop: 0, yHop: 0, tag: input.rows + n });
    const synapses: SynapseConfiguration[] = [];
    const listen = (tag: number, mask: number, weight: number): void => {
      if (mask !== 0) synapses.push(synapse(tag, mask, weight));
    };
    for (let i = 0; i < input.rows; i++) {
      listen(i, masks.inputMasks[i * used + n]!, input.values[i * used + n]!);
    }
    for (let i = 0; i < used; i++) {
      listen(input.rows + i, masks.recurrentMasks[i * used + n]!, recurrent.values[i * used + n]!);
    }
    return { ...idleNeuron(), synapses, destinations, latchSoDc: true, latchSoAdaptation: true };
  });
  const inputChannels = usedRows(masks.inputMasks, input).map((any, tag): Destination[] =>
    any ? [{ core: onlyCore0, xHop: 0, yHop: 0, tag }] : [],
  );
  return { neurons, inputChannels };
}
