/** Neurons without a circuit, stepped by forward Euler: what LIF, LI, integrators and IF have in common. */
import type { Random } from '../random.ts';
import type {
  ModelExample,
  ModelParameters,
  NeuronModel,
  RunningModel,
  TapedModel,
  TapeOptions,
} from './model.ts';
import { arraysOf } from './state.ts';
import { surrogate } from './surrogate.ts';

/** What a step of integrating neurons needs, one value per neuron. */
export interface EulerCoefficients {
  /** Number of neurons. */
  readonly neurons: number;
  /** Factor on dv: dt/tauMem, or dt where nothing leaks. */
  readonly rate: Float64Array;
  /** 1 where v leaks, 0 where it does not. */
  readonly pull: 0 | 1;
  /** Potential that v leaks to. */
  readonly leak: Float64Array;
  /** Potential per unit of current. */
  readonly resistance: Float64Array;
  /** Current that always flows. */
  readonly bias: Float64Array;
  /** Factor on all that enters. */
  readonly inputWeight: Float64Array;
  /** dt/tauSyn; absent if input is the current. */
  readonly synapseRate?: Float64Array;
  /** Potential above which a neuron fires; neurons without one give their potential. */
  readonly threshold?: Float64Array;
  /** Potential after a spike; present if a threshold is. */
  readonly reset?: Float64Array;
}

/** State of integrating neurons; the lane of neuron n in trial b is `b·neurons + n`. */
export interface EulerState {
  /** Synaptic current; stays 0 where input is the current. */
  readonly current: Float64Array;
  /** Membrane potential, after the reset. */
  readonly potential: Float64Array;
  /** What left in the last step: spikes, or potentials. */
  readonly output: Float64Array;
}

/** The gradient with respect to the state, one value per lane. */
type EulerGradient = EulerState;

/** Makes the state of rest: nothing flows, all potentials are 0. */
export function eulerState(lanes: number): EulerState {
  const room = (): Float64Array => new Float64Array(lanes);
  return { current: room(), potential: room(), output: room() };
}

function rest(state: EulerState): void {
  for (const values of Object.values(arraysOf(state))) values.fill(0);
}

/** The same value for each of `neurons` neurons. */
export function uniform(neurons: number, value: number): Float64Array {
  return new Float64Array(neurons).fill(value);
}

/** Draws values around `mean`, each at most a `fraction` above or below. */
export function around(
  neurons: number,
  random: Random,
  mean: number,
  fraction: number,
): Float64Array {
  return Float64Array.from(
    { length: neurons },
    () => mean * (1 + fraction * (2 * random.uniform() - 1)),
  );
}

/**
 * Advances every lane by one step of forward Euler, as the stage `lif` says. The order of the operations is that of
 * the formula, so that potentials are the same to the last bit.
 *
 * @param drive what enters, recurrence included
 * @param before where to write potentials from before the reset, if at all, at `offset`
 */
export function eulerForward(
  of: EulerCoefficients,
  state: EulerState,
  drive: Float64Array,
  before?: Float64Array,
  offset = 0,
): void {
  const { neurons, rate, pull, leak, resistance, bias, inputWeight } = of;
  const { synapseRate, threshold, reset } = of;
  const { current, potential, output } = state;
  for (let lane = 0, n = 0; lane < drive.length; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const input = inputWeight[n]! * drive[lane]!;
    const flows = synapseRate === undefined ? input : current[lane]!;
    const v = potential[lane]!;
    const next = v + rate[n]! * (leak[n]! - pull * v + resistance[n]! * (flows + bias[n]!));
    if (synapseRate !== undefined) current[lane] = flows + synapseRate[n]! * (-flows + input);
    const fires = threshold !== undefined && next > threshold[n]!;
    if (before !== undefined) before[offset + lane] = next;
    potential[lane] = fires ? reset![n]! : next;
    output[lane] = threshold === undefined ? next : fires ? 1 : 0;
  }
}

