/** Bounds of actions: what is beyond is clipped and counted, what is no number is refused. */
import { DataError } from '../errors.ts';
import type { Losses } from '../events/losses.ts';
import { listOf, readable } from '../options.ts';
import { type Problem, problem } from '../problems.ts';
import { reading } from './numbers.ts';

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

/** Tells a typed array of numbers, of whatever type; those of bigints and a DataView are none. */
function isNumbers(value: unknown): value is Float64Array {
  if (value instanceof Float64Array) return true;
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return false;
  return !(value instanceof BigInt64Array || value instanceof BigUint64Array);
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

function limitOf(limits: ActionLimits | undefined, i: number): readonly [number, number] {
  if (limits === undefined) return unlimited;
  const own = limits[i];
  return typeof limits[0] === 'number'
    ? (limits as readonly [number, number])
    : ((own as readonly [number, number] | undefined) ?? unlimited);
}

/**
 * Makes what bounds actions. An action in bounds is given back as it is; another as a copy.
 *
 * @param losses counts what was `clipped`, value by value
 * @returns a function that throws a DataError if a value is not a number, or has no limits of its own
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
    return (action as unknown as number[]).map(bounds) as A;
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
  if (limits === undefined || typeof limits[0] === 'number' || limits.length === length) return;
  throw new DataError(`the action has ${length} values, but ${limits.length} have limits`);
}
