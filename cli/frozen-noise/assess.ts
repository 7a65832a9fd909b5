import { type AssessedRun, assess as assessNetwork, deploy, type Pipeline } from 'spikeline';
import { type ChipFamily, dynapse2, quantise } from 'spikeline/chip';
import { pipelineWeights, withWeights } from 'spikeline/train';
import type { FrozenNoiseData } from './data.ts';
import { mean, median, patternRatio, ratesOf, testRatio } from './rates.ts';

/** How good a network would be once deployed, as far as can be told without a chip. */
export interface Assessment {
  /** Epoch at which the network was taken. */
  readonly epoch: number;
  /** Firing-rate ratios of both patterns, simulated. */
  readonly simulated: readonly [number, number];
  /** The same in four bits. */
  readonly quantised: readonly [number, number];
  /** Median over simulated chips, in four bits. */
  readonly chips: readonly [number, number];
  /** Worst ratio of any chip and pattern. */
  readonly worstChip: number;
  /** Mean ratio on random rasters: the worst of simulated, four bits, chips. */
  readonly test: number;
  /** What is left above the needs, on a logarithmic scale; the larger the better. */
  readonly margin: number;
}

const chipCount = 12;
const chipTests = 6;

/** Needs that the margin is measured against. */
const needs = { simulated: 3, quantised: 2.5, worstChip: 1.2, test: 1.4 };

/**
 * Assesses a network by what counts after deployment. Neither the loss nor the simulated ratio tells:
 * the loss keeps falling while the network grows too strong for four bits and for mismatch.
 */
export function assess(
  net: Pipeline,
  data: FrozenNoiseData,
  epoch: number,
  mismatch: number,
  seed: number,
  family: ChipFamily<unknown>,
): Assessment {
  const { patterns, validation } = data;
  const score = (run: AssessedRun, as: string) => ({
    ratios: [
      patternRatio(ratesOf(run(patterns[0])), 0),
      patternRatio(ratesOf(run(patterns[1])), 1),
    ] as const,
    tests: validation
      .slice(0, as === 'chip' ? chipTests : validation.length)
      .map((raster) => testRatio(ratesOf(run(raster)))),
  });
  const found = assessNetwork(net, score, {
    chips: chipCount,
    mismatch: { fraction: mismatch },
    seed,
    quantise: (fine) => {
      if (family.name !== dynapse2.name) return deploy(fine, { family }).quantised;
      const { values } = quantise(pipelineWeights(fine), { seed, restarts: 150, hops: 150 });
      return withWeights(fine, values);
    },
  });
  const simulated = found.simulated.ratios;
  const quantised = found.quantised.ratios;
  const onChips = found.chips.map(({ ratios }) => ratios);
  const medians: [number, number] = [
    median(onChips.map(([first]) => first)),
    median(onChips.map(([, second]) => second)),
  ];
  const worstChip = Math.min(...onChips.flat());
  const test = Math.max(
    mean(found.simulated.tests),
    mean(found.quantised.tests),
    mean(found.chips.flatMap(({ tests }) => tests)),
  );
  const margin = Math.min(
    Math.log(Math.min(...simulated) / needs.simulated),
    Math.log(Math.min(...quantised, ...medians) / needs.quantised),
    Math.log(worstChip / needs.worstChip),
    // Ratios on noise live on a narrower scale than those on patterns.
    3 * Math.log(needs.test / test),
  );
  return { epoch, simulated, quantised, chips: medians, worstChip, test, margin };
}
