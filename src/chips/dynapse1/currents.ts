/** The currents of a DYNAP-SE1 core by the names of the neuron, and the biases that carry them. */
import type { DendriteName } from '../../neurons/dynap-se2/parameters.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import { defaultParameters } from '../../neurons/dynap-sim/parameters.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import type { Currents } from '../family.ts';
import { valuesOf } from '../switches.ts';
import type { Dynapse1BiasName } from './biases.ts';
import type { SynapseType } from './words.ts';

/**
 * Which kind of synapse stands for which dendrite: fast and slow excitation are AMPA and NMDA, slow and fast inhibition
 * GABA (into the leak) and SHUNT (against the input). (Moradi et al. 2018; Chicca et al. 2014.)
 */
export const typeOfDendrite: Readonly<Record<DendriteName, SynapseType>> = {
  ampa: 'fastExc',
  gaba: 'slowInh',
  nmda: 'slowExc',
  shunt: 'fastInh',
};

/** The dendrite of each kind of synapse, by its place among `dendriteNames`. */
export const dendriteOfType: Readonly<Record<SynapseType, number>> = {
  fastExc: dendriteNames.indexOf('ampa'),
  slowInh: dendriteNames.indexOf('gaba'),
  slowExc: dendriteNames.indexOf('nmda'),
  fastInh: dendriteNames.indexOf('shunt'),
};

const carriers = {
  Idc: 'IF_DC_P',
  If_nmda: 'IF_NMDA_N',
  Igain_ahp: 'IF_AHTHR_N',
  Igain_ampa: 'NPDPIE_THR_F_P',
  Igain_gaba: 'NPDPII_THR_S_P',
  Igain_mem: 'IF_THR_N',
  Igain_nmda: 'NPDPIE_THR_S_P',
  Igain_shunt: 'NPDPII_THR_F_P',
  Ipulse: 'PULSE_PWLK_P',
  Iref: 'IF_RFR_N',
  Itau_ahp: 'IF_AHTAU_N',
  Itau_ampa: 'NPDPIE_TAU_F_P',
  Itau_gaba: 'NPDPII_TAU_S_P',
  Itau_mem: 'IF_TAU1_N',
  Itau_nmda: 'NPDPIE_TAU_S_P',
  Itau_shunt: 'NPDPII_TAU_F_P',
  Iw_ahp: 'IF_AHW_P',
  Iw_0: 'PS_WEIGHT_EXC_F_N',
  Iw_1: 'PS_WEIGHT_INH_S_N',
  Iw_2: 'PS_WEIGHT_EXC_S_N',
  Iw_3: 'PS_WEIGHT_INH_F_N',
} as const;

/** Name of a current that a bias of the core carries. */
export type Dynapse1CurrentName = keyof typeof carriers;

/** The bias behind each current of a core. */
export const biasOfCurrent: Readonly<Record<Dynapse1CurrentName, Dynapse1BiasName>> = carriers;

/** Names of the currents that biases of the core carry. */
export const dynapse1CurrentNames = Object.keys(biasOfCurrent) as readonly Dynapse1CurrentName[];

/** Currents that the circuits of every neuron fix, amperes: the threshold and the pulse of the adaptation. */
export const fixedCurrents: Readonly<Record<'Ispkthr' | 'Ipulse_ahp', number>> = {
  Ispkthr: defaultParameters.Ispkthr,
  Ipulse_ahp: defaultParameters.Ipulse_ahp,
};

/** Names of the weight currents, one for each dendrite in their order. */
export const weightNames = ['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const;

/** Whether a name is one of a weight current. */
const isWeight = (name: string): boolean => /^Iw_[0-3]$/.test(name);

/** The core current behind a current of a model: the one synapse of the lumped neuron is the AMPA dendrite. */
export function ownCurrent(name: string): string {
  return name.replace(/_syn$/, '_ampa');
}

/** Name of the parameter of a neuron behind a current of its core; undefined behind a weight current. */
export function parameterBehind(name: string, parameters: AnalogParameters): string | undefined {
  if (isWeight(name)) return undefined;
  return parameters.model === 'dynapSe2'
    ? name
    : name.replace(/^(Itau|Igain)_(ampa|gaba|nmda|shunt)$/, '$1_syn');
}

/**
 * Currents that a core shares for its neurons: the mean of their parameters. It has no switches of its own for single
 * neurons, so that a DC input or an adaptation that is off in some counts as 0 there.
 *
 * @param base weight currents, amperes
 */
export function sharedCurrents(
  parameters: AnalogParameters,
  neurons: readonly number[],
  base: readonly number[],
): Currents {
  const mean = (name: string): number => {
    const values = valuesOf(parameters, name);
    return neurons.reduce((sum, n) => sum + values[n]!, 0) / neurons.length;
  };
  return Object.fromEntries(
    [...dynapse1CurrentNames, ...Object.keys(fixedCurrents)].map((name) => {
      const own = parameterBehind(name, parameters);
      return [name, own === undefined ? base[Number(name.slice(-1))]! : mean(own)];
    }),
  );
}
