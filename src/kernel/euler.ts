/** Neurons that forward Euler steps (LIF, IF, leaky integrators and integrators), as the kernel has them. */
import type { EulerCoefficients, EulerNeuronModel, EulerState } from '../neurons/forward-euler.ts';
import { eulerState } from '../neurons/forward-euler.ts';
import type { ModelParameters } from '../neurons/model.ts';
import { eachNeuron, floatsOf, type LaneMap, laneAt } from './lanes.ts';
import * as layout from './layout.ts';
import type { KernelModel, ModelLayout, SignalReader } from './model.ts';
import * as numbers from './numbers.ts';

/** How neurons stand in memory that fire or do not, and have synapses or not. */
function eulerLayout(spiking: boolean, synapse: boolean): ModelLayout {
  const [plain, withSynapse] = spiking
    ? [numbers.LIF, numbers.CUBA_LIF]
    : [numbers.LI, numbers.CUBA_LI];
  return {
    model: synapse ? withSynapse : plain,
    channels: 1,
    spiking,
    coefficientBytes: layout.EULER_COEFFICIENTS,
    stateBytes: layout.EULER_STATE,
    tapeBytes: layout.EULER_TAPE,
    gradientBytes: layout.EULER_GRADIENT,
    tableBytes: 0,
    ones: [],
    lasting: [layout.POTENTIAL, layout.CURRENT],
  };
}

const layouts = [false, true].map((spiking) =>
  [false, true].map((synapse) => eulerLayout(spiking, synapse)),
);

function layoutFor({ threshold, synapseRate }: EulerCoefficients): ModelLayout {
  return layouts[+(threshold !== undefined)]![+(synapseRate !== undefined)]!;
}

/** What no neuron reaches. */
const never = 3e38;

/** Writes the coefficients of `lanes`. In a lane that holds no neuron nothing moves: what left it would ask for rows that are not there. */
function write(
  out: Float32Array,
  base: number,
  c: EulerCoefficients,
  { width, neurons }: LaneMap,
): void {
  for (let lane = 0; lane < neurons.length; lane++) {
    const n = neurons[lane]!;
    const at = base + laneAt(lane, layout.EULER_COEFFICIENTS, width);
    const put = (place: number, value: number): void => {
      out[at + floatsOf(place, width)] = value;
    };
    if (n < 0) {
      for (let place = 0; place < layout.EULER_COEFFICIENTS; place += layout.VECTOR) put(place, 0);
      put(layout.POTENTIAL_GAIN, numbers.TINY);
      put(layout.FIRE_ABOVE, never);
      continue;
    }
    const slope = c.rate[n]! * c.resistance[n]!;
    put(layout.POTENTIAL_LOSS, c.rate[n]! * c.pull);
    put(layout.POTENTIAL_GAIN, c.rate[n]! * c.leak[n]! + slope * c.bias[n]! + numbers.TINY);
    put(layout.RESET, c.reset?.[n] ?? 0);
    if (c.synapseRate === undefined) {
      put(layout.FLOW_SLOPE, slope * c.inputWeight[n]!);
    } else {
      put(layout.FLOW_SLOPE, slope);
      put(layout.CURRENT_LOSS, c.synapseRate[n]!);
      put(layout.CURRENT_SLOPE, c.synapseRate[n]! * c.inputWeight[n]!);
    }
    put(layout.FIRE_ABOVE, c.threshold?.[n] ?? never);
  }
}

/** The numbers of a state, by the names of the reference. */
const places: Readonly<Record<keyof EulerState, number>> = {
  potential: layout.POTENTIAL,
  current: layout.CURRENT,
  output: layout.LEFT,
};

function signalReader(name: string): SignalReader {
  const place = places[name as keyof EulerState];
  return (floats, at, _, width) => floats[at + floatsOf(place, width)]!;
}

/** Makes a model of the reference one of the kernel. */
export function eulerKernelModel<Parameters extends ModelParameters>(
  model: EulerNeuronModel<Parameters>,
): KernelModel<Parameters, EulerState> {
  const names = Object.keys(places) as (keyof EulerState)[];
  return {
    layout: (parameters) => layoutFor(model.coefficients(parameters, 1)),
    rest: (parameters, batch) => eulerState(batch * model.neurons(parameters)),
    neurons(parameters, dt) {
      const c = model.coefficients(parameters, dt);
      const own = layoutFor(c);
      const signals = model.signals(parameters).map((name) => [name, signalReader(name)] as const);
      return {
        layout: own,
        neurons: c.neurons,
        mostSpikes: own.spiking ? 1 : Number.MAX_VALUE,
        signals: Object.fromEntries(signals),
        write: (out, base, lanes) => write(out, base, c, lanes),
        writeState(out, base, lanes, first, state) {
          eachNeuron(base, own.stateBytes, lanes, first, (at, _, from) => {
            for (const name of names)
              out[at + floatsOf(places[name], lanes.width)] = state[name][from]!;
          });
        },
        readState(floats, base, lanes, first, state) {
          eachNeuron(base, own.stateBytes, lanes, first, (at, _, to) => {
            for (const name of names)
              state[name][to] = floats[at + floatsOf(places[name], lanes.width)]!;
          });
        },
      };
    },
  };
}
