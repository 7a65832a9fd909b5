/** What a population says, read from the rates of its neurons. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import type { SignalRaster } from '../events/spike-raster.ts';
import {
  listProblems,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readOnce,
} from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import type { Filter } from './filter.ts';
import {
  decodeRows,
  follower,
  type RateDecodeConfig,
  rateDecodeProblems,
  rateDecodeTable,
  type Spikes,
} from './rate-decode.ts';
import type { RowDecoder } from './rows.ts';

/** Configuration of `populationDecode`; either `tau` or `window`. */
export interface PopulationDecodeConfig extends RateDecodeConfig {
  /** What each channel stands for: a number each, `[channels]`, or a row of numbers each if several values are read, `[channels × values]`. */
  readonly values: readonly number[] | readonly (readonly number[])[];
  /**
   * `average` (the default): the mean of what the channels stand for, weighted by their rates; while none fires, the last mean
   * stays. `sum`: each channel adds what it stands for times its rate in Hz.
   */
  readonly method?: 'average' | 'sum';
  /** Value before anything has fired; 0 if left out. */
  readonly initial?: number;
}

const anyValue = number();

/** Numbers that channels stand for, in all. */
const mostValues = 2 ** 22;

const optionTable: OptionTable<PopulationDecodeConfig> = {
  ...rateDecodeTable,
  values: valueProblems,
  method: oneOf(['average', 'sum']),
  initial: anyValue,
};

function valueProblems(given: unknown): Problem[] {
  if (!Array.isArray(given) || given.length === 0) {
    return [
      problem('', 'wrong-type', given, 'a number, or a row of numbers, for each channel is needed'),
    ];
  }
  const long = listProblems(given, mostValues);
  if (long.length > 0) return long;
  const width = Array.isArray(given[0]) ? given[0].length : undefined;
  if (width !== undefined && width * given.length > mostValues) {
    return [problem('[0].length', 'too-large', width, `${mostValues} numbers in all are the most`)];
  }
  // A hole is no number.
  return Array.from<unknown>(given).flatMap((entry, i) => {
    if (width === undefined) return within(`[${i}]`, anyValue(entry));
    if (Array.isArray(entry) && entry.length === width && width > 0) {
      return Array.from<unknown>(entry).flatMap((one, k) => within(`[${i}][${k}]`, anyValue(one)));
    }
    return [problem(`[${i}]`, 'wrong-shape', entry, `a row of ${width} numbers is needed`)];
  });
}

/**
 * Makes the filter of `populationDecode`: a row of values for each bin, `[steps × values]`, of the bins that
 * `rateDecoder` has.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const decode = populationDecoder({ values: [-1, 0, 1], window: 1e-3 });
 * decode(spikeRaster({ channels: 3, dt: 1e-3, counts: [0, 1, 1] })).values; // Float64Array [0.5]
 * ```
 */
export function populationDecoder(
  config: PopulationDecodeConfig,
): Filter<Spikes, SignalRaster> & RowDecoder {
  config = readOnce(config, optionTable);
  const problems = optionProblems(config, optionTable, 'values');
  if (problems.length === 0) problems.push(...rateDecodeProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be decoded', problems);
  const { values, method = 'average', initial = 0, ...rates } = config;
  const rows = values.map((entry) => (typeof entry === 'number' ? [entry] : [...entry]));
  const outputs = rows[0]!.length;
  const weights = Float64Array.from(rows.flat());
  return decodeRows(rates, (channels, dt) => {
    if (channels !== rows.length) {
      throw new DataError(
        `the spikes have ${channels} channels, but ${rows.length} stand for something`,
      );
    }
    const follow = follower(channels, dt, rates);
    const current = new Float64Array(channels);
    const read = new Float64Array(outputs).fill(method === 'sum' ? 0 : initial);
    return {
      channels: outputs,
      follow(counts, from, into, to) {
        follow(counts, from, current, 0);
        let total = 0;
        for (let i = 0; i < channels; i++) total += current[i]!;
        if (total > 0 || method === 'sum') {
          const scale = method === 'sum' ? 1 : 1 / total;
          for (let k = 0; k < outputs; k++) {
            let sum = 0;
            for (let i = 0; i < channels; i++) sum += current[i]! * weights[i * outputs + k]!;
            read[k] = sum * scale;
          }
        }
        into.set(read, to);
      },
    };
  });
}
