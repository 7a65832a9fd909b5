/** Readouts whose weights change while they are used: by the delta rule, or by recursive least squares. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../events/losses.ts';
import {
  anything,
  flag,
  isObject,
  listProblems,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readable,
  readOnce,
} from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { isNumbers, numbersIn, readNumbers } from './numbers.ts';
import { deltaGains, rlsGains } from './readout-rules.ts';

/** How a readout learns. */
export interface ReadoutConfig {
  /** Values that are read from. */
  readonly inputs: number;
  /** Values that are read. */
  readonly outputs: number;
  /**
   * `delta`: each weight follows the error times what it was read from (Widrow and Hoff 1960). `rls`: recursive least squares, the weights that
   * would have been best for all that was seen so far (Plackett 1950; Haykin, Adaptive Filter Theory).
   */
  readonly rule: 'delta' | 'rls';
  /** Step of the delta rule, per unit of what is read from squared; needed for it. */
  readonly rate?: number;
  /** How much of the past counts one step later under `rls`, above 0 and at most 1; 1 if left out: nothing is forgotten. */
  readonly forgetting?: number;
  /** How unsure the first weights are under `rls`: variance of each, or 1 over the ridge; 1 if left out. */
  readonly variance?: number;
  /** Whether a constant 1 is read from as well; its weights come last. */
  readonly bias?: boolean;
  /** Least and greatest weight: those beyond are clipped, and counted as `clippedWeights`. First weights must be within. */
  readonly bounds?: readonly [min: number, max: number];
  /** First weights, `[inputs × outputs]` row by row, with one row more of a bias; 0, or the bound nearest to it, if left out. */
  readonly weights?: ArrayLike<number>;
  /** Where an earlier readout of the same kind was: it goes on from there. */
  readonly state?: ReadoutState;
  /**
   * Counts weights that were clipped (`clippedWeights`), steps that taught nothing since their error was no number (`unusable`), and times that
   * `rls` began anew to be unsure of its weights, since rounding left no covariance (`restarted`); its own if left out.
   */
  readonly losses?: Losses;
}

/** All that a readout has learnt, as plain data. */
export interface ReadoutState {
  readonly rule: 'delta' | 'rls';
  /** `[inputs × outputs]`, row by row, with one row more of a bias. */
  readonly weights: readonly number[];
  /** How unsure the weights still are, `[rows × rows]`; of `rls` only. */
  readonly covariance?: readonly number[];
  /** Steps that have taught it. */
  readonly taught: number;
}

/** A readout that learns. */
export interface Readout {
  /** Values that are read from, with the constant of a bias. */
  readonly rows: number;
  readonly outputs: number;
  /** Weights as they are, `[rows × outputs]`; live. */
  readonly weights: Float64Array;
  readonly losses: Losses;
  /** Reads `outputs` values from the `inputs` of `from`. */
  read(from: Float64Array, into: Float64Array): void;
  /** Learns of the error of what was read from `from`: what it should have been, less what it was. */
  learn(from: Float64Array, error: ArrayLike<number>): void;
  /** Gives all that it has learnt. */
  state(): ReadoutState;
}

/** Weights of a readout at most. */
const mostWeights = 2 ** 20;

const size = number({ min: 1, max: 65_536, whole: true });

/** Checks of {@link ReadoutConfig}. */
export const readoutTable: OptionTable<ReadoutConfig> = {
  inputs: size,
  outputs: size,
  rule: oneOf(['delta', 'rls']),
  rate: number({ above: 0 }),
  forgetting: number({ above: 0, max: 1 }),
  variance: number({ above: 0 }),
  bias: flag,
  bounds(value) {
    const isPair = Array.isArray(value) && value.length === 2;
    const [min, max] = (isPair ? value : []) as readonly unknown[];
    const are = typeof min === 'number' && typeof max === 'number' && min < max;
    return are ? [] : [problem('', 'out-of-range', value, '[min, max] with min < max is needed')];
  },
  // Their sizes depend on others.
  weights: anything,
  state: (value) =>
    isObject(value)
      ? []
      : [problem('', 'wrong-type', value, 'what state() of a readout gives is needed')],
  losses: lossesCheck,
};

/** Lists what is sound by itself and does not fit together. */
export function readoutProblems(config: ReadoutConfig): Problem[] {
  return readable(() => {
    const { inputs, outputs, rule, rate, forgetting, variance, bias, bounds, weights, state } =
      config;
    const problems: Problem[] = [];
    const rows = inputs + (bias === true ? 1 : 0);
    if (rule === 'delta' && rate === undefined) {
      problems.push(problem('rate', 'missing', rate, 'the delta rule needs a rate'));
    }
    for (const [name, value] of Object.entries({ forgetting, variance })) {
      if (rule === 'delta' && value !== undefined) {
        problems.push(problem(name, 'conflict', value, 'it is of rls alone; leave it out'));
      }
    }
    if (rows * Math.max(outputs, rule === 'rls' ? rows : 0) > mostWeights) {
      problems.push(problem('inputs', 'too-large', inputs, `${mostWeights} weights are the most`));
      return problems;
    }
    if (weights !== undefined && state !== undefined) {
      problems.push(problem('weights', 'conflict', weights, 'the state has weights already'));
    } else if (weights !== undefined) {
      problems.push(...within('weights', numbersProblems(weights, rows * outputs, bounds)));
    }
    if (state === undefined) return problems;
    const { rule: other, weights: learnt, covariance, taught } = state;
    if (other !== rule) {
      problems.push(problem('state.rule', 'conflict', other, `the readout learns by ${rule}`));
    }
    problems.push(...within('state.weights', numbersProblems(learnt, rows * outputs, bounds)));
    if (rule === 'rls') {
      const odd = numbersProblems(covariance, rows * rows);
      if (odd.length === 0) odd.push(...varianceProblems(covariance!, rows));
      problems.push(...within('state.covariance', odd));
    }
    problems.push(...within('state.taught', number({ min: 0, whole: true })(taught)));
    return problems;
  });
}

