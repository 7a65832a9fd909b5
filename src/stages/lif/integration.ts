import type { Matrix } from '../../matrix.ts';
import type { IntegrateAndFireStage } from '../integrate-and-fire/definition.ts';
import type { IntegratorStage } from '../integrator/definition.ts';
import type { LiStage } from '../li/definition.ts';
import type { LifStage } from './definition.ts';

/** A stage whose neurons integrate what enters. */
export type IntegratingStage = LifStage | LiStage | IntegratorStage | IntegrateAndFireStage;

/** What a step of integrating neurons needs, one value per neuron. */
export interface Integration {
  /** Number of neurons. */
  readonly neurons: number;
  /** Factor on dv: dt/tauMem, or dt where nothing leaks. */
  readonly rate: Float64Array;
  /** 1 where v leaks, 0 where it does not. */
  readonly pull: 0 | 1;
  readonly leak: Float64Array;
  readonly resistance: Float64Array;
  readonly bias: Float64Array;
  readonly inputWeight: Float64Array;
  /** dt/tauSyn; none where input is the current. */
  readonly synapseRate?: Float64Array;
  /** Where it fires; neurons without give their potential. */
  readonly threshold?: Float64Array;
  /** Potential after a spike; there where a threshold is. */
  readonly reset?: Float64Array;
  /** Recurrent weights `[pre][post]`. */
  readonly recurrent?: Matrix;
}

/** State of integrating neurons; the lane of neuron n in trial b is `b·neurons + n`. */
export interface IntegrationState {
  /** Synaptic current. */
  readonly current: Float64Array;
  /** Membrane potential, after the reset. */
  readonly potential: Float64Array;
  /** What left in the last step: spikes, or potentials. */
  readonly output: Float64Array;
}

/** Works out what a step of `stage` needs. */
export function integrationOf(stage: IntegratingStage): Integration {
  const { channelsOut: neurons, dt, resistance } = stage;
  const rates = (tau: Float64Array): Float64Array => tau.map((seconds) => dt / seconds);
  const all = (value: number): Float64Array => new Float64Array(neurons).fill(value);
  const leaky = 'tauMem' in stage;
  return {
    neurons,
    resistance,
    rate: leaky ? rates(stage.tauMem) : all(dt),
    pull: leaky ? 1 : 0,
    leak: leaky ? stage.leak : all(0),
    bias: leaky ? stage.bias : all(0),
    inputWeight: leaky ? stage.inputWeight : all(1),
    ...(leaky && stage.tauSyn !== undefined ? { synapseRate: rates(stage.tauSyn) } : {}),
    ...('threshold' in stage ? { threshold: stage.threshold, reset: stage.reset } : {}),
    ...('recurrent' in stage ? { recurrent: stage.recurrent } : {}),
  };
}

/** Makes the state of rest: nothing flows, all potentials are 0. */
export function integrationRest({ neurons }: Integration, batch = 1): IntegrationState {
  const room = (): Float64Array => new Float64Array(batch * neurons);
  return { current: room(), potential: room(), output: room() };
}

/**
 * Advances integrating neurons by one step of forward Euler, as {@link lif} says. The order of the
 * operations is that of the formula, so that potentials are the same to the last bit.
 *
 * @param drive what enters, recurrence included
 * @param before where to write potentials from before the reset, if at all, at `offset`
 */
export function integrate(
  of: Integration,
  state: IntegrationState,
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
