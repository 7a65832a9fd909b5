import { parseArgs } from 'node:util';
import { InvalidArgumentError } from 'spikeline';

/** One option of a command. */
export interface OptionSpec {
  /** What it does, for the help. */
  readonly help: string;
  /** What stands for its value in the help; a switch has none. */
  readonly value?: string;
  /** Its default, for the help. */
  readonly fallback?: string;
}

/** A command's options by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given on the command line. */
export interface Given {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a command.
 *
 * @throws InvalidArgumentError naming the option and those that exist
 */
export function readArguments(args: readonly string[], specs: OptionSpecs): Given {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Given['values'], positionals };
  } catch (cause) {
    const known = Object.keys(specs).map((name) => `--${name}`);
    throw new InvalidArgumentError(
      'the command line cannot be read',
      [`${(cause as Error).message.split('. ')[0]}; the options are ${known.join(', ')}`],
      { cause },
    );
  }
}

/** Collects numbers from options and every reason why one is not what it should be. */
export function numberReader({ values }: Given): {
  whole(name: string, fallback: number, least: number): number;
  fraction(name: string, fallback: number): number;
  readonly problems: string[];
} {
  const problems: string[] = [];
  return {
    problems,
    whole(name, fallback, least) {
      const text = values[name];
      if (text === undefined) return fallback;
      const value = Number(text);
      if (text === '' || !Number.isSafeInteger(value) || value < least) {
        problems.push(`--${name} is ${text}; a whole number of at least ${least} is needed`);
      }
      return value;
    },
    fraction(name, fallback) {
      const text = values[name];
      if (typeof text !== 'string') return fallback;
      const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
      if (text === '' || !(value >= 0 && value <= 1)) {
        problems.push(`--${name} is ${text}; a fraction from 0 to 1 is needed, such as 0.3 or 30%`);
      }
      return value;
    },
  };
}

/** Lays the options out for the help. */
export function optionHelp(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, { value, help, fallback }]) => [
    `  --${name}${value === undefined ? '' : ` ${value}`}`,
    `${help}${fallback === undefined ? '' : ` [${fallback}]`}`,
  ]);
  const width = Math.max(...rows.map(([left]) => left!.length));
  return rows.map(([left, right]) => `${left!.padEnd(width)}  ${right}`).join('\n');
}
