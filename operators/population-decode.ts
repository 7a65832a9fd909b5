/** The operator `populationDecode`: what a population says. */
import type { SignalRaster } from '../src/events/spike-raster.ts';
import {
  type PopulationDecodeConfig,
  populationDecoder,
} from '../src/filters/population-decode.ts';
import type { Spikes } from '../src/filters/rate-decode.ts';
import type { RowDecoder } from '../src/filters/rows.ts';
import { type EventOperator, filteringRows, hasSteps } from './filtering.ts';

/**
 * Reads numbers from the rates of a population, each channel of which stands for a value: their mean weighted by the
 * rates, or their sum.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(spikeRaster({ channels: 3, dt: 1e-3, counts: [0, 1, 1] })).pipe(
 *   populationDecode({ values: [-1, 0, 1], window: 1e-3 }),
 *   map(({ values }) => values[0]),
 * ); // emits 0.5
 * ```
 */
export function populationDecode(
  config: PopulationDecodeConfig,
): EventOperator<Spikes, SignalRaster> & RowDecoder {
  return filteringRows(config, populationDecoder, hasSteps);
}
