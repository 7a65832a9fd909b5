/** The parts of the experiment on one virtual chip: as fast as it can, and in real time. */
import {
  chip,
  chooseNeurons,
  type Deployment,
  deploy,
  type Pipeline,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import { encodeWeights, toSamnaJson } from 'spikeline/chip';
import { type Losses, lossCounter } from 'spikeline/events';
import { jsonText } from '../json-text.ts';
import { type Bench, type FrozenNoiseConfig, kept } from './bench.ts';
import { chipSeed } from './chips.ts';
import type { RealTimeResult } from './result.ts';
import { recordTarget, type TargetRecord } from './run-target.ts';

/** Rasters that the neurons of a chip are measured with. */
const measuringRasters = 4;

/** The deployment on those neurons of a chip that behave most like the model. */
async function calibrated(
  { data, progress }: Bench,
  link: VirtualLink,
  net: Pipeline,
  deployment: Deployment,
): Promise<Deployment> {
  const noise = data.validation.slice(0, measuringRasters);
  progress.begin('neurons', net.channelsOut * noise.length);
  const hardware = await chooseNeurons(link, deployment, noise, {
    onMeasured: (done) => progress.move(done),
  });
  progress.end();
  const { base } = deployment.cores[0]!.weights;
  return deploy(net, { hardware, quantiser: (values) => encodeWeights(values, base) });
}

/** The chip of the experiment, as fast as it can or in real time. */
function openChip(config: FrozenNoiseConfig, dt: number, realTime: boolean): Promise<VirtualLink> {
  const { seed, mismatch } = config;
  const silicon = { seed: chipSeed(seed, 0), mismatch: { fraction: mismatch } };
  return virtualBoard({ ...silicon, dt, realTime }).open();
}

/**
 * Measures the neurons of one virtual chip, takes the two best, and runs everything on it as fast as it can,
 * so that nothing can be late and the same seed gives the same figures.
 */
export async function chipPart(
  bench: Bench,
  net: Pipeline,
  deployment: Deployment,
): Promise<{ readonly placed: Deployment; readonly record: TargetRecord; readonly lost: Losses }> {
  const { config, data, folder, wishes, progress } = bench;
  const link = await openChip(config, net.dt, false);
  const lost = lossCounter();
  try {
    const placed = config.uncalibrated
      ? deployment
      : await calibrated(bench, link, net, deployment);
    progress.begin('chip', data.tests.length);
    folder.write('configuration.json', toSamnaJson(placed.configuration));
    const target = kept(bench, chip(link, { deployment: placed, losses: lost }));
    const targets = { patterns: target, tests: target };
    const record = await recordTarget(targets, net, data, wishes.stop$, (done) =>
      progress.move(done),
    );
    return { placed, record, lost };
  } finally {
    await link.close();
    progress.end();
  }
}

/** Streams the patterns, and if asked the random rasters, to the same chip in real time. */
export async function realTimePart(
  bench: Bench,
  net: Pipeline,
  placed: Deployment,
  chipLost: Losses,
): Promise<RealTimeResult> {
  const { config, data, folder, wishes, progress } = bench;
  const tests = config.realTime ? data.tests : [];
  progress.begin('real time', tests.length);
  const link = await openChip(config, net.dt, true);
  const lost = lossCounter();
  try {
    const target = kept(bench, chip(link, { deployment: placed, losses: lost }));
    const { result } = await recordTarget(
      { patterns: target, tests: target },
      net,
      { ...data, tests },
      wishes.stop$,
      (done) => progress.move(done),
    );
    const { delivered = 0, late = 0, dropped = 0 } = link.statistics;
    folder.write(
      'chip.json',
      jsonText({
        board: link.info,
        statistics: link.statistics,
        outputs: placed.outputChannels,
        currents: placed.cores[0]!.currents,
        remarks: placed.remarks,
        lost: { chip: chipLost.byReason, realTime: lost.byReason },
      }),
    );
    return {
      fn0: result.fn0,
      fn1: result.fn1,
      ...(config.realTime ? { test: result.test } : {}),
      events: delivered + late + dropped,
      lost: { ...lost.byReason },
    };
  } finally {
    await link.close();
    progress.end();
  }
}
