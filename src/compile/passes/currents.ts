/** Currents that cores share, and which of them no setting can give. */
import type { ChipFamily, CorePlacement, CurrentRange, Currents } from '../../chips/family.ts';
import { valuesOf } from '../../chips/switches.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import { fault, type Problem, problem } from '../../problems.ts';
import type { Names } from '../front/names.ts';

/** A core with the neurons that share its currents. */
export interface SharingCore extends CorePlacement {
  /** Its neurons, numbered through all populations. */
  readonly neurons: readonly number[];
  /** Currents asked for, before the chip rounds them, amperes. */
  readonly currents: Currents;
}

/** Whether a current of that size is no larger than it can be and, where nothing sets it, no smaller. */
function isGiven(current: number, { min, max }: CurrentRange): boolean {
  const rounding = 1e-9;
  return current <= max * (1 + rounding) && (min < max || current >= min * (1 - rounding));
}

/** What a setting can give, and what to do about it. */
function rangeText({ min, max, setting }: CurrentRange, asked: string, neurons: string): string {
  return min === max
    ? `${setting} has ${max} A, which nothing changes: take this ${asked} at ${neurons}`
    : `${setting} gives at most ${max} A and at least ${min} A: ask for less ${asked} at ${neurons}`;
}

/**
 * Lists currents that no setting can give, each with the neurons that ask for it. Below the least current a
 * circuit is off for all that matters; above the most it is not what was asked.
 */
export function currentProblems(
  cores: readonly SharingCore[],
  parameters: AnalogParameters,
  names: Names,
  { biases, behind }: Pick<ChipFamily, 'biases' | 'behind'>,
): Problem[] {
  const problems = new Map<string, Problem>();
  for (const [name, range] of Object.entries(biases)) {
    const over = cores.filter(({ currents }) => !isGiven(currents[name]!, range));
    if (over.length === 0) continue;
    const largest = over.reduce((max, { currents }) => Math.max(max, currents[name]!), 0);
    const asked = behind(name, parameters);
    if (asked === undefined) {
      const all = over.map(({ chip, core }) => `core ${core} of chip ${chip}`).join(', ');
      problems.set(
        'base',
        fault(
          '',
          'too-large',
          `${name} is ${largest} A; ${range.setting} gives at most ${range.max} A and at least ${range.min} A: make the largest weights on ${all} smaller, or Iscale`,
        ),
      );
      continue;
    }
    const values = valuesOf(parameters, asked);
    const neurons = over.flatMap((core) => core.neurons.filter((n) => !isGiven(values[n]!, range)));
    const { population, index } = names.nameOf(neurons[0] ?? over[0]!.neurons[0]!);
    problems.set(
      asked,
      problem(
        `${population}.${asked}[${index}]`,
        range.min === range.max ? 'out-of-range' : 'too-large',
        largest,
        rangeText(range, asked, names.listOf(neurons)),
      ),
    );
  }
  return [...problems.values()];
}
