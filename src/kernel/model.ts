/** The neuron models that the kernel computes, and how they stand in its memory. */
import { InvalidArgumentError } from '../errors.ts';
import type { MembraneCoefficients, SynapseCoefficients } from '../neurons/coefficients.ts';
import { dynapSe2Coefficients } from '../neurons/dynap-se2/coefficients.ts';
import { type DynapSe2Parameters, dendriteNames } from '../neurons/dynap-se2/parameters.ts';
import { type DynapSe2State, dynapSe2State } from '../neurons/dynap-se2/state.ts';
import { dynapSimCoefficients } from '../neurons/dynap-sim/coefficients.ts';
import type { DynapSimParameters } from '../neurons/dynap-sim/parameters.ts';
import { type DynapSimState, restState } from '../neurons/dynap-sim/state.ts';
import type { ModelName, NeuronParameters } from '../neurons/model-table.ts';
import type { MembraneState } from '../neurons/state.ts';
import { unknownName } from '../options.ts';
import * as layout from './layout.ts';

/** Where a synapse has its coefficients, and its current in the state. */
interface SynapseOffsets {
  readonly decay: number;
  readonly pulseFraction: number;
  readonly loss: number;
  readonly driveSlope: number;
  readonly current: number;
}

/** How neurons of a model stand in memory, and which functions of the kernel know it. */
export interface ModelLayout {
  /** The synapses of a neuron, in the order of its input channels. */
  readonly synapses: readonly SynapseOffsets[];
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
export interface KernelModel<Parameters, State extends MembraneState> {
  readonly layout: ModelLayout;
  /** Names of the synaptic currents of a state, in the order of the layout. */
  readonly currentNames: readonly string[];
  coefficients(parameters: Parameters, dt: number): NeuronCoefficients;
  /** All currents at Io, all else zero. */
  rest(parameters: Parameters, batch: number): State;
  /** The currents of the synapses of a state, in the order of the layout. */
  currents(state: State): readonly Float64Array[];
}

const first: SynapseOffsets = {
  decay: layout.SYN_DECAY,
  pulseFraction: layout.SYN_CHARGE,
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
const lumpedModel: KernelModel<DynapSimParameters, DynapSimState> = {
  layout: lumpedLayout,
  currentNames: ['isyn'],
  coefficients(parameters, dt) {
    const { synDecay, pulseFraction, synGain, ...membrane } = dynapSimCoefficients(parameters, dt);
    const synapse = { decay: synDecay, pulseFraction, gain: synGain };
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
      pulseFraction: layout.GABA_CHARGE,
      loss: layout.GABA_LOSS,
      driveSlope: layout.GABA_DRIVE_SLOPE,
      current: layout.IGABA,
    },
    {
      decay: layout.NMDA_DECAY,
      pulseFraction: layout.NMDA_CHARGE,
      loss: layout.NMDA_LOSS,
      driveSlope: layout.NMDA_DRIVE_SLOPE,
      current: layout.INMDA,
    },
    {
      decay: layout.SHUNT_DECAY,
      pulseFraction: layout.SHUNT_CHARGE,
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
const dendriticModel: KernelModel<DynapSe2Parameters, DynapSe2State> = {
  layout: dendriticLayout,
  currentNames: ['iampa', 'igaba', 'inmda', 'ishunt'],
  coefficients(parameters, dt) {
    const coefficients = dynapSe2Coefficients(parameters, dt);
    const synapses = dendriteNames.map((name) => coefficients[name]);
    return { ...coefficients, layout: dendriticLayout, synapses };
  },
  rest: ({ Io }, batch) => dynapSe2State(Io, batch * Io.length),
  currents: ({ iampa, igaba, inmda, ishunt }) => [iampa, igaba, inmda, ishunt],
};

/** The models that the kernel computes. */
const kernelModels: {
  readonly [name in ModelName]?: KernelModel<never, MembraneState>;
} = { dynapSim: lumpedModel, dynapSe2: dendriticModel };

/** Whether the kernel computes neurons of a model. */
export function kernelSupports(model: ModelName): boolean {
  return typeof model === 'string' && Object.hasOwn(kernelModels, model);
}

/**
 * The model that parameters belong to, as the kernel has it.
 *
 * @throws InvalidArgumentError if the kernel does not compute it
 */
export function kernelModelOf({
  model,
}: NeuronParameters): KernelModel<NeuronParameters, MembraneState> {
  const found = kernelModels[model];
  if (found === undefined) {
    const { needed } = unknownName(model, Object.keys(kernelModels));
    throw new InvalidArgumentError('the kernel does not compute these neurons', [
      { path: 'model', code: 'unsupported', given: model, needed },
    ]);
  }
  // The compiler cannot follow that a row of the table is of the parameters whose tag it stands under.
  return found as object as KernelModel<NeuronParameters, MembraneState>;
}

/** What is to be known of parameters of any model that the kernel computes. */
export function coefficientsOf(parameters: NeuronParameters, dt: number): NeuronCoefficients {
  return kernelModelOf(parameters).coefficients(parameters, dt);
}

/** The layout of the model that parameters belong to. */
export function layoutOf(parameters: NeuronParameters): ModelLayout {
  return kernelModelOf(parameters).layout;
}
