/** Tells a chip family from anything else. */
import {
  type Check,
  callback,
  listOf,
  number,
  oneOf,
  options,
  readable,
  text,
} from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import type { ChipFamily, ChipLimits, CurrentRange } from './family.ts';

const count = (max: number): Check => number({ min: 1, max, whole: true });
const hops: Check = number({ min: 0, max: 65_536, whole: true });

/** Cores stand as bits of a mask; keys of the tags of a board are whole numbers of 32 bits. */
const limitChecks: Readonly<Record<keyof Required<ChipLimits>, Check>> = {
  chips: count(1024),
  cores: count(31),
  neurons: count(65_536),
  synapses: count(65_536),
  destinations: count(65_536),
  tags: count(65_536),
  hopsEast: hops,
  hopsWest: hops,
  inputChips: (value) => (value === undefined ? [] : count(1024)(value)),
};

const range = options<CurrentRange>(
  { min: number({ min: 0 }), max: number({ min: 0 }), setting: text },
  ...(['min', 'max', 'setting'] as const),
);

/** Checks that a value is an object, each field of which some check accepts. */
const fieldsOf =
  (check: (name: string) => Check | undefined, needed: string, names: readonly string[] = []) =>
  (value: unknown): Problem[] => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [problem('', 'wrong-type', value, needed)];
    }
    return readable(() => {
      const given: Readonly<Record<string, unknown>> = { ...value };
      return [...new Set([...names, ...Object.keys(given)])].flatMap((name) =>
        within(name, check(name)?.(given[name]) ?? []),
      );
    });
  };

/** Accepts the limits of a family. */
export const limitsCheck: Check = fieldsOf(
  (name) => (Object.hasOwn(limitChecks, name) ? limitChecks[name as keyof ChipLimits] : undefined),
  'limits are needed',
  Object.keys(limitChecks),
);

const word: Check = number({ min: 0, max: 2 ** 32 - 1, whole: true });
const echo: Check = (value) =>
  value === undefined ? [] : options({ word, reply: word }, 'word', 'reply')(value);

const checks: Readonly<Record<keyof Required<ChipFamily>, Check>> = {
  name: text,
  limits: limitsCheck,
  models: listOf(oneOf(['dynapSim', 'dynapSe2']), { min: 1 }),
  biases: fieldsOf(() => range, 'ranges of currents by name are needed'),
  bases: count(255),
  largestCode: count(255),
  tagsOf: (value) => (value === undefined ? [] : callback(value)),
  entriesOf: callback,
  quantise: callback,
  encode: callback,
  levels: callback,
  share: callback,
  behind: callback,
  compile: callback,
  read: callback,
  problems: callback,
  chipsOf: callback,
  memories: callback,
  circuits: callback,
  deltaProblems: callback,
  change: callback,
  inputWord: callback,
  outputWord: callback,
  echo,
};

/** Accepts a chip family: all that the contract asks for, of the types that it asks for. */
export const familyCheck: Check = fieldsOf(
  (name) => (Object.hasOwn(checks, name) ? checks[name as keyof ChipFamily] : undefined),
  'a chip family is needed',
  Object.keys(checks),
);
