/** Compares how fast neurons fire. */
import { InvalidArgumentError } from '../errors.ts';
import { listOf, number, readable, readPlain } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { binOf, binStart, chunkEnd, startProblems } from './bins.ts';
import { rasterProblems, type SpikeRaster } from './spike-raster.ts';

function rateProblems(rates: readonly number[], neuron: number | undefined): Problem[] {
  return readable(() => ownProblems(rates, neuron));
}

/** Neurons that compete at most. */
const mostRates = 2 ** 16;

function ownProblems(rates: readonly number[], neuron: number | undefined): Problem[] {
  const list: unknown = rates;
  if (!Array.isArray(list) || list.length < 2 || list.length > mostRates) {
    return [problem('rates', 'wrong-type', rates, 'a list of two rates or more is needed')];
  }
  const problems = Array.from<unknown>(list).flatMap((rate, i) =>
    typeof rate === 'number' && rate >= 0
      ? []
      : [problem(`rates[${i}]`, 'out-of-range', rate, 'a rate of at least 0 is needed')],
  );
  if (neuron !== undefined && !(Number.isInteger(neuron) && neuron in rates)) {
    const needed = `one of the neurons 0 to ${rates.length - 1} is needed`;
    problems.push(problem('neuron', 'out-of-range', neuron, needed));
  }
  return problems;
}

/**
 * The firing-rate ratio (FRR): how many times as fast as any other a neuron fires, or, if none is named, the
 * fastest neuron as the slowest. Silent neurons are even: a ratio of 1. Infinite if only the neuron fires.
 *
 * @param rates of all neurons that compete, such as `channelRates` gives them
 * @param neuron the one that should fire
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * firingRateRatio([40, 10, 20], 0); // 2
 * firingRateRatio([40, 10, 20]); // 4
 * firingRateRatio([0, 0]); // 1
 * ```
 */
export function firingRateRatio(rates: readonly number[], neuron?: number): number {
  const problems = rateProblems(rates, neuron);
  if (problems.length > 0)
    throw new InvalidArgumentError('there is no firing-rate ratio', problems);
  const [over, under] =
    neuron === undefined
      ? [Math.max(...rates), Math.min(...rates)]
      : [rates[neuron]!, Math.max(...rates.filter((_, i) => i !== neuron))];
  return over === 0 && under === 0 ? 1 : over / under;
}

/** Silence after which all neurons of the chip are at rest, microseconds. */
const restingTime = 200_000;

/**
 * Lays rasters out one after the other, each after a silence in which neurons come to rest.
 *
 * @param silence microseconds; 200 ms if left out
 * @throws InvalidArgumentError with all problems
 */
export function inTurn(
  rasters: readonly SpikeRaster[],
  silence: number = restingTime,
): SpikeRaster[] {
  rasters = readPlain(rasters);
  const problems = [
    ...within('rasters', listOf((raster) => rasterProblems(raster as SpikeRaster))(rasters)),
    ...within('silence', number({ min: 0, whole: true, unit: 'µs' })(silence)),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('rasters cannot be laid out', problems);
  let startTime = 0;
  return rasters.map((raster, i) => {
    const placed = { ...raster, startTime };
    const end = chunkEnd(placed) + silence;
    const next = rasters[i + 1]?.dt ?? raster.dt;
    startTime =
      startProblems(end, next).length === 0 ? end : binStart(binOf(end, 0, next) + 1, next);
    return placed;
  });
}
