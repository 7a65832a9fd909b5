import { channelRates, firingRateRatio, type SpikeRaster } from 'spikeline';

/** Firing rates of the two neurons, hertz. */
export type Rates = readonly [number, number];

/** Rates of a raster of two neurons. */
export function ratesOf(raster: SpikeRaster): Rates {
  const [first = 0, second = 0] = channelRates(raster);
  return [first, second];
}

/** Firing-rate ratio of the neuron that should fire to the other; two silent neurons are even. */
export function patternRatio(rates: Rates, pattern: 0 | 1): number {
  return firingRateRatio(rates, pattern);
}

/** Firing-rate ratio of the faster to the slower neuron; two silent neurons are even. */
export function testRatio(rates: Rates): number {
  return firingRateRatio(rates);
}

/** Mean of a list; NaN if it is empty. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Median of a list; NaN if it is empty. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
