import {
  dynapSimCoefficients,
  type MembraneCoefficients,
  type SynapseCoefficients,
} from '../neurons/coefficients.ts';
import { dynapSe2Coefficients } from '../neurons/dynap-se2/coefficients.ts';
import {
  type DynapSe2Parameters,
  dendriteNames,
  type NeuronParameters,
} from '../neurons/dynap-se2/parameters.ts';
import { type DynapSe2State, dynapSe2State } from '../neurons/dynap-se2/state.ts';
import type { DynapSimParameters } from '../neurons/dynap-sim/parameters.ts';
import { type DynapSimState, type MembraneState, restState } from '../neurons/state.ts';
import * as layout from './layout.ts';

/** Where a synapse has its coefficients, and its current in the state. */
interface SynapsePlace {
  readonly decay: number;
  readonly charge: number;
  readonly loss: number;
  readonly driveSlope: number;
  readonly current: number;
}

/** How neurons of a model stand in memory, and which functions of the kernel know it. */
export interface ModelLayout {
  /** The synapses of a neuron, in the order of its input channels. */
  readonly synapses: readonly SynapsePlace[];
  /** Bytes of a vector: its coefficients, its state, one step of its tape, its gradient. */
  readonly coefficientBytes: number;
  readonly stateBytes: number;
  readonly tapeBytes: number;
  /** Bytes that a step leaves of a vector that is alone in its row. */
  readonly singleBytes: number;
  readonly gradientBytes: number;
  readonly forward: 'forward' | 'forwardDendrites';
  readonly backFromOuter: 'backFromOuter' | 'backDendritesFromOuter';
  readonly stream: 'stream' | 'streamDendrites';
}

/** What the kernel is to know of a parameter set, in float64. */
export interface NeuronCoefficients extends MembraneCoefficients {
  readonly layout: ModelLayout;
  /** Those of every synapse, in the order of the layout. */
  readonly synapses: readonly SynapseCoefficients[];
  /** If_nmda, amperes, where there is NMDA. */
  readonly nmdaGate?: Float64Array;
}

/** A model of neurons, as it is known outside. */
export interface NeuronModel<Parameters, State extends MembraneState> {
  readonly layout: ModelLayout;
  coefficients(parameters: Parameters, dt: number): NeuronCoefficients;
  /** All currents at Io, all else zero. */
  rest(parameters: Parameters, batch: number): State;
  /** The currents of the synapses of a state, in the order of the layout. */
  currents(state: State): readonly Float64Array[];
}

const first: SynapsePlace = {
  decay: layout.SYN_DECAY,
  charge: layout.SYN_CHARGE,
  loss: layout.SYN_LOSS,
  driveSlope: layout.DRIVE_SLOPE,
  current: layout.ISYN,
};

const lumpedLayout: ModelLayout = {
  synapses: [first],
  coefficientBytes: layout.COEFFICIENTS,
  stateBytes: layout.STATE,
  tapeBytes: layout.TAPE,
  singleBytes: layout.SLOPES,
  gradientBytes: layout.GRADIENT,
  forward: 'forward',
  backFromOuter: 'backFromOuter',
  stream: 'stream',
};

/** Neurons with one lumped synapse. */
export const lumpedModel: NeuronModel<DynapSimParameters, DynapSimState> = {
  layout: lumpedLayout,
  coefficients(parameters, dt) {
    const { synDecay, synCharge, synGain, ...membrane } = dynapSimCoefficients(parameters, dt);
    const synapse = { decay: synDecay, charge: synCharge, gain: synGain };
    return { ...membrane, layout: lumpedLayout, synapses: [synapse] };
  },
  rest: restState,
  currents: ({ isyn }) => [isyn],
};

const dendriticLayout: ModelLayout = {
  synapses: [
    first,
    {
      decay: layout.GABA_DECAY,
      charge: layout.GABA_CHARGE,
      loss: layout.GABA_LOSS,
      driveSlope: layout.GABA_DRIVE_SLOPE,
      current: layout.IGABA,
    },
    {
      decay: layout.NMDA_DECAY,
      charge: layout.NMDA_CHARGE,
      loss: layout.NMDA_LOSS,
      driveSlope: layout.NMDA_DRIVE_SLOPE,
      current: layout.INMDA,
    },
    {
      decay: layout.SHUNT_DECAY,
      charge: layout.SHUNT_CHARGE,
      loss: layout.SHUNT_LOSS,
      driveSlope: layout.SHUNT_DRIVE_SLOPE,
      current: layout.ISHUNT,
    },
  ],
  coefficientBytes: layout.DENDRITIC_COEFFICIENTS,
  stateBytes: layout.DENDRITIC_STATE,
  tapeBytes: layout.DENDRITIC_TAPE,
  singleBytes: layout.DENDRITIC_TAPE,
  gradientBytes: layout.DENDRITIC_GRADIENT,
  forward: 'forwardDendrites',
  backFromOuter: 'backDendritesFromOuter',
  stream: 'streamDendrites',
};

/** Neurons with four dendrites. */
export const dendriticModel: NeuronModel<DynapSe2Parameters, DynapSe2State> = {
  layout: dendriticLayout,
  coefficients(parameters, dt) {
    const coefficients = dynapSe2Coefficients(parameters, dt);
    const synapses = dendriteNames.map((name) => coefficients[name]);
    return { ...coefficients, layout: dendriticLayout, synapses };
  },
  rest: ({ Io }, batch) => dynapSe2State(Io, batch * Io.length),
  currents: ({ iampa, igaba, inmda, ishunt }) => [iampa, igaba, inmda, ishunt],
};

/** What is to be known of parameters of either model. */
export function coefficientsOf(parameters: NeuronParameters, dt: number): NeuronCoefficients {
  return 'Itau_ampa' in parameters
    ? dendriticModel.coefficients(parameters, dt)
    : lumpedModel.coefficients(parameters, dt);
}

/** The layout of the model that parameters belong to. */
export function layoutOf(parameters: NeuronParameters): ModelLayout {
  return 'Itau_ampa' in parameters ? dendriticLayout : lumpedLayout;
}
