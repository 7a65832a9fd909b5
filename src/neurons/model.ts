/** What there is to know of a model of neurons: the one thing that a folder of this room must give. */
import type { Random } from '../random.ts';
import type { DifferentiableOptions } from './layer.ts';

/** Parameters of a population, with the name of the model that they belong to. */
export interface ModelParameters {
  /** Model of the neurons. */
  readonly model: string;
}

/** A population at rest, and how its model advances it. */
export interface RunningModel<State> {
  /** Neurons. */
  readonly neurons: number;
  /** Input channels of one trial. */
  readonly channels: number;
  /** The live state. */
  readonly state: State;
  /** Of the live state: what left in the last step, `batch × neurons` values. */
  readonly output: Float64Array;
  /** Advances the state by one step on `drive`, all input channels of all trials. */
  step(drive: Float64Array): void;
  /** Puts the state back to rest. */
  rest(): void;
}

/** A population that records its steps, and how its model goes back through them. */
export interface TapedModel<Parameters, State> {
  /** Neurons. */
  readonly neurons: number;
  /** Input channels of one trial. */
  readonly channels: number;
  /** The live state. */
  readonly state: State;
  /** What left in all recorded steps. */
  readonly outputs: Float64Array;
  /** The live gradient with respect to the state; all its arrays are zeroed before going back. */
  readonly gradient: object;
  /** Of the live gradient: with respect to what left in the step. */
  readonly outputGradient: Float64Array;
  /** Of a state: what left in the last step. */
  outputOf(state: State): Float64Array;
  /** Uses other parameters. */
  setParameters(parameters: Parameters): void;
  /** Puts the state back to rest. */
  rest(): void;
  /** Advances the state by one step and records it at `offset`. */
  forward(drive: Float64Array, offset: number): void;
  /** Takes the gradient back through the step recorded at `offset`. */
  backward(offset: number, driveGradient: Float64Array): void;
}

/** Normal numbers of this mean and standard deviation. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** A population that does much of what its model can, to try engines on. */
export interface ModelExample<Parameters> {
  /** No two neurons are alike. */
  readonly parameters: Parameters;
  /** Weighted input of each channel of a neuron, units of weight. */
  readonly input: readonly Spread[];
  /** Recurrent weights where there is one neuron; their deviation falls with the root of how many there are. */
  readonly weight: Spread;
}

/** What a population that records its steps is made for. */
export type TapeOptions = Required<
  Pick<DifferentiableOptions, 'dt' | 'steps' | 'batch' | 'neurons'>
>;

/** A model of neurons: its parameters, its state, its step and the way back. */
export interface NeuronModel<Parameters extends ModelParameters, State> {
  /** Name of the model for people. */
  readonly title: string;
  /** Input channels of a neuron. */
  readonly channels: number;
  /** Whether it gives spike counts; its potential where it does not. */
  readonly spiking: boolean;
  /** Whether its parameters are those of transistors, which differ from chip to chip. */
  readonly mismatch: boolean;
  /** Neurons that the parameters are for. */
  neurons(parameters: Parameters): number;
  /** Names of the states that can be recorded. */
  signals(parameters: Parameters): readonly string[];
  /** Draws a population for the conformance suite of engines. */
  example(neurons: number, random: Random): ModelExample<Parameters>;
  /** Makes a population that runs, at rest. */
  running(parameters: Parameters, dt: number, batch: number): RunningModel<State>;
  /** Makes a population that records its steps. */
  taped(parameters: Parameters, options: TapeOptions): TapedModel<Parameters, State>;
}
