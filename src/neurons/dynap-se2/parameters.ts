/** Parameters of DYNAP-SE2 neurons. */
import type { Problem } from '../../problems.ts';
import { defaultParameters, requiredCurrents } from '../dynap-sim/parameters.ts';
import {
  checkedParameters,
  type ParameterSetInput,
  type ParameterTable,
  problemsOf,
  type TaggedParameterSet,
} from '../parameter-set.ts';

/** Dendrites of a DYNAP-SE2 neuron, in the order of their input channels. */
export const dendriteNames = ['ampa', 'gaba', 'nmda', 'shunt'] as const;

/** Name of a dendrite. */
export type DendriteName = (typeof dendriteNames)[number];

/** Bias currents of a DYNAP-SE2 neuron with its four dendrites, amperes. */
export const dynapSe2CurrentNames = [
  'Idc',
  'If_nmda',
  'Igain_ahp',
  'Igain_ampa',
  'Igain_gaba',
  'Igain_mem',
  'Igain_nmda',
  'Igain_shunt',
  'Ipulse_ahp',
  'Ipulse',
  'Iref',
  'Ispkthr',
  'Itau_ahp',
  'Itau_ampa',
  'Itau_gaba',
  'Itau_mem',
  'Itau_nmda',
  'Itau_shunt',
  'Iw_ahp',
] as const;

/** Layout constants of a DYNAP-SE2 neuron: farads, amperes (`Io`), volts (`Ut`, `Vth`), or unitless. */
export const dynapSe2LayoutNames = [
  'C_ahp',
  'C_ampa',
  'C_gaba',
  'C_nmda',
  'C_shunt',
  'C_pulse_ahp',
  'C_pulse',
  'C_ref',
  'C_mem',
  'Io',
  'kappa_n',
  'kappa_p',
  'Ut',
  'Vth',
] as const;

/** Name of any parameter of a DYNAP-SE2 neuron that silicon draws with mismatch. */
export type DynapSe2ParameterName =
  | (typeof dynapSe2CurrentNames)[number]
  | (typeof dynapSe2LayoutNames)[number];

/** All mismatched parameters of a DYNAP-SE2 neuron in their fixed order. */
export const dynapSe2ParameterNames: readonly DynapSe2ParameterName[] = [
  ...dynapSe2CurrentNames,
  ...dynapSe2LayoutNames,
];

/** Parameters of a population of DYNAP-SE2 neurons: one value per neuron for every name. */
export type DynapSe2Parameters = TaggedParameterSet<'dynapSe2', DynapSe2ParameterName>;

/** What a user gives: one value for all neurons or one per neuron; the rest takes its default. */
export type DynapSe2ParametersInput = ParameterSetInput<'dynapSe2', DynapSe2ParameterName>;

const { Igain_syn, Itau_syn, C_syn, ...shared } = defaultParameters;

/**
 * Default parameters: those of the lumped model, with its synapse on each of the four dendrites. Capacitances are
 * those of the layout: GABA and NMDA have 25 pF.
 */
export const defaultDynapSe2Parameters: Readonly<Record<DynapSe2ParameterName | 'Iscale', number>> =
  {
    ...shared,
    Igain_ampa: Igain_syn,
    Igain_gaba: Igain_syn,
    Igain_nmda: Igain_syn,
    Igain_shunt: Igain_syn,
    Itau_ampa: Itau_syn,
    Itau_gaba: Itau_syn,
    Itau_nmda: Itau_syn,
    Itau_shunt: Itau_syn,
    C_ampa: C_syn,
    C_gaba: 25e-12,
    C_nmda: 25e-12,
    C_shunt: C_syn,
  };

const table: ParameterTable<'dynapSe2', DynapSe2ParameterName> = {
  model: 'dynapSe2',
  title: 'DYNAP-SE2',
  names: dynapSe2ParameterNames,
  defaults: defaultDynapSe2Parameters,
  positive: new Set([...requiredCurrents, ...dynapSe2LayoutNames, 'Iscale']),
};

/** Lists everything wrong with `input` for a population of `neurons`; empty if all is well. */
export function dynapSe2ParameterProblems(
  input: DynapSe2ParametersInput,
  neurons: number,
): Problem[] {
  return problemsOf(table, input, neurons);
}

/**
 * Completes `input` with defaults: one value per neuron for every parameter.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * dynapSe2Parameters({ Itau_gaba: 1e-11 }, 2).Itau_gaba; // Float64Array [1e-11, 1e-11]
 * ```
 */
export function dynapSe2Parameters(
  input: DynapSe2ParametersInput,
  neurons: number,
): DynapSe2Parameters {
  return checkedParameters(table, input, neurons);
}
