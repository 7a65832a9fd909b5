/** The reference engine's populations: any model, step by step, in float64. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { unknownName } from '../options.ts';
import type { DifferentiableLayer, DifferentiableOptions, NeuronLayer } from './layer.ts';
import type { RunningModel, TapedModel } from './model.ts';
import { addRecurrence, takeRecurrenceBack } from './recurrence.ts';
import { arraysOf, copyState } from './state.ts';

/** A population whose state is at hand. */
export interface StatefulLayer<State> extends NeuronLayer<State> {
  /** The live state; may be read at any time and written between steps. */
  readonly state: State;
}

/** The refusal of a signal that is none. */
export function noSuchSignal(name: string, signals: readonly string[]): InvalidArgumentError {
  return new InvalidArgumentError('this state cannot be read', [unknownName(name, signals)]);
}

/** What a population comes to whose state leaves float64. */
function notFinite(): DataError {
  return new DataError(
    'a state comes out infinite or not a number; take smaller weights or inputs, or other time constants',
  );
}

/** Runs a population with its recurrent weights, `[pre][channel]`, acting one step later. */
export function runningPopulation<State extends object>(
  model: RunningModel<State>,
  signals: readonly string[],
  recurrent: Float64Array | undefined,
): StatefulLayer<State> {
  const { neurons, channels, state, output: left } = model;
  const drive = new Float64Array((left.length / neurons) * channels);
  const arrays = arraysOf(state);
  const values = Object.values(arrays);
  /** Refuses to go on once a state is infinite or no number: it never comes back. */
  const checkState = (): void => {
    let sum = 0;
    for (const own of values) for (let i = 0; i < own.length; i++) sum += own[i]! * 0;
    if (sum !== 0) throw notFinite();
  };
  const advance = (): void => {
    if (recurrent !== undefined) addRecurrence(recurrent, left, drive, neurons, channels);
    model.step(drive);
  };
  return {
    state,
    signals,
    step(input) {
      drive.set(input);
      advance();
      checkState();
      return left;
    },
    run(input, output) {
      for (let at = 0, to = 0; at < input.length; at += drive.length, to += left.length) {
        for (let i = 0; i < drive.length; i++) drive[i] = input[at + i]!;
        advance();
        output.set(left, to);
      }
      checkState();
    },
    readSignal(name, into, at = 0) {
      if (!signals.includes(name)) throw noSuchSignal(name, signals);
      into.set(arrays[name]!, at);
    },
    readState: () => structuredClone(state),
    writeState: (from) => copyState(from, state),
    reset: () => model.rest(),
  };
}

/** Runs a population over `steps` steps and back. */
export function differentiablePopulation<Parameters, State extends object>(
  model: TapedModel<Parameters, State>,
  { steps, ...given }: DifferentiableOptions,
): DifferentiableLayer<Parameters, State> {
  const { neurons, channels, state, outputs, gradient, outputGradient: leftGradient } = model;
  const lanes = leftGradient.length;
  const left = model.outputOf(state);
  const width = (lanes / neurons) * channels;
  const drive = new Float64Array(width);
  const driveGradient = new Float64Array(width);
  const input = given.input ?? new Float64Array(steps * width);
  const inputGradient = given.inputGradient ?? new Float64Array(steps * width);
  const outputGradient = new Float64Array(steps * lanes);
  let start: State | undefined;
  return {
    input,
    output: outputs,
    outputGradient,
    inputGradient,
    setParameters: (next) => model.setParameters(next),
    setStart(from) {
      start = structuredClone(from);
    },
    forward(recurrent, from = 0, to = steps) {
      if (from === 0) {
        if (start === undefined) model.rest();
        else copyState(start, state);
      }
      for (let t = from; t < to; t++) {
        for (let i = 0, at = t * width; i < width; i++, at++) drive[i] = input[at]!;
        if (recurrent !== undefined) addRecurrence(recurrent, left, drive, neurons, channels);
        model.forward(drive, t * lanes);
      }
    },
    backward(recurrent, recurrentGradient, from = 0, to = steps) {
      if (to === steps) for (const values of Object.values(arraysOf(gradient))) values.fill(0);
      for (let t = to - 1; t >= from; t--) {
        const offset = t * lanes;
        for (let lane = 0; lane < lanes; lane++) {
          leftGradient[lane] = leftGradient[lane]! + outputGradient[offset + lane]!;
        }
        model.backward(offset, driveGradient);
        for (let i = 0, at = t * width; i < width; i++, at++) inputGradient[at] = driveGradient[i]!;
        if (recurrent === undefined) continue;
        // What acted in the first step was there at the start.
        const before = t === 0 ? start && model.outputOf(start) : outputs;
        if (before === undefined) continue;
        takeRecurrenceBack(
          recurrent,
          recurrentGradient,
          before,
          t === 0 ? 0 : offset - lanes,
          driveGradient,
          leftGradient,
          neurons,
          channels,
        );
      }
    },
  };
}