function numbersProblems(
  value: unknown,
  length: number,
  bounds: ReadoutConfig['bounds'] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Problem[] {
  const list = isNumbers(value) ? Array.from(value) : value;
  const odd = listProblems(list, mostWeights);
  if (odd.length > 0) return [...odd];
  const numbers = list as readonly unknown[];
  if (numbers.length !== length) {
    return [problem('length', 'wrong-shape', numbers.length, `${length} numbers are needed`)];
  }
  const bad = numbers.findIndex((one) => !Number.isFinite(one));
  if (bad >= 0) return [problem(`[${bad}]`, 'not-finite', numbers[bad], 'a number is needed')];
  const beyond = (numbers as readonly number[]).findIndex((one) => one !== nearest(one, bounds));
  if (beyond < 0) return [];
  const needed = `the bounds allow ${bounds[0]} to ${bounds[1]}`;
  return [problem(`[${beyond}]`, 'out-of-range', numbers[beyond], needed)];
}

function varianceProblems(covariance: readonly number[], rows: number): Problem[] {
  for (let i = 0; i < rows; i++) {
    const own = covariance[i * rows + i]!;
    if (own < 0) {
      return [problem(`[${i * rows + i}]`, 'out-of-range', own, 'a variance is 0 or more')];
    }
  }
  return [];
}

/**
 * Makes a readout that learns.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const readout = learningReadout({ inputs: 1, outputs: 1, rule: 'delta', rate: 0.5 });
 * readout.learn(Float64Array.of(1), [3]);
 * readout.weights; // Float64Array [1.5]
 * ```
 */
export function learningReadout(config: ReadoutConfig): Readout {
  config = readOnce(config, readoutTable);
  const problems = optionProblems(config, readoutTable, 'inputs', 'outputs', 'rule');
  if (problems.length === 0) problems.push(...readoutProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('no readout can be made', problems);
  const { inputs, outputs, rule, bias = false, bounds, state, losses = lossCounter() } = config;
  const rows = inputs + (bias ? 1 : 0);
  const weights = Float64Array.from(
    state?.weights ?? config.weights ?? new Float64Array(rows * outputs).fill(nearest(0, bounds)),
  );
  const changed = new Float64Array(weights.length);
  const gains =
    rule === 'delta'
      ? deltaGains(rows, config.rate!)
      : rlsGains(rows, config, () => losses.add('restarted', 1));
  const row = new Float64Array(rows);
  const error = new Float64Array(outputs);
  let taught = state?.taught ?? 0;
  const take = (from: Float64Array): void => {
    for (let i = 0; i < inputs; i++) row[i] = from[i]!;
    if (bias) row[inputs] = 1;
  };
  /** Makes changed weights those that count, bounded; what is no number is refused, and they stay as they were. */
  const keep = (): void => {
    let clipped = 0;
    for (let i = 0; i < changed.length; i++) {
      const within = nearest(changed[i]!, bounds);
      if (!Number.isFinite(within)) {
        throw new DataError(
          `weight ${i} of the readout would be ${within}; all stay as they were: lower ${rule === 'delta' ? 'rate' : 'variance'}, scale, or the error`,
        );
      }
      if (within !== changed[i]) clipped++;
      changed[i] = within;
    }
    weights.set(changed);
    losses.add('clippedWeights', clipped);
  };
  return {
    rows,
    outputs,
    weights,
    losses,
    read(from, into) {
      checkRates(from, inputs);
      take(from);
      for (let k = 0; k < outputs; k++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += row[i]! * weights[i * outputs + k]!;
        into[k] = sum;
      }
    },
    learn(from, given) {
      checkRates(from, inputs);
      if (numbersIn('error', given) !== outputs) {
        throw new DataError(`the error of ${outputs} values needs as many numbers`);
      }
      readNumbers('error', given, error);
      if (!error.every(Number.isFinite)) {
        losses.add('unusable', 1);
        return;
      }
      take(from);
      const gain = gains.of(row);
      changed.set(weights);
      for (let i = 0; i < rows; i++) {
        const g = gain[i]!;
        if (g === 0) continue;
        for (let k = 0; k < outputs; k++) {
          changed[i * outputs + k] = changed[i * outputs + k]! + g * error[k]!;
        }
      }
      keep();
      taught++;
    },
    state: () => ({
      rule,
      weights: Array.from(weights),
      ...(gains.covariance === undefined ? {} : { covariance: Array.from(gains.covariance) }),
      taught,
    }),
  };
}

/** What lies nearest to a value within bounds. */
function nearest(value: number, bounds: ReadoutConfig['bounds']): number {
  return bounds === undefined ? value : Math.min(bounds[1], Math.max(bounds[0], value));
}

/** Refuses what a readout cannot read from. */
function checkRates(from: unknown, inputs: number): void {
  if (ArrayBuffer.isView(from) && from instanceof Float64Array && from.length === inputs) return;
  throw new DataError(`a Float64Array of ${inputs} values is needed to read from`);
}
