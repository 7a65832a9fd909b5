/** Options that all commands of streams share, and how they are read. */
import { rmdirSync } from 'node:fs';
import { InvalidArgumentError } from 'spikeline';
import { codecNamed, codecs } from 'spikeline/codecs';
import { type Problem, problem, unknownName, within } from 'spikeline/problems';
import { decimal, type Given, type OptionSpecs } from '../arguments.ts';

/** Options of commands that read FILE. */
export const fileOptions: OptionSpecs = {
  stream: {
    value: 'NAME',
    help: 'which stream of a recording; its first stream of events if left out',
  },
  'input-format': { value: 'NAME', help: 'format of FILE; found by its content if left out' },
  'input-options': { value: 'JSON', help: 'options of its decoder' },
};

/** The option of commands that put events in order. */
export const latenessOption: OptionSpecs = {
  lateness: {
    value: 'MS',
    help: 'how far times may step back, milliseconds; what steps back further is left out and counted as late',
    fallback: '10',
  },
};

/** The option of commands that speak with a NATS server. */
export const credentialsOption: OptionSpecs = {
  credentials: {
    value: 'FILE',
    help: 'credentials for the server of nats:// addresses; else those of the environment',
  },
};

/** Reads options and keeps every problem with them. */
export interface OptionReader {
  readonly problems: Problem[];
  /** Text of an option; undefined if it is not given. */
  text(name: string): string | undefined;
  /** Whether a switch is given. */
  flag(name: string): boolean;
  /** A number; undefined if it is not given or is none. */
  number(name: string, needed: string, holds?: (value: number) => boolean): number | undefined;
  /** Name of a format that can be read, or written. */
  format(name: string, use: 'read' | 'write'): string | undefined;
  /** Folders that were made for what will be written. */
  readonly made: string[];
  /** What each file is that will be written, by its whole path. */
  readonly written: Map<string, string>;
  /** The words of the command, so many; `needed` says what is missing. */
  words(count: number, needed: string, place: string): readonly string[];
  /** Throws if there are problems, and takes back what was made. @throws InvalidArgumentError with all problems */
  check(what: string): void;
  /** How bytes are written: `--format` and `--options`. */
  encoding(): { readonly format?: string; readonly options?: object };
  /** How bytes are read: the same, with something before the names. */
  decoding(before?: string): { readonly format?: string; readonly options?: object };
  /** How far times may step back: `--lateness`. */
  lateness(): { readonly lateness?: number };
  /** Who one is for a NATS server: `--credentials`. */
  access(): { readonly credentials?: string };
  /** An object, given as JSON. */
  object(name: string): object | undefined;
  /** Tries something that refuses what it is made of; its problems are those of the option. */
  attempt<Value>(name: string, make: () => Value): Value | undefined;
}

/** Starts to read the options of a command. */
export function optionReader({ values, positionals }: Given): OptionReader {
  const problems: Problem[] = [];
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const attempt: OptionReader['attempt'] = (name, make) => {
    try {
      return make();
    } catch (cause) {
      if (!(cause instanceof InvalidArgumentError)) throw cause;
      problems.push(...within(name, cause.problems));
      return undefined;
    }
  };
  const made: string[] = [];
  const reader: OptionReader = {
    problems,
    made,
    written: new Map(),
    text,
    flag: (name) => values[name] === true,
    number(name, needed, holds = () => true) {
      const given = text(name);
      if (given === undefined) return undefined;
      const value = decimal(given);
      if (value !== undefined && holds(value)) return value;
      problems.push(problem(`--${name}`, 'out-of-range', given, needed));
      return undefined;
    },
    format(name, use) {
      const given = text(name);
      if (given === undefined) return undefined;
      const names = codecs.filter(({ encoder }) => use === 'read' || encoder !== undefined);
      const codec = codecs.find((one) => one.name === given);
      if (codec === undefined) {
        const all = names.map((one) => one.name);
        problems.push(unknownName(given, all, `--${name}`));
      } else if (!names.includes(codec)) {
        const others = names.map((one) => one.name).join(', ');
        problems.push(
          problem(`--${name}`, 'unsupported', given, `it can only be read; there are ${others}`),
        );
      }
      return codec?.name;
    },
    object(name) {
      const given = text(name);
      if (given === undefined) return undefined;
      try {
        const value: unknown = JSON.parse(given);
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
      } catch {
        // Said below.
      }
      problems.push(
        problem(`--${name}`, 'wrong-type', given, 'an object is needed, as {"width":346}'),
      );
      return undefined;
    },
    words(count, needed, place) {
      if (positionals.length !== count || positionals.includes('')) {
        problems.push(problem(place, 'out-of-range', positionals, needed));
      }
      return positionals;
    },
    check(what) {
      if (problems.length === 0) return;
      for (const folder of made.reverse()) rmdirSync(folder);
      throw new InvalidArgumentError(what, problems);
    },
    encoding() {
      const format = reader.format('format', 'write');
      const options = reader.object('options');
      return { ...(format !== undefined && { format }), ...(options !== undefined && { options }) };
    },
    decoding(before = '') {
      const format = reader.format(`${before}format`, 'read');
      const options = reader.object(`${before}options`);
      if (format !== undefined && options !== undefined) {
        attempt(`--${before}options`, () => codecNamed(format).decoder(options));
      }
      return { ...(format !== undefined && { format }), ...(options !== undefined && { options }) };
    },
    lateness() {
      const needed = 'milliseconds from 0 to 1000000 are needed';
      const ms = reader.number('lateness', needed, (value) => value >= 0 && value <= 1e6);
      return ms === undefined ? {} : { lateness: ms / 1000 };
    },
    access() {
      const credentials = text('credentials');
      return credentials === undefined ? {} : { credentials };
    },
    attempt,
  };
  return reader;
}

/** Names of all formats that can be read, for helps. */
export const readableFormats: string = codecs.map(({ name }) => name).join(', ');

/** Names of all formats that can be written, for helps. */
export const writableFormats: string = codecs
  .filter(({ encoder }) => encoder !== undefined)
  .map(({ name }) => name)
  .join(', ');
