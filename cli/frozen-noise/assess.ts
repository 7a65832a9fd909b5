import { type Pipeline, type SpikeRaster, startPipeline } from 'spikeline';
import { quantise } from 'spikeline/chip';
import { drawMismatch } from 'spikeline/neurons';
import { fromStages } from 'spikeline/stages';
import { pipelineWeights, withWeights } from 'spikeline/train';
import type { FrozenNoiseData } from './data.ts';
import { mean, median, patternRatio, type Rates, ratesOf, testRatio } from './rates.ts';

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

/** Runs a pipeline from rest. */
export function simulate(net: Pipeline, raster: SpikeRaster): Rates {
  return ratesOf(startPipeline(net).process(raster));
}

/** The same pipeline on a simulated chip. */
function onChip(net: Pipeline, mismatch: number, seed: number, chip: number): Pipeline {
  return fromStages(
    net.stages.map((stage) =>
      stage.kind !== 'dynapSim'
        ? stage
        : {
            ...stage,
            parameters: drawMismatch(
              stage.parameters,
              { fraction: mismatch },
              seed,
              'assess',
              chip,
            ),
          },
    ),
  );
}

function patternRatios(net: Pipeline, { patterns }: FrozenNoiseData): [number, number] {
  return [patternRatio(simulate(net, patterns[0]), 0), patternRatio(simulate(net, patterns[1]), 1)];
}

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
): Assessment {
  const weights = quantise(pipelineWeights(net), { seed, restarts: 150, hops: 150 });
  const coarse = withWeights(net, weights.values);
  const chips = Array.from({ length: chipCount }, (_, i) => onChip(coarse, mismatch, seed, i));
  const simulated = patternRatios(net, data);
  const quantised = patternRatios(coarse, data);
  const onChips = chips.map((chip) => patternRatios(chip, data));
  const medians: [number, number] = [
    median(onChips.map(([first]) => first)),
    median(onChips.map(([, second]) => second)),
  ];
  const worstChip = Math.min(...onChips.flat());
  const tests = (of: Pipeline, rasters: readonly SpikeRaster[]): number[] =>
    rasters.map((raster) => testRatio(simulate(of, raster)));
  const test = Math.max(
    mean(tests(net, data.validation)),
    mean(tests(coarse, data.validation)),
    mean(chips.flatMap((chip) => tests(chip, data.validation.slice(0, chipTests)))),
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
