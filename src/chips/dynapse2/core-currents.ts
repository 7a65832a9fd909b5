/** The currents of a DYNAP-SE2 core as time constants and gains, and what its neurons share of them. */
import { pulseWidth, timeConstant } from '../../neurons/coefficients.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import { number, readOnce, refuse } from '../../options.ts';
import { problem, within } from '../../problems.ts';
import { meanOver } from '../switches.ts';
import { type CoreCurrentName, type CoreCurrents, coreCurrentNames } from './parameters.ts';

/** Layout constants of a core with all four dendrites: farads, amperes (`Io`), volts, or unitless. */
export interface CoreLayout {
  /** Adaptation, farads. */
  readonly C_ahp: number;
  /** AMPA dendrite, farads. */
  readonly C_ampa: number;
  /** GABA dendrite, farads. */
  readonly C_gaba: number;
  /** NMDA dendrite, farads. */
  readonly C_nmda: number;
  /** SHUNT dendrite, farads. */
  readonly C_shunt: number;
  /** Membrane, farads. */
  readonly C_mem: number;
  /** Pulse extender of the synapses, farads. */
  readonly C_pulse: number;
  /** Pulse extender of the adaptation, farads. */
  readonly C_pulse_ahp: number;
  /** Refractory period, farads. */
  readonly C_ref: number;
  /** Subthreshold slope of n-type transistors. */
  readonly kappa_n: number;
  /** Subthreshold slope of p-type transistors. */
  readonly kappa_p: number;
  /** Thermal voltage, volts. */
  readonly Ut: number;
  /** Switching threshold of the pulse extenders, volts. */
  readonly Vth: number;
}

/** Layout of a DYNAP-SE2 core. */
export const coreLayout: CoreLayout = {
  C_ahp: 4e-11,
  C_ampa: 2.45e-11,
  C_gaba: 2.5e-11,
  C_nmda: 2.5e-11,
  C_shunt: 2.45e-11,
  C_mem: 3e-12,
  C_pulse: 5e-13,
  C_pulse_ahp: 5e-13,
  C_ref: 1.5e-12,
  kappa_n: 0.75,
  kappa_p: 0.66,
  Ut: 0.025,
  Vth: 0.7,
};

/** Names of the time constants and pulse widths of a core. */
export type CoreTimeName =
  | 'tau_ahp'
  | 'tau_ampa'
  | 'tau_gaba'
  | 'tau_nmda'
  | 'tau_shunt'
  | 'tau_mem'
  | 't_pulse'
  | 't_pulse_ahp'
  | 't_ref';

/** Names of the gain ratios of a core. */
export type CoreGainName =
  | 'r_gain_ahp'
  | 'r_gain_ampa'
  | 'r_gain_gaba'
  | 'r_gain_nmda'
  | 'r_gain_shunt'
  | 'r_gain_mem';

/** Time constants and pulse widths of a core, seconds. */
export type CoreTimes = Readonly<Record<CoreTimeName, number>>;

/** Gain ratios of a core, unitless. */
export type CoreGains = Readonly<Record<CoreGainName, number>>;

type Behind = readonly [current: CoreCurrentName, capacity: keyof CoreLayout];

/** The current and the capacitor behind each time: leaks for `tau_…`, pulse extenders for `t_…`. */
const behindTime: Readonly<Record<CoreTimeName, Behind>> = {
  tau_ahp: ['Itau_ahp', 'C_ahp'],
  tau_ampa: ['Itau_ampa', 'C_ampa'],
  tau_gaba: ['Itau_gaba', 'C_gaba'],
  tau_nmda: ['Itau_nmda', 'C_nmda'],
  tau_shunt: ['Itau_shunt', 'C_shunt'],
  tau_mem: ['Itau_mem', 'C_mem'],
  t_pulse: ['Ipulse', 'C_pulse'],
  t_pulse_ahp: ['Ipulse_ahp', 'C_pulse_ahp'],
  t_ref: ['Iref', 'C_ref'],
};

/** The gain and the leak behind each gain ratio. */
const behindGain: Readonly<Record<CoreGainName, readonly [CoreCurrentName, CoreCurrentName]>> = {
  r_gain_ahp: ['Igain_ahp', 'Itau_ahp'],
  r_gain_ampa: ['Igain_ampa', 'Itau_ampa'],
  r_gain_gaba: ['Igain_gaba', 'Itau_gaba'],
  r_gain_nmda: ['Igain_nmda', 'Itau_nmda'],
  r_gain_shunt: ['Igain_shunt', 'Itau_shunt'],
  r_gain_mem: ['Igain_mem', 'Itau_mem'],
};

/** Seconds from amperes, and amperes from seconds: both laws are their own inverse. */
function convert(name: CoreTimeName, value: number, layout: CoreLayout): number {
  const [, capacity] = behindTime[name];
  const kappa = (layout.kappa_n + layout.kappa_p) / 2;
  return name.startsWith('tau')
    ? timeConstant(value, layout[capacity], layout.Ut, kappa)
    : pulseWidth(value, layout[capacity], layout.Vth);
}

