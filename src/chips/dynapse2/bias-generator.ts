import { InvalidArgumentError } from '../../errors.ts';
import { number, oneOf, optionProblems, readOnce } from '../../options.ts';
import { type Problem, problem, within } from '../../problems.ts';
import { biasCurrents } from './bias-currents.ts';
import { chipLimits } from './limits.ts';
import { type CoreParameterName, coreParameters } from './parameters.ts';

/** Setting of a bias: a coarse and a fine value, and the type of its transistor. */
export interface Bias {
  /** 0…5. */
  readonly coarse: number;
  /** 0…255. */
  readonly fine: number;
  /** N or P, given by the last letter of the parameter's name. */
  readonly type: 'N' | 'P';
}

/** What a bias stands at that nobody tells. */
export const lowestBias = { coarse: 0, fine: 0 } as const;

/** Type of the transistor behind a parameter. */
export function biasType(parameter: CoreParameterName): 'N' | 'P' {
  return parameter.endsWith('_N') ? 'N' : 'P';
}

/** Lists what keeps something from being the name of a parameter. */
function parameterProblems(parameter: unknown): Problem[] {
  if (typeof parameter === 'string' && Object.hasOwn(coreParameters, parameter)) return [];
  return [problem('parameter', 'unknown', parameter, 'the name of a bias of a core is needed')];
}

/** Refuses what is no parameter with a setting. */
function checkSetting(parameter: unknown, setting: unknown): void {
  const problems = [
    ...parameterProblems(parameter),
    ...within(
      'setting',
      optionProblems<Bias>(
        setting,
        { coarse: number(), fine: number(), type: oneOf(['N', 'P']) },
        'coarse',
        'fine',
      ),
    ),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('there is no such current', problems);
}

/**
 * Gives the current of a setting, amperes: the measured table times the parameter's factor.
 *
 * @throws InvalidArgumentError if coarse or fine do not exist
 */
export function biasCurrent(
  parameter: CoreParameterName,
  setting: { readonly coarse: number; readonly fine: number },
): number {
  setting = readOnce(setting);
  checkSetting(parameter, setting);
  const current = biasCurrents[biasType(parameter)][setting.coarse]?.[setting.fine];
  if (current === undefined) {
    throw new InvalidArgumentError(`${parameter} has no such setting`, [
      problem(
        '',
        'out-of-range',
        `coarse ${setting.coarse}, fine ${setting.fine}`,
        `coarse 0…${chipLimits.coarse - 1} and fine 0…${chipLimits.fine - 1} exist`,
      ),
    ]);
  }
  return current * coreParameters[parameter];
}

/** Smallest and largest current that a parameter can carry, amperes. */
export function biasRange(parameter: CoreParameterName): { min: number; max: number } {
  const { min, max } = tableRange(biasType(parameter));
  const scale = coreParameters[parameter];
  return { min: min * scale, max: max * scale };
}

const tableRanges = new Map<'N' | 'P', { readonly min: number; readonly max: number }>();

/** Smallest and largest current of a table, found when first asked for. */
function tableRange(type: 'N' | 'P'): { readonly min: number; readonly max: number } {
  const known = tableRanges.get(type);
  if (known !== undefined) return known;
  const all = biasCurrents[type].flat();
  const range = { min: Math.min(...all), max: Math.max(...all) };
  tableRanges.set(type, range);
  return range;
}

/**
 * Finds the setting whose current lies nearest: for each coarse value the first fine one of least
 * absolute error, then the first coarse one of least error. (The tables are not monotone, so every
 * entry is looked at.)
 *
 * @param current amperes; outside of the range the nearest end is taken
 * @example
 * ```ts
 * nearestBias('SOIF_LEAK_N', 5.32e-12).coarse; // 0
 * ```
 */
export function nearestBias(parameter: CoreParameterName, current: number): Bias {
  const unknown = parameterProblems(parameter);
  if (unknown.length > 0) throw new InvalidArgumentError('it cannot be set', unknown);
  if (!Number.isFinite(current) || current < 0) {
    throw new InvalidArgumentError(`${parameter} cannot be set`, [
      problem('current', 'out-of-range', current, 'a finite one of at least 0 A is needed'),
    ]);
  }
  const type = biasType(parameter);
  const scale = coreParameters[parameter];
  let best: Bias = { coarse: 0, fine: 0, type };
  let smallest = Number.POSITIVE_INFINITY;
  for (const [coarse, row] of biasCurrents[type].entries()) {
    for (const [fine, entry] of row.entries()) {
      const error = Math.abs(entry * scale - current);
      if (error >= smallest) continue;
      smallest = error;
      best = { coarse, fine, type };
    }
  }
  return best;
}
