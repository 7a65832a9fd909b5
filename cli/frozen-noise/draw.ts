import type { Deployment, Pipeline, SpikeRaster } from 'spikeline';
import { matrixRows, stageWeights } from 'spikeline/stages';
import { histogram, linePlot, rasterPlot, weightPlot } from '../pictures/index.ts';
import type { ChipsRecord } from './chips.ts';
import type { FrozenNoiseData } from './data.ts';
import type { TargetRecord } from './run-target.ts';
import type { FrozenTraining } from './training.ts';

/** Everything that is drawn. */
export interface DrawnRecords {
  readonly data: FrozenNoiseData;
  readonly training: FrozenTraining;
  readonly deployment: Deployment<unknown>;
  readonly simulated: TargetRecord;
  readonly quantised: TargetRecord;
  readonly chip: TargetRecord;
  readonly chips: ChipsRecord;
}

function rasters({ data, simulated, quantised, chip }: DrawnRecords, pattern: 0 | 1): string {
  const panel = (label: string, raster: SpikeRaster) => ({ label, raster });
  return rasterPlot({
    title: `Frozen noise ${pattern}`,
    panels: [
      panel('input', data.patterns[pattern]),
      panel('simulated', simulated.outputs[pattern]!),
      panel('quantised', quantised.outputs[pattern]!),
      panel('chip', chip.outputs[pattern]!),
    ],
  });
}

/** Running mean over `width` reports, to show the trend behind the mismatch that is redrawn. */
function smooth(
  points: readonly (readonly [number, number])[],
  width: number,
): (readonly [number, number])[] {
  let sum = 0;
  return points.map(([epoch, loss], i) => {
    sum += loss - (i >= width ? points[i - width]![1] : 0);
    return [epoch, sum / Math.min(i + 1, width)] as const;
  });
}

/** All weights of a pipeline, one row per presynaptic channel. */
function weightRows(net: Pipeline): number[][] {
  return net.stages.flatMap((stage) => {
    const weights = stageWeights(stage);
    return weights === undefined ? [] : matrixRows(weights);
  });
}

/** Names of the pictures. */
export const drawnNames = [
  'raster-fn0',
  'raster-fn1',
  'loss',
  'weights',
  'frr-test',
  'frr-chips',
] as const;

/** Draws every picture as SVG. */
export function drawings(
  records: DrawnRecords,
): Readonly<Record<(typeof drawnNames)[number], string>> {
  const { training, deployment, simulated, quantised, chip, chips } = records;
  const needed = [{ label: 'median needed', value: 2.5 }];
  const open = (ratios: readonly number[]): (number | null)[] =>
    ratios.map((ratio) => (Number.isFinite(ratio) ? ratio : null));
  return {
    'raster-fn0': rasters(records, 0),
    'raster-fn1': rasters(records, 1),
    loss: linePlot({
      title: 'Training',
      xLabel: 'epoch',
      yLabel: 'loss (mean squared error, silence weighted)',
      series: [
        { label: 'each report', points: training.losses },
        { label: 'mean of 10', points: smooth(training.losses, 10) },
      ],
    }),
    weights: weightPlot({
      title: 'Weights before and after quantisation',
      before: weightRows(training.net),
      after: weightRows(deployment.quantised),
      labels: ['trained', deployment.family.name === 'dynapse1' ? 'as entries' : 'four bits'],
    }),
    'frr-test': histogram({
      title: 'FRR on random rasters',
      xLabel: 'faster neuron ÷ slower neuron',
      series: [
        { label: 'simulated', values: open(simulated.ratios) },
        { label: 'quantised', values: open(quantised.ratios) },
        { label: 'chip', values: open(chip.ratios) },
      ],
      markers: [{ label: 'mean allowed', value: 1.4 }],
    }),
    'frr-chips': histogram({
      title: `FRR on ${chips.result.count} virtual chips`,
      xLabel: 'right neuron ÷ wrong neuron',
      series: [
        { label: 'FN0', values: open(chips.ratios[0]) },
        { label: 'FN1', values: open(chips.ratios[1]) },
      ],
      markers: needed,
    }),
  };
}
