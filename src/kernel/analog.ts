/** DynapSim and DYNAP-SE2 neurons, as the kernel has them. */
import { dynapSe2Coefficients } from '../neurons/dynap-se2/coefficients.ts';
import { type DynapSe2Parameters, dendriteNames } from '../neurons/dynap-se2/parameters.ts';
import { type DynapSe2State, dynapSe2State } from '../neurons/dynap-se2/state.ts';
import { dynapSimCoefficients } from '../neurons/dynap-sim/coefficients.ts';
import type { DynapSimParameters } from '../neurons/dynap-sim/parameters.ts';
import { type DynapSimState, restState } from '../neurons/dynap-sim/state.ts';
import type { MembraneState } from '../neurons/state.ts';
import { type AnalogCoefficients, type SynapseOffsets, writeCoefficients } from './coefficients.ts';
import * as layout from './layout.ts';
import type { KernelModel, ModelLayout } from './model.ts';
import * as numbers from './numbers.ts';
import { readState, signalReaders, writeState } from './state.ts';

/**
 * The most spikes of a neuron in a step whose membrane current the kernel still knows: beyond the end of its table, all
 * currents count as the same.
 */
function mostSpikes({ threshold, darkCurrent }: AnalogCoefficients): number {
  let most = 0;
  for (let n = 0; n < threshold.length; n++) {
    const current = (numbers.GREATEST * darkCurrent[n]!) / threshold[n]!;
    most = Math.max(most, Math.ceil(Math.log(current)));
  }
  return most;
}

/** What all analog neurons have in common. */
function analogLayout(
  places: readonly SynapseOffsets[],
  own: Pick<
    ModelLayout,
    'model' | 'coefficientBytes' | 'stateBytes' | 'tapeBytes' | 'gradientBytes'
  >,
): ModelLayout {
  const currents = places.map(({ current }) => current);
  return {
    ...own,
    channels: places.length,
    spiking: true,
    tableBytes: numbers.OCTAVES * 4,
    ones: [...currents, layout.IAHP, layout.IMEM, layout.FEEDBACK, layout.MEMBRANE],
    lasting: currents,
  };
}

/** What sets one model of analog neurons apart from the other. */
interface AnalogModel<Parameters, State extends MembraneState> {
  readonly layout: ModelLayout;
  readonly places: readonly SynapseOffsets[];
  /** Names of the synaptic currents of a state, in the order of the places. */
  readonly currentNames: readonly string[];
  coefficients(
    parameters: Parameters,
    dt: number,
  ): Omit<AnalogCoefficients, 'places' | 'coefficientBytes' | 'stateBytes'>;
  rest(parameters: Parameters, batch: number): State;
  /** The currents of the synapses of a state, in the order of the places. */
  currents(state: State): readonly Float64Array[];
}

/** Makes a model of what sets it apart. */
function analogModel<Parameters, State extends MembraneState>(
  model: AnalogModel<Parameters, State>,
): KernelModel<Parameters, State> {
  const { layout: own, places, currentNames, currents } = model;
  const { coefficientBytes, stateBytes } = own;
  return {
    layout: () => own,
    rest: model.rest,
    neurons(parameters, dt) {
      const worked = model.coefficients(parameters, dt);
      const c: AnalogCoefficients = { ...worked, places, coefficientBytes, stateBytes };
      return {
        layout: own,
        neurons: c.neurons,
        mostSpikes: mostSpikes(c),
        signals: signalReaders(c, currentNames),
        write: (out, base, lanes) => writeCoefficients(out, base, c, lanes),
        writeState: (out, base, lanes, first, state) =>
          writeState(out, base, c, lanes, first, state, currents(state)),
        readState: (floats, base, lanes, first, state) =>
          readState(floats, base, c, lanes, first, state, currents(state)),
      };
    },
  };
}

const first: SynapseOffsets = {
  decay: layout.SYN_DECAY,
  pulseFraction: layout.SYN_CHARGE,
  loss: layout.SYN_LOSS,
  driveSlope: layout.DRIVE_SLOPE,
  current: layout.ISYN,
};

/** Neurons with one lumped synapse. */
export const lumpedModel: KernelModel<DynapSimParameters, DynapSimState> = analogModel({
  layout: {
    ...analogLayout([first], {
      model: numbers.LUMPED,
      coefficientBytes: layout.COEFFICIENTS,
      stateBytes: layout.STATE,
      tapeBytes: layout.TAPE,
      gradientBytes: layout.GRADIENT,
    }),
    singleBytes: layout.SLOPES,
  },
  places: [first],
  currentNames: ['isyn'],
  coefficients(parameters: DynapSimParameters, dt) {
    const { synDecay, pulseFraction, synGain, ...membrane } = dynapSimCoefficients(parameters, dt);
    return { ...membrane, synapses: [{ decay: synDecay, pulseFraction, gain: synGain }] };
  },
  rest: restState,
  currents: ({ isyn }: DynapSimState) => [isyn],
});

const dendrites: readonly SynapseOffsets[] = [
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
];

/** Neurons with four dendrites. */
export const dendriticModel: KernelModel<DynapSe2Parameters, DynapSe2State> = analogModel({
  layout: analogLayout(dendrites, {
    model: numbers.DENDRITIC,
    coefficientBytes: layout.DENDRITIC_COEFFICIENTS,
    stateBytes: layout.DENDRITIC_STATE,
    tapeBytes: layout.DENDRITIC_TAPE,
    gradientBytes: layout.DENDRITIC_GRADIENT,
  }),
  places: dendrites,
  currentNames: ['iampa', 'igaba', 'inmda', 'ishunt'],
  coefficients(parameters: DynapSe2Parameters, dt) {
    const coefficients = dynapSe2Coefficients(parameters, dt);
    return { ...coefficients, synapses: dendriteNames.map((name) => coefficients[name]) };
  },
  rest: ({ Io }: DynapSe2Parameters, batch) => dynapSe2State(Io, batch * Io.length),
  currents: ({ iampa, igaba, inmda, ishunt }: DynapSe2State) => [iampa, igaba, inmda, ishunt],
});
