/** Chip families of which only what differs is said: limits, and what weights are made of. */
import {
  callback,
  flag,
  number,
  type OptionTable,
  options,
  soundOptions,
  text,
} from '../../options.ts';
import type { ChipFamily } from '../family.ts';
import { limitsCheck } from '../family-check.ts';
import { plainChanges } from './changes.ts';
import { plainCircuits } from './circuits.ts';
import type { PlainFamilyConfig } from './config.ts';
import { plainMapping } from './mapping.ts';
import { type PlainConfiguration, plainWords } from './words.ts';

const current = number({ min: 0, unit: 'amperes' });
const codes = number({ min: 1, max: 255, whole: true });

const table: OptionTable<PlainFamilyConfig> = {
  name: text,
  limits: limitsCheck,
  bases: codes,
  largestCode: codes,
  counted: flag,
  levels: callback,
  findBase: callback,
  range: options({ min: current, max: current }, 'min', 'max'),
};

/**
 * Makes a chip family of what differs from all others: its limits, and what weights are made of. Its memory words
 * and event words are ours, its configuration is its memories, and its neurons are DynapSim neurons whose core
 * shares all currents. A family whose words are known takes its place with a `compile`, `read`, `memories` and
 * `circuits` of its own.
 *
 * @throws InvalidArgumentError with all problems, or if its limits have no room in words of 32 bits
 * @example
 * ```ts
 * const small = plainFamily({
 *   name: 'small',
 *   limits: { ...dynapse2.limits, chips: 1, cores: 2, neurons: 4, tags: 64 },
 *   largestCode: 7,
 *   levels: (base) => Float64Array.from({ length: 8 }, (_, code) => code * base[0]!),
 *   findBase: (weights) => [Math.max(...Array.from(weights, Math.abs)) / 7],
 * });
 * const net = pipeline(linear({ weight: [[1, -7]] }), dynapSim({ neurons: 2 }));
 * deploy(net, { family: small }).weights.input.codes; // Uint8Array [1, 7]
 * ```
 */
export function plainFamily(config: PlainFamilyConfig): ChipFamily<PlainConfiguration> {
  config = soundOptions(
    'this family cannot be made',
    config,
    table,
    'name',
    'limits',
    'largestCode',
    'levels',
    'findBase',
  );
  const { name, limits, bases = 1, largestCode, counted = false } = config;
  const { min, max } = config.range ?? { min: 0, max: 1e-3 };
  const words = plainWords(name, limits, bases, largestCode, counted);
  return {
    name,
    limits,
    models: ['dynapSim'],
    biases: Object.fromEntries(words.biases.map((setting) => [setting, { min, max, setting }])),
    bases,
    largestCode,
    entriesOf: (code) => (counted ? code : 1),
    ...plainMapping(config, words),
    ...plainChanges(limits, words),
    circuits: (memories) => plainCircuits(config, words, memories.map(words.memoryOf)),
    inputWord: words.routeWord,
    outputWord: words.hostWord,
  };
}
