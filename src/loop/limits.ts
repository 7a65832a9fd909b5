/** Bounds of actions: what is beyond is clipped and counted, what is no number is refused. */
import { DataError } from '../errors.ts';
import type { Losses } from '../events/losses.ts';
import { listOf, readable } from '../options.ts';
import { type Problem, problem } from '../problems.ts';
import { isNumbers, reading } from './numbers.ts';

/** Least and greatest value of an action: of all its values, or of each. */
export type ActionLimits =
  | readonly [min: number, max: number]
  | readonly (readonly [min: number, max: number])[];

/** Name under which values of actions are counted that were clipped. */
export const clippedActions: string = 'clipped';

function isPair(value: unknown): value is readonly [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((bound) => typeof bound === 'number' && !Number.isNaN(bound)) &&
    value[0] <= value[1]
  );
}

/** Lists why something cannot bound actions. */
export function limitProblems(limits: unknown): Problem[] {
  return readable(() => {
    const needed = '[min, max] with min ≤ max is needed, or one such for each value';
    if (isPair(limits)) return [];
    if (!Array.isArray(limits) || limits.length === 0 || !Array.isArray(limits[0])) {
      return [problem('', 'out-of-range', limits, needed)];
    }
    return listOf((pair) => (isPair(pair) ? [] : [problem('', 'out-of-range', pair, needed)]))(
      limits,
    );
  });
}

/** The values of an action, if it has any: a number, or a list of numbers. */
function valuesOf(action: unknown): ArrayLike<number> | undefined {
  if (typeof action === 'number') return [action];
  if (isNumbers(action)) return action;
  if (!Array.isArray(action)) return undefined;
  // A hole is no number, and a list of nothing else can claim any length.
  for (let i = 0; i < action.length; i++) if (typeof action[i] !== 'number') return undefined;
  return action;
}

/** Lists what keeps an action from being sent: values that are no numbers, or beyond the limits. */
export function actionProblems(action: unknown, limits: ActionLimits | undefined): Problem[] {
  return readable(() => {
    const values = valuesOf(action);
    if (values === undefined) {
      return limits === undefined
        ? []
        : [problem('', 'wrong-type', action, 'a number or a list of numbers has limits')];
    }
    if (!isForAll(limits) && limits !== undefined && limits.length !== values.length) {
      const needed = `${limits.length} values have limits`;
      return [problem('', 'wrong-shape', action, needed)];
    }
    return Array.from(values).flatMap((value, i) => {
      const path = typeof action === 'number' ? '' : `[${i}]`;
      if (Number.isNaN(value)) return [problem(path, 'not-finite', value, 'a number is needed')];
      const [min, max] = limitOf(limits, i);
      const needed = `the limits allow ${min} to ${max}`;
      return value >= min && value <= max ? [] : [problem(path, 'out-of-range', value, needed)];
    });
  });
}

const unlimited = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** Whether the same limits hold for all values. */
function isForAll(limits: ActionLimits | undefined): limits is readonly [number, number] {
  return limits !== undefined && typeof limits[0] === 'number';
}

function limitOf(limits: ActionLimits | undefined, i: number): readonly [number, number] {
  if (limits === undefined) return unlimited;
  return isForAll(limits)
    ? limits
    : ((limits[i] as readonly [number, number] | undefined) ?? unlimited);
}

/** Puts a bounded value into a list whose numbers may be none like it: then the nearest of those that is within the limits. */
function put(
  into: number[],
  i: number,
  value: number,
  [min, max]: readonly [number, number],
): void {
  const isWithin = (): boolean => into[i]! >= min && into[i]! <= max;
  into[i] = value;
  if (isWithin()) return;
  const given: unknown = into;
  if (given instanceof Float32Array) into[i] = neighbour(into[i]!, into[i]! < min);
  else into[i] = value === min ? Math.ceil(value) : Math.floor(value);
  if (isWithin()) return;
  throw new DataError(
    `value ${i} of the action has limits from ${min} to ${max}, where a ${(given as object).constructor.name} has no numbers`,
  );
}

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** The next number above or below one, of those that 32 bits can hold. */
function neighbour(value: number, isUp: boolean): number {
  const least = 2 ** -149;
  if (value === 0) return isUp ? least : -least;
  single[0] = value;
  bits[0] = bits[0]! + (value > 0 === isUp ? 1 : -1);
  return single[0]!;
}

/**
 * Makes what bounds actions. An action in bounds is given back as it is; another as a copy.
 *
 * @param losses counts what was `clipped`, value by value
 * @returns a function that throws a DataError if a value is not a number, has no limits of its own, or is of an array that has no number within them
 */
export function actionBounds<A>(
  limits: ActionLimits | undefined,
  losses: Losses,
): (action: A) => A {
  const bounds = (value: number, i: number): number => {
    if (Number.isNaN(value)) throw notANumber(i);
    const [min, max] = limitOf(limits, i);
    return value < min ? min : value > max ? max : value;
  };
  const boundList = (action: A): A => {
    const values = valuesOf(action) as (ArrayLike<number> & Iterable<number>) | undefined;
    if (values === undefined) {
      if (limits === undefined) return action;
      throw new DataError('the action has no numbers that limits could bound');
    }
    checkLength(values.length, limits);
    let clipped = 0;
    for (let i = 0; i < values.length; i++) if (bounds(values[i]!, i) !== values[i]) clipped++;
    if (clipped === 0) return action;
    losses.add(clippedActions, clipped);
    const bounded = (action as unknown as number[]).slice();
    for (let i = 0; i < bounded.length; i++)
      put(bounded, i, bounds(values[i]!, i), limitOf(limits, i));
    return bounded as A;
  };
  return (action) => {
    if (typeof action !== 'number') return reading('action', boundList, action);
    checkLength(1, limits);
    const bounded = bounds(action, 0);
    if (bounded !== action) losses.add(clippedActions, 1);
    return bounded as A;
  };
}

function notANumber(i: number): DataError {
  return new DataError(
    `value ${i} of the action is NaN; it is not sent, since nobody knows what it would do`,
  );
}

function checkLength(length: number, limits: ActionLimits | undefined): void {
  if (limits === undefined || isForAll(limits) || limits.length === length) return;
  throw new DataError(`the action has ${length} values, but ${limits.length} have limits`);
}
