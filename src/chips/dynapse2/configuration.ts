import type { Bias } from './bias-generator.ts';
import { coresOf, type Destination, switchMask } from './event.ts';
import { chipLimits } from './limits.ts';
import type { CoreParameterName } from './parameters.ts';
import type { ChipSettings, CoreSettings } from './settings.ts';

/** Dendrites with samna's values. */
export const dendrites = { none: 0, ampa: 1024, gaba: 512, nmda: 256, shunt: 128 } as const;

/** Value of a dendrite. */
export type Dendrite = (typeof dendrites)[keyof typeof dendrites];

/** One CAM entry: which tag a synapse listens to, how strongly, and on which dendrite. */
export interface SynapseConfiguration {
  /** 0…2047. */
  readonly tag: number;
  /** Which of the base currents `Iw_0…Iw_3` the weight adds up. */
  readonly weight: readonly [boolean, boolean, boolean, boolean];
  /** Dendrite that the synapse charges. */
  readonly dendrite: Dendrite;
  /** Short-term plasticity. */
  readonly stp: boolean;
  /** Precise delay. */
  readonly preciseDelay: boolean;
  /** Mismatched delay. */
  readonly mismatchedDelay: boolean;
}

/** Latches of a neuron, in the order of their bits. */
export const latchNames = [
  'latchSoDc',
  'latchSoAdaptation',
  'latchSoifKill',
  'latchSoifType',
  'latchCohoCaMem',
  'latchHoEnable',
  'latchHoSoDe',
  'latchHoActive',
  'latchDeMux',
  'latchDeConductance',
  'latchDeamAmpa',
  'latchDeamAlpha',
  'latchDenmNmda',
  'latchDenmAlpha',
] as const;

/** Name of a latch. */
export type LatchName = (typeof latchNames)[number];

/** A neuron: its fan-in, its destinations, and its latches. */
export type NeuronConfiguration = Readonly<Record<LatchName, boolean>> & {
  /** CAM entries in use, at most 64; the rest are empty. */
  readonly synapses: readonly SynapseConfiguration[];
  /** SRAM entries in use, at most 4; the rest are empty. */
  readonly destinations: readonly Destination[];
};

/** A core: 256 neurons that share their biases. */
export interface CoreConfiguration extends CoreSettings {
  /** All 256 neurons. */
  readonly neurons: readonly NeuronConfiguration[];
  /** Biases by name. One that is left out is not told: a real board keeps its own, the virtual board has it at its lowest. */
  readonly parameters: Readonly<Partial<Record<CoreParameterName, Bias>>>;
}

/** A chip: four cores. */
export interface ChipCoresConfiguration extends ChipSettings {
  /** All four cores. */
  readonly cores: readonly CoreConfiguration[];
}

/** Everything a board is told before it runs: plain data with samna's field names. */
export interface ChipConfiguration {
  /** One entry per chip, first the one next to the FPGA. */
  readonly chips: readonly ChipCoresConfiguration[];
}

/** A CAM entry that is not in use. */
export const emptySynapse: SynapseConfiguration = {
  tag: 0,
  weight: weightSwitches(0),
  dendrite: dendrites.none,
  stp: false,
  preciseDelay: false,
  mismatchedDelay: false,
};

/** An SRAM entry that is not in use. */
export const emptyDestination: Destination = { core: coresOf(0), xHop: 0, yHop: 0, tag: 0 };

/** A neuron that listens to nothing, reaches nothing, and has all latches open. */
export function idleNeuron(): NeuronConfiguration {
  const latches = latchNames.map((name) => [name, false] as const);
  return {
    synapses: [],
    destinations: [],
    ...(Object.fromEntries(latches) as Record<LatchName, boolean>),
  };
}

/** A core of idle neurons, of which no bias is told. */
export function idleCore(): CoreConfiguration {
  const neuron = idleNeuron();
  return { neurons: Array.from({ length: chipLimits.neurons }, () => neuron), parameters: {} };
}

/** A 4-bit weight mask as samna's four switches; bit i selects `Iw_i`. */
export function weightSwitches(mask: number): SynapseConfiguration['weight'] {
  return [(mask & 1) !== 0, (mask & 2) !== 0, (mask & 4) !== 0, (mask & 8) !== 0];
}

/** The 4-bit mask of samna's four switches. */
export function weightMask(weight: SynapseConfiguration['weight']): number {
  return switchMask(weight);
}
