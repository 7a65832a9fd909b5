/** The frozen-noise experiment in short, for tests of boards: trained, and asked whether both patterns are told apart. */
import { lastValueFrom, toArray } from 'rxjs';
import { type Pipeline, type SpikeRaster, type Target, train } from 'spikeline';
import { drawData } from '#cli/frozen-noise/data';
import { patternRatio, ratesOf } from '#cli/frozen-noise/rates';
import { recipe, samplesOf, untrained } from '#cli/frozen-noise/recipe';
import { stream } from '#cli/frozen-noise/run-target';

/** A network that was trained on the two patterns of a seed. */
export interface TrainedFrozenNoise {
  readonly net: Pipeline;
  readonly patterns: readonly SpikeRaster[];
}

/** Trains a network for a seed. */
export async function trainedFrozenNoise(seed: number): Promise<TrainedFrozenNoise> {
  const data = drawData(seed, 0);
  const start = untrained(seed, data.patterns[0].dt);
  const trained = await lastValueFrom(train(start, samplesOf(data), recipe(seed, 1500, 0.05)));
  return { net: trained.pipeline, patterns: data.patterns };
}

/** How many times as often the right neuron fires as the other, for both patterns on a target. */
export async function ratiosOn(
  target: Target,
  { net, patterns }: TrainedFrozenNoise,
): Promise<number[]> {
  const outputs = await lastValueFrom(stream(target, net, patterns).pipe(toArray()));
  return outputs.map((raster, i) => patternRatio(ratesOf(raster), i as 0 | 1));
}