/** Currents that are given as such, amperes. */
export type CoreDirect = Pick<
  CoreCurrents,
  'Idc' | 'If_nmda' | 'Ispkthr' | 'Iw_0' | 'Iw_1' | 'Iw_2' | 'Iw_3' | 'Iw_ahp'
>;

const entries = <K extends string, V>(table: Readonly<Record<K, V>>): [K, V][] =>
  Object.entries(table) as [K, V][];

/** Currents that give the time constants, widths and gain ratios asked for, with tau = C·Ut/(kappa·I). */
export function coreCurrents(
  given: CoreTimes & CoreGains & CoreDirect,
  layout: CoreLayout = coreLayout,
): CoreCurrents {
  const { Idc, If_nmda, Ispkthr, Iw_0, Iw_1, Iw_2, Iw_3, Iw_ahp } = given;
  const direct = { Idc, If_nmda, Ispkthr, Iw_0, Iw_1, Iw_2, Iw_3, Iw_ahp };
  return withGains(withTimes(direct as CoreCurrents, given, layout), given);
}

/** The same currents with other time constants or widths. Nothing else changes, gains included. */
export function withTimes(
  currents: CoreCurrents,
  times: Partial<CoreTimes>,
  layout: CoreLayout = coreLayout,
): CoreCurrents {
  const changed: Record<CoreCurrentName, number> = { ...currents };
  for (const [name, [current]] of entries(behindTime)) {
    const time = times[name];
    if (time !== undefined) changed[current] = convert(name, time, layout);
  }
  return changed;
}

/** The same currents with other gain ratios. Nothing else changes. */
export function withGains(currents: CoreCurrents, ratios: Partial<CoreGains>): CoreCurrents {
  const changed: Record<CoreCurrentName, number> = { ...currents };
  for (const [name, [gain, leak]] of entries(behindGain)) {
    const ratio = ratios[name];
    if (ratio !== undefined) changed[gain] = ratio * currents[leak];
  }
  return changed;
}

/** Refuses what are no currents of a core. */
function checkCurrents(currents: unknown, layout: unknown = coreLayout): void {
  const needs = { currents: coreCurrentNames, layout: Object.keys(coreLayout) };
  refuse('these are no currents', () =>
    Object.entries({ currents, layout }).flatMap(([path, given]) => {
      if (typeof given !== 'object' || given === null) {
        return [problem(path, 'wrong-type', given, 'an object of numbers by name is needed')];
      }
      const names: readonly string[] = needs[path as keyof typeof needs];
      return names.flatMap((name) => within(`${path}.${name}`, finite(Reflect.get(given, name))));
    }),
  );
}

const finite = number();

/** Time constants and pulse widths of `currents`, seconds. */
export function coreTimes(currents: CoreCurrents, layout: CoreLayout = coreLayout): CoreTimes {
  currents = readOnce(currents);
  layout = readOnce(layout);
  checkCurrents(currents, layout);
  return Object.fromEntries(
    entries(behindTime).map(([name, [current]]) => [
      name,
      convert(name, currents[current], layout),
    ]),
  ) as CoreTimes;
}

/** Gain ratios of `currents`. */
export function coreGains(currents: CoreCurrents): CoreGains {
  currents = readOnce(currents);
  checkCurrents(currents);
  return Object.fromEntries(
    entries(behindGain).map(([name, [gain, leak]]) => [name, currents[gain] / currents[leak]]),
  ) as CoreGains;
}

/**
 * Name of the parameter of a neuron behind a current of its core: the same, or the one synapse of the lumped
 * model, which stands on all four dendrites; undefined behind a base current.
 */
export function parameterBehind(name: string, parameters: AnalogParameters): string | undefined {
  if (/^Iw_[0-3]$/.test(name)) return undefined;
  return parameters.model === 'dynapSe2'
    ? name
    : name.replace(/^(Itau|Igain)_(ampa|gaba|nmda|shunt)$/, '$1_syn');
}

/**
 * Currents that a core shares for its neurons: the mean of their parameters, in which a circuit that is
 * switched off has no say. The one synapse of the lumped model is put on all four dendrites.
 *
 * @param base what the weight bits select, amperes
 */
export function sharedCurrents(
  parameters: AnalogParameters,
  neurons: readonly number[],
  base: readonly number[],
): CoreCurrents {
  const mean = meanOver(parameters, neurons);
  const shared = (name: CoreCurrentName): number => {
    const own = parameterBehind(name, parameters);
    return own === undefined ? base[Number(name.slice(-1))]! : mean(own);
  };
  return Object.fromEntries(coreCurrentNames.map((name) => [name, shared(name)])) as CoreCurrents;
}
