import { parseArgs } from 'node:util';
import { InvalidArgumentError } from 'spikeline';
import { fault, type Problem, problem, unknownName } from 'spikeline/problems';

/** One option of a command. */
export interface OptionSpec {
  /** What it does, for the help. */
  readonly help: string;
  /** What stands for its value in the help; a switch has none. */
  readonly value?: string;
  /** Its default, for the help. */
  readonly fallback?: string;
  /** Option that has taken its place: it is refused, by a word that names that one. */
  readonly replacedBy?: string;
}

/** A command's options by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Options that have not been replaced. */
function current(specs: OptionSpecs): [string, OptionSpec][] {
  return Object.entries(specs).filter(([, { replacedBy }]) => replacedBy === undefined);
}

/** What was given on the command line. */
export interface Given {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a command.
 *
 * @throws InvalidArgumentError naming every option that does not exist, the nearest that does, and every value
 * that is missing or has no place
 */
export function readArguments(args: readonly string[], specs: OptionSpecs): Given {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const known = current(specs).map(([name]) => `--${name}`);
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    const { rawName, value } = token;
    if (spec === undefined) problems.push(unknownName(rawName, known));
    else if (spec.replacedBy !== undefined) {
      problems.push(fault(rawName, 'unknown', `it is called --${spec.replacedBy} now`));
    } else if (spec.value === undefined && value !== undefined) {
      problems.push(problem(rawName, 'wrong-type', value, 'it is a switch and takes no value'));
    } else if (spec.value !== undefined && value === undefined) {
      problems.push(fault(rawName, 'missing', `its value ${spec.value} is missing`));
    } else if (spec.value !== undefined && seen.has(token.name)) {
      problems.push(fault(rawName, 'duplicate', 'it is given twice'));
    }
    seen.add(token.name);
  }
  if (problems.length > 0) {
    throw new InvalidArgumentError('the command line cannot be read', problems);
  }
  return { values: values as Given['values'], positionals };
}

/** Text of a number as a problem shows it: as a number, if it is one that keeps its digits. */
function shownNumber(text: unknown): unknown {
  return typeof text === 'string' && decimal(text) !== undefined && `${Number(text)}` === text
    ? Number(text)
    : text;
}

/** A number written with digits, a point and an exponent; undefined for all else, such as ` ` or `0x10`. */
export function decimal(text: string): number | undefined {
  const value = Number(text);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value)
    ? value
    : undefined;
}

/** Bounds of a whole number. */
export interface WholeBounds {
  readonly min: number;
  /** The largest that keeps its digits if left out. */
  readonly max?: number;
}

/** Collects numbers from options and every problem with one that is not what it should be. */
export function numberReader({ values }: Given): {
  /** A whole number, written with digits alone. */
  whole(name: string, fallback: number, bounds: WholeBounds): number;
  fraction(name: string, fallback: number): number;
  readonly problems: Problem[];
} {
  const problems: Problem[] = [];
  const refuse = (name: string, needed: string): void => {
    problems.push(problem(`--${name}`, 'out-of-range', shownNumber(values[name]), needed));
  };
  return {
    problems,
    whole(name, fallback, { min, max = Number.MAX_SAFE_INTEGER }) {
      const text = values[name];
      if (text === undefined) return fallback;
      const value = /^-?\d+$/.test(`${text}`) ? Number(text) : Number.NaN;
      if (!(value >= min)) refuse(name, `a whole number of at least ${min} is needed, in digits`);
      else if (value > max) refuse(name, `a whole number of at most ${max} is needed`);
      return value;
    },
    fraction(name, fallback) {
      const text = values[name];
      if (typeof text !== 'string') return fallback;
      const percent = text.endsWith('%');
      const number = decimal(percent ? text.slice(0, -1) : text) ?? Number.NaN;
      const value = percent ? number / 100 : number;
      if (!(value >= 0 && value <= 1)) {
        refuse(name, 'a fraction from 0 to 1 is needed, such as 0.3 or 30%');
      }
      return value;
    },
  };
}

/** Lays the options out for the help. */
export function optionHelp(specs: OptionSpecs): string {
  const rows = current(specs).map(([name, { value, help, fallback }]) => [
    `  --${name}${value === undefined ? '' : ` ${value}`}`,
    `${help}${fallback === undefined ? '' : ` [${fallback}]`}`,
  ]);
  const width = Math.max(...rows.map(([left]) => left!.length));
  return rows.map(([left, right]) => `${left!.padEnd(width)}  ${right}`).join('\n');
}
