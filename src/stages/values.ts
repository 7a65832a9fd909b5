/** Values that a stage has one of for each neuron or channel. */
import type { Check } from '../options.ts';
import { count, perNeuronValues, stageName, step, tauNeeded } from './checks.ts';

/** One value for all neurons of a stage, or one per neuron. */
export type PerNeuron = number | ArrayLike<number>;

/** Copies values, one per neuron. */
export function perNeuron(given: PerNeuron, length: number): Float64Array {
  // Adding zero turns -0, which JSON does not know, into 0.
  return typeof given === 'number'
    ? new Float64Array(length).fill(given + 0)
    : Float64Array.from(given, (value) => value + 0);
}

/** What there is to know of values that neurons have one of each. */
export interface ValueField {
  /** What is taken where nothing is given; absent if it must be given or may be missing for good. */
  readonly default?: number;
  /** Whether it may be missing for good. */
  readonly optional?: true;
  /** Whether it is a time constant, which forward Euler must be able to step. */
  readonly tau?: true;
}

/** Fields by the names of the values that a user gives. */
export type ValueFields<Values> = { readonly [name in keyof Required<Values>]: ValueField };

/** Values, one per neuron, of which some may be missing. */
type Filled<Values> = { [name in keyof Values]: Float64Array };

/** What a user says of any population beside its parameters. */
export interface PopulationConfig {
  /** Number of neurons. */
  readonly neurons: number;
  /** Step, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Name of the population in messages and maps. */
  readonly name?: string;
}

/** How the options of any population are checked. */
export const populationChecks: { readonly [name in keyof Required<PopulationConfig>]: Check } = {
  neurons: count,
  dt: step,
  name: stageName,
};

/** How values are checked for `neurons` neurons that step by `dt`. */
export function fieldChecks<Values>(
  fields: ValueFields<Values>,
  neurons: number | undefined,
  dt: number,
): { [name in keyof Required<Values>]: Check } {
  const checks = Object.entries<ValueField>(fields).map(([name, { tau }]) => [
    name,
    perNeuronValues(neurons, tau ? tauNeeded(dt) : undefined),
  ]);
  return Object.fromEntries(checks) as { [name in keyof Required<Values>]: Check };
}

/** Names of the values that must be given. */
export function requiredFields<Values>(fields: ValueFields<Values>): (keyof Values & string)[] {
  const all = Object.entries<ValueField>(fields);
  const required = all.filter(([, field]) => field.default === undefined && !field.optional);
  return required.map(([name]) => name as keyof Values & string);
}

/** One value per neuron for every name, defaults filled in. */
export function filledIn<Values extends object>(
  fields: ValueFields<Values>,
  given: Values,
  neurons: number,
): Filled<Values> {
  const values = given as Readonly<Record<string, PerNeuron | undefined>>;
  const filled = Object.entries<ValueField>(fields).flatMap(([name, field]) => {
    const value = values[name] ?? field.default;
    return value === undefined ? [] : [[name, perNeuron(value, neurons)] as const];
  });
  return Object.fromEntries(filled) as Filled<Values>;
}

/** The values of some names as plain lists. */
export function listsOf<Name extends string>(
  names: readonly Name[],
  values: { readonly [name in Name]: Float64Array },
): { [name in Name]: number[] } {
  const lists = names.map((name) => [name, Array.from(values[name])] as const);
  return Object.fromEntries(lists) as { [name in Name]: number[] };
}

/** What a user would have given for values, as plain lists; what is missing stays missing. */
export function listed<Values extends object>(
  fields: ValueFields<Values>,
  values: Filled<Values>,
): Values {
  const there = namesOf(fields).filter((name) => values[name] !== undefined);
  return listsOf(there, values as Required<Filled<Values>>) as object as Values;
}

/** Names of fields. */
export function namesOf<Values>(fields: ValueFields<Values>): (keyof Values & string)[] {
  return Object.keys(fields) as (keyof Values & string)[];
}
