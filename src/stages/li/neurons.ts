/** The parameters by which an engine computes leaky integrators. */
import type { LeakyParameters, LiParameters } from '../../neurons/li/parameters.ts';
import type { LiStage } from './definition.ts';

/** The parameters of leaky membranes alone. */
export function leakyParameters(stage: LeakyParameters): LeakyParameters {
  const { tauMem, tauSyn, bias, resistance, leak, inputWeight } = stage;
  const own = { tauMem, bias, resistance, leak, inputWeight };
  return tauSyn === undefined ? own : { ...own, tauSyn };
}

/** The parameters of leaky integrators. */
export function liNeurons(stage: LiStage): LiParameters {
  return { model: 'li', ...leakyParameters(stage) };
}
