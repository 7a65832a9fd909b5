/** Leaky integrate-and-fire neurons on a chip: DynapSim neurons of the same time constants. */
import { timeConstant } from '../../neurons/coefficients.ts';
import { type DynapSimParameters, dynapSimParameters } from '../../neurons/dynap-sim/parameters.ts';
import { fault, type Problem } from '../../problems.ts';
import type { ChipConstants, ChipForm } from '../chip-form.ts';
import { firstOff } from '../first-off.ts';
import { scaleColumns } from '../scaled.ts';
import type { LifStage } from './definition.ts';

/** Igain_mem over Itau_mem of a converted neuron. */
const memGain = 4;
/** Igain_syn over Itau_syn of a converted neuron. */
const synGain = 100;

/** The current of a neuron that always flows, in units of membrane potential. */
function drive({ bias, resistance }: LifStage): Float64Array {
  return bias.map((current, n) => current * resistance[n]!);
}

function lifProblems(stage: LifStage): Problem[] {
  const { tauSyn, leak, reset, threshold } = stage;
  const zero = (value: number): boolean => value === 0;
  const noSynapse = 'there is no tauSyn, and a synapse on the chip has one';
  return [
    ...(tauSyn === undefined ? [fault('tauSyn', 'unsupported', noSynapse)] : []),
    ...firstOff('leak', leak, zero, 'on the chip the membrane leaks to 0'),
    ...firstOff('reset', reset, zero, 'on the chip it is reset to 0'),
    ...firstOff('threshold', threshold, (value) => value > 0, 'Ispkthr must be above 0'),
    ...firstOff(
      'bias',
      drive(stage),
      (value) => value >= 0,
      'times resistance; Idc cannot be negative',
    ),
  ];
}

function circuits(
  stage: LifStage,
  tauSyn: Float64Array,
  constants: ChipConstants,
): DynapSimParameters {
  const { tauMem, threshold, channelsOut: neurons } = stage;
  const off = { If_nmda: 0, Igain_ahp: 0, Itau_ahp: 0, Ipulse_ahp: 0, Iw_ahp: 0 };
  const base = dynapSimParameters({ ...constants, ...off }, neurons);
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

/** The DynapSim neurons that LIF neurons become, whose weights take over inputWeight·resistance. */
export function lifChip(stage: LifStage, constants: ChipConstants): ChipForm {
  const { tauSyn, inputWeight, resistance, recurrent } = stage;
  const problems = lifProblems(stage);
  if (tauSyn === undefined || problems.length > 0) return { form: 'none', problems };
  const takenOver = inputWeight.map((weight, n) => weight * resistance[n]!);
  return {
    form: 'population',
    parameters: circuits(stage, tauSyn, constants),
    takenOver,
    converted: true,
    ...(recurrent === undefined ? {} : { recurrent: scaleColumns(recurrent, takenOver) }),
  };
}
