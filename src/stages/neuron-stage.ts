/** Stages of neurons, and the parameters by which an engine computes them. */
import { match } from 'ts-pattern';
import type { LeakyParameters } from '../neurons/li/parameters.ts';
import type { NeuronParameters } from '../neurons/model-table.ts';
import type { DynapSe2Stage } from './dynap-se2/definition.ts';
import type { DynapSimStage } from './dynap-sim/definition.ts';
import type { IntegrateAndFireStage } from './integrate-and-fire/definition.ts';
import type { IntegratorStage } from './integrator/definition.ts';
import type { LiStage } from './li/definition.ts';
import type { LifStage } from './lif/definition.ts';

/** A stage of neurons. */
export type NeuronStage =
  | DynapSimStage
  | DynapSe2Stage
  | LifStage
  | LiStage
  | IntegratorStage
  | IntegrateAndFireStage;

function leaky(stage: LeakyParameters): LeakyParameters {
  const { tauMem, tauSyn, bias, resistance, leak, inputWeight } = stage;
  const own = { tauMem, bias, resistance, leak, inputWeight };
  return tauSyn === undefined ? own : { ...own, tauSyn };
}

/** The parameters of the neurons of a stage. */
export function neuronParameters(stage: NeuronStage): NeuronParameters {
  return match(stage)
    .returnType<NeuronParameters>()
    .with({ kind: 'dynapSim' }, ({ parameters }) => parameters)
    .with({ kind: 'dynapSe2' }, ({ parameters }) => parameters)
    .with({ kind: 'lif' }, ({ kind, threshold, reset, ...own }) => ({
      model: kind,
      ...{ ...leaky(own), threshold, reset },
    }))
    .with({ kind: 'li' }, ({ kind, ...own }) => ({ model: kind, ...leaky(own) }))
    .with({ kind: 'integrator' }, ({ kind, resistance }) => ({ model: kind, resistance }))
    .with({ kind: 'integrateAndFire' }, ({ kind, resistance, threshold, reset }) => ({
      model: kind,
      ...{ resistance, threshold, reset },
    }))
    .exhaustive();
}
