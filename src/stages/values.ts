import { z } from 'zod';

/** One value for all neurons of a stage, or one per neuron. */
export type PerNeuron = number | ArrayLike<number>;

/** Says what is wrong with values that a stage needs one of per neuron or channel, if anything. */
export function valueProblems(
  label: string,
  given: PerNeuron,
  count: number,
  problemOf: (value: number) => string | undefined = () => undefined,
): string[] {
  if (typeof given !== 'number' && given.length !== count) {
    return [`${label} holds ${given.length} values; ${count} are needed`];
  }
  const values = typeof given === 'number' ? [given] : Array.from(given);
  const reasons = values.map((value) =>
    Number.isFinite(value) ? problemOf(value) : 'a finite number is needed',
  );
  const at = reasons.findIndex((reason) => reason !== undefined);
  const place = typeof given === 'number' ? label : `${label}[${at}]`;
  return at < 0 ? [] : [`${place} is ${values[at]}; ${reasons[at]}`];
}

/**
 * Says what is wrong with time constants that forward Euler steps by `dt`, if anything. Above
 * dt = 2·tau, what should decay grows: its factor per step, 1 - dt/tau, is below -1.
 */
export function tauProblems(label: string, given: PerNeuron, count: number, dt: number): string[] {
  return valueProblems(label, given, count, (tau) => {
    if (!(tau > 0)) return 'seconds above 0 are needed';
    return dt > 2 * tau
      ? `steps of ${dt} s make it diverge; it must be at least ${dt / 2} s, or dt smaller`
      : undefined;
  });
}

/** Copies values, one per neuron. */
export function perNeuron(given: PerNeuron, count: number): Float64Array {
  // Adding zero turns -0, which JSON does not know, into 0.
  return typeof given === 'number'
    ? new Float64Array(count).fill(given + 0)
    : Float64Array.from(given, (value) => value + 0);
}

/** Values by name that have a default. */
type Defaults = Readonly<Record<string, number>>;

/** Lists what is wrong with values that may be left out. */
export function optionalProblems<D extends Defaults>(
  given: { readonly [name in keyof D]?: PerNeuron },
  defaults: D,
  count: number,
): string[] {
  return Object.entries(defaults).flatMap(([name, value]) =>
    valueProblems(name, given[name] ?? value, count),
  );
}

/** One value per neuron for every name, defaults filled in. */
export function filledIn<D extends Defaults>(
  given: { readonly [name in keyof D]?: PerNeuron },
  defaults: D,
  count: number,
): { [name in keyof D]: Float64Array } {
  const filled = Object.entries(defaults).map(([name, value]) => [
    name,
    perNeuron(given[name] ?? value, count),
  ]);
  return Object.fromEntries(filled) as { [name in keyof D]: Float64Array };
}

/** The values of some names as plain lists. */
export function listed<Name extends string>(
  values: { readonly [name in Name]: Float64Array },
  names: readonly Name[],
): { [name in Name]: number[] } {
  const lists = names.map((name) => [name, Array.from(values[name])]);
  return Object.fromEntries(lists) as { [name in Name]: number[] };
}

/** One value or a list, in a file. */
export const savedValues: z.ZodType = z.union([z.number(), z.array(z.number())]);

/** Rows of a matrix, in a file. */
export const savedMatrix: z.ZodType = z.array(z.array(z.number()));
