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
export type DynapSimParameters = Readonly<Record<ParameterName, Float64Array>> & {
  /** Amperes per unit of weight; never mismatched. */
  readonly Iscale: number;
};

/** What a user gives: one value for all neurons or one per neuron; the rest takes its default. */
export type DynapSimParametersInput = {
  readonly [name in ParameterName]?: number | ArrayLike<number>;
} & { readonly Iscale?: number };

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

/** Parameters that must be above zero; a current of zero elsewhere is a circuit switched off. */
const mustBePositive: ReadonlySet<string> = new Set([
  'Ipulse',
  'Iref',
  'Ispkthr',
  ...layoutNames,
  'Iscale',
]);

function valueProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const shown = typeof value === 'object' ? JSON.stringify(value) : value;
    return `${name} is ${shown}; a finite number is needed`;
  }
  if (value < 0) return `${name} is ${value}; negative values do not exist on the chip`;
  if (value === 0 && mustBePositive.has(name)) return `${name} is 0; it must be above 0`;
  return undefined;
}

/** Lists everything wrong with `input` for a population of `neurons`; empty where all is well. */
export function parameterProblems(input: DynapSimParametersInput, neurons: number): string[] {
  const problems: string[] = [];
  const known: readonly string[] = [...parameterNames, 'Iscale'];
  for (const [name, given] of Object.entries(input)) {
    if (!known.includes(name)) {
      problems.push(`${name} is no DynapSim parameter; there are ${known.join(', ')}`);
      continue;
    }
    // What comes from a file may be anything.
    if (typeof given !== 'object' || given === null) {
      const problem = valueProblem(name, given);
      if (problem !== undefined) problems.push(problem);
      continue;
    }
    if (name === 'Iscale') {
      problems.push('Iscale holds several values; one number for all neurons is needed');
      continue;
    }
    if (given.length !== neurons) {
      problems.push(`${name} holds ${given.length} values for ${neurons} neurons`);
      continue;
    }
    const values: readonly unknown[] = Array.from(given);
    const at = values.findIndex((value) => valueProblem(name, value) !== undefined);
    const problem = valueProblem(name, values[at]);
    if (at >= 0 && problem !== undefined) problems.push(problem.replace(name, `${name}[${at}]`));
  }
  return problems;
}

/**
 * Completes `input` with defaults: one value per neuron for every parameter. Trusts its input;
 * `parameterProblems` checks it.
 *
 * @example
 * ```ts
 * dynapSimParameters({ Idc: 1e-11 }, 2).Idc; // Float64Array [1e-11, 1e-11]
 * ```
 */
export function dynapSimParameters(
  input: DynapSimParametersInput,
  neurons: number,
): DynapSimParameters {
  return eachParameter(input.Iscale ?? defaultParameters.Iscale, (name) => {
    const given = input[name] ?? defaultParameters[name];
    // Adding zero turns -0, which JSON does not know, into 0.
    return typeof given === 'number'
      ? new Float64Array(neurons).fill(given + 0)
      : Float64Array.from(given, (value) => value + 0);
  });
}

/** Makes a set of parameters from a function that gives each by its name. */
export function eachParameter(
  Iscale: number,
  values: (name: ParameterName) => Float64Array,
): DynapSimParameters {
  const named = parameterNames.map((name) => [name, values(name)] as const);
  return { ...(Object.fromEntries(named) as Record<ParameterName, Float64Array>), Iscale };
}