/**
 * Takes the gradient back through one step of {@link eulerForward}. A spike passes the gradient back through the
 * {@link surrogate}; the reset passes none: that a neuron was reset counts as given (Zenke & Vogels
 * 2021, Neural Comp. 33(4)), so that after a spike v no longer depends on what was before.
 *
 * @param before potentials from before the reset, at `offset`
 * @param gradient of the state; `gradient.output` holds all that is known about what left in this step
 * @param driveGradient receives dL/d(drive), `lanes` values
 */
export function eulerBackward(
  of: EulerCoefficients,
  before: Float64Array,
  offset: number,
  gradient: EulerGradient,
  driveGradient: Float64Array,
): void {
  const { neurons, rate, pull, resistance, inputWeight, synapseRate, threshold } = of;
  const { current, potential, output } = gradient;
  const lanes = potential.length;
  for (let lane = 0, n = 0; lane < lanes; lane++, n = n + 1 === neurons ? 0 : n + 1) {
    const left = output[lane]!;
    const v = before[offset + lane]!;
    const next =
      threshold === undefined
        ? potential[lane]! + left
        : left * surrogate(v - threshold[n]!) + (v > threshold[n]! ? 0 : potential[lane]!);
    const flows = next * rate[n]! * resistance[n]!;
    potential[lane] = next * (1 - rate[n]! * pull);
    let entered = flows;
    if (synapseRate !== undefined) {
      entered = current[lane]! * synapseRate[n]!;
      current[lane] = current[lane]! * (1 - synapseRate[n]!) + flows;
    }
    driveGradient[lane] = entered * inputWeight[n]!;
    // What left acts on the next step through recurrent weights alone, which are not of the model.
    output[lane] = 0;
  }
}

/** What sets one model of integrating neurons apart from the others. */
export interface EulerModel<Parameters extends ModelParameters> {
  /** Name of the model for people. */
  readonly title: string;
  /** Whether it gives spikes; its potential where it does not. */
  readonly spiking: boolean;
  /** Names of the states that can be recorded. */
  signals(parameters: Parameters): readonly string[];
  /** Draws a population for the conformance suite of engines. */
  example(neurons: number, random: Random): ModelExample<Parameters>;
  /** Works out what a step of `dt` seconds needs. */
  coefficients(parameters: Parameters, dt: number): EulerCoefficients;
}

/** A model of integrating neurons. */
export interface EulerNeuronModel<Parameters extends ModelParameters>
  extends NeuronModel<Parameters, EulerState>,
    Pick<EulerModel<Parameters>, 'coefficients'> {}

/** Makes a model of what sets it apart. */
export function eulerModel<Parameters extends ModelParameters>(
  own: EulerModel<Parameters>,
): EulerNeuronModel<Parameters> {
  const { coefficients: coefficientsOf } = own;
  return {
    ...own,
    channels: 1,
    mismatch: false,
    neurons: (parameters) => coefficientsOf(parameters, 1).neurons,
    running(parameters, dt, batch): RunningModel<EulerState> {
      const coefficients = coefficientsOf(parameters, dt);
      const { neurons } = coefficients;
      const state = eulerState(batch * neurons);
      return {
        neurons,
        channels: neurons,
        state,
        output: state.output,
        step: (drive) => eulerForward(coefficients, state, drive),
        rest: () => rest(state),
      };
    },
    taped(
      parameters,
      { dt, steps, batch, neurons }: TapeOptions,
    ): TapedModel<Parameters, EulerState> {
      const lanes = batch * neurons;
      let coefficients = coefficientsOf(parameters, dt);
      const state = eulerState(lanes);
      const before = new Float64Array(steps * lanes);
      const outputs = new Float64Array(steps * lanes);
      const gradient = eulerState(lanes);
      return {
        neurons,
        channels: neurons,
        state,
        outputs,
        gradient,
        outputGradient: gradient.output,
        outputOf: ({ output }) => output,
        setParameters(next) {
          coefficients = coefficientsOf(next, dt);
        },
        rest: () => rest(state),
        forward(drive, offset) {
          eulerForward(coefficients, state, drive, before, offset);
          outputs.set(state.output, offset);
        },
        backward: (offset, driveGradient) =>
          eulerBackward(coefficients, before, offset, gradient, driveGradient),
      };
    },
  };
}
