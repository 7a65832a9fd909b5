/** Parameters of DynapSim neurons. */
import type { Problem } from '../../problems.ts';
import {
  checkedParameters,
  type ParameterSetInput,
  type ParameterTable,
  problemsOf,
  type TaggedParameterSet,
} from '../parameter-set.ts';

/** Bias currents of a DynapSim neuron (lumped model), amperes. */
export const currentNames = [
  'Idc',
  'If_nmda',
  'Igain_ahp',
  'Igain_mem',
  'Igain_syn',
  'Ipulse_ahp',
  'Ipulse',
  'Iref',
  'Ispkthr',
  'Itau_ahp',
  'Itau_mem',
  'Itau_syn',
  'Iw_ahp',
] as const;

/** Layout constants of a DynapSim neuron: farads, amperes (`Io`), volts (`Ut`, `Vth`), or unitless. */
export const layoutNames = [
  'C_ahp',
  'C_syn',
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

/** Name of a bias current. */
export type CurrentName = (typeof currentNames)[number];

/** Name of a layout constant. */
export type LayoutName = (typeof layoutNames)[number];

/** Name of any parameter that silicon draws with mismatch. */
export type ParameterName = CurrentName | LayoutName;

/** All mismatched parameters in their fixed order. */
export const parameterNames: readonly ParameterName[] = [...currentNames, ...layoutNames];

/** Parameters of a population of DynapSim neurons: one value per neuron for every name. */
export type DynapSimParameters = TaggedParameterSet<'dynapSim', ParameterName>;

/** What a user gives: one value for all neurons or one per neuron; the rest takes its default. */
export type DynapSimParametersInput = ParameterSetInput<'dynapSim', ParameterName>;

/**
 * Default parameters: the nominal bias currents and layout constants of a DYNAP-SE2 core. They give
 * tau_mem 20 ms, tau_syn 10 ms, tau_ahp 50 ms, a 10 µs input pulse, 1 ms of refractory period,
 * a synaptic gain ratio of 100 and a membrane gain ratio of 4. (Chicca et al. 2014, Proc. IEEE
 * 102(9); figures as in Çakal 2022, METU thesis.)
 */
export const defaultParameters: Readonly<Record<ParameterName | 'Iscale', number>> = {
  Idc: 5e-13,
  If_nmda: 5e-13,
  Igain_ahp: 2.8368794326241126e-11,
  Igain_mem: 2.1276595744680848e-11,
  Igain_syn: 8.687943262411346e-9,
  Ipulse_ahp: 3.5e-7,
  Ipulse: 3.4999999999999996e-8,
  Iref: 1.0499999999999999e-9,
  Ispkthr: 1e-7,
  Itau_ahp: 2.8368794326241126e-11,
  Itau_mem: 5.319148936170212e-12,
  Itau_syn: 8.687943262411346e-11,
  Iw_ahp: 5e-13,
  C_ahp: 4e-11,
  C_syn: 2.45e-11,
  C_pulse_ahp: 5e-13,
  C_pulse: 5e-13,
  C_ref: 1.5e-12,
  C_mem: 3e-12,
  Io: 5e-13,
  kappa_n: 0.75,
  kappa_p: 0.66,
  Ut: 0.025,
  Vth: 0.7,
  Iscale: 1e-8,
};

/** Currents that no neuron of any model can do without. */
export const requiredCurrents = ['Ipulse', 'Iref', 'Ispkthr'] as const;

const table: ParameterTable<'dynapSim', ParameterName> = {
  model: 'dynapSim',
  title: 'DynapSim',
  names: parameterNames,
  defaults: defaultParameters,
  positive: new Set([...requiredCurrents, ...layoutNames, 'Iscale']),
};

/** Lists everything wrong with `input` for a population of `neurons`; empty if all is well. */
export function parameterProblems(input: DynapSimParametersInput, neurons: number): Problem[] {
  return problemsOf(table, input, neurons);
}

/**
 * Completes `input` with defaults: one value per neuron for every parameter.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * dynapSimParameters({ Idc: 1e-11 }, 2).Idc; // Float64Array [1e-11, 1e-11]
 * ```
 */
export function dynapSimParameters(
  input: DynapSimParametersInput,
  neurons: number,
): DynapSimParameters {
  return checkedParameters(table, input, neurons);
}
