import { match, P } from 'ts-pattern';
import { InvalidArgumentError, UnsupportedPipelineError } from '../../errors.ts';
import { timeConstant } from '../../neurons/coefficients.ts';
import {
  type DynapSimParameters,
  defaultParameters,
  dynapSimParameters,
  type LayoutName,
  parameterProblems,
} from '../../neurons/dynap-sim/parameters.ts';
import { fromStages, type Pipeline } from '../../pipeline/pipeline.ts';
import { delaySteps } from '../../stages/delay/definition.ts';
import type { DynapSimStage } from '../../stages/dynap-sim/definition.ts';
import type { LifStage } from '../../stages/lif/definition.ts';
import type { Stage } from '../../stages/stage.ts';
import { dendriticProblems } from './dendrites.ts';
import { foldScales, scaleColumns, scaleOutput } from './fold.ts';

/** What LIF neurons are converted for: layout constants and scale of a chip, its own where left out. */
export type LifTarget = { readonly [name in LayoutName | 'Iscale']?: number };

/** Igain_mem over Itau_mem of a converted neuron. */
const memGain = 4;
/** Igain_syn over Itau_syn of a converted neuron. */
const synGain = 100;

/** What the weights before a neuron take over from it: all that enters is times inputWeight·resistance. */
function inputFactor({ inputWeight, resistance }: LifStage): Float64Array {
  return inputWeight.map((weight, n) => weight * resistance[n]!);
}

/** The current of a neuron that always flows, in units of membrane potential. */
function drive({ bias, resistance }: LifStage): Float64Array {
  return bias.map((current, n) => current * resistance[n]!);
}

/** Names the first neuron whose value is not as it must be, if there is one. */
function firstOff(
  name: string,
  values: Float64Array,
  fits: (value: number) => boolean,
  reason: string,
): string[] {
  const at = values.findIndex((value) => !fits(value));
  return at < 0 ? [] : [`${name}[${at}] is ${values[at]}; ${reason}`];
}

function lifProblems(stage: LifStage, before: Stage | undefined): string[] {
  const { tauSyn, leak, reset, threshold } = stage;
  const zero = (value: number): boolean => value === 0;
  const problems = [
    ...(tauSyn === undefined ? ['there is no tauSyn, and a synapse on the chip has one'] : []),
    ...firstOff('leak', leak, zero, 'on the chip the membrane leaks to 0'),
    ...firstOff('reset', reset, zero, 'on the chip it is reset to 0'),
    ...firstOff('threshold', threshold, (value) => value > 0, 'Ispkthr must be above 0'),
    ...firstOff('bias · resistance', drive(stage), (value) => value >= 0, 'Idc cannot be negative'),
  ];
  if (before?.kind === 'linear') return problems;
  const plain = (value: number): boolean => value === 1;
  return [
    ...problems,
    ...firstOff(
      'inputWeight · resistance',
      inputFactor(stage),
      plain,
      'put a linear stage before it, whose weights take it over',
    ),
  ];
}

/** Lists why a stage cannot be on a chip, whatever its neighbours. */
function stageReasons(stage: Stage, before: Stage | undefined): string[] {
  return match(stage)
    .with({ kind: 'linear' }, ({ bias = new Float64Array() }) =>
      firstOff('bias', bias, (value) => value === 0, 'give it to the neurons after it instead'),
    )
    .with({ kind: 'lif' }, (lif) => lifProblems(lif, before))
    .with({ kind: 'delay' }, (delay) => [
      `it holds back by up to ${delaySteps(delay).reduce((most, own) => Math.max(most, own), 0)} steps; the chip has no such delay`,
    ])
    .with({ kind: P.union('li', 'integrator', 'threshold', 'integrateAndFire') }, ({ kind }) => [
      `the chip has no ${kind}; take lif or dynapSim neurons`,
    ])
    .with({ kind: P.union('dynapSim', 'dynapSe2', 'scale') }, () => [])
    .with({ kind: P.union('add', 'concatenate') }, ({ kind }) => [
      `the compiler takes no ${kind} yet`,
    ])
    .exhaustive();
}

/** Lists why `pipeline` cannot be made of DynapSim neurons, stage by stage; empty where it can. */
export function conversionProblems(pipeline: Pipeline): string[] {
  const stages = foldScales(pipeline.stages);
  if (stages.length === 0) return ['there are no neurons; only delays of no step'];
  return stages.flatMap((stage, i) =>
    stageReasons(stage, stages[i - 1]).map((reason) => `${stage.name}: ${reason}`),
  );
}

function lifParameters(stage: LifStage, target: LifTarget): DynapSimParameters {
  const { tauMem, threshold, channelsOut: neurons } = stage;
  // Where it is missing, the stage was refused before.
  const tauSyn = stage.tauSyn!;
  const off = { If_nmda: 0, Igain_ahp: 0, Itau_ahp: 0, Ipulse_ahp: 0, Iw_ahp: 0 };
  const base = dynapSimParameters({ ...target, ...off }, neurons);
  const { Iscale } = base;
  /** The leak that gives each time constant; the law is its own inverse. */
  const leak = (taus: Float64Array, capacity: Float64Array): Float64Array =>
    taus.map((tau, n) =>
      timeConstant(tau, capacity[n]!, base.Ut[n]!, (base.kappa_n[n]! + base.kappa_p[n]!) / 2),
    );
  const Itau_mem = leak(tauMem, base.C_mem);
  const Itau_syn = leak(tauSyn, base.C_syn);
  return {
    ...base,
    Itau_mem,
    Igain_mem: Itau_mem.map((current) => memGain * current),
    Itau_syn,
    Igain_syn: Itau_syn.map((current) => synGain * current),
    Idc: drive(stage).map((current) => current * Iscale),
    Ispkthr: threshold.map((potential) => potential * Iscale),
  };
}

function dynapSimOf(stage: LifStage, target: LifTarget): DynapSimStage {
  const { name, channelsIn, channelsOut, emits, dt, recurrent } = stage;
  return {
    kind: 'dynapSim',
    ...{ name, channelsIn, channelsOut, emits, dt },
    parameters: lifParameters(stage, target),
    ...(recurrent === undefined ? {} : { recurrent: scaleColumns(recurrent, inputFactor(stage)) }),
  };
}

/**
 * The same pipeline with DynapSim neurons in place of LIF neurons, to be simulated, trained further,
 * or deployed. With the constants of the chip and kappa = (kappa_n + kappa_p)/2,
 *
 * ```text
 * Itau_mem = C_mem·Ut/(kappa·tauMem)     Igain_mem = 4·Itau_mem     Idc = bias·resistance·Iscale
 * Itau_syn = C_syn·Ut/(kappa·tauSyn)     Igain_syn = 100·Itau_syn   Ispkthr = threshold·Iscale
 * ```
 *
 * and no adaptation (Igain_ahp = Itau_ahp = Ipulse_ahp = Iw_ahp = 0), no NMDA gate (If_nmda = 0), the
 * rest as the chip has it (Çakal 2022, METU thesis). The weights before a neuron and between neurons
 * take over inputWeight·resistance, and every scale. With its pulse of 10 µs and a gain of 100, a
 * synapse takes from a spike what a LIF synapse takes in a step of 1 ms; where `dt` is another, train
 * further what comes out. Membranes slower than C_mem·Ut/(kappa·Io), 0.21 s, leak as if they were
 * that fast.
 *
 * @param target constants of the chip; the defaults of DynapSim where left out, and `Iscale` of the
 * pipeline's own DynapSim neurons where it has any
 * @throws InvalidArgumentError where a constant cannot be
 * @throws UnsupportedPipelineError with everything that has no counterpart, stage by stage
 * @example
 * ```ts
 * const net = pipeline(
 *   linear({ weight: [[2]] }),
 *   lif({ neurons: 1, tauMem: 20e-3, tauSyn: 10e-3, name: 'output' }),
 * );
 * toDynapSim(net).stages.map(({ kind }) => kind); // ["linear", "dynapSim"]
 * ```
 */
export function toDynapSim(pipeline: Pipeline, target: LifTarget = {}): Pipeline {
  const wrong = parameterProblems(target, 1);
  if (wrong.length > 0) throw new InvalidArgumentError('LIF neurons cannot be converted', wrong);
  const problems = conversionProblems(pipeline);
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);
  const own = pipeline.stages.find(({ parameters }) => parameters !== undefined)?.parameters;
  const { Iscale = own?.Iscale ?? defaultParameters.Iscale } = target;
  const stages = foldScales(pipeline.stages);
  const converted = stages.map((stage, i): Stage => {
    const after = stages[i + 1];
    if (stage.kind === 'lif') return dynapSimOf(stage, { ...target, Iscale });
    if (stage.kind !== 'linear') return stage;
    const { bias: _, ...plain } = stage;
    return after?.kind === 'lif' ? scaleOutput(plain, inputFactor(after)) : plain;
  });
  return fromStages(converted);
}

/** Lists which neighbours cannot be on a chip beside each other. */
function neighbourProblems(stages: readonly Stage[]): string[] {
  const problems: string[] = [];
  const fires = (stage: Stage | undefined): boolean =>
    stage?.kind === 'dynapSim' || stage?.kind === 'dynapSe2' || stage?.kind === 'lif';
  for (const [i, stage] of stages.entries()) {
    const before = stages[i - 1];
    if (before?.kind === 'linear' && stage.kind === 'linear') {
      problems.push(`${before.name} and ${stage.name} are both linear; multiply them into one`);
    }
    if (before !== undefined && fires(before) && fires(stage)) {
      problems.push(
        `${before.name} feeds ${stage.name} without weights; put a linear between them`,
      );
    }
    if (before === undefined && stage.kind === 'lif') {
      problems.push(`${stage.name} takes its input without weights; put a linear before it`);
    }
  }
  return problems;
}

/**
 * Lists why `pipeline` cannot become one population, stage by stage; empty where it can. What a chip
 * has no counterpart for is in the list, sizes are not.
 *
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1]] }), lif({ neurons: 1, tauMem: 0.02, leak: 1 }));
 * networkProblems(net).length; // 2; there is no tauSyn, and it leaks to 1
 * ```
 */
export function networkProblems(pipeline: Pipeline): string[] {
  const stages = foldScales(pipeline.stages);
  const scales = new Set(stages.flatMap(({ parameters }) => parameters?.Iscale ?? []));
  return [
    ...(scales.size > 1
      ? [`stages differ in Iscale (${[...scales].join(', ')} A); a chip has one`]
      : []),
    ...conversionProblems(pipeline),
    ...neighbourProblems(stages),
    ...dendriticProblems(stages),
  ];
}
